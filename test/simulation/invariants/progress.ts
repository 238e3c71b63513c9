/** Progress: once the world works, everything settles in the time that the pace allows. */

import type { Facts } from '../facts.ts'
import { quietMs } from '../local-time.ts'
import { isTeammate } from '../people.ts'
import { pace, storedPeople, waitingCount } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { must } from './invariant.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const TEAM_PLACES = 2

export const progress: Invariant = {
  name: 'progress once the world works',
  ended: (facts) => {
    const { ending } = facts
    if (ending === null) return undefined
    const waiting = waitingCount(facts)
    const took = facts.at - ending.since
    if (waiting !== 0) {
      return { complaint: `${waiting} still wait after ${hours(took)} of ${hours(ending.bound)} h` }
    }
    const calls = facts.calls.length - ending.callsBefore
    const most = 60 + 4 * calls + (4 * took) / DAY_MS
    return must(ending.alarms <= most, () => `${ending.alarms} alarms for ${calls} calls`)
  },
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(1)
}

/** How long it may take until everything has settled, by what waits and what the pace allows. */
export function progressBound(facts: Facts): number {
  const current = pace(facts)
  const waiting = facts.rows<{ contacts: string; group_id: number }>(
    `SELECT contacts, group_id FROM deliveries WHERE state IN ('queued', 'unknown', 'held')`,
  )
  const people = waiting.flatMap(({ contacts }) => storedPeople(contacts))
  const groups = new Set(waiting.map(({ group_id: group }) => group)).size
  // One of the hook's own people fails every group anew.
  const bad = new Set(
    waiting.flatMap(({ contacts, group_id: group }) =>
      storedPeople(contacts).flatMap(({ person }) =>
        facts.isBad(person) ? [`${person} ${isTeammate(person) ? group : ''}`] : [],
      ),
    ),
  ).size
  const awake = current.quiet === null ? DAY_MS : DAY_MS - quietMs(current.quiet)
  const callMs = current.addGapMs + current.addJitterMs + MINUTE_MS
  const createMs = current.createGapMs + current.createJitterMs + MINUTE_MS
  const perDay = Math.min(
    current.peoplePerDay,
    (current.peoplePerHour * awake) / HOUR_MS / 2,
    awake / callMs,
  )
  // Each part of a group is a creation of its own, and the hook's own people take places in all of them.
  const parts = groups + people.length / (facts.capacity - TEAM_PLACES)
  const createsPerDay = Math.min(current.createsPerDay, awake / createMs)
  // A bad number takes its company along a few times, and a creation that fails for it waits up to a day each time.
  const days = 4 + (people.length * (bad > 0 ? 8 : 2)) / perDay + (4 * parts) / createsPerDay
  const throttled = Math.max(0, ...facts.calls.map((call) => call.retryAfterMs ?? 0))
  return (days + bad * 10) * DAY_MS + throttled
}
