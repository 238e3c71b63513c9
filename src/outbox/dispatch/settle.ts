/** What an outcome changes: a pure function from a call and EazyBe's answer to the next state of account, part and members. */

import type { Outcome } from '../../eazybe/client.ts'
import type { AccountState, Call } from '../model.ts'
import { isExcused } from './blame.ts'
import { MINUTE_MS, SECOND_MS } from './pace.ts'
import { addFailed, doubtful, interrupted, notCreated, notReached } from './settle-doubt.ts'
import type { SettleInput, Settlement, Step } from './step.ts'
import {
  afterAnswer,
  afterCall,
  afterCreate,
  afterFailure,
  changesOf,
  half,
  paused,
  stillWaits,
  throttled,
} from './step.ts'

/** `interrupted`: the process ended in the middle of the call, and the answer was lost. */
export type CallOutcome = Outcome | { readonly kind: 'interrupted' }

/** New groups are invisible to EazyBe for minutes (a neighbour's docs): a 404 of a group that exists is asked again. */
const MISSING_RETRIES_MS = [3, 10, 30].map((minutes) => minutes * MINUTE_MS)

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
    ...(created && afterCreation(step)),
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

/** EazyBe creates groups: the waits after creations that failed are over. */
function afterCreation({ input, ...step }: Step): Partial<AccountState> {
  const account = { ...input.account, nextCreateAt: 0, othersCreateAt: 0 }
  const gap = afterCreate({ ...step, input: { ...input, account } })
  return { ...gap, createFailures: 0, createFailuresApart: 0, createdAt: step.now }
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
      triedAt: now,
      ...(!excused && { limit: alone ? null : half(size) }),
      // While the bad number is searched they keep their place before those who came later.
      dueAt: alone || excused ? now : member.dueAt,
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
    // `misses` stays at its limit: the next lead for this group gets one call, without the waits.
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

/** They wait as they did, in their place; their timelines say what happened. */
function unchanged(step: Step, account: AccountState, event: string, detail: string): Settlement {
  return {
    account,
    part: step.input.part,
    changes: changesOf(step, (member) => ({
      ...stillWaits(member),
      attempts: member.attempts,
      dueAt: member.dueAt,
      event,
      detail,
    })),
  }
}
