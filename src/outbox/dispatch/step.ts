/** A call that is being settled, and what outcomes share: what they say of the account as a whole, and how its members change. */

import type { AccountState, Call, Member, Part, Pause, PauseReason } from '../model.ts'
import type { TimelineEntry } from '../store/deliveries.ts'
import type { MemberChange } from '../store/memberships.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, nth, type Pace, SECOND_MS } from './pace.ts'

export interface SettleInput {
  readonly account: AccountState
  readonly part: Part
  /** The call's members that still wait. */
  readonly members: readonly Member[]
  readonly pace: Pace
}

/** An outcome that is being settled. */
export interface Step {
  readonly input: SettleInput
  readonly call: Call
  readonly now: number
  readonly random: () => number
  /** What every wait is multiplied by. */
  readonly scale: number
}

/** What becomes of one member of the call, and the line of the timelines. */
export interface Change extends MemberChange, TimelineEntry {}

export interface Settlement {
  readonly account: AccountState
  readonly part: Part
  /** Null: EazyBe accepted all of them. */
  readonly changes: readonly Change[] | null
}

/** A refused token is compared with today's this often: a new secret wakes no object by itself. */
export const TOKEN_CHECK_MS = 15 * MINUTE_MS
/** A paused account tries one call after these waits, then every last of them. */
const PROBES_MS = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS)
/** After a day of failures the probes are rarer: each of them may be felt by WhatsApp. */
const FAILING_PROBE_LATER_MS = 2 * HOUR_MS
const THROTTLE_FIRST_MS = 60 * SECOND_MS
const THROTTLE_MOST_MS = 30 * MINUTE_MS
const UNREACHABLE_FIRST_MS = SECOND_MS
const UNREACHABLE_MOST_MS = 30 * MINUTE_MS

/** EazyBe answered: counters of throttling and of connections begin anew, and a pause of its session or token ends. */
export function afterAnswer(account: AccountState): AccountState {
  const { pause } = account
  const stays = pause?.reason === 'operator' || pause?.reason === 'failing'
  return {
    ...account,
    pause: stays ? pause : null,
    throttles: 0,
    unreachable: 0,
    unreachableSince: null,
  }
}

/** EazyBe failed or refused: that ends no pause of its session, and a failing EazyBe is tried again a step later. */
export function afterFailure(step: Step): AccountState {
  const { pause } = step.input.account
  const account = { ...afterAnswer(step.input.account), ...afterCall(step) }
  if (pause === null || (pause.reason !== 'session' && pause.reason !== 'failing')) return account
  return { ...account, pause: probedLater(pause, step) }
}

function probedLater(pause: Pause, { now, scale }: Step): Pause {
  const probes = pause.probes + 1
  const late = pause.reason === 'failing' && now - pause.since > DAY_MS * scale
  const waitMs = late ? FAILING_PROBE_LATER_MS : nth(PROBES_MS, probes)
  return { ...pause, probes, probeAt: now + waitMs * scale }
}

/** A pause that begins now, with its first probe. */
export function pauseFrom(reason: PauseReason, now: number, scale: number): Pause {
  const probeAt =
    reason === 'token' || reason === 'operator' ? null : now + nth(PROBES_MS, 0) * scale
  return { reason, since: now, probes: 0, probeAt }
}

/** 401 and 403: the account's trouble, not the person's. */
export function paused(step: Step, reason: 'session' | 'token'): AccountState {
  const before = step.input.account.pause
  const account = afterAnswer(step.input.account)
  if (account.pause?.reason === 'operator') return account
  const pause =
    before?.reason === reason && reason === 'session'
      ? probedLater(before, step)
      : pauseFrom(reason, step.now, step.scale)
  return {
    ...account,
    pause: { ...pause, since: before?.reason === reason ? before.since : step.now },
  }
}

/** 429. What EazyBe asks for is kept in full, whatever the pace; without it the wait doubles. */
export function throttled(step: Step, retryAfterMs: number | null): AccountState {
  const { input, now, scale } = step
  const throttles = retryAfterMs === null ? input.account.throttles + 1 : 0
  const doubled = Math.min(THROTTLE_FIRST_MS * 2 ** (throttles - 1), THROTTLE_MOST_MS)
  const nextCallAt = Math.max(now + (retryAfterMs ?? doubled * scale), afterCall(step).nextCallAt)
  return {
    ...afterAnswer(input.account),
    pause: pausedUntil(nextCallAt, input.account.pause),
    throttles,
    nextCallAt,
    nextCallWhy: 'throttled',
  }
}

