/** What an operator is told of without looking: one row a matter, so that it is told once and not with every lead. */

import { HOUR_MS } from './pace.ts'

/** The Worker secret that says where to tell it. */
export const ALERT_SECRET = 'ALERT_URL'

/** In the order of how much they hurt. Nothing in an alert says who somebody is: no number, no name, no group's name. */
export type AlertKind =
  | 'tokenRefused'
  | 'sessionInactive'
  | 'stillInactive'
  | 'resumed'
  | 'parked'
  | 'heldLong'
  | 'backlog'
  | 'groupNearlyFull'
  | 'forged'

/** Those of a pause of EazyBe's making: they are over with it. */
export const PAUSE_ALERTS = ['sessionInactive', 'stillInactive', 'tokenRefused'] as const

export interface Alert {
  readonly kind: AlertKind
  /** What of that kind: a group's number, a hook's name; empty for the account itself. */
  readonly subject: string
}

export interface DueAlert extends Alert {
  readonly key: string
  /** How often it happened since it was told last. */
  readonly count: number
  readonly attempts: number
}

/** The same matter is told again after this long at the earliest, and then with how often it happened. */
const WINDOW_MS = HOUR_MS
/** A refusing address is tried again: a minute, doubling, to an hour; a day of that is enough. */
const RETRY_FIRST_MS = 60_000
const RETRY_MOST_MS = HOUR_MS
const MOST_ATTEMPTS = 30
/** Told in one round; a round is not for alerts alone. */
const TOLD_AT_ONCE = 5

interface Row extends Record<string, SqlStorageValue> {
  key: string
  kind: AlertKind
  subject: string
  count: number
  due_at: number | null
  sent_at: number | null
  attempts: number
}

export class Alerts {
  readonly #sql: SqlStorage
  readonly #isWanted: () => boolean

  /** `isWanted`: whether there is anybody to tell. */
  constructor(sql: SqlStorage, isWanted: () => boolean) {
    this.#sql = sql
    this.#isWanted = isWanted
  }

  /** It happened; it is told now, or once the same was not told for an hour. */
  raise({ kind, subject }: Alert, now: number, count = 1): void {
    if (!this.#isWanted() || count === 0) return
    const key = keyOf(kind, subject)
    const toldAt = this.#row(key)?.sent_at ?? null
    this.#sql.exec(
      `INSERT INTO alerts (key, kind, subject, count, due_at, sent_at, attempts) VALUES (?, ?, ?, ?, ?, NULL, 0)
       ON CONFLICT (key) DO UPDATE SET count = count + excluded.count, due_at = coalesce(due_at, excluded.due_at)`,
      key,
      kind,
      subject,
      count,
      toldAt === null ? now : Math.max(now, toldAt + WINDOW_MS),
    )
  }

  /** What began then is over: if nobody was told, nobody need be. True where it had been told since. */
  settle({ kind, subject }: Alert, since: number): boolean {
    const before = this.#row(keyOf(kind, subject))
    if (before === undefined) return false
    if (before.due_at === null) return before.sent_at !== null && before.sent_at >= since
    this.#sql.exec(
      'UPDATE alerts SET due_at = NULL, count = 0, attempts = 0 WHERE key = ?',
      before.key,
    )
    return false
  }

  due(now: number): DueAlert[] {
    return this.#sql
      .exec<Row>(
        `SELECT key, kind, subject, count, due_at, sent_at, attempts FROM alerts
         WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?`,
        now,
        TOLD_AT_ONCE,
      )
      .toArray()
      .map(({ key, kind, subject, count, attempts }) => ({ key, kind, subject, count, attempts }))
  }

  /** When the next one is due; null: none waits. */
  nextAt(): number | null {
    if (!this.#isWanted()) return null
    return this.#sql
      .exec<{ due_at: number | null }>(
        'SELECT min(due_at) AS due_at FROM alerts WHERE due_at IS NOT NULL',
      )
      .one().due_at
  }

  /** It arrived. What happened meanwhile is told later. */
  told({ key, count }: DueAlert, now: number): void {
    this.#sql.exec(
      `UPDATE alerts SET due_at = CASE WHEN count > ? THEN ? ELSE NULL END, count = count - ?, sent_at = ?, attempts = 0
       WHERE key = ?`,
      count,
      now + WINDOW_MS,
      count,
      now,
      key,
    )
  }

  /** It did not: tried again later, and one day no more. */
  failed({ key, attempts }: DueAlert, now: number, random: () => number): void {
    const waitMs = Math.min(RETRY_FIRST_MS * 2 ** attempts, RETRY_MOST_MS)
    const spent = attempts + 1 >= MOST_ATTEMPTS
    this.#sql.exec(
      'UPDATE alerts SET due_at = ?, attempts = ?, count = CASE WHEN ? THEN 0 ELSE count END WHERE key = ?',
      spent ? null : now + waitMs * (0.5 + random() / 2),
      spent ? 0 : attempts + 1,
      spent ? 1 : 0,
      key,
    )
  }

  #row(key: string): Row | undefined {
    return this.#sql
      .exec<Row>(
        'SELECT key, kind, subject, count, due_at, sent_at, attempts FROM alerts WHERE key = ?',
        key,
      )
      .toArray()[0]
  }
}

function keyOf(kind: AlertKind, subject: string): string {
  return subject === '' ? kind : `${kind}:${subject}`
}
