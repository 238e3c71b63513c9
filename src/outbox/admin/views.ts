/** Deliveries as the operator sees them: masked, in words, times as ISO 8601. */

import { readJson } from '../../lib/decode.ts'
import type { ConsentEvidence } from '../../mapping/consent.ts'
import { maskText } from '../../mapping/phone/index.ts'
import { deliveryId } from '../accept.ts'
import type { Context } from '../context.ts'
import { type DeliveryState, keysIn } from '../model.ts'
import type { DeliveryRow, PersonRow, StoryRow } from '../store/reports.ts'
import { waitTeller } from './waits.ts'

/** A delivery as `GET /api/deliveries` gives it. */
export interface DeliveryView {
  readonly id: string
  readonly hook: string
  readonly source: string
  readonly account: string
  readonly state: DeliveryState
  /** Why it is held or parked, or what it waits for. */
  readonly reason: string | null
  /** What is wrong with one that was never mapped: "phone: has too few digits". */
  readonly wrong: string | null
  readonly waitingUntil: string | null
  readonly groupName: string | null
  readonly contacts: readonly string[]
  /** What the sender calls the person, while that is kept: before a number is read, nothing else tells leads apart. */
  readonly who: string | null
  readonly attempts: number
  readonly receivedAt: string
  readonly settledAt: string | null
}

export interface TimelineLine {
  readonly at: string
  readonly event: string
  readonly detail?: string
  /** How often it happened in a row, and when it did last. */
  readonly count?: number
  readonly last?: string
}

/** One of the people in a delivery. */
export interface PersonView {
  readonly mask: string
  readonly state:
    | 'waiting'
    | 'accepted'
    | 'already'
    | 'refused'
    | 'suppressed'
    | 'withdrawn'
    | 'erased'
  /** True where this person is never to be sent to this group, or to any. */
  readonly suppressed: boolean
}

export interface DeliveryStory extends DeliveryView {
  readonly timeline: readonly TimelineLine[]
  /** The number of its part. */
  readonly groupId: number | null
  /** Whether it may create its group. */
  readonly create: boolean
  /** Whether it is sent although its people were accepted before. */
  readonly forced: boolean
  readonly people: readonly PersonView[]
  /** What the sender said, as JSON with its numbers hidden, while that is kept. */
  readonly fields: string | null
  readonly consent: ConsentEvidence | null
  /** True where its hook asks for consent and nothing is kept that shows it: it is sent only if an operator states it. */
  readonly lacksConsent: boolean
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryView[]
  /** The number to ask for the next page with; null: that was all. */
  readonly before: number | null
  /** When the last delivery was received that was looked at; null: that was all. */
  readonly through: string | null
}

const ERASED = { mask: 'erased', state: 'erased', suppressed: false } as const
interface WaitingPeople {
  readonly dueAt: number | null
  readonly untried: number | null
}

const LOOK_UP = 'the rest is asked of the sender'

/** Shows rows as they are now. What the account waits for is found once for all of them. */
export function viewer(context: Context, now: number): (row: DeliveryRow) => DeliveryView {
  const { account, calls } = context.store
  const { name, pace } = account
  const sending = new Set(inFlight(context))
  let teller: ReturnType<typeof waitTeller> | null = null
  const waitsFor = (row: DeliveryRow, { dueAt, untried }: WaitingPeople) => {
    // Where nothing waits, the calls of the day need not be read.
    teller ??= waitTeller({ account: account.state, pace, spent: calls.spent(pace, now) }, now)
    return teller({ ...waiterOf(row), dueAt, untried: untried === 1 })
  }
  return (row) => {
    const { masks, ...waiting }: WaitingPeople & { masks: string[] } = JSON.parse(row.people)
    const isSending = sending.has(row.seq)
    const waits = !isSending && (row.state === 'queued' || row.state === 'unknown')
    const wait =
      row.lookUpAt !== null
        ? { what: LOOK_UP, until: row.lookUpAt }
        : waits
          ? waitsFor(row, waiting)
          : null
    const until = wait?.until ?? null
    return {
      id: deliveryId(name, row.seq),
      hook: row.hook,
      source: row.source,
      account: name,
      state: isSending ? 'sending' : row.state,
      reason: row.state === 'queued' && wait !== null ? wait.what : isSending ? null : row.reason,
      wrong: row.wrong === null ? null : withoutReasons(row.wrong, row.reason),
      waitingUntil: iso(until !== null && until > now ? until : null),
      groupName: row.name,
      contacts: [...masks, ...Array.from({ length: row.erased }, () => ERASED.mask)],
      who: row.said === null ? null : personName(row.said),
      attempts: row.attempts,
      receivedAt: iso(row.receivedAt),
      settledAt: iso(row.settledAt),
    }
  }
}

/** A line of a timeline may begin with the reasons that stand beside it. */
function withoutReasons(line: string, reason: string | null): string | null {
  const rest = line.startsWith(`${reason}`) ? line.slice(`${reason}`.length) : line
  return rest.replace(/^; /, '') || null
}

