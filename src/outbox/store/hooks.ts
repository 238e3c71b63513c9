/** What is known of each hook beside its deliveries. It is kept in memory and written now and then: a row for every webhook would cost too much. */

import { DAY_MS, soonest } from '../dispatch/pace.ts'
import type { Sql } from './sql.ts'

/** The last webhook of a hook that was verified. */
export interface Heard {
  readonly hook: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The number of its delivery. */
  readonly seq: number
}

/** Webhooks of a hook that were refused since its last verified one. */
export interface RefusedWebhooks {
  readonly hook: string
  readonly count: number
  /** Epoch milliseconds. */
  readonly lastAt: number
  /** Why the last of them was refused: a reason of its signature scheme. */
  readonly because: string
}

interface HookRow {
  /** 0 where nothing was verified yet. */
  readonly heardAt: number
  readonly heardSeq: number
  /** Leads of late: a bucket from which a day's number drains within a day. */
  readonly level: number
  readonly levelAt: number
  readonly refused: number
  readonly refusedAt: number
  readonly because: string
}

interface KnownHook extends HookRow {
  readonly writtenAt: number
  readonly changed: boolean
  /** Leads that were admitted since it was written. */
  readonly unwritten: number
}

const WRITE_EVERY_MS = 60_000
/** After this share of a day's leads the row is written at once: a process that ends forgets no more. */
const WRITTEN_SHARE = 1 / 20
/** Deliveries that are read after a start, for what no alarm has written yet. */
const MOST_SINCE = 60

const UNKNOWN: KnownHook = {
  heardAt: 0,
  heardSeq: 0,
  level: 0,
  levelAt: 0,
  refused: 0,
  refusedAt: 0,
  because: '',
  writtenAt: 0,
  changed: false,
  unwritten: 0,
}

export class Hooks {
  readonly #sql: Sql
  /** Undefined until the table was read. */
  #known: Map<string, KnownHook> | undefined

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Every hook with a verified webhook. */
  heard(): Heard[] {
    return [...this.#all.keys()].flatMap((hook) => this.heardOf(hook) ?? [])
  }

  heardOf(hook: string): Heard | null {
    const { heardAt, heardSeq } = this.#of(hook)
    return heardAt === 0 ? null : { hook, at: heardAt, seq: heardSeq }
  }

  /** Every hook with refused webhooks. */
  refused(): RefusedWebhooks[] {
    return [...this.#all].flatMap(([hook, { refused, refusedAt, because }]) =>
      refused === 0 ? [] : [{ hook, count: refused, lastAt: refusedAt, because }],
    )
  }

  /** A delivery of the hook came. */
  came(hook: string, seq: number, now: number): void {
    this.#change(hook, { heardAt: now, heardSeq: seq })
  }

  /** A webhook of the hook was verified: what was refused before is over. */
  verified(hook: string, now: number): void {
    if (this.#of(hook).refused === 0) return
    this.#change(hook, { refused: 0 })
    this.#write(hook, now)
  }

  /** Counts `more` refused webhooks. Gives the count now, and the one before. */
  refuse(
    hook: string,
    more: number,
    because: string,
    now: number,
  ): { count: number; before: number } {
    const { refused: before } = this.#of(hook)
    const count = before + more
    this.#change(hook, { refused: count, refusedAt: now, because })
    return { count, before }
  }

  /** Whether the hook may bring one more lead, of `perDay`. Counts it if so. */
  admit(hook: string, perDay: number, now: number): boolean {
    if (perDay === Number.POSITIVE_INFINITY) return true
    const { level, levelAt, unwritten } = this.#of(hook)
    // A clock that was ahead drains nothing.
    const drained = Math.max(0, level - (Math.max(0, now - levelAt) * perDay) / DAY_MS)
    if (drained + 1 > perDay) return false
    this.#change(hook, { level: drained + 1, levelAt: now, unwritten: unwritten + 1 })
    if (unwritten + 1 >= perDay * WRITTEN_SHARE) this.#write(hook, now)
    return true
  }

  /** Writes what changed, each row once a minute at most. */
  write(now: number): void {
    for (const [hook, { changed, writtenAt }] of this.#all) {
      if (changed && writtenAt <= now - WRITE_EVERY_MS) this.#write(hook, now)
    }
  }

  /** When refusals are to be written; null: they are. The rest waits for an alarm that rings anyway. */
  nextAt(): number | null {
    return soonest(
      [...this.#all.values()].map(({ changed, refused, refusedAt, writtenAt }) =>
        changed && refused > 0 ? Math.max(refusedAt, writtenAt + WRITE_EVERY_MS) : null,
      ),
    )
  }

  /** A transaction was rolled back: what is known may not be what is stored. */
  forget(): void {
    this.#known = undefined
  }

  #of(hook: string): KnownHook {
    return this.#all.get(hook) ?? UNKNOWN
  }

  #change(hook: string, change: Partial<KnownHook>): void {
    this.#all.set(hook, { ...this.#of(hook), changed: true, ...change })
  }

  #write(hook: string, now: number): void {
    const { heardAt, heardSeq, level, levelAt, refused, refusedAt, because } = this.#of(hook)
    this.#sql.run`
      INSERT OR REPLACE INTO hooks (hook, heard_at, heard_seq, level, level_at, refused, refused_at, because)
      VALUES (${hook}, ${heardAt}, ${heardSeq}, ${level}, ${levelAt}, ${refused}, ${refusedAt}, ${because})`
    this.#change(hook, { writtenAt: now, changed: false, unwritten: 0 })
  }

  get #all() {
    this.#known ??= this.#read()
    return this.#known
  }

  /** What was written, and what came since, before the process ended. */
  #read(): Map<string, KnownHook> {
    const rows = this.#sql.all<HookRow & { readonly hook: string }>`
      SELECT hook, heard_at AS heardAt, heard_seq AS heardSeq, level, level_at AS levelAt, refused, refused_at AS refusedAt, because
      FROM hooks`
    const known = new Map(
      rows.map(({ hook, ...row }) => {
        const writtenAt = Math.max(row.heardAt, row.refusedAt)
        return [hook, { ...UNKNOWN, ...row, writtenAt }]
      }),
    )
    const last = Math.max(0, ...rows.map(({ heardSeq }) => heardSeq))
    const since = this.#sql.all<Heard>`
      SELECT hook, received_at AS at, seq FROM deliveries WHERE seq > ${last} ORDER BY seq DESC LIMIT ${MOST_SINCE}`
    for (const { hook, at, seq } of since.toReversed()) {
      const before = known.get(hook) ?? UNKNOWN
      known.set(hook, { ...before, heardAt: at, heardSeq: seq, changed: true })
    }
    return known
  }
}
