/** What an outcome changes: a pure function from the call and EazyBe's answer to the next state of account, group and deliveries. */

import type { Outcome } from '../eazybe.ts'
import { MINUTE_MS } from './pace.ts'
import { paused, throttled, unreachable } from './settle-account.ts'
import { doubtful, notCreated } from './settle-creation.ts'
import type { SettleInput, Settlement, Step } from './settlement.ts'
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
  unchanged,
  waitsOn,
} from './settlement.ts'
import type { AccountState, Call } from './state.ts'

/** New groups are invisible to EazyBe for minutes (a neighbour's docs): a 404 of a group that exists is asked again. */
const MISSING_RETRIES_MS = [3, 10, 30].map((minutes) => minutes * MINUTE_MS)
const ADD_RETRIES_MS = [1, 5, 30].map((minutes) => minutes * MINUTE_MS)
/** Of a wait: this much more, by chance, so that retries do not march in step. */
const RETRY_JITTER = 0.2

/** The state after a call. `interrupted` is a call whose end nobody saw: the process was killed in the middle. */
export function settle(
  input: SettleInput,
  call: Call,
  outcome: Outcome | { readonly kind: 'interrupted' },
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
      return paused(step, 'token', outcome.message)
    case 'inactive':
      return paused(step, 'session', outcome.message)
    case 'missing':
      return missing(step, outcome.message)
    case 'throttled':
      return throttled(step, outcome.retryAfterMs)
    case 'unreachable':
      return unreachable(step, outcome.message)
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
  const { pace, group } = input
  const created = call.kind === 'create'
  const account: AccountState = {
    ...calm(input.account),
    createFailures: created ? 0 : input.account.createFailures,
    ...afterCall(step),
    ...(created && afterCreate(step)),
  }
  return {
    account,
    group: {
      ...group,
      status: 'exists',
      misses: 0,
      createFailures: 0,
      members: group.members + call.people.length - input.counted,
      restUntil: created ? now + pace.restAfterCreateMs : group.restUntil,
    },
    changes: changesOf(step, (waiting, contacts) => ({
      state: 'accepted',
      reason: null,
      // A lead with people left over goes on at once, and nothing is held against those.
      dueAt: now,
      attempts: contacts.length < waiting.contacts.length ? 0 : waiting.attempts,
      contacts: contacts.map((index) => ({ index, state: 'accepted' as const })),
      event: 'accepted by EazyBe',
      detail: null,
    })),
    groupFound: true,
  }
}

/** 400: split until the bad contact stands alone, and part with that one only. Whose fault a batch was nobody knows, so it counts for none of it. */
function invalid(step: Step, message: string): Settlement {
  const { input, call, now } = step
  const size = call.people.length
  const alone = size <= 1
  return {
    account: { ...calm(input.account), ...afterCall(step) },
    group: input.group,
    changes: changesOf(step, (waiting, contacts) => ({
      ...(alone ? { state: 'parked', reason: `refused: ${message}` } : waitsOn(waiting)),
      dueAt: now,
      attempts: waiting.attempts + (alone ? 1 : 0),
      ...(!alone && { limit: half(size) }),
      contacts: alone ? contacts.map((index) => ({ index, state: 'refused' as const })) : [],
      event: 'refused by EazyBe',
      detail: alone ? message : `${message} Trying ${half(size)} of ${size} people at a time`,
    })),
    groupFound: false,
  }
}

/** 404: what it means depends on what was known of the group. */
function missing(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const { group } = input
  if (call.kind === 'create') return doubtful(step, message)
  if (call.kind === 'probe') return notCreated(step, message)

  const account = { ...calm(input.account), ...afterCall(step) }
  const retryMs = group.status === 'exists' ? MISSING_RETRIES_MS[group.misses] : undefined
  if (retryMs !== undefined) {
    return {
      account,
      group: { ...group, misses: group.misses + 1, restUntil: now + retryMs * scale },
      changes: unchanged(step, 'group not visible yet', message),
      groupFound: false,
    }
  }
  const reason = group.status === 'exists' ? 'group gone' : 'group missing'
  return {
    account,
    // The count stays: the next lead for a group that is gone is asked once and held, without the waits again.
    group,
    changes: changesOf(step, (waiting) => ({
      state: 'held',
      reason,
      dueAt: now,
      attempts: waiting.attempts + 1,
      event: 'held',
      detail:
        reason === 'group gone'
          ? 'EazyBe no longer finds the group: it was renamed or deleted'
          : 'EazyBe finds no group of this name, and the hook does not ask to create it',
    })),
    groupFound: false,
  }
}

/** 500 or no answer to an add: people may be in already, which a second add does not hurt. */
function addFailed(step: Step, message: string): Settlement {
  const { input, call, now, random, scale } = step
  const size = call.people.length
  return {
    account: afterFailure(step),
    group: input.group,
    changes: changesOf(step, (waiting, contacts) => {
      const attempts = waiting.attempts + 1
      const spent = attempts >= MOST_ATTEMPTS && size <= 1
      const waitMs = rung(ADD_RETRIES_MS, attempts - 1) * (1 + random() * RETRY_JITTER)
      if (spent) {
        const reason = `EazyBe failed ${attempts} times: ${message}`
        return partWith(step, waiting, contacts, attempts, reason, message)
      }
      return {
        state: 'unknown',
        reason: 'EazyBe failed',
        dueAt: now + waitMs * scale,
        attempts,
        // From the second failure on, a bad number is looked for among those who travelled with it.
        ...(attempts >= 2 && size > 1 && { limit: half(size) }),
        event: 'unknown',
        detail: message,
      }
    }),
    groupFound: false,
  }
}

/** Killed in the middle of an add: asked again after the first wait, and nothing is held against the lead. */
function interrupted(step: Step): Settlement {
  const { input, now, scale } = step
  return {
    account: { ...input.account, ...afterCall(step) },
    group: input.group,
    changes: changesOf(step, (waiting) => ({
      state: 'unknown',
      reason: 'Usher stopped in the middle of the call',
      dueAt: now + rung(ADD_RETRIES_MS, 0) * scale,
      attempts: waiting.attempts,
      event: 'unknown',
      detail: 'Usher stopped before the answer came; EazyBe may have taken it',
    })),
    groupFound: false,
  }
}
