/** The audit log: every action of an operator, written with the action itself and never changed; no number stands in it. */

import { iso } from './views.ts'

export interface AuditEntry {
  readonly id: number
  readonly at: string
  readonly actor: string
  readonly action: string
  /** What it was done to: a delivery's id, a group's number, a person's mark. */
  readonly target: string
  readonly detail: string | null
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** The number to go on from; null: that was all. */
  readonly before: number | null
}

interface Row extends Record<string, SqlStorageValue> {
  id: number
  at: number
  actor: string
  action: string
  target: string
  detail: string | null
}

export class Audit {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  record(entry: Omit<AuditEntry, 'id' | 'at'>, now: number): void {
    const { actor, action, target, detail } = entry
    this.#sql.exec(
      'INSERT INTO audit (at, actor, action, target, detail) VALUES (?, ?, ?, ?, ?)',
      now,
      actor,
      action,
      target,
      detail,
    )
  }

  /** Newest first. */
  list(before: number | null, limit: number): AuditPage {
    const entries = this.#sql
      .exec<Row>(
        'SELECT id, at, actor, action, target, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray()
      .map((row) => ({ ...row, at: iso(row.at) }))
    return { entries, before: entries.length === limit ? (entries.at(-1)?.id ?? null) : null }
  }
}
