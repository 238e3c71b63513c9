/** What an outcome changes: a pure function from a call and EazyBe's answer to the next state of account, part and members. */

import type { Outcome } from '../../eazybe/client.ts'
import type { AccountState, Call, Member, Part } from '../model.ts'
import type { Line } from '../store/deliveries.ts'
import type { MemberChange } from '../store/memberships.ts'
import { isBlamed, isExcused, MOST_ATTEMPTS } from './blame.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, nth, SECOND_MS } from './pace.ts'
import type { SettleInput, Step } from './settle-account.ts'
import {
  afterAnswer,
  afterCall,
  afterCreate,
  afterFailure,
  paused,
  throttled,
  unreachable,
} from './settle-account.ts'

/** `interrupted`: the process ended in the middle of the call, and nobody saw the answer. */
export type CallOutcome = Outcome | { readonly kind: 'interrupted' }

/** What becomes of one member of the call, and the line of the timelines. */
export interface Change extends MemberChange, Line {}

export interface Settlement {
  readonly account: AccountState
  readonly part: Part
  /** Null: EazyBe accepted all of them. */
  readonly changes: readonly Change[] | null
}

/** A creation that was answered 500 may have happened; a new group is visible by then. */
export const PROBE_AFTER_MS = 120 * SECOND_MS
/** Creations that did not happen: WhatsApp's own limit on them recovers within a day. */
const CREATE_PAUSES_MS = [15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS]
/** New groups are invisible to EazyBe for minutes (a neighbour's docs): a 404 of a group that exists is asked again. */
const MISSING_RETRIES_MS = [3, 10, 30].map((minutes) => minutes * MINUTE_MS)
/** Without an acceptance of others meanwhile the last waits are longer: EazyBe itself may be down for days. */
const ADD_RETRIES_MS = [
  1 * MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
]
const LAST_CONTRASTED_RETRY = 2
/** Of a wait: this much more, by chance, so that retries do not march in step. */
const RETRY_JITTER = 0.2
/** Without a connection a lead waits this long before an operator must look. */
const UNREACHABLE_GIVE_UP_MS = 7 * DAY_MS

const MAY_BE_CREATED = 'group may have been created'
export const MAY_BE_IN = 'an earlier call may have worked'

/** The state after a call. */
export function settle(
  input: SettleInput,
  call: Call,
  outcome: CallOutcome,
  now: number,
  random: () => number,
): Settlement {
  const step: Step = { input, call, now, random, scale: input.pace.waitScale }
  switch (outcome.kind) {
    case 'accepted':
      return accepted(step)
    case 'invalid':
      return invalid(step, outcome.message)
    case 'unauthorized':
      return unchanged(step, paused(step, 'token'), 'EazyBe token refused', outcome.message)
    case 'inactive':
      return unchanged(step, paused(step, 'session'), 'EazyBe session inactive', outcome.message)
    case 'missing':
      return missing(step, outcome.message)
    case 'throttled': {
      const account = throttled(step, outcome.retryAfterMs)
      const seconds = Math.ceil((account.nextCallAt - now) / SECOND_MS)
      return unchanged(
        step,
        account,
        'EazyBe asks to wait',
        `Too many calls: next one in ${seconds} s`,
      )
    }
    case 'unreachable':
      return notReached(step, outcome.message)
    case 'ambiguous':
      return call.kind === 'create'
        ? doubtful(step, outcome.message)
        : addFailed(step, outcome.message)
    case 'interrupted':
      return call.kind === 'create'
        ? doubtful(step, 'Usher stopped before the answer came')
        : interrupted(step)
  }
}

function accepted(step: Step): Settlement {
  const { input, call, now } = step
  const { pace, part } = input
  const created = call.kind === 'create'
  const account: AccountState = {
    ...afterAnswer(input.account),
    ...afterCall(step),
    pause: input.account.pause?.reason === 'operator' ? input.account.pause : null,
    acceptedAt: now,
    ...(created && { ...afterCreate(step), createFailures: 0, createdAt: now }),
  }
  return {
    account,
    part: {
      ...part,
      status: 'exists',
      misses: 0,
      createFailures: 0,
      members: part.members + call.fresh,
      restUntil: created ? now + pace.restAfterCreateMs : part.restUntil,
    },
    changes: null,
  }
}

