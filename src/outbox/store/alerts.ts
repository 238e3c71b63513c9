/** What the operator is told without looking: one row a matter, so that it is told once and not with every lead. */

import { secretValues } from '../../lib/names.ts'
import { HOUR_MS } from '../dispatch/pace.ts'
import type { Sql } from './sql.ts'

/** The Worker secret that says where alerts go. */
export const ALERT_SECRET = 'ALERT_URL'

/** No alert identifies a person: no number, no name, no group's name. */
export type AlertKind =
  | 'tokenRefused'
  | 'sessionInactive'
  | 'stillInactive'
  | 'failing'
  | 'longWait'
  | 'resumed'
  | 'parked'
  | 'heldLong'
  | 'backlog'
  | 'burst'
  | 'groupNearlyFull'
  | 'refused'
  | 'guessing'

/** Alerts of a pause that EazyBe caused: they are over with it. */
const PAUSE_ALERTS = [
  'sessionInactive',
  'stillInactive',
  'tokenRefused',
  'failing',
  'longWait',
] as const

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

/** The same matter is told again after this long at the earliest, with how often it happened. */
const WINDOW_MS = HOUR_MS
/** A refusing address is tried again: a minute, doubling, to an hour; a day of that is enough. */
const RETRY_FIRST_MS = 60_000
const RETRY_MOST_MS = HOUR_MS
const MOST_ATTEMPTS = 30
/** Alerts sent in one alarm. */
const TOLD_AT_ONCE = 5

interface AlertRow {
  readonly dueAt: number | null
  readonly sentAt: number | null
}

export class Alerts {
  readonly #sql: Sql
  readonly #env: object

  constructor(sql: Sql, env: object) {
    this.#sql = sql
    this.#env = env
  }

  /** Where alerts go; null: they are not wanted. */
  get url(): string | null {
    return secretValues(this.#env, ALERT_SECRET)[0] ?? null
  }

  /** Something happened `count` times: it is told now, or an hour after the same was told last. */
  raise({ kind, subject }: Alert, now: number, count = 1): void {
    if (count === 0 || this.url === null) return
    const key = keyOf(kind, subject)
    const dueAt = Math.max(now, (this.#row(key)?.sentAt ?? Number.NEGATIVE_INFINITY) + WINDOW_MS)
    this.#sql.run`
      INSERT INTO alerts (key, kind, subject, count, due_at, sent_at, attempts)
      VALUES (${key}, ${kind}, ${subject}, ${count}, ${dueAt}, NULL, 0)
      ON CONFLICT (key) DO UPDATE SET count = count + excluded.count, due_at = coalesce(due_at, excluded.due_at)`
  }

  /** A pause that began then is over. The operator is told so only if they were told of the pause. */
  resumed(since: number, now: number): void {
    const told = PAUSE_ALERTS.map((kind) => this.#withdraw(kind, since))
    if (told.includes(true)) this.raise({ kind: 'resumed', subject: '' }, now)
  }

  /** An operator ended the pause: its alerts are cancelled. */
  endPause(now: number): void {
    for (const kind of PAUSE_ALERTS) this.#withdraw(kind, now)
  }

  /** Cancels an alert that was not sent yet. True where one was sent since then. */
  #withdraw(kind: AlertKind, since: number): boolean {
    const key = keyOf(kind, '')
    const before = this.#row(key)
    if (before === null) return false
    if (before.dueAt === null) return before.sentAt !== null && before.sentAt >= since
    this.#sql.run`UPDATE alerts SET due_at = NULL, count = 0, attempts = 0 WHERE key = ${key}`
    return false
  }

  due(now: number): DueAlert[] {
    return this.#sql.all`
      SELECT key, kind, subject, count, attempts FROM alerts
      WHERE due_at IS NOT NULL AND due_at <= ${now} ORDER BY due_at LIMIT ${TOLD_AT_ONCE}`
  }

  /** When the next one is due; null: none waits. */
  nextAt(): number | null {
    if (this.url === null) return null
    return this.#sql.value`SELECT min(due_at) FROM alerts WHERE due_at IS NOT NULL`
  }

  /** An alert arrived. What happened meanwhile is told later. */
  told({ key, count }: DueAlert, now: number): void {
    this.#sql.run`
      UPDATE alerts SET due_at = CASE WHEN count > ${count} THEN ${now + WINDOW_MS} END, count = max(0, count - ${count}),
        sent_at = ${now}, attempts = 0 WHERE key = ${key}`
  }

  /** An alert did not arrive: it is tried again later, at most for a day. */
  failed({ key, attempts }: DueAlert, now: number, random: () => number): void {
    const waitMs = Math.min(RETRY_FIRST_MS * 2 ** attempts, RETRY_MOST_MS) * (0.5 + random() / 2)
    if (attempts + 1 < MOST_ATTEMPTS) {
      this.#sql
        .run`UPDATE alerts SET due_at = ${now + waitMs}, attempts = ${attempts + 1} WHERE key = ${key} AND due_at IS NOT NULL`
    } else
      this.#sql.run`UPDATE alerts SET due_at = NULL, attempts = 0, count = 0 WHERE key = ${key}`
  }

  #row(key: string): AlertRow | null {
    return this.#sql.first`SELECT due_at AS dueAt, sent_at AS sentAt FROM alerts WHERE key = ${key}`
  }
}

function keyOf(kind: AlertKind, subject: string): string {
  return subject === '' ? kind : `${kind}:${subject}`
}