/** Everything about one delivery. */
export function storyOf(
  context: Context,
  row: StoryRow,
  people: readonly PersonRow[],
  now: number,
): DeliveryStory {
  return {
    ...viewer(context, now)(row),
    timeline: timelineOf(row.timeline),
    groupId: row.partId,
    create: row.creates === 1,
    forced: isForced(people),
    people: [...people.map(personView), ...Array.from({ length: row.erased }, () => ERASED)],
    fields: row.fields === null ? null : maskFields(row.fields),
    consent: row.consent === null ? null : JSON.parse(row.consent),
    lacksConsent: lacksEvidence(context, row),
  }
}

/** No lines where they cannot be read: the rest of the story can. */
function timelineOf(json: string): TimelineLine[] {
  const lines = readJson(json)
  return Array.isArray(lines) ? lines : []
}

/** Whether its hook asks people whether they agree, and nothing is kept that shows it. */
export function lacksEvidence(
  { ports }: Context,
  { hook, consent, held }: Pick<StoryRow, 'hook' | 'consent' | 'held'>,
): boolean {
  const { hooks } = ports.config
  const rules = Object.hasOwn(hooks, hook) ? hooks[hook] : undefined
  const asks = rules?.consent !== undefined || reasonsIn(held).includes('consent')
  return asks && consent === null
}

/** Why a delivery is held before it was mapped: "consent, mapping" are two reasons. */
export function reasonsIn(held: string | null): string[] {
  return held?.split(', ') ?? []
}

/** Whether the delivery itself sends an accepted person again. If another one does, this one's ask is frozen. */
export function isForced(people: readonly PersonRow[]): boolean {
  return people.some(
    ({ lead, accepted, status, frozen }) =>
      lead === 1 && accepted === 1 && status === 'waiting' && frozen === null,
  )
}

/** Deliveries that the open call carries. */
export function inFlight({ store: { asks, calls } }: Context): number[] {
  const open = calls.current()
  if (open === null) return []
  return asks.askers(keysIn(open.members, open.partId), open.groupId)
}

function personView({ mask, status, frozen, ...flags }: PersonRow): PersonView {
  const suppressed = flags.suppressed === 1
  if (frozen !== null) return { mask, state: frozen, suppressed }
  const state = status === 'maybe' || status === 'blocked' ? 'waiting' : status
  return { mask, state, suppressed }
}

function waiterOf(row: DeliveryRow) {
  return {
    partStatus: row.partStatus,
    restUntil: row.restUntil,
    attempts: row.attempts,
    creates: row.creates === 1,
  }
}

export function iso(at: number): string
export function iso(at: number | null): string | null
export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/** What is kept was bounded when it came in. */
const MAX_DEPTH = 100

/** Hides the numbers in what a sender said. Takes and gives JSON; what cannot be read is not shown. */
export function maskFields(json: string): string | null {
  try {
    return JSON.stringify(masked(JSON.parse(json), 0))
  } catch {
    return null
  }
}

function masked(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return null
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'number') {
    const text = String(value)
    const hidden = maskText(text)
    return hidden === text ? value : hidden
  }
  if (Array.isArray(value)) return value.map((item) => masked(item, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    // A sender that keys its answers by number would show it there.
    Object.entries(value).map(([name, member]) => [maskText(name), masked(member, depth + 1)]),
  )
}

const MEMBER = /"((?:[^"\\]|\\.){1,200})"\s*:\s*"((?:[^"\\]|\\.){1,200})"/g
const NAME = /name/i
/** Names of something else. */
const OTHERS =
  /user|group|form|event|course|batch|company|organi[sz]ation|business|file|product|page|site|field|campaign|list|plan|country|city|domain|host/i
const FIRST = /first|given|fore/i
const LAST = /last|family|sur/i
const MOST_NAME_CHARACTERS = 60
/** A name is asked for early in a form. Of a longer text each quote would be a beginning to try. */
const LOOKED_THROUGH = 2_000

/** What a sender calls the person of a lead, by the names of its fields; null: nothing fits. Takes JSON, or its beginning. */
export function personName(json: string): string | null {
  const found = [...json.slice(0, LOOKED_THROUGH).matchAll(MEMBER)].flatMap(
    ([, key = '', value = '']) => {
      const text = unescaped(value)
      return NAME.test(key) && !OTHERS.test(key) && text !== '' ? [{ key, text }] : []
    },
  )
  const part = (of: RegExp) => found.find(({ key }) => of.test(key))?.text
  const whole = found.find(({ key }) => !FIRST.test(key) && !LAST.test(key))?.text
  const name = whole ?? [part(FIRST), part(LAST)].filter((one) => one !== undefined).join(' ')
  // Hidden before it is cut: a piece of a number is not known for one.
  return name === '' ? null : maskText(name).slice(0, MOST_NAME_CHARACTERS)
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`)).trim()
  } catch {
    return ''
  }
}
