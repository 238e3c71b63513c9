/** What settling a call takes and gives, and what the outcomes share. */

import type { Pace } from './pace.ts'
import { MINUTE_MS } from './pace.ts'
import type { AccountState, Call, DeliveryState, GroupState, Pause, Waiting } from './state.ts'

/** Real refusals of a lead that travels alone before it is parked. */
export const MOST_ATTEMPTS = 4

export interface SettleInput {
  readonly account: AccountState
  readonly group: GroupState
  /** The deliveries of the call, as they waited. */
  readonly waiting: readonly Waiting[]
  readonly pace: Pace
  /** People of the call who were counted in its group before: the operator sent them again. */
  readonly counted: number
}

/** What becomes of one delivery of the call. */
export interface Change {
  readonly seq: number
  /** `accepted` where no contact is left to send; the outbox keeps `queued` while others wait. */
  readonly state: Extract<DeliveryState, 'queued' | 'unknown' | 'accepted' | 'held' | 'parked'>
  readonly reason: string | null
  readonly dueAt: number
  readonly attempts: number
  readonly limit: number | null
  /** Contacts (places in the delivery's list) that are done with, and how. */
  readonly contacts: readonly {
    readonly index: number
    readonly state: 'accepted' | 'refused'
  }[]
  /** The line of its timeline. */
  readonly event: string
  readonly detail: string | null
}

export interface Settlement {
  readonly account: AccountState
  readonly group: GroupState
  readonly changes: readonly Change[]
  /** True where the group is now known to exist: leads held for its absence may go. */
  readonly groupFound: boolean
}

/** An outcome that is being settled. */
export interface Step {
  readonly input: SettleInput
  readonly call: Call
  readonly now: number
  readonly random: () => number
  readonly scale: number
}

/** An answer came, and it was not about the account: its pauses and back-offs end, but for the operator's own. */
export function calm(account: AccountState): AccountState {
  const pause = account.pause?.reason === 'operator' ? account.pause : null
  return { ...account, pause, throttles: 0, unreachable: 0, unreachableSince: null }
}

/** EazyBe's session is asked again after these minutes, then every last of them. */
const SESSION_PROBES_MS = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS)

/** The session is asked again a step later than the last time. */
export function probedAt(probes: number, { now, scale }: Step): Pick<Pause, 'probes' | 'probeAt'> {
  return { probes, probeAt: now + rung(SESSION_PROBES_MS, probes) * scale }
}

/** EazyBe failed, which says nothing of a session that was inactive: its pause stays, or whoever waits would fail one by one. */
export function afterFailure(step: Step): AccountState {
  const { pause } = step.input.account
  const account = { ...calm(step.input.account), ...afterCall(step) }
  return pause?.reason === 'session'
    ? { ...account, pause: { ...pause, ...probedAt(pause.probes + 1, step) } }
    : account
}

export function afterCall({
  input,
  now,
  random,
}: Step): Pick<AccountState, 'nextCallAt' | 'nextCallWhy'> {
  const { addGapMs, addJitterMs } = input.pace
  return { nextCallAt: now + addGapMs + random() * addJitterMs, nextCallWhy: 'pace' }
}

/** Creations keep a gap of their own, also after one that may have happened. */
export function afterCreate({ input, now, random }: Step): Pick<AccountState, 'nextCreateAt'> {
  const { createGapMs, createJitterMs } = input.pace
  return { nextCreateAt: now + createGapMs + random() * createJitterMs }
}

export type ChangeOf = Omit<Change, 'seq' | 'limit' | 'contacts'> &
  Partial<Pick<Change, 'limit' | 'contacts'>>

export function changesOf(
  { input, call }: Step,
  change: (waiting: Waiting, contacts: readonly number[]) => ChangeOf,
): Change[] {
  const waitingOf = new Map(input.waiting.map((waiting) => [waiting.seq, waiting]))
  return call.parts.flatMap(({ seq, contacts }) => {
    const waiting = waitingOf.get(seq)
    // A delivery that is gone (erased while the call was under way) has nothing left to change.
    return waiting === undefined
      ? []
      : [{ seq, limit: waiting.limit, contacts: [], ...change(waiting, contacts) }]
  })
}

/** Of people who were in a call that may have worked: they are asked for in this very group, and in no other part. */
export const MAY_BE_IN = 'an earlier call may have worked'

/** It waits on. Whom an earlier call may have taken in stays in doubt: in the queue alone they could go to another part. */
export function waitsOn({ mayBeIn }: Waiting): Pick<Change, 'state' | 'reason'> {
  return mayBeIn ? { state: 'unknown', reason: MAY_BE_IN } : { state: 'queued', reason: null }
}

/** The lead waits as it did; its timeline says what happened. */
export function unchanged(step: Step, event: string, detail: string): Change[] {
  return changesOf(step, (waiting) => ({
    ...waitsOn(waiting),
    dueAt: step.now,
    attempts: waiting.attempts,
    event,
    detail,
  }))
}

/** A number that failed alone, and often enough. The others of its delivery were never tried without it: they begin anew. */
export function partWith(
  { now }: Step,
  waiting: Waiting,
  contacts: readonly number[],
  attempts: number,
  reason: string,
  detail: string,
): ChangeOf {
  const refused = contacts.map((index) => ({ index, state: 'refused' as const }))
  const others = contacts.length < waiting.contacts.length
  return {
    state: others ? 'queued' : 'parked',
    reason: others ? null : reason,
    // It keeps its place: those who came later may bring the same number, and fail with it again.
    dueAt: Math.min(now, waiting.dueAt),
    attempts: others ? 0 : attempts,
    limit: null,
    contacts: refused,
    event: others ? 'number failed' : 'parked',
    detail,
  }
}

export function half(size: number): number {
  return Math.ceil(size / 2)
}

/** The nth rung of a ladder of waits, its last for all beyond. */
export function rung(ladder: readonly number[], n: number): number {
  return ladder[Math.min(n, ladder.length - 1)] ?? 0
}
