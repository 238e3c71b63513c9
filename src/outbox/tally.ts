/** What became of deliveries, hour by hour: read off the calls and what needs a hand, so that nothing is written for it. */

import { HOUR_MS } from './pace.ts'
import { iso } from './views.ts'

export interface HourView {
  /** When it begins. */
  readonly hour: string
  /** Deliveries that EazyBe accepted in this hour. */
  readonly accepted: number
  /** Those that are held or parked since this hour. */
  readonly held: number
  readonly parked: number
}

/** Rows of each kind that are looked at for one chart. */
const LOOKED_AT = 5_000

export class Tally {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The last hours, oldest first; those in which nothing happened too. */
  last(hours: number, now: number): HourView[] {
    const first = now - (now % HOUR_MS) - (hours - 1) * HOUR_MS
    const accepted = this.#accepted(first)
    const held = this.#inHand('held', first)
    const parked = this.#inHand('parked', first)
    return Array.from({ length: hours }, (_, nth) => {
      const hour = first + nth * HOUR_MS
      const of = (counts: ReadonlyMap<number, number>) => counts.get(hour) ?? 0
      return { hour: iso(hour), accepted: of(accepted), held: of(held), parked: of(parked) }
    })
  }

  #accepted(since: number): Map<number, number> {
    const calls = this.#sql.exec<{ at: number; count: number }>(
      'SELECT ended_at AS at, accepted AS count FROM calls WHERE id > 0 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT ?',
      LOOKED_AT,
    )
    return byHour(calls, since)
  }

  #inHand(state: 'held' | 'parked', since: number): Map<number, number> {
    const rows = this.#sql.exec<{ at: number; count: number }>(
      `SELECT coalesce(settled_at, received_at) AS at, 1 AS count FROM deliveries
       WHERE state = '${state}' AND seq > 0 ORDER BY seq DESC LIMIT ?`,
      LOOKED_AT,
    )
    return byHour(rows, since)
  }
}

function byHour(rows: Iterable<{ at: number; count: number }>, since: number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { at, count } of rows) {
    const hour = at - (at % HOUR_MS)
    if (hour >= since) counts.set(hour, (counts.get(hour) ?? 0) + count)
  }
  return counts
}
