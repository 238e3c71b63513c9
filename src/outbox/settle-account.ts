/** Settles what is the account's trouble and not the lead's: refused, inactive, throttled, unreachable. Nothing is consumed. */

import { DAY_MS, MINUTE_MS, SECOND_MS } from './pace.ts'
import { MAY_BE_CREATED, PROBE_AFTER_MS } from './settle-creation.ts'
import type { Settlement, Step } from './settlement.ts'
import {
  afterCall,
  afterCreate,
  calm,
  changesOf,
  MAY_BE_IN,
  probedAt,
  unchanged,
} from './settlement.ts'
import type { AccountState, Pause } from './state.ts'

/** A refused token is compared with today's this often: a new secret wakes no object by itself. */
export const TOKEN_CHECK_MS = 15 * MINUTE_MS
const THROTTLE_FIRST_MS = 60 * SECOND_MS
const THROTTLE_MOST_MS = 30 * MINUTE_MS
const UNREACHABLE_FIRST_MS = SECOND_MS
const UNREACHABLE_MOST_MS = 30 * MINUTE_MS
/** Without a connection a lead waits this long before a human must look. */
const UNREACHABLE_GIVE_UP_MS = 7 * DAY_MS

/** 401 and 403: the account's trouble, not the lead's. Nothing is consumed. */
export function paused(step: Step, reason: 'session' | 'token', message: string): Settlement {
  const { input, now } = step
  const before = input.account.pause
  const probes = before?.reason === reason ? before.probes + 1 : 0
  const pause: Pause = {
    reason,
    since: before?.reason === reason ? before.since : now,
    ...(reason === 'token' ? { probes, probeAt: null } : probedAt(probes, step)),
  }
  const account = calm(input.account)
  return {
    account: { ...account, pause: account.pause ?? pause },
    group: input.group,
    changes: unchanged(
      step,
      reason === 'session' ? 'EazyBe session inactive' : 'EazyBe token refused',
      message,
    ),
    groupFound: false,
  }
}

export function throttled(step: Step, retryAfterMs: number | null): Settlement {
  const { input, now, scale } = step
  const throttles = retryAfterMs === null ? input.account.throttles + 1 : 0
  const doubled = Math.min(THROTTLE_FIRST_MS * 2 ** (throttles - 1), THROTTLE_MOST_MS)
  // What EazyBe asks for is kept in full, whatever the pace.
  const waitMs = retryAfterMs ?? doubled * scale
  // A word of less than the account's own gap does not shorten that.
  const nextCallAt = Math.max(now + waitMs, afterCall(step).nextCallAt)
  return {
    account: {
      ...calm(input.account),
      pause: pausedUntil(nextCallAt, input.account.pause),
      throttles,
      nextCallAt,
      nextCallWhy: 'throttled',
    },
    group: input.group,
    changes: unchanged(
      step,
      'EazyBe asks to wait',
      `Too many calls: next one in ${seconds(waitMs)}`,
    ),
    groupFound: false,
  }
}

/** No connection, or a broken one. Nothing is consumed; a call that may have left is treated as one that did. */
export function unreachable(step: Step, message: string): Settlement {
  const { input, call, now, random, scale } = step
  const failures = input.account.unreachable + 1
  const ceiling = Math.min(UNREACHABLE_FIRST_MS * 2 ** failures, UNREACHABLE_MOST_MS)
  const since = input.account.unreachableSince ?? now
  const maybeCreated = call.kind === 'create'
  // Full jitter: anywhere between at once and the ceiling. A call that broke may have been felt, so the gap is kept too.
  const nextCallAt = Math.max(now + random() * ceiling * scale, afterCall(step).nextCallAt)
  const account: AccountState = {
    ...input.account,
    ...(maybeCreated && afterCreate(step)),
    pause: pausedUntil(nextCallAt, input.account.pause),
    unreachable: failures,
    unreachableSince: since,
    nextCallAt,
    nextCallWhy: 'unreachable',
  }
  return {
    account,
    group: maybeCreated
      ? { ...input.group, status: 'doubtful', misses: 0, restUntil: now + PROBE_AFTER_MS * scale }
      : input.group,
    changes: changesOf(step, (waiting) => {
      // Days that it waited for its turn are no days without a connection.
      const spent = now - Math.max(since, waiting.receivedAt) > UNREACHABLE_GIVE_UP_MS
      return {
        ...(spent
          ? { state: 'parked', reason: 'no connection for 7 days' }
          : {
              state: 'unknown',
              reason: maybeCreated ? MAY_BE_CREATED : MAY_BE_IN,
            }),
        // It keeps its place: were the next ones tried instead, each of them might arrive and be counted.
        dueAt: waiting.dueAt,
        attempts: waiting.attempts,
        event: spent ? 'parked' : 'no connection',
        detail: message,
      }
    }),
    groupFound: false,
  }
}

/** Nothing was said of the session: its pause stays, and it is asked again with the next call. */
function pausedUntil(at: number, pause: Pause | null): Pause | null {
  return pause?.reason === 'session' ? { ...pause, probeAt: at } : pause
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / SECOND_MS)} s`
}
