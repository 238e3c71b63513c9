/** Takes deliveries in: insert if absent, in one transaction, so that an answer of 200 means they are on disk. */

import { issueText } from '../lib/problem.ts'
import type { Mapped } from '../mapping/map.ts'
import type { Prepared } from './ask.ts'
import { contactsOf, decideAsk, writeAsk } from './ask.ts'
import type { Context } from './context.ts'
import { soonest } from './dispatch/pace.ts'
import type { Contact } from './ends.ts'
import type { DeliveryState, DerivedState } from './model.ts'
import { deliveryState } from './model.ts'
import type { NewDelivery, SeenDelivery, TimelineEntry } from './store/deliveries.ts'

/** An event that came with a webhook. */
export interface ArrivalItem {
  /** What tells the event from others of its hook: the sender's id, or the digest of its body. Kept as a keyed digest. */
  readonly key: string
  /** The submission's fields as JSON, for mapping again; personal data, deleted on schedule. */
  readonly fields: string
  /** Null: the sender must be asked for the rest first. */
  readonly mapped: Mapped | null
}

/** What the receiver hands to the outbox: plain data, since it crosses to another object. */
export interface Arrival {
  readonly account: string
  readonly hook: string
  readonly source: string
  /** Digest of the whole body, where the signature does not cover the ids in it; else null. */
  readonly bodyKey: string | null
  /** Digest of the body: tells a repeat from another body under the same id. */
  readonly fingerprint: string
  /** Whether a visitor can write the id. Then a known id with other people is held. */
  readonly visitorWritesId?: boolean
  readonly items: readonly ArrivalItem[]
}

export interface ArrivedItem {
  /** `default-42`. */
  readonly id: string
  readonly state: DeliveryState
  readonly duplicate: boolean
  /** True where the key was used before with another body. */
  readonly conflict: boolean
  /** True where a request still waits for the first answer under this key. */
  readonly awaited: boolean
}

interface Taken {
  readonly items: ArrivedItem[]
  /** When the alarm must ring for them; null: its time does not change. */
  readonly wakeAt: number | null
  /** True where one of them may need an alert. */
  readonly tells: boolean
}

/** The digests and contacts of an item: made before the transaction, which cannot wait. */
interface Ready {
  readonly key: string
  /** A second key, used where another lead has the first; null: visitors cannot write the id. */
  readonly otherKey: string | null
  readonly contacts: readonly Contact[]
}

/** Once this returns, every delivery of the webhook is kept, and none of them twice. */
export async function accept(context: Context, arrival: Arrival): Promise<ArrivedItem[]> {
  const { alarm, ports, store, watch } = context
  const { account } = store
  account.name = arrival.account
  const { hook } = arrival
  const [fingerprint, bodyKey, ...ready] = await Promise.all([
    account.digestOf('body', arrival.fingerprint),
    // An event may come with its id as the key, and again with that as its second key: both are of one kind.
    arrival.bodyKey === null ? null : account.digestOf('event', `${hook} ${arrival.bodyKey}`),
    ...arrival.items.map(
      async ({ key, mapped }): Promise<Ready> => ({
        key: await account.digestOf('event', `${hook} ${key}`),
        otherKey:
          arrival.visitorWritesId === true
            ? await account.digestOf('event', `${hook} ${key} ${arrival.fingerprint}`)
            : null,
        contacts: mapped?.kind === 'invite' ? await contactsOf(mapped.invite, account) : [],
      }),
    ),
  ])
  await ports.gathered?.()
  const now = ports.now()
  try {
    // Rolls back this arrival alone, although several may share one commit.
    const { items, wakeAt, tells } = store.transaction(() =>
      take(context, { ...arrival, fingerprint, bodyKey }, ready, now),
    )
    // What is to be told is known once the transaction is over.
    await alarm.wakeBy(soonest([wakeAt, tells ? watch.nextAt(now) : null]), now)
    return items
  } catch (error) {
    // The arrival may be on disk although this threw; then no alarm is set for it.
    alarm.invalidate()
    throw error
  }
}

function take(context: Context, arrival: Arrival, ready: readonly Ready[], now: number): Taken {
  const { store } = context
  store.hooks.verified(arrival.hook, now)
  const before = arrival.bodyKey === null ? [] : store.deliveries.ofBody(arrival.bodyKey)
  if (before.length > 0) {
    return {
      items: before.map((seen) => repeated(context, arrival, seen)),
      wakeAt: null,
      tells: false,
    }
  }
  const wakes: (number | null)[] = []
  let tells = false
  const items = arrival.items.map((item, place) => {
    const { key = '', otherKey = null, contacts = [] } = ready[place] ?? {}
    let taken = takeOne(context, arrival, item, { key, contacts, place }, now)
    if (taken.duplicate !== null && otherKey !== null) {
      const isOther = namesOthers(context, arrival, taken.duplicate, contacts)
      const own = { ...item, mapped: claimed(item.mapped) }
      if (isOther)
        taken = takeOne(context, arrival, own, { key: otherKey, contacts: [], place }, now)
    }
    if (taken.duplicate !== null) return repeated(context, arrival, taken.duplicate)
    const { state } = taken
    if (taken.dueAt !== null) wakes.push(store.account.wakeAt(taken.dueAt, now))
    if (item.mapped === null) wakes.push(now)
    tells ||= state === 'held' || state === 'parked'
    const id = deliveryId(arrival.account, taken.seq)
    return { id, state, duplicate: false, conflict: false, awaited: false }
  })
  return { items, wakeAt: soonest(wakes), tells }
}

