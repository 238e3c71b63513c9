/** The audit log: every action of an operator, written with the action itself and never changed; no number stands in it. */

import type { Sql } from './sql.ts'

export interface AuditEntry {
  readonly id: number
  /** ISO 8601. */
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

export class Audit {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  record({ actor, action, target, detail }: Omit<AuditEntry, 'id' | 'at'>, now: number): void {
    this.#sql.run`
      INSERT INTO audit (at, actor, action, target, detail) VALUES (${now}, ${actor}, ${action}, ${target}, ${detail})`
  }

  /** Newest first. */
  list(before: number | null, limit: number): AuditPage {
    const rows = this.#sql.all<Omit<AuditEntry, 'at'> & { readonly at: number }>`
      SELECT id, at, actor, action, target, detail FROM audit WHERE id < ${before ?? Number.MAX_SAFE_INTEGER}
      ORDER BY id DESC LIMIT ${limit}`
    const entries = rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
    return { entries, before: entries.length === limit ? (entries.at(-1)?.id ?? null) : null }
  }
}
