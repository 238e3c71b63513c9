/** The account's desk: how it stands, and the operator's own pause. */

import { PAUSE_ALERTS } from './alerts.ts'
import type { AuditPage } from './audit.ts'
import type { Calls } from './calls.ts'
import type { Office } from './office.ts'
import type { Pace } from './pace.ts'
import { DAY_MS, HOUR_MS } from './pace.ts'
import type { AccountState, PauseReason, Spent } from './state.ts'
import type { HourView } from './tally.ts'
import { iso } from './views.ts'
import { waitTeller } from './waiting-for.ts'

export interface Overview {
  readonly account: string
  readonly pause: {
    readonly reason: PauseReason
    readonly since: string
    readonly probeAt: string | null
  } | null
  /** When the next call may be made, and what it waits for; null where nothing waits for anything. */
  readonly nextCallAt: string | null
  readonly nextCallWhy: string | null
  /** Deliveries in the call under way. */
  readonly sending: number
  readonly backlog: Backlog
  readonly used: Caps<number>
  /** Null: no cap. */
  readonly caps: Caps<number | null>
  /** The last 24, oldest first. */
  readonly hours: readonly HourView[]
  readonly lastCall: ReturnType<Calls['last']>
  readonly pace: Pace
}

interface Caps<count> {
  readonly peopleHour: count
  readonly peopleDay: count
  readonly createsHour: count
  readonly createsDay: count
}

export interface Backlog {
  readonly queued: number
  readonly unknown: number
  readonly held: number
  readonly parked: number
  /** True where one of them is counted no further. */
  readonly more: boolean
  /** Why they are held or parked, the commonest first, and no more than a few. */
  readonly reasons: readonly InHand[]
  /** When the oldest of the queued came. */
  readonly oldest: string | null
}

export interface InHand {
  readonly state: 'held' | 'parked'
  readonly reason: string
  readonly count: number
}

/** More are told apart in the list. */
const MOST_REASONS = 5
/** Counting stops here: the operator sees "10,000 and more". */
const COUNTED = 10_000
const CHART_HOURS = 24

export class AccountDesk {
  readonly #office: Office
  readonly #sql: SqlStorage

  constructor(office: Office) {
    this.#office = office
    this.#sql = office.ports.storage.sql
  }

  /** How the account stands now. */
  async overview(): Promise<Overview> {
    const { account, caller, ports, rounds, tables } = this.#office
    await rounds.heal()
    const now = ports.now()
    const { name, pace, settings } = account
    const state = settings.account()
    const spent = tables.calls.spent(pace, now)
    const backlog = this.backlog()
    const nextAt = caller.nextAt(now)
    const waits = backlog.queued + backlog.unknown > 0
    const due = { groupStatus: null, restUntil: null, dueAt: null, attempts: 0, creates: false }
    const { what } = waitTeller({ account: state, pace, spent }, now)(due)
    return {
      account: name,
      pause: state.pause && {
        reason: state.pause.reason,
        since: iso(state.pause.since),
        probeAt: iso(state.pause.probeAt),
      },
      nextCallAt: waits ? iso(nextAt) : null,
      nextCallWhy: waits ? what : null,
      sending: tables.calls.current()?.call.parts.length ?? 0,
      backlog,
      used: usedOf(spent, now),
      caps: capsOf(pace),
      hours: tables.tally.last(CHART_HOURS, now),
      lastCall: tables.calls.last(),
      pace,
    }
  }

  /** What waits, and for how long already. */
  backlog(): Backlog {
    const queued = this.#open('queued')
    const unknown = this.#open('unknown')
    const held = this.#open('held')
    const parked = this.#open('parked')
    const { received_at = null } =
      queued.first === null
        ? {}
        : this.#sql
            .exec<{ received_at: number }>(
              'SELECT received_at FROM deliveries WHERE seq = ?',
              queued.first,
            )
            .one()
    return {
      queued: queued.count,
      unknown: unknown.count,
      held: held.count,
      parked: parked.count,
      more: [queued, unknown, held, parked].some(({ count }) => count === COUNTED),
      reasons: [
        ...(held.count > 0 ? this.#reasons('held') : []),
        ...(parked.count > 0 ? this.#reasons('parked') : []),
      ],
      oldest: iso(received_at),
    }
  }

  #reasons(state: InHand['state']): InHand[] {
    return this.#sql
      .exec<{ reason: string; count: number }>(
        `SELECT coalesce(reason, '') AS reason, count(*) AS count FROM
           (SELECT reason FROM deliveries WHERE state = '${state}' LIMIT ?)
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`,
        COUNTED,
        MOST_REASONS,
      )
      .toArray()
      .map((row) => ({ state, ...row }))
  }

  #open(state: 'queued' | 'unknown' | 'held' | 'parked'): { count: number; first: number | null } {
    return this.#sql
      .exec<{ count: number; first: number | null }>(
        `SELECT count(*) AS count, min(seq) AS first FROM
           (SELECT seq FROM deliveries WHERE state = '${state}' LIMIT ?)`,
        COUNTED,
      )
      .one()
  }

  /** No call is made until `resume`, whatever EazyBe says. */
  pause(actor: string): void {
    this.#change(actor, 'pause', (now) => ({
      pause: { reason: 'operator', since: now, probeAt: null, probes: 0 },
    }))
  }

  /** Calls are made again, also after a pause of EazyBe's making: the next call will tell. */
  async resume(actor: string): Promise<void> {
    // Days of a pause are none without a connection.
    this.#change(actor, 'resume', (now) => {
      for (const kind of PAUSE_ALERTS) this.#office.tables.alerts.settle({ kind, subject: '' }, now)
      return { pause: null, unreachable: 0, unreachableSince: null }
    })
    await this.#office.rounds.recheck()
  }

  /** What operators did, newest first. */
  audit(before: number | null, limit: number): AuditPage {
    return this.#office.tables.audit.list(before, limit)
  }

  /** Writes down what an operator did outside of the outbox: a login, a test. */
  note(actor: string, action: string, target: string, detail: string | null): void {
    const { ports, tables } = this.#office
    tables.audit.record({ actor, action, target, detail }, ports.now())
  }

  #change(actor: string, action: string, changeAt: (now: number) => Partial<AccountState>): void {
    const { account, ports, tables } = this.#office
    const now = ports.now()
    ports.storage.transactionSync(() => {
      const { settings, name } = account
      settings.saveAccount({ ...settings.account(), ...changeAt(now) })
      tables.audit.record({ actor, action, target: `account ${name}`, detail: null }, now)
    })
  }
}

function usedOf(spent: readonly Spent[], now: number): Caps<number> {
  const since = (ms: number) => spent.filter(({ at }) => at > now - ms)
  const people = (ms: number) => since(ms).reduce((sum, call) => sum + call.people, 0)
  const creates = (ms: number) => since(ms).filter(({ created }) => created).length
  return {
    peopleHour: people(HOUR_MS),
    peopleDay: people(DAY_MS),
    createsHour: creates(HOUR_MS),
    createsDay: creates(DAY_MS),
  }
}

function capsOf(pace: Pace): Caps<number | null> {
  const cap = (most: number) => (Number.isFinite(most) ? most : null)
  return {
    peopleHour: cap(pace.peoplePerHour),
    peopleDay: cap(pace.peoplePerDay),
    createsHour: cap(pace.createsPerHour),
    createsDay: cap(pace.createsPerDay),
  }
}