/** No connection: exponential waits with full jitter. A call that broke may have been felt, so the gap is kept too. */
export function unreachable(step: Step): AccountState {
  const { input, now, random, scale } = step
  const failures = input.account.unreachable + 1
  const ceiling = Math.min(UNREACHABLE_FIRST_MS * 2 ** failures, UNREACHABLE_MOST_MS)
  const nextCallAt = Math.max(now + random() * ceiling * scale, afterCall(step).nextCallAt)
  return {
    ...input.account,
    pause: pausedUntil(nextCallAt, input.account.pause),
    unreachable: failures,
    unreachableSince: input.account.unreachableSince ?? now,
    nextCallAt,
    nextCallWhy: 'unreachable',
  }
}

/** Nothing was said of the session, or of EazyBe's health: the pause stays, and the next call is its probe. */
function pausedUntil(at: number, pause: Pause | null): Pause | null {
  return pause === null || pause.probeAt === null ? pause : { ...pause, probeAt: at }
}

/** The gap after a call. */
export function afterCall({
  input,
  now,
  random,
}: Step): Pick<AccountState, 'nextCallAt' | 'nextCallWhy'> {
  const { addGapMs, addJitterMs } = input.pace
  return { nextCallAt: now + addGapMs + random() * addJitterMs, nextCallWhy: 'pace' }
}

type CreationWaits = Pick<
  AccountState,
  'nextCreateAt' | 'othersCreateAt' | 'createFailures' | 'createFailuresApart'
>

/** The gap after a creation, also after one that may have happened. A longer wait, after one that failed, stays. */
export function afterCreate({ input, now, random, scale }: Step): CreationWaits {
  const { createGapMs, createJitterMs } = input.pace
  const { nextCreateAt, othersCreateAt, createFailures, createFailuresApart } = input.account
  // WhatsApp's limit recovers within a day: failures before that say nothing of today.
  const isOver = (waitEndedAt: number) => now > waitEndedAt + DAY_MS * scale
  const gapEndsAt = now + createGapMs + random() * createJitterMs
  return {
    nextCreateAt: Math.max(nextCreateAt, gapEndsAt),
    othersCreateAt: Math.max(othersCreateAt, gapEndsAt),
    createFailures: isOver(nextCreateAt) ? 0 : createFailures,
    createFailuresApart: isOver(othersCreateAt) ? 0 : createFailuresApart,
  }
}

/**
 * The operator resumes: every wait of EazyBe's making ends. The gap after the last call is kept, since WhatsApp may
 * have felt a call that broke. A clock that was ahead delays nothing by more than the gap.
 */
export function resumed(
  account: AccountState,
  pace: Pace,
  lastCallAt: number,
  now: number,
): AccountState {
  const gapMs = pace.addGapMs + pace.addJitterMs
  const gapEndsAt = Math.max(now, Math.min(lastCallAt, now) + gapMs)
  const createGapMs = pace.createGapMs + pace.createJitterMs
  return {
    ...account,
    pause: null,
    throttles: 0,
    unreachable: 0,
    unreachableSince: null,
    createFailures: 0,
    createFailuresApart: 0,
    nextCallAt: Math.min(account.nextCallAt, gapEndsAt),
    nextCallWhy: 'pace',
    nextCreateAt: Math.min(account.nextCreateAt, now + createGapMs),
    othersCreateAt: Math.min(account.othersCreateAt, now + createGapMs),
  }
}

/** Why a person whose earlier call failed is asked for again. */
export const MAY_BE_IN = 'an earlier call may have worked'

/** A change, as a rule gives it: what it leaves out stays. */
export type ChangeOf = Pick<
  Change,
  'status' | 'reason' | 'attempts' | 'dueAt' | 'event' | 'detail'
> &
  Partial<Pick<Change, 'failingSince' | 'triedAt' | 'limit'>>

/** One change for each member of the call. */
export function changesOf({ input }: Step, change: (member: Member) => ChangeOf): Change[] {
  return input.members.map((member) => {
    const { person, team, failingSince, triedAt, limit } = member
    return { person, team, failingSince, triedAt, limit, ...change(member) }
  })
}

/** People who may be in stay so. */
export function stillWaits({ status }: Member): Pick<Change, 'status' | 'reason'> {
  return { status, reason: status === 'maybe' ? MAY_BE_IN : null }
}

/** A call with them failed, and may have worked. */
export function maybe(reason: string): Pick<Change, 'status' | 'reason'> {
  return { status: 'maybe', reason }
}

/** Half of a batch, rounded up: a bad number is searched this way. */
export function half(size: number): number {
  return Math.ceil(size / 2)
}
