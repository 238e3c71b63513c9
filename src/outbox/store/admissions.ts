/** How many leads each hook brought of late. A webhook costs no row for it: what is counted is written now and then. */

import { DAY_MS } from '../dispatch/pace.ts'
import type { Sql } from './sql.ts'

/** After so much of a day's number the count is written at once: no more is forgotten where the process ends. */
const WRITTEN_SHARE = 1 / 20

interface Bucket {
  /** Leads in it; a day's number drains within a day. */
  readonly level: number
  readonly at: number
  readonly unwritten: number
}

export class Admissions {
  readonly #sql: Sql
  readonly #buckets = new Map<string, Bucket>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Whether the hook may bring one more, of so many a day. Counts it if so. */
  admit(hook: string, perDay: number, now: number): boolean {
    if (perDay === Number.POSITIVE_INFINITY) return true
    const { level, at, unwritten } = this.#bucket(hook, now)
    // A clock that was ahead drains nothing.
    const drained = Math.max(0, level - (Math.max(0, now - at) * perDay) / DAY_MS)
    if (drained + 1 > perDay) return false
    this.#buckets.set(hook, { level: drained + 1, at: now, unwritten: unwritten + 1 })
    if (unwritten + 1 >= perDay * WRITTEN_SHARE) this.#write(hook)
    return true
  }

  /** Writes what is counted. The alarm asks for it, which rings soon after a lead came. */
  write(): void {
    for (const [hook, { unwritten }] of this.#buckets) if (unwritten > 0) this.#write(hook)
  }

  #write(hook: string): void {
    const bucket = this.#buckets.get(hook)
    if (bucket === undefined) return
    const { level, at } = bucket
    this.#sql
      .run`INSERT OR REPLACE INTO admissions (hook, level, at) VALUES (${hook}, ${level}, ${at})`
    this.#buckets.set(hook, { level, at, unwritten: 0 })
  }

  #bucket(hook: string, now: number): Bucket {
    const known = this.#buckets.get(hook)
    if (known !== undefined) return known
    const row = this.#sql.first<{ level: number; at: number }>`
      SELECT level, at FROM admissions WHERE hook = ${hook}`
    const bucket = { level: row?.level ?? 0, at: row?.at ?? now, unwritten: 0 }
    this.#buckets.set(hook, bucket)
    return bucket
  }
}
