/** When a webhook of each hook was last verified. Written once a minute at most: a row for every lead would cost too much. */

import type { Sql } from './sql.ts'

export interface Heard {
  readonly hook: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The number of its last delivery. */
  readonly seq: number
}

const WRITE_EVERY_MS = 60_000
/** Deliveries that are looked through after a start, for what no alarm has written yet. */
const MOST_SINCE = 1_000

export class HeardHooks {
  readonly #sql: Sql
  /** Undefined until the table was read. */
  #known: Map<string, Heard & { readonly writtenAt: number }> | undefined

  constructor(sql: Sql) {
    this.#sql = sql
  }

  all(): Heard[] {
    return [...this.#all.values()].map(({ hook, at, seq }) => ({ hook, at, seq }))
  }

  of(hook: string): Heard | null {
    return this.#all.get(hook) ?? null
  }

  /** A delivery of the hook came. The alarm writes it: accepting has statements enough. */
  note(hook: string, seq: number, now: number): void {
    const writtenAt = this.#all.get(hook)?.writtenAt ?? 0
    this.#all.set(hook, { hook, at: now, seq, writtenAt })
  }

  /** Writes what came since a minute. */
  write(now: number): void {
    for (const one of this.#all.values()) {
      if (one.at <= one.writtenAt || one.writtenAt > now - WRITE_EVERY_MS) continue
      this.#sql.run`
        INSERT OR REPLACE INTO heard (hook, at, seq) VALUES (${one.hook}, ${one.at}, ${one.seq})`
      this.#all.set(one.hook, { ...one, writtenAt: now })
    }
  }

  get #all() {
    this.#known ??= this.#read()
    return this.#known
  }

  /** What was written, and what came since, before the process ended. */
  #read(): Map<string, Heard & { readonly writtenAt: number }> {
    const rows = this.#sql.all<Heard>`SELECT hook, at, seq FROM heard`
    const known = new Map(rows.map((one) => [one.hook, { ...one, writtenAt: one.at }]))
    const last = Math.max(0, ...rows.map(({ seq }) => seq))
    const since = this.#sql.all<Heard>`
      SELECT hook, received_at AS at, seq FROM deliveries WHERE seq > ${last} ORDER BY seq DESC LIMIT ${MOST_SINCE}`
    for (const one of since.toReversed()) {
      known.set(one.hook, { ...one, writtenAt: known.get(one.hook)?.writtenAt ?? 0 })
    }
    return known
  }
}
