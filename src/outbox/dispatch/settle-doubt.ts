/** Outcomes that leave a doubt: a call that failed may have worked, and a group may be there. */

import type { Member, Part } from '../model.ts'
import { isBlamed, isExcused, MOST_ATTEMPTS } from './blame.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, nth, SECOND_MS } from './pace.ts'
import type { ChangeOf, Settlement, Step } from './step.ts'
import {
  afterAnswer,
  afterCall,
  afterCreate,
  afterFailure,
  changesOf,
  half,
  MAY_BE_IN,
  maybe,
  stillWaits,
  unreachable,
} from './step.ts'

/** A creation that was answered 500 may have happened; a new group is visible by then. */
const PROBE_AFTER_MS = 120 * SECOND_MS
/** Creations that did not happen: WhatsApp's own limit on them recovers within a day. */
const CREATE_PAUSES_MS = [15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS]
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

/** 500 or no answer to an add: people may be in already, which a second add does not hurt. */
export function addFailed(step: Step, message: string): Settlement {
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
          triedAt: now,
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
        triedAt: now,
        dueAt: now + waitMs * scale,
        // From the second failure on, a bad number is searched among those who travelled with it.
        ...(failed.attempts >= 2 && size > 1 && { limit: half(size) }),
        event: 'unknown',
        detail: message,
      }
    }),
  }
}

/** The process ended in the middle of an add: it is asked again after the first wait, and counts against no person. */
export function interrupted(step: Step): Settlement {
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
export function doubtful(step: Step, message: string): Settlement {
  return {
    account: { ...afterFailure(step), ...afterCreate(step) },
    part: inDoubt(step),
    changes: changesOf(step, (member) => ({
      ...maybe(MAY_BE_CREATED),
      attempts: member.attempts,
      triedAt: step.now,
      // They keep their place: the probe that finds out carries them.
      dueAt: member.dueAt,
      event: 'unknown',
      detail: `${message} The group may have been created: asking before trying again`,
    })),
  }
}

/**
 * A probe says that there is no group. Creations of the account rest: with these people longer each time, with others only where
 * creations without a person in common fail, since the fault may be a number's. A new group may stay invisible for minutes, so the
 * name is asked for once more; only a second 404 frees it to be created again.
 */
export function notCreated(step: Step, message: string): Settlement {
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
  const { createFailures, createFailuresApart, createdAt, othersCreateAt } = input.account
  // The part itself rests for the first of these waits, whatever failed before.
  const pauseOf = (failures: number) => now + nth(CREATE_PAUSES_MS, failures) * scale
  const tried = input.members.filter(({ status }) => status === 'maybe')
  // Whether all of them were untried, so that this creation shares no person with an earlier one that failed.
  const isApart = tried.every(({ failingSince, limit }) => failingSince === null && limit === null)
  const failures = part.createFailures + 1
  // The people of the creation that failed, whether the probe carried them or not.
  const size = tried.length
  const excused = isExcused(step)
  // Only a creation that was accepted before the failed one is a contrast to it.
  const contrastAt = createdAt < part.triedAt ? createdAt : 0
  return {
    account: {
      ...account,
      createFailures: createFailures + 1,
      createFailuresApart: createFailuresApart + Number(isApart),
      nextCreateAt: Math.max(account.nextCreateAt, pauseOf(createFailures)),
      othersCreateAt: isApart
        ? Math.max(othersCreateAt, pauseOf(createFailuresApart))
        : othersCreateAt,
    },
    part: { ...part, createFailures: failures, misses: 1, restUntil: pauseOf(0) },
    changes: changesOf(step, (member) => {
      const carried = call.members.some(
        ({ person, team }) => person === member.person && team === member.team,
      )
      // It counts against a person who was alone in the creation that failed, and who is in the probe that says so.
      const counts = size <= 1 && carried && member.status === 'maybe' && !excused
      const failed = counts
        ? oneMore(member, now)
        : { attempts: member.attempts, failingSince: member.failingSince ?? now }
      // A probe that failed says nothing of the creation: only creations that did not happen count.
      const isEnough = counts && failures >= MOST_ATTEMPTS
      if (isEnough && isBlamed(step, member, failed.attempts, contrastAt)) {
        return refusedFor(failed, 'group could not be created', now, message)
      }
      return {
        ...stillWaits(member),
        ...failed,
        dueAt: member.dueAt,
        event: 'not created',
        detail: 'EazyBe did not create the group',
      }
    }),
  }
}

/** No connection, or a broken one. It counts against no person; a call that may have left is treated as one that did. */
export function notReached(step: Step, message: string): Settlement {
  const { input, call, now } = step
  const account = unreachable(step)
  const since = account.unreachableSince ?? now
  const created = call.kind === 'create'
  return {
    account: created ? { ...account, ...afterCreate(step) } : account,
    part: created ? inDoubt(step) : input.part,
    changes: changesOf(step, (member) => {
      // Days that it waited for its turn are no days without a connection.
      const spent = now - Math.max(since, member.askedAt) > UNREACHABLE_GIVE_UP_MS
      return {
        ...(spent
          ? { status: 'refused', reason: 'no connection for 7 days' }
          : maybe(created ? MAY_BE_CREATED : MAY_BE_IN)),
        attempts: member.attempts,
        ...(created && { triedAt: now }),
        // They keep their due time. If others were tried first, each broken call might arrive and count against the caps.
        dueAt: member.dueAt,
        event: spent ? 'parked' : 'no connection',
        detail: message,
      }
    }),
  }
}

/** The part after a creation that may have happened. */
function inDoubt({ input, now, scale }: Step): Part {
  const restUntil = now + PROBE_AFTER_MS * scale
  return { ...input.part, status: 'doubtful', misses: 0, restUntil, triedAt: now }
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
