/** Groups: one of a name, and left alone while it is new. */

import { callsTo, endOf, leastSince, maybeCreated } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { good, must } from './invariant.ts'

const MINUTE_MS = 60_000
/** A probe of a creation that may have happened comes no earlier. */
const PROBE_AFTER_MS = 2 * MINUTE_MS
/** The second probe comes no earlier after the first. */
const SECOND_PROBE_AFTER_MS = 15 * MINUTE_MS

export const oneGroupOneName: Invariant = {
  name: 'one group of a name',
  looked: (facts) => must(facts.twins.length === 0, () => `two groups ${facts.twins[0]}`),
  callStarts: (facts, call) => {
    if (!call.create) return undefined
    const allowed = facts.hand.allowed.get(facts.names.partOf(call.groupName)) ?? 0
    const before = callsTo(facts, call.groupName).filter(({ n }) => n > allowed)
    if (before.some((other) => other.recorded === 'accepted')) {
      return { complaint: `${call.groupName} is created though it was accepted before` }
    }
    const doubtful = before.findLastIndex((other) => other.create && maybeCreated(other))
    if (doubtful === -1) return good
    const created = before[doubtful]
    const [first, second] = before
      .slice(doubtful + 1)
      .filter((other) => !other.create && other.recorded === 'missing')
    const scale = call.pace.waitScale
    const since = endOf(created) + PROBE_AFTER_MS * scale
    const firstDone = first !== undefined && first.startedAt >= since
    const secondDone =
      second !== undefined && second.startedAt >= endOf(first) + SECOND_PROBE_AFTER_MS * scale
    return must(
      firstDone && secondDone,
      () => `${call.groupName} is created again, call ${created?.n} was not probed twice`,
    )
  },
}

export const groupRests: Invariant = {
  name: 'a new group rests',
  callStarts: (facts, call) => {
    // An operator who looked knows better.
    const corrected = facts.hand.corrected.get(facts.names.partOf(call.groupName)) ?? 0
    const created = callsTo(facts, call.groupName).findLast(
      (other) => other.n > corrected && other.create && maybeCreated(other),
    )
    if (created === undefined) return undefined
    const from = endOf(created)
    const least =
      created.recorded === 'accepted'
        ? leastSince(facts, from, (pace) => pace.restAfterCreateMs)
        : PROBE_AFTER_MS * call.pace.waitScale
    return must(
      call.startedAt - from >= least,
      () => `call ${call.n} is ${call.startedAt - from} ms after creation ${created.n}`,
    )
  },
}
