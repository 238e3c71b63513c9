/** The outbox's state as plain data: what `plan` reads and what `settle` changes. */

/** A delivery's state. It leaves `queued` only by an outcome of EazyBe's or an operator's hand. */
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

/** Whether a call with it failed that may have worked. What is parked was in failed calls as well. */
export function mayHaveGone(state: DeliveryState): boolean {
  return state === 'unknown' || state === 'parked'
}

/** Why the account makes no calls: EazyBe's session is inactive, the token is refused, or the operator said so. */
export type PauseReason = 'session' | 'token' | 'operator'

export interface Pause {
  readonly reason: PauseReason
  /** Epoch milliseconds. */
  readonly since: number
  /** When the head item tries again; null waits for a hand. */
  readonly probeAt: number | null
  readonly probes: number
}

/** What is true of the whole account. Times are epoch milliseconds. */
export interface AccountState {
  readonly pause: Pause | null
  /** The gap after the last call. */
  readonly nextCallAt: number
  /** Why: the pace, EazyBe's 429, or no connection. */
  readonly nextCallWhy: 'pace' | 'throttled' | 'unreachable'
  readonly nextCreateAt: number
  /** 429s in a row without Retry-After. */
  readonly throttles: number
  /** Failed connections in a row. */
  readonly unreachable: number
  /** When the first of them failed. */
  readonly unreachableSince: number | null
  /** Creations that did not happen, in a row: each makes the pause of creations longer. */
  readonly createFailures: number
}

export const FRESH_ACCOUNT: AccountState = {
  pause: null,
  nextCallAt: 0,
  nextCallWhy: 'pace',
  nextCreateAt: 0,
  throttles: 0,
  unreachable: 0,
  unreachableSince: null,
  createFailures: 0,
}

/**
 * What we believe of a group. `new`: never seen, or proven absent. `doubtful`: a creation was answered 500 or not at all,
 * and a call with `create:false` must find out. `exists`: EazyBe took people for it; it is never created again.
 */
export type GroupStatus = 'new' | 'doubtful' | 'exists'

export interface GroupState {
  readonly id: number
  readonly name: string
  readonly status: GroupStatus
  /** No call for this group before. */
  readonly restUntil: number
  /** 404s in a row: of a group that exists, or of probes for one that may. */
  readonly misses: number
  /** Creations of this group that did not happen. */
  readonly createFailures: number
  /** People EazyBe accepted into it, by our count. */
  readonly members: number
  /** People it takes before the next ones go to another part. */
  readonly capacity: number
  /** The id of the first part: nobody is in two parts of a family. */
  readonly family: number
  /** 1 for "Name", 2 for "Name 2". */
  readonly part: number
}

/** A person of a delivery who has not been sent yet. */
export interface WaitingContact {
  /** Place in the delivery's list of contacts. */
  readonly index: number
  readonly digits: string
  /** The keyed hash that stands for the person. */
  readonly person: string
  /** One of the hook's own people, whom its config names: a new group begins with them. */
  readonly team: boolean
}

/** A delivery that waits for a call. */
export interface Waiting {
  readonly seq: number
  /** Whether its hook asked to create the group. */
  readonly create: boolean
  readonly contacts: readonly WaitingContact[]
  /** Real refusals so far; waiting never counts. */
  readonly attempts: number
  /** The most people it may travel with, itself included, while a bad number is being looked for; null: no limit. */
  readonly limit: number | null
  readonly dueAt: number
  readonly receivedAt: number
  /** A call with it failed and may have worked: its people may be in this very group, and belong in no other part. */
  readonly mayBeIn: boolean
}

/** A group with the head of its queue. */
export interface GroupQueue extends GroupState {
  /** People of failed calls who may be in it: a place is kept for each, since they are asked for here and nowhere else. */
  readonly reserved: number
  readonly waiting: readonly Waiting[]
}

/** A call that was made: for the caps of the hour and the day. */
export interface Spent {
  readonly at: number
  readonly people: number
  readonly created: boolean
}

/** `create`: may make the group. `add`: the group is there, or is asked for without leave to make it. `probe`: finds out about a doubtful one. */
export type CallKind = 'create' | 'add' | 'probe'

/** Which contacts of which delivery travel in a call. */
export interface CallPart {
  readonly seq: number
  readonly contacts: readonly number[]
}

export interface Call {
  readonly groupId: number
  readonly groupName: string
  readonly kind: CallKind
  /** Digits, each person once. */
  readonly people: readonly string[]
  readonly parts: readonly CallPart[]
}
