/** Webhooks that were refused, by hook, since the last one that was verified. A flood of them is written once a minute. */

import type { Sql } from './sql.ts'

export interface Refused {
  readonly hook: string
  readonly count: number
  /** Epoch milliseconds. */
  readonly lastAt: number
  /** Why the last of them was refused: a reason of its signature scheme. */
  readonly because: string
}

/** A hook's row is written this often at most. */
const WRITE_EVERY_MS = 60_000

export class Refusals {
  readonly #sql: Sql
  /** What is known, with when it is written next; null: it is written. Undefined until the table was read. */
  #known:
    | Map<string, Refused & { readonly writeAt: number | null; readonly writtenAt: number }>
    | undefined

  constructor(sql: Sql) {
    this.#sql = sql
  }

  all(): Refused[] {
    return [...this.#all.values()].map(({ hook, count, lastAt, because }) => ({
      hook,
      count,
      lastAt,
      because,
    }))
  }

  /** So many more were refused. Gives how many there are now, and how many before. */
  add(hook: string, more: number, because: string, now: number): { count: number; before: number } {
    const known = this.#all.get(hook)
    const before = known?.count ?? 0
    const writtenAt = known?.writtenAt ?? Number.NEGATIVE_INFINITY
    const writeAt = Math.max(now, writtenAt + WRITE_EVERY_MS)
    this.#all.set(hook, { hook, count: before + more, lastAt: now, because, writeAt, writtenAt })
    return { count: before + more, before }
  }

  /** A webhook of the hook was verified: what was refused before is over. */
  verified(hook: string): void {
    if (this.#all.delete(hook)) this.#sql.run`DELETE FROM refusals WHERE hook = ${hook}`
  }

  /** Writes what is due. */
  write(now: number): void {
    for (const one of this.#all.values()) {
      if (one.writeAt === null || one.writeAt > now) continue
      this.#sql.run`
        INSERT OR REPLACE INTO refusals (hook, count, last_at, because)
        VALUES (${one.hook}, ${one.count}, ${one.lastAt}, ${one.because})`
      this.#all.set(one.hook, { ...one, writeAt: null, writtenAt: now })
    }
  }

  /** When something is written next; null: all of it is. */
  nextAt(): number | null {
    const times = [...this.#all.values()].flatMap(({ writeAt }) => writeAt ?? [])
    return times.length === 0 ? null : Math.min(...times)
  }

  get #all() {
    this.#known ??= new Map(
      this.#sql.all<Refused>`SELECT hook, count, last_at AS lastAt, because FROM refusals`.map(
        (one) => [one.hook, { ...one, writeAt: null, writtenAt: one.lastAt }],
      ),
    )
    return this.#known
  }
}
