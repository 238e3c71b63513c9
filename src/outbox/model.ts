/** The outbox's types: deliveries, memberships, parts and calls, and how a delivery's state follows from its memberships. */

/** A delivery's state, as the API gives it. `sending` is never stored: it follows from the open call. */
export const DELIVERY_STATES = [
  'held',
  'queued',
  'sending',
  'accepted',
  'unknown',
  'parked',
  'skipped',
] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]
export type StoredState = Exclude<DeliveryState, 'sending'>

/**
 * Where a person stands in a group. `waiting`: to be called. `maybe`: a call with them failed and may have worked; it is asked
 * again. `blocked`: waits for a decision. `withdrawn`: discarded, or edited away.
 */
export const MEMBERSHIP_STATUSES = [
  'waiting',
  'maybe',
  'accepted',
  'refused',
  'blocked',
  'suppressed',
  'withdrawn',
] as const
export type MembershipStatus = (typeof MEMBERSHIP_STATUSES)[number]

/** Why a membership is blocked. */
export type BlockReason =
  | 'group missing'
  | 'group gone'
  | 'group full'
  | 'too many new groups'
  | 'group of another hook'
  | 'burst'
  | 'hook paused'

/** Why the account makes no calls. `failing`: EazyBe fails for everybody, so single people are tried in turn. */
export const PAUSE_REASONS = ['session', 'token', 'operator', 'failing'] as const
export type PauseReason = (typeof PAUSE_REASONS)[number]

export interface Pause {
  readonly reason: PauseReason
  /** Epoch milliseconds. */
  readonly since: number
  /** When one call may try again; null: an operator, or a new token, must end it. */
  readonly probeAt: number | null
  readonly probes: number
}

/** What is true of the whole account. Times are epoch milliseconds. */
export interface AccountState {
  readonly pause: Pause | null
  readonly nextCallAt: number
  /** What `nextCallAt` waits for: the pace, EazyBe's 429, or a connection. */
  readonly nextCallWhy: 'pace' | 'throttled' | 'unreachable'
  readonly nextCreateAt: number
  /** The same for untried people. */
  readonly othersCreateAt: number
  /** 429s in a row without Retry-After. */
  readonly throttles: number
  /** Failed connections in a row. */
  readonly unreachable: number
  /** When the first of them failed. */
  readonly unreachableSince: number | null
  /** Creations that did not happen, in a row. */
  readonly createFailures: number
  /** How many of these were made with untried people. */
  readonly createFailuresApart: number
  /** The last call that EazyBe accepted: its number and when. A streak of failures begins after it. */
  readonly acceptedCall: number
  readonly acceptedAt: number
  /** When EazyBe last accepted a creation. */
  readonly createdAt: number
  /** Deliveries accepted in the last day, by the quarter of an hour: its number since 1970. */
  readonly accepted: Readonly<Record<string, number>>
}

export const QUARTER_MS = 15 * 60_000
const QUARTERS_KEPT = 4 * 25

/** The counts of the last day with `more` added at `now`. */
export function withAccepted(
  counts: AccountState['accepted'],
  more: number,
  now: number,
): AccountState['accepted'] {
  if (more === 0) return counts
  const quarter = Math.floor(now / QUARTER_MS)
  const kept = Object.entries(counts).filter(([one]) => Number(one) > quarter - QUARTERS_KEPT)
  return { ...Object.fromEntries(kept), [quarter]: (counts[quarter] ?? 0) + more }
}

export const FRESH_ACCOUNT: AccountState = {
  pause: null,
  nextCallAt: 0,
  nextCallWhy: 'pace',
  nextCreateAt: 0,
  othersCreateAt: 0,
  throttles: 0,
  unreachable: 0,
  unreachableSince: null,
  createFailures: 0,
  createFailuresApart: 0,
  acceptedCall: 0,
  acceptedAt: 0,
  createdAt: 0,
  accepted: {},
}

/**
 * What is known of a part. `new`: never seen, or proven absent. `doubtful`: a creation may have worked, and a call with
 * `create:false` must find out. `exists`: EazyBe accepted people for it; it is never created again.
 */
export type PartStatus = 'new' | 'doubtful' | 'exists'

/** A WhatsApp group as EazyBe knows it: "Batch 7", or "Batch 7 2" once the first is full. */
export interface Part {
  readonly id: number
  readonly groupId: number
  /** 1 for "Batch 7", 2 for "Batch 7 2". */
  readonly number: number
  readonly name: string
  readonly status: PartStatus
  /** No call for this part before; epoch milliseconds. */
  readonly restUntil: number
  /** 404s in a row. */
  readonly misses: number
  /** Creations of this part that did not happen, in a row. */
  readonly createFailures: number
  /** 0: none was made. */
  readonly lastCallAt: number
  /** When the last creation of it that failed was made; 0: none did. */
  readonly triedAt: number
  /** People that EazyBe accepted into it, by our count. */
  readonly members: number
  /** People it takes before the next ones go to another part. */
  readonly capacity: number
}

/** Names a membership within its part. A teammate has one in every part of a group. */
export interface MemberKey {
  /** The keyed hash that stands for the person. */
  readonly person: string
  readonly team: boolean
}

/** Names a membership within its group. `teamPart`: 0 for a lead; the part for a teammate. */
export interface KeyInGroup {
  readonly person: string
  readonly teamPart: number
}

