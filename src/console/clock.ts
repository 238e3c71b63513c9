/** Times as the operator reads them: in the account's own time zone, and how long ago. */

import type { Config } from '../setup/define-config.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export class Clock {
  readonly zone: string
  readonly now: number
  readonly #full: Intl.DateTimeFormat
  readonly #hour: Intl.DateTimeFormat
  readonly #parts: Intl.DateTimeFormat

  constructor(config: Config, now: number) {
    this.now = now
    this.zone = Object.values(config.accounts).find(({ timeZone }) => timeZone)?.timeZone ?? 'UTC'
    const timeZone = this.zone
    const time = { hour: '2-digit', minute: '2-digit', hour12: false } as const
    this.#full = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      ...time,
      second: '2-digit',
    })
    this.#hour = new Intl.DateTimeFormat('en-GB', { timeZone, ...time })
    this.#parts = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'medium',
    })
  }

  /** "25 Nov 2026, 09:14:03". */
  full(iso: string): string {
    return this.#full.format(Date.parse(iso))
  }

  /** "09:14". */
  hour(iso: string): string {
    return this.#hour.format(Date.parse(iso))
  }

  /** "3 minutes ago", "in 2 hours". */
  relative(iso: string): string {
    const ms = Date.parse(iso) - this.now
    const size = Math.abs(ms)
    if (size < MINUTE_MS) return ms > 0 ? 'in less than a minute' : 'just now'
    if (size < HOUR_MS) return RELATIVE.format(Math.trunc(ms / MINUTE_MS), 'minute')
    if (size < DAY_MS) return RELATIVE.format(Math.trunc(ms / HOUR_MS), 'hour')
    return RELATIVE.format(Math.trunc(ms / DAY_MS), 'day')
  }

  /** The beginning of a day of this zone, as `YYYY-MM-DD`; null where it is none. */
  dayBegins(day: string): string | null {
    const utc = Date.parse(`${day}T00:00:00Z`)
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(utc)) return null
    // Twice, since the offset of the first guess may be that of the day before a change of clocks.
    const guess = utc - this.#offset(utc)
    return new Date(utc - this.#offset(guess)).toISOString()
  }

  #offset(at: number): number {
    return (
      Date.parse(`${this.#parts.format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1_000) * 1_000
    )
  }
}
