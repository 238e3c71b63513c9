/** What the outbox does of its own accord, now and then: delete on schedule, and tell what has waited too long. */

import type { Account } from './account.ts'
import { DAY_MS, HOUR_MS } from './pace.ts'
import type { OutboxPorts } from './ports.ts'
import type { Task } from './rounds.ts'
import type { Tables } from './tables.ts'

/** While a sweep has more to do. */
const SWEEP_AGAIN_MS = 60_000
const HELD_LONG_MS = HOUR_MS
const INACTIVE_LONG_MS = HOUR_MS
const BACKLOG_LONG_MS = DAY_MS
/** Deliveries looked at for one alert. */
const HELD_LOOKED_AT = 1_000
const WAITING_LOOKED_AT = 10_000

interface State {
  /** When it is time; null: before the first delivery. */
  readonly at: number | null
  /** The last held delivery that was told of. */
  readonly held: number
  /** Whether a backlog that is too old was told of, and is not over. */
  readonly late: boolean
}

const BEGINNING: State = { at: null, held: 0, late: false }

export class Chores implements Task {
  readonly name = 'chores'
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #tables: Tables

  constructor(ports: OutboxPorts, account: Account, tables: Tables) {
    this.#ports = ports
    this.#account = account
    this.#tables = tables
  }

  async run(): Promise<void> {
    const now = this.#ports.now()
    const before = this.#state()
    if (before.at !== null && before.at > now) return
    this.#ports.storage.transactionSync(() => {
      const more = this.#tables.sweeper.sweep(now)
      const { held, late, nextAt } = this.#tell(before, now)
      this.#save({ held, late, at: more ? now + SWEEP_AGAIN_MS : nextAt })
    })
  }

  /** An outbox in which nothing ever was has nothing to look after. */
  nextAt(now: number): number | null {
    const { at } = this.#state()
    if (at !== null) return at
    return this.#first('deliveries') === null ? null : now + HOUR_MS
  }

  /** Something needs a hand: it is told of when it has waited for long. Gives when, where that is news. */
  soon(now: number): number | null {
    const before = this.#state()
    const at = now + HELD_LONG_MS
    if (before.at !== null && before.at <= at) return null
    this.#save({ ...before, at })
    return at
  }

  /** `nextAt`: when there may be more to tell, a day from now at the latest. */
  #tell(before: State, now: number): Omit<State, 'at'> & { nextAt: number } {
    const { alerts } = this.#tables
    const { pause } = this.#account.settings.account()
    const inactiveAt = pause?.reason === 'session' ? pause.since + INACTIVE_LONG_MS : null
    if (inactiveAt !== null && inactiveAt <= now) {
      alerts.raise({ kind: 'stillInactive', subject: '' }, now)
    }
    const held = this.#heldAfter(before.held)
    const heldLongAt = Math.min(...held.map(({ since }) => since)) + HELD_LONG_MS
    const heldLong = heldLongAt <= now
    if (heldLong) alerts.raise({ kind: 'heldLong', subject: '' }, now, held.length)
    const oldest = this.#oldestWaiting()
    const lateAt = oldest === null ? null : oldest + BACKLOG_LONG_MS
    const late = lateAt !== null && lateAt <= now
    if (late && !before.late) alerts.raise({ kind: 'backlog', subject: '' }, now)
    const times = [inactiveAt ?? Infinity, heldLongAt, lateAt ?? Infinity]
    return {
      held: heldLong ? (held.at(-1)?.seq ?? before.held) : before.held,
      late,
      nextAt: Math.min(now + DAY_MS, ...times.filter((at) => at > now)),
    }
  }

  #heldAfter(seq: number): { seq: number; since: number }[] {
    return this.#sql
      .exec<{ seq: number; since: number }>(
        `SELECT seq, coalesce(settled_at, received_at) AS since FROM deliveries
         WHERE state = 'held' AND seq > ? ORDER BY seq LIMIT ?`,
        seq,
        HELD_LOOKED_AT,
      )
      .toArray()
  }

  /** When the oldest one that waits for a call came. */
  #oldestWaiting(): number | null {
    const times = (['queued', 'unknown'] as const).flatMap((state) => {
      const first = this.#first(
        `(SELECT seq FROM deliveries WHERE state = '${state}' LIMIT ${WAITING_LOOKED_AT})`,
      )
      if (first === null) return []
      return this.#sql
        .exec<{ received_at: number }>('SELECT received_at FROM deliveries WHERE seq = ?', first)
        .toArray()
        .map((row) => row.received_at)
    })
    return times.length === 0 ? null : Math.min(...times)
  }

  #first(from: string): number | null {
    return this.#sql.exec<{ seq: number | null }>(`SELECT min(seq) AS seq FROM ${from}`).one().seq
  }

  #state(): State {
    return { ...BEGINNING, ...this.#account.settings.object('chores') }
  }

  #save(state: State): void {
    this.#account.settings.set('chores', JSON.stringify(state))
  }

  get #sql(): SqlStorage {
    return this.#ports.storage.sql
  }
}