type TakenOne =
  | { readonly duplicate: SeenDelivery }
  | {
      readonly duplicate: null
      readonly seq: number
      readonly state: DerivedState['state']
      /** When its part is due, where that is earlier than before. */
      readonly dueAt: number | null
    }

function takeOne(
  { ports, store }: Context,
  arrival: Arrival,
  { fields, mapped }: ArrivalItem,
  { key, contacts, place }: { key: string; contacts: readonly Contact[]; place: number },
  now: number,
): TakenOne {
  const { hook } = arrival
  let prepared: Prepared | null = null
  if (mapped?.kind === 'invite') {
    const { groupName, create } = mapped.invite
    prepared = decideAsk(store, ports, { key, hook, groupName, create, contacts, by: 'event' }, now)
  }
  if (prepared === null || prepared.seen !== null) {
    const duplicate = store.deliveries.seen(key)
    if (duplicate !== null) return { duplicate }
  }
  const marks = {
    held: mapped?.kind === 'held' ? mapped.reasons.join(', ') : null,
    lookingUp: mapped === null,
    closed: null,
  }
  const { state, reason } = deliveryState(marks, prepared?.asked ?? [])
  const delivery: NewDelivery = {
    ...marks,
    key,
    bodyKey: arrival.bodyKey,
    bodyPlace: place,
    fingerprint: arrival.fingerprint,
    hook,
    source: arrival.source,
    state,
    reason,
    groupId: prepared?.groupId ?? null,
    partId: prepared?.partId ?? null,
    creates: prepared?.creates === true,
    fields,
    consent: mapped?.consent ?? null,
    lines: firstLines(mapped, state, reason),
  }
  const seq = store.deliveries.insert(delivery, now)
  store.hooks.came(hook, seq, now)
  const dueAt = prepared === null ? null : writeAsk(store, prepared, seq, now)
  return { duplicate: null, seq, state, dueAt }
}

/** Whether an event with a known id may name other people: a real repeat has the same body, or names the same people. */
function namesOthers(
  { store }: Context,
  { fingerprint }: Arrival,
  seen: SeenDelivery,
  contacts: readonly Contact[],
): boolean {
  if (seen.fingerprint === fingerprint) return false
  const before = new Set(store.asks.asked(seen.seq).map(({ person }) => person))
  return contacts.length === 0 || contacts.some(({ person }) => !before.has(person))
}

function claimed(mapped: Mapped | null): Mapped {
  const message = 'was used by another lead: a visitor can write it in this form'
  const consent = mapped?.consent ?? null
  return {
    kind: 'held',
    reasons: ['id of another lead'],
    issues: [{ path: 'id', message }],
    consent,
  }
}

function repeated(
  context: Context,
  arrival: Arrival,
  { seq, state, fingerprint }: SeenDelivery,
): ArrivedItem {
  return {
    id: deliveryId(arrival.account, seq),
    state,
    duplicate: true,
    conflict: fingerprint !== arrival.fingerprint,
    awaited: context.watchers.has(seq),
  }
}

function firstLines(
  mapped: Mapped | null,
  state: DeliveryState,
  reason: string | null,
): TimelineEntry[] {
  const received = { event: 'received', detail: null }
  if (state === 'queued' || state === 'unknown') return [received]
  const issues = mapped?.kind === 'held' ? mapped.issues.map(issueText) : []
  return [received, { event: state, detail: [reason, ...issues].join('; ') }]
}

/** `default` and 42 -> `default-42`: short enough to read out, and it says which outbox to ask. */
export function deliveryId(account: string, seq: number): string {
  return `${account}-${seq}`
}

/** The account and number in a delivery's id, or null. */
export function readDeliveryId(id: string): { account: string; seq: number } | null {
  const match = /^([A-Za-z][A-Za-z0-9-]{0,40})-([1-9]\d{0,14})$/.exec(id)
  return match?.[1] === undefined ? null : { account: match[1], seq: Number(match[2]) }
}

/** The outbox of an account. */
export function outboxOf<outbox extends Rpc.DurableObjectBranded>(
  { OUTBOX }: { readonly OUTBOX: DurableObjectNamespace<outbox> },
  account: string,
): DurableObjectStub<outbox> {
  return OUTBOX.get(OUTBOX.idFromName(account))
}
