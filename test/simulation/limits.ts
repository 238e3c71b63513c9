/** The limits of a pace, each with the worst that a run of calls did to it. */

import type { Pace } from '../../src/outbox/dispatch/pace.ts'
import type { Call } from './facts.ts'
import { isQuiet, timeOfDay } from './local-time.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
const DAY_MS = 24 * HOUR_MS

export interface Limit {
  readonly name: string
  readonly promised: string
  readonly worst: string
  readonly held: boolean
}

/** Reads the calls alone, in their order: neither Usher's tables nor its arithmetic. */
export function limitsOf(calls: readonly Call[], pace: Pace): Limit[] {
  const creations = calls.filter((call) => call.create)
  return [
    atMost('calls at a time', 1, inFlight(calls)),
    atMost('people in a call', pace.batchSize, most(calls.map(({ people }) => people.length))),
    atLeast('gap between calls', pace.addGapMs, gaps(calls)),
    atLeast('gap between creations', pace.createGapMs, gaps(creations)),
    atLeast('rest after the create', pace.restAfterCreateMs, rests(calls)),
    atMost('people an hour', pace.peoplePerHour, within(calls, HOUR_MS, peopleIn)),
    atMost('people a day', pace.peoplePerDay, within(calls, DAY_MS, peopleIn)),
    atMost(
      'creations a day',
      pace.createsPerDay,
      within(creations, DAY_MS, ({ length }) => length),
    ),
    quietHours(calls, pace),
  ]
}

function atMost(name: string, cap: number, worst: number): Limit {
  return {
    name,
    promised: cap === Number.POSITIVE_INFINITY ? 'any' : `at most ${cap}`,
    worst: String(worst),
    held: worst <= cap,
  }
}

function atLeast(name: string, leastMs: number, waits: readonly number[]): Limit {
  const worst = Math.min(...waits)
  return {
    name,
    promised: `at least ${leastMs / SECOND_MS} s`,
    worst: waits.length === 0 ? 'none' : `${(worst / SECOND_MS).toFixed(1)} s`,
    held: worst >= leastMs,
  }
}

function quietHours(calls: readonly Call[], { quiet }: Pace): Limit {
  const name = 'quiet hours'
  if (quiet === null) return { name, promised: 'none', worst: 'any hour', held: true }
  const broken = calls.filter((call) => isQuiet(quiet, call.wallAt))
  const times = calls.map((call) => timeOfDay(quiet.timeZone, call.wallAt))
  // The waking day begins when they end, maybe on the day before.
  const [awake, early] = [true, false].map((late) =>
    times.filter((time) => time >= quiet.to === late).sort(),
  )
  const day = [...(awake ?? []), ...(early ?? [])]
  return {
    name,
    promised: `no call from ${quiet.from} to ${quiet.to}`,
    worst:
      broken.length > 0
        ? `${broken.length} calls within`
        : `calls from ${day.at(0) ?? 'never'} to ${day.at(-1) ?? 'never'}`,
    held: broken.length === 0,
  }
}

function inFlight(calls: readonly Call[]): number {
  return most(
    calls.map(
      ({ startedAt }) =>
        calls.filter((other) => other.startedAt <= startedAt && startedAt < endOf(other)).length,
    ),
  )
}

/** From the end of each call to the start of the next. */
function gaps(calls: readonly Call[]): number[] {
  return calls.slice(1).map(({ startedAt }, index) => startedAt - endOf(calls[index]))
}

/** From the end of each creation to the next call for the same group. */
function rests(calls: readonly Call[]): number[] {
  return calls.flatMap((created, index) => {
    const next = calls.slice(index + 1).find(({ groupName }) => groupName === created.groupName)
    return created.create && next !== undefined ? [next.startedAt - endOf(created)] : []
  })
}

/** The most that any window of this length has in it. */
function within(
  calls: readonly Call[],
  windowMs: number,
  count: (calls: readonly Call[]) => number,
): number {
  return most(
    calls.map(({ startedAt: last }) =>
      count(calls.filter(({ startedAt: at }) => at > last - windowMs && at <= last)),
    ),
  )
}

function peopleIn(calls: readonly Call[]): number {
  return calls.reduce((sum, { people }) => sum + people.length, 0)
}

function most(values: readonly number[]): number {
  return Math.max(0, ...values)
}

function endOf(call: Call | undefined): number {
  return call?.endedAt ?? call?.startedAt ?? 0
}
