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

  /** A delivery of the hook came. */
  note(hook: string, seq: number, now: number): void {
    const writtenAt = this.#all.get(hook)?.writtenAt ?? Number.NEGATIVE_INFINITY
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
    this.#known ??= new Map(
      this.#sql.all<Heard>`SELECT hook, at, seq FROM heard`.map((one) => [
        one.hook,
        { ...one, writtenAt: one.at },
      ]),
    )
    return this.#known
  }
}
