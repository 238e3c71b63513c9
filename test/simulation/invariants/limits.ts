/** Limits: caps, gaps, quiet hours, and what EazyBe asks to wait. */

import { isQuiet, localTime } from '../local-time.ts'
import { DAY_MS, endOf, HOUR_MS, homeOf, isFelt, leastSince, within } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

export const peopleBudgets: Invariant = {
  name: 'people by the hour and the day',
  callStarts: (facts, call) =>
    every(
      [
        [HOUR_MS, call.pace.peoplePerHour],
        [DAY_MS, call.pace.peoplePerDay],
      ] as const,
      ([windowMs, cap]) => {
        const before = within(facts.calls, call.startedAt, windowMs).filter(isFelt)
        // A person who is sent again after a failure is no new one.
        const people = new Set(
          [...before, call].flatMap(({ groupName, people }) =>
            people.map((person) => homeOf(facts, person, groupName)),
          ),
        ).size
        return must(
          people <= cap,
          () => `${people} people within ${windowMs / HOUR_MS} h, of ${cap}`,
        )
      },
    ),
}

export const createBudget: Invariant = {
  name: 'creations by the hour and the day',
  callStarts: (facts, call) => {
    if (!call.create) return undefined
    return every(
      [
        [HOUR_MS, call.pace.createsPerHour],
        [DAY_MS, call.pace.createsPerDay],
      ] as const,
      ([windowMs, cap]) => {
        const before = within(facts.calls, call.startedAt, windowMs).filter(
          (other) => other.create && isFelt(other),
        )
        return must(
          before.length + 1 <= cap,
          () => `creation ${before.length + 1} of ${cap} within ${windowMs / HOUR_MS} h`,
        )
      },
    )
  },
}

export const gaps: Invariant = {
  name: 'gaps between calls',
  callStarts: (facts, call) => {
    const last = facts.calls.findLast(isFelt)
    const lastCreate = call.create
      ? facts.calls.findLast((other) => other.create && isFelt(other))
      : undefined
    return every(
      [
        [last, 'addGapMs'],
        [lastCreate, 'createGapMs'],
      ] as const,
      ([before, gap]) => {
        if (before === undefined) return good
        const from = endOf(before)
        const least = leastSince(facts, from, (pace) => pace[gap])
        return must(
          call.startedAt - from >= least,
          () =>
            `call ${call.n} is ${call.startedAt - from} ms after call ${before.n}: ${gap} ${least}`,
        )
      },
    )
  },
}

export const quietHours: Invariant = {
  name: 'quiet hours',
  callStarts: (_, call) => {
    const { quiet } = call.pace
    if (quiet === null) return undefined
    return must(
      !isQuiet(quiet, call.wallAt),
      () => `a call at ${localTime(quiet.timeZone, call.wallAt)}`,
    )
  },
}

export const retryAfterInFull: Invariant = {
  name: 'Retry-After in full',
  callStarts: (facts, call) => {
    const throttled = facts.calls.findLast((other) => other.recorded === 'throttled')
    if (throttled === undefined || facts.operator.resumedAt >= endOf(throttled)) return undefined
    const until = endOf(throttled) + (throttled.retryAfterMs ?? 0)
    return must(
      call.startedAt >= until,
      () => `call ${call.n} is ${until - call.startedAt} ms early`,
    )
  },
}
