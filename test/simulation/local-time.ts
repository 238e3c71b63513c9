/** Local times and quiet hours, read in another way than Usher reads them. */

import type { QuietHours } from '../../src/outbox/dispatch/pace.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const clocks = new Map<string, Intl.DateTimeFormat>()

/** `2026-06-08 10:00` */
export function localTime(timeZone: string, at: number): string {
  const clock =
    clocks.get(timeZone) ??
    // Swedes write dates as ISO 8601 does.
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  clocks.set(timeZone, clock)
  return clock.format(at)
}

/** `10:00` */
export function timeOfDay(timeZone: string, at: number): string {
  return localTime(timeZone, at).slice(-5)
}

export function isQuiet({ timeZone, from, to }: QuietHours, at: number): boolean {
  const time = timeOfDay(timeZone, at)
  return from <= to ? time >= from && time < to : time >= from || time < to
}

/** How long they last on an ordinary day. */
export function quietMs({ from, to }: QuietHours): number {
  return (msOf(to) - msOf(from) + DAY_MS) % DAY_MS
}

function msOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * HOUR_MS + minute * MINUTE_MS
}