/** 400: the batch is split until the bad number stands alone, and that one is parked at once. */
function invalid(step: Step, message: string): Settlement {
  const { input, call, now } = step
  const size = call.contacts.length
  const excused = isExcused(step)
  const alone = size <= 1 && !excused
  const failing = input.account.pause?.reason === 'failing'
  return {
    // A 400 says that the session works, but not that EazyBe does.
    account: failing ? afterFailure(step) : { ...afterAnswer(input.account), ...afterCall(step) },
    part: input.part,
    changes: changesOf(step, (member) => ({
      ...(alone ? { status: 'refused', reason: `refused: ${message}` } : stillWaits(member)),
      attempts: member.attempts + (alone ? 1 : 0),
      limit: alone || excused ? null : half(size),
      dueAt: now,
      event: 'refused by EazyBe',
      detail:
        alone || excused ? message : `${message} Trying ${half(size)} of ${size} people at a time`,
    })),
  }
}

/** 404: what it means depends on what was known of the part. */
function missing(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const { part } = input
  if (call.kind === 'create') return doubtful(step, message)
  if (call.kind === 'probe') return notCreated(step, message)
  const account = { ...afterAnswer(input.account), ...afterCall(step) }
  const retryMs = part.status === 'exists' ? MISSING_RETRIES_MS[part.misses] : undefined
  if (retryMs !== undefined) {
    const later = { ...part, misses: part.misses + 1, restUntil: now + retryMs * scale }
    return { ...unchanged(step, account, 'group not visible yet', message), part: later }
  }
  const gone = part.status === 'exists'
  return {
    account,
    // The count of misses stays: the next lead for a group that is gone is asked once, without the waits again.
    part,
    changes: changesOf(step, (member) => ({
      status: 'blocked',
      reason: gone ? 'group gone' : 'group missing',
      attempts: member.attempts + 1,
      dueAt: now,
      event: 'held',
      detail: gone
        ? 'EazyBe no longer finds the group: it was renamed or deleted'
        : 'EazyBe finds no group of this name, and the hook does not ask to create it',
    })),
  }
}

/** 500 or no answer to an add: people may be in already, which a second add does not hurt. */
function addFailed(step: Step, message: string): Settlement {
  const { input, call, now, random, scale } = step
  const size = call.contacts.length
  const excused = isExcused(step)
  return {
    account: afterFailure(step),
    part: input.part,
    changes: changesOf(step, (member) => {
      if (excused)
        return {
          ...maybe('EazyBe failed'),
          attempts: member.attempts,
          dueAt: now,
          event: 'unknown',
          detail: message,
        }
      const failed = oneMore(member, now)
      if (size <= 1 && isBlamed(step, member, failed.attempts, input.account.acceptedAt)) {
        return refusedFor(
          failed,
          `EazyBe failed ${failed.attempts} times: ${message}`,
          now,
          message,
        )
      }
      const contrasted = input.account.acceptedAt > failed.failingSince
      const n = contrasted
        ? Math.min(failed.attempts - 1, LAST_CONTRASTED_RETRY)
        : failed.attempts - 1
      const waitMs = nth(ADD_RETRIES_MS, n) * (1 + random() * RETRY_JITTER)
      return {
        ...maybe('EazyBe failed'),
        ...failed,
        dueAt: now + waitMs * scale,
        // From the second failure on, a bad number is searched among those who travelled with it.
        ...(failed.attempts >= 2 && size > 1 && { limit: half(size) }),
        event: 'unknown',
        detail: message,
      }
    }),
  }
}

/** The process ended in the middle of an add: it is asked again after the first wait, and counts against nobody. */
function interrupted(step: Step): Settlement {
  const { input, now, scale } = step
  return {
    account: { ...input.account, ...afterCall(step) },
    part: input.part,
    changes: changesOf(step, (member) => ({
      ...maybe('Usher stopped in the middle of the call'),
      attempts: member.attempts,
      dueAt: now + nth(ADD_RETRIES_MS, 0) * scale,
      event: 'unknown',
      detail: 'Usher stopped before the answer came; EazyBe may have taken it',
    })),
  }
}

/** A creation that may have happened: the name is not created again before `create:false` has found out. */
function doubtful(step: Step, message: string): Settlement {
  const { input, now, scale } = step
  return {
    account: { ...afterFailure(step), ...afterCreate(step) },
    part: { ...input.part, status: 'doubtful', misses: 0, restUntil: now + PROBE_AFTER_MS * scale },
    changes: changesOf(step, (member) => ({
      ...maybe(MAY_BE_CREATED),
      attempts: member.attempts,
      // They keep their place: the probe that finds out carries them.
      dueAt: member.dueAt,
      event: 'unknown',
      detail: `${message} The group may have been created: asking before trying again`,
    })),
  }
}

/**
 * A probe says that there is no group. Creations of the account rest, and since a new group may stay invisible for minutes the
 * name is asked for once more after that rest; only a second 404 frees it to be created again.
 */
