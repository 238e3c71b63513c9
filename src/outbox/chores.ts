/** What the outbox does of its own accord, now and then: delete on schedule, and tell what has waited too long. */

import type { Account } from './account.ts'
import { DAY_MS, HOUR_MS } from './pace.ts'
import type { OutboxPorts } from './ports.ts'
import type { Task } from './rounds.ts'
import type { Settings } from './settings.ts'
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
  /** Since when the session is inactive that was told of as lasting. */
  readonly inactive: number | null
}

const BEGINNING: State = { at: null, held: 0, late: false, inactive: null }

/** These are held from now on. The mark goes back to the first of them: it may have come before others that were told of. */
export function tellOfHeld(settings: Settings, seqs: readonly number[]): void {
  const state = stateIn(settings)
  const held = Math.min(state.held, ...seqs.map((seq) => seq - 1))
  if (held < state.held) settings.set('chores', JSON.stringify({ ...state, held }))
}

function stateIn(settings: Settings): State {
  return { ...BEGINNING, ...settings.object('chores') }
}

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
    if (before.at !== null && (this.nextAt(now) ?? 0) > now) return
    this.#ports.storage.transactionSync(() => {
      const more = this.#tables.sweeper.sweep(now)
      const { nextAt, ...told } = this.#tell(before, now)
      this.#save({ ...told, at: more ? now + SWEEP_AGAIN_MS : nextAt })
    })
  }

  /** An outbox in which nothing ever was has nothing to look after. Asked anew each time: holds and pauses come by many ways. */
  nextAt(now: number): number | null {
    const state = this.#state()
    const times = [this.#heldLongAt(state), this.#inactiveLongAt(state), state.at ?? Infinity]
    const at = Math.min(...times)
    if (at !== Infinity) return at
    return this.#first('deliveries') === null ? null : now + HOUR_MS
  }

  /** `nextAt`: when there may be more to delete or tell, a day from now at the latest. */
  #tell(before: State, now: number): Omit<State, 'at'> & { nextAt: number } {
    const { alerts } = this.#tables
    const inactiveLong = this.#inactiveLongAt(before) <= now
    if (inactiveLong) alerts.raise({ kind: 'stillInactive', subject: '' }, now)
    const heldLong = this.#heldLongAt(before) <= now
    const held = heldLong ? this.#heldAfter(before.held, HELD_LOOKED_AT) : []
    alerts.raise({ kind: 'heldLong', subject: '' }, now, held.length)
    const oldest = this.#oldestWaiting()
    const lateAt = oldest === null ? Infinity : oldest + BACKLOG_LONG_MS
    if (lateAt <= now && !before.late) alerts.raise({ kind: 'backlog', subject: '' }, now)
    return {
      held: held.at(-1)?.seq ?? before.held,
      late: lateAt <= now,
      inactive: inactiveLong ? this.#inactiveSince() : before.inactive,
      nextAt: lateAt > now ? Math.min(now + DAY_MS, lateAt) : now + DAY_MS,
    }
  }

  /** When the first held delivery that was not told of will have waited for long. */
  #heldLongAt({ held }: State): number {
    const [first] = this.#heldAfter(held, 1)
    return first === undefined ? Infinity : first.since + HELD_LONG_MS
  }

  #inactiveLongAt({ inactive }: State): number {
    const since = this.#inactiveSince()
    return since === null || since === inactive ? Infinity : since + INACTIVE_LONG_MS
  }

  #inactiveSince(): number | null {
    const { pause } = this.#account.settings.account()
    return pause?.reason === 'session' ? pause.since : null
  }

  #heldAfter(seq: number, most: number): { seq: number; since: number }[] {
    return this.#sql
      .exec<{ seq: number; since: number }>(
        `SELECT seq, coalesce(settled_at, received_at) AS since FROM deliveries
         WHERE state = 'held' AND seq > ? ORDER BY seq LIMIT ?`,
        seq,
        most,
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
    return stateIn(this.#account.settings)
  }

  #save(state: State): void {
    this.#account.settings.set('chores', JSON.stringify(state))
  }

  get #sql(): SqlStorage {
    return this.#ports.storage.sql
  }
}
