/** Groups: one of a name, left alone while it is new, and no more new names of a hook than its day allows. */

import { callsTo, DAY_MS, endOf, leastSince, MINUTE_MS, maybeCreated, pace } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

/** A probe of a creation that may have happened comes no earlier. */
const PROBE_AFTER_MS = 2 * MINUTE_MS
/** The second probe comes no earlier after the first. */
const SECOND_PROBE_AFTER_MS = 15 * MINUTE_MS

export const oneGroupOneName: Invariant = {
  name: 'one group of a name',
  looked: (facts) => must(facts.madeTwice.length === 0, () => `two groups ${facts.madeTwice[0]}`),
  callStarts: (facts, call) => {
    if (!call.create) return undefined
    const allowed = facts.operator.allowed.get(facts.names.partOf(call.groupName)) ?? 0
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
    const corrected = facts.operator.corrected.get(facts.names.partOf(call.groupName)) ?? 0
    const created = callsTo(facts, call.groupName).findLast(
      (other) => other.n > corrected && other.create && maybeCreated(other),
    )
    if (created === undefined) return undefined
    const from = endOf(created)
    const least =
      created.recorded === 'accepted'
        ? leastSince(facts, from, ({ restAfterCreateMs }) => restAfterCreateMs)
        : PROBE_AFTER_MS * call.pace.waitScale
    return must(
      call.startedAt - from >= least,
      () => `call ${call.n} is ${call.startedAt - from} ms after creation ${created.n}`,
    )
  },
}

/** Names that the operator allowed are not the hook's; a name counts for the day in which its hook first asked to create it. */
export function newNamesCapped(): Invariant {
  let most = new Map<string, number>()
  return {
    name: 'new names of a hook in a day',
    looked: (facts) => {
      const capped = Object.entries(facts.hooks).flatMap(([hook, rules]) => {
        const own = pace(facts).newGroupsPerDay * (rules.source.kind === 'form' ? 1 : 4)
        const cap = rules.newGroupsPerDay ?? own
        return cap === Number.POSITIVE_INFINITY ? [] : [[hook, cap] as const]
      })
      // A cap that was larger within the day explains what is there.
      most = new Map(capped.map(([hook, cap]) => [hook, Math.max(cap, most.get(hook) ?? 0)]))
      return every(most, ([hook, cap]) => {
        const names = facts.rows<{ name: string; minted_at: number }>(
          'SELECT name, minted_at FROM groups WHERE hook = ? AND minted_at IS NOT NULL ORDER BY minted_at',
          hook,
        )
        const own = names.filter(({ name }) => !facts.operator.named.has(facts.names.groupOf(name)))
        return every(own, ({ minted_at: first }) => {
          const within = own.filter(
            ({ minted_at: at }) => at >= first && at < first + DAY_MS,
          ).length
          return must(within <= cap, () => `${within} new names of ${hook} in a day, of ${cap}`)
        })
      })
    },
  }
}
