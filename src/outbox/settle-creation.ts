/** Settles creations whose end is in doubt: nobody makes a name twice, and the account's creations rest where one failed. */

import { HOUR_MS, MINUTE_MS, SECOND_MS } from './pace.ts'
import type { Settlement, Step } from './settlement.ts'
import {
  afterCall,
  afterCreate,
  afterFailure,
  calm,
  changesOf,
  half,
  MOST_ATTEMPTS,
  partWith,
  rung,
} from './settlement.ts'

/** Why leads of a doubtful creation wait. */
export const MAY_BE_CREATED = 'group may have been created'

/** A creation answered 500 may have happened; the probe waits until a new group would be seen. */
export const PROBE_AFTER_MS = 120 * SECOND_MS
/** Creations that did not happen: WhatsApp's own limit on them recovers within a day. */
const CREATE_PAUSES_MS = [15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS]

/** A creation that may have happened: nobody creates this name again before `create:false` has found out. */
export function doubtful(step: Step, message: string): Settlement {
  const { input, now, scale } = step
  return {
    account: { ...afterFailure(step), ...afterCreate(step) },
    group: {
      ...input.group,
      status: 'doubtful',
      misses: 0,
      restUntil: now + PROBE_AFTER_MS * scale,
    },
    changes: changesOf(step, (waiting) => ({
      state: 'unknown',
      reason: MAY_BE_CREATED,
      // They keep their place: the probe that finds out is theirs.
      dueAt: waiting.dueAt,
      attempts: waiting.attempts,
      event: 'unknown',
      detail: `${message} The group may have been created: asking before trying again`,
    })),
    groupFound: false,
  }
}

/**
 * A probe says that there is no group. Creations of the account rest, and since a new group may stay invisible for minutes the
 * name is asked for once more after that rest; only a second 404 frees it to be created again.
 */
export function notCreated(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const { group } = input
  const account = { ...calm(input.account), ...afterCall(step) }
  if (group.misses > 0) {
    return {
      account,
      group: { ...group, status: 'new', misses: 0 },
      // There is no group that anybody could be in.
      changes: changesOf(step, ({ attempts }) => ({
        state: 'queued',
        reason: null,
        dueAt: now,
        attempts,
        event: 'group was not created',
        detail: message,
      })),
      groupFound: false,
    }
  }
  const pauseMs = rung(CREATE_PAUSES_MS, account.createFailures) * scale
  const failures = group.createFailures + 1
  const size = call.people.length
  return {
    account: {
      ...account,
      createFailures: account.createFailures + 1,
      nextCreateAt: Math.max(account.nextCreateAt, now + pauseMs),
    },
    group: { ...group, createFailures: failures, misses: 1, restUntil: now + pauseMs },
    changes: changesOf(step, (waiting, contacts) => {
      // Who only came along with the probe was not in the creation that failed.
      const attempts = waiting.attempts + (waiting.mayBeIn ? 1 : 0)
      if (attempts >= MOST_ATTEMPTS && size <= 1) {
        return partWith(step, waiting, contacts, attempts, 'group could not be created', message)
      }
      return {
        // It may be there all the same, and not be seen yet: only the second 404 says who is in no group.
        ...(waiting.mayBeIn
          ? { state: 'unknown', reason: MAY_BE_CREATED }
          : { state: 'queued', reason: null }),
        dueAt: waiting.dueAt,
        attempts,
        // A bad number fails a whole creation: from the second failure on it is looked for.
        ...(failures >= 2 && size > 1 && { limit: half(size) }),
        event: 'not created',
        detail: 'EazyBe did not create the group',
      }
    }),
    groupFound: false,
  }
}