/** Members of a call to this part, by their keys in the group. */
export function keysIn(members: readonly MemberKey[], partId: number): KeyInGroup[] {
  return members.map(({ person, team }) => ({ person, teamPart: team ? partId : 0 }))
}

/** A membership that waits for a call. */
export interface Member extends MemberKey {
  readonly digits: string
  readonly status: 'waiting' | 'maybe'
  /** A call that may have worked carried them: they belong in this part and in no other. */
  readonly fixed: boolean
  /** They are in the part's count already: an operator sends them again. */
  readonly counted: boolean
  /** Whether a hook asked to create the group. */
  readonly creates: boolean
  /** Calls that counted against them. */
  readonly attempts: number
  /** When the first of these failed; epoch milliseconds. */
  readonly failingSince: number | null
  /** When a call last failed with them, whatever the reason. */
  readonly triedAt: number | null
  /** The most people they may travel with, themselves included, while a bad number is searched; null: no limit. */
  readonly limit: number | null
  readonly dueAt: number
  readonly askedAt: number
}

/** A part with the head of its queue. */
export interface PartQueue extends Part {
  /** The hook of its group. */
  readonly hook: string
  /** `create`: one of those who wait may create it. */
  readonly queue: 'add' | 'create'
  /** Leads who may be in it: each keeps a place. */
  readonly maybes: number
  readonly waiting: readonly Member[]
}

/** `create`: may make the group. `add`: must find it. `probe`: finds out about a doubtful one. */
export type CallKind = 'create' | 'add' | 'probe'

/** A call, planned or open. */
export interface Call {
  readonly partId: number
  readonly groupId: number
  /** The hook of its group. */
  readonly hook: string
  readonly groupName: string
  readonly kind: CallKind
  readonly members: readonly MemberKey[]
  /** Digits, each person once. Empty for an open call that is read back: its numbers are not kept with it. */
  readonly contacts: readonly string[]
  /** Leads who are not in the part's count yet. */
  readonly fresh: number
}

/** A call that was claimed and has not ended. */
export interface OpenCall extends Call {
  readonly id: number
}

/** When people were last in a call that WhatsApp may have felt, and when groups were created: for the caps, oldest first. */
export interface Spent extends Uses {
  readonly byHook: ReadonlyMap<string, Uses>
}

export interface Uses {
  readonly people: readonly number[]
  /** When people were in a call, whatever came of it: hooks take turns by that. */
  readonly tried: readonly number[]
  readonly creations: readonly number[]
}

/** One of the people that a delivery asks for. */
export interface AskedPerson {
  readonly status: MembershipStatus
  readonly reason: string | null
  /** A teammate who comes along. One who signs up is none. */
  readonly team: boolean
  /** Set where the delivery no longer follows the membership: accepted before it asked, or accepted and sent again since. */
  readonly frozen: 'already' | 'accepted' | null
}

/** What a delivery says of itself, whatever becomes of its people. */
export interface DeliveryMarks {
  /** Why it was never mapped, such as "consent" or "consent, mapping"; null: it was. */
  readonly held: string | null
  /** The sender must be asked for the rest first. */
  readonly lookingUp: boolean
  /** It asks for no person any more, and why. */
  readonly closed: 'discarded' | 'erased' | 'not wanted' | null
}

export interface DerivedState {
  readonly state: StoredState
  readonly reason: string | null
}

/** A delivery's state. The only place that says how it follows from the memberships it asks for. */
export function deliveryState(marks: DeliveryMarks, asked: readonly AskedPerson[]): DerivedState {
  if (marks.closed !== null) return { state: 'skipped', reason: marks.closed }
  if (marks.lookingUp) return { state: 'queued', reason: 'look-up' }
  if (marks.held !== null) return { state: 'held', reason: marks.held }
  // A teammate changes nothing: their number is a matter of the config, and thousands of deliveries ask for them.
  const leads = asked
    .filter(({ team }) => !team)
    .map(asFrozen)
    // Rows come in any order, and one reason is shown of several.
    .toSorted((one, other) => ((one.reason ?? '') < (other.reason ?? '') ? -1 : 1))
  const maybe = leads.find(({ status }) => status === 'maybe')
  if (maybe !== undefined) return { state: 'unknown', reason: maybe.reason }
  if (leads.some(({ status }) => status === 'waiting')) return { state: 'queued', reason: null }
  const blocked = leads.find(({ status }) => status === 'blocked')
  if (blocked !== undefined) return { state: 'held', reason: blocked.reason }
  const refused = leads.filter(({ status }) => status === 'refused')
  if (refused.length > 0) {
    const all = refused.length === leads.length
    return {
      state: 'parked',
      reason: all ? (refused[0]?.reason ?? 'refused') : 'some numbers were refused',
    }
  }
  const accepted = leads.filter(({ status }) => status === 'accepted')
  if (accepted.some(({ frozen }) => frozen !== 'already'))
    return { state: 'accepted', reason: null }
  if (accepted.length > 0) return { state: 'skipped', reason: 'already accepted' }
  const suppressed = leads.some(({ status }) => status === 'suppressed')
  return { state: 'skipped', reason: suppressed ? 'suppressed' : 'withdrawn' }
}

function asFrozen(asked: AskedPerson): AskedPerson {
  return asked.frozen === null ? asked : { ...asked, status: 'accepted', reason: null }
}

/** True where the delivery is done, or waits for an operator. */
export function isSettled(state: DeliveryState): boolean {
  return state === 'held' || state === 'parked' || state === 'accepted' || state === 'skipped'
}