function notCreated(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const { part } = input
  const account = { ...afterAnswer(input.account), ...afterCall(step) }
  if (part.misses > 0) {
    return {
      account,
      // The dispatcher frees everybody who may have been in it.
      part: { ...part, status: 'new', misses: 0 },
      changes: changesOf(step, (member) => ({
        ...stillWaits(member),
        attempts: member.attempts,
        dueAt: now,
        event: 'group was not created',
        detail: message,
      })),
    }
  }
  const pauseMs = nth(CREATE_PAUSES_MS, input.account.createFailures) * scale
  const failures = part.createFailures + 1
  const size = call.contacts.length
  const excused = isExcused(step)
  return {
    account: {
      ...account,
      createFailures: input.account.createFailures + 1,
      nextCreateAt: Math.max(account.nextCreateAt, now + pauseMs),
    },
    part: { ...part, createFailures: failures, misses: 1, restUntil: now + pauseMs },
    changes: changesOf(step, (member) => {
      // Who only came along with the probe was not in the creation that failed.
      const failed =
        member.status === 'maybe' && !excused
          ? oneMore(member, now)
          : { attempts: member.attempts, failingSince: member.failingSince ?? now }
      // A probe that failed says nothing of the creation: only creations that did not happen count.
      if (
        size <= 1 &&
        !excused &&
        failures >= MOST_ATTEMPTS &&
        isBlamed(step, member, failed.attempts, input.account.createdAt)
      ) {
        return refusedFor(failed, 'group could not be created', now, message)
      }
      return {
        ...stillWaits(member),
        ...failed,
        dueAt: member.dueAt,
        // A bad number fails a whole creation: from the second failure on it is searched.
        ...(failures >= 2 && size > 1 && { limit: half(size) }),
        event: 'not created',
        detail: 'EazyBe did not create the group',
      }
    }),
  }
}

/** No connection, or a broken one. It counts against nobody; a call that may have left is treated as one that did. */
function notReached(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const account = unreachable(step)
  const since = account.unreachableSince ?? now
  const created = call.kind === 'create'
  return {
    account: created ? { ...account, ...afterCreate(step) } : account,
    part: created
      ? { ...input.part, status: 'doubtful', misses: 0, restUntil: now + PROBE_AFTER_MS * scale }
      : input.part,
    changes: changesOf(step, (member) => {
      // Days that it waited for its turn are no days without a connection.
      const spent = now - Math.max(since, member.askedAt) > UNREACHABLE_GIVE_UP_MS
      return {
        ...(spent
          ? { status: 'refused', reason: 'no connection for 7 days' }
          : maybe(created ? MAY_BE_CREATED : MAY_BE_IN)),
        attempts: member.attempts,
        // They keep their place: if the next ones were tried instead, each of them might arrive and be counted.
        dueAt: member.dueAt,
        event: spent ? 'parked' : 'no connection',
        detail: message,
      }
    }),
  }
}

type ChangeOf = Pick<Change, 'status' | 'reason' | 'attempts' | 'dueAt' | 'event' | 'detail'> &
  Partial<Pick<Change, 'failingSince' | 'limit'>>

function changesOf({ input }: Step, change: (member: Member) => ChangeOf): Change[] {
  return input.members.map((member) => {
    const { person, team, failingSince, limit } = member
    return { person, team, failingSince, limit, ...change(member) }
  })
}

/** They wait as they did; their timelines say what happened. */
function unchanged(step: Step, account: AccountState, event: string, detail: string): Settlement {
  return {
    account,
    part: step.input.part,
    changes: changesOf(step, (member) => ({
      ...stillWaits(member),
      attempts: member.attempts,
      dueAt: step.now,
      event,
      detail,
    })),
  }
}

/** Who may be in stays so. */
function stillWaits({ status }: Member): Pick<Change, 'status' | 'reason'> {
  return { status, reason: status === 'maybe' ? MAY_BE_IN : null }
}

function maybe(reason: string): Pick<Change, 'status' | 'reason'> {
  return { status: 'maybe', reason }
}

function oneMore(
  { attempts, failingSince }: Member,
  now: number,
): { attempts: number; failingSince: number } {
  return { attempts: attempts + 1, failingSince: failingSince ?? now }
}

/** A number that failed alone, and often enough. */
function refusedFor(
  failed: { attempts: number; failingSince: number },
  reason: string,
  now: number,
  detail: string,
): ChangeOf {
  return { ...failed, status: 'refused', reason, limit: null, dueAt: now, event: 'parked', detail }
}

function half(size: number): number {
  return Math.ceil(size / 2)
}
