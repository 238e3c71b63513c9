/** A plan as a small chart for the terminal: a line a day, a sign an hour. */

import type { Pace } from '../../src/outbox/dispatch/pace.ts'
import type { Call } from './facts.ts'
import { isQuiet, localTime } from './local-time.ts'

const HOUR_MS = 3_600_000
const HOURS_A_DAY = 24
const QUARTER_MS = HOUR_MS / 4
const BARS = '▁▂▃▄▅▆▇█'
const QUIET = '░'
const LABEL_WIDTH = 14

/** The days from `begin` to the last of the calls, all of which were accepted. */
export function chart(calls: readonly Call[], pace: Pace, begin: number): string[] {
  const timeZone = pace.quiet?.timeZone ?? 'UTC'
  const hourOf = (at: number) => localTime(timeZone, at).slice(0, 13)
  const perHour = new Map<string, number>()
  for (const { startedAt, people } of calls) {
    const hour = hourOf(startedAt)
    perHour.set(hour, (perHour.get(hour) ?? 0) + people.length)
  }
  const highest = Math.max(1, ...perHour.values())
  const signs = new Map<string, string>()
  const end = calls.at(-1)?.startedAt ?? begin
  for (const at of hours(begin, end)) {
    const people = perHour.get(hourOf(at)) ?? 0
    const quiet = pace.quiet !== null && isQuiet(pace.quiet, at)
    signs.set(hourOf(at), people > 0 ? bar(people / highest) : quiet ? QUIET : ' ')
  }
  const dayOf = (at: number) => localTime(timeZone, at).slice(0, 10)
  const days = [...new Set([...signs.keys()].map((hour) => hour.slice(0, 10)))].filter(
    (day) => day >= dayOf(begin) && day <= dayOf(end),
  )
  return [
    `${''.padEnd(LABEL_WIDTH)}0     6     12    18    people  calls`,
    ...days.map((day) => {
      const row = Array.from({ length: HOURS_A_DAY }, (_, hour) => {
        return signs.get(`${day} ${String(hour).padStart(2, '0')}`) ?? ' '
      })
      const own = calls.filter(({ startedAt }) => dayOf(startedAt) === day)
      const people = own.reduce((sum, call) => sum + call.people.length, 0)
      return `${label(day)}${row.join('')}${String(people).padStart(6)}${String(own.length).padStart(7)}`
    }),
    `${''.padEnd(LABEL_WIDTH)}${timeZone}; ${BARS.at(-1)} ${highest} people an hour; ${QUIET} quiet hours`,
  ]
}

/** A moment in each hour of the days around, whatever the offset of the zone. */
function* hours(begin: number, end: number): Generator<number> {
  const from = begin - (begin % HOUR_MS) - HOURS_A_DAY * HOUR_MS + QUARTER_MS
  for (let at = from; at <= end + HOURS_A_DAY * HOUR_MS; at += HOUR_MS) yield at
}

function bar(share: number): string {
  return BARS[Math.ceil(share * BARS.length) - 1] ?? ''
}

/** `2026-06-08` -> `Mon 8 Jun` */
function label(day: string): string {
  const format = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } as const
  return new Date(day).toLocaleDateString('en-GB', format).padEnd(LABEL_WIDTH)
}
