/** The registry of groups: one row a name, with what we believe of it and when it is due. */

import type { GroupState, GroupStatus, Waiting } from './state.ts'

/** Groups of a lane that `plan` is shown; the others are due later. */
const SHOWN_PER_LANE = 10

/** `create`: waits for leave to make a group, which has a budget of its own. */
export type Lane = 'add' | 'create'
export const LANES = ['add', 'create'] as const

interface GroupRow extends Record<string, SqlStorageValue> {
  id: number
  name: string
  status: GroupStatus
  rest_until: number
  misses: number
  create_failures: number
  members: number
  due_at: number | null
}

const COLUMNS = 'id, name, status, rest_until, misses, create_failures, members, due_at'

export class Groups {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The group of this very name, made on its first lead. */
  idOf(name: string): number {
    const found = this.#sql
      .exec<{ id: number }>('SELECT id FROM groups WHERE name = ?', name)
      .toArray()[0]
    if (found !== undefined) return found.id
    return this.#sql
      .exec<{ id: number }>(
        `INSERT INTO groups (name, status, rest_until, misses, create_failures, members)
         VALUES (?, 'new', 0, 0, 0, 0) RETURNING id`,
        name,
      )
      .one().id
  }

  get(id: number): GroupState {
    return stateOf(this.#row(id))
  }

  /** Those due first, of both lanes: a bounded number, whatever the backlog. */
  dueFirst(): GroupState[] {
    return LANES.flatMap((lane) =>
      this.#sql
        .exec<GroupRow>(
          `SELECT ${COLUMNS} FROM groups WHERE lane = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT ?`,
          lane,
          SHOWN_PER_LANE,
        )
        .toArray()
        .map(stateOf),
    )
  }

  /**
   * A new lead in a group's queue: the group is due when the first one's company has had its time, or is complete.
   * Gives that time where it is news, null where the group was due by then anyway.
   */
  nudge(
    id: number,
    lead: { creates: boolean; dueAt: number; complete: boolean },
    now: number,
  ): number | null {
    const group = this.#row(id)
    const dueAt = Math.max(group.rest_until, lead.complete ? now : lead.dueAt)
    if (group.due_at !== null && group.due_at <= dueAt) return null
    this.setDue(id, dueAt, laneOf(group.status, lead.creates))
    return dueAt
  }

  setDue(id: number, dueAt: number | null, lane: Lane): void {
    this.#sql.exec('UPDATE groups SET due_at = ?, lane = ? WHERE id = ?', dueAt, lane, id)
  }

  /** Writes a group after a call; `head` is who waits first now. */
  saveAfterCall(group: GroupState, head: Waiting | undefined, now: number): void {
    this.#sql.exec(
      `UPDATE groups SET status = ?, rest_until = ?, misses = ?, create_failures = ?, members = ?,
         first_call_at = coalesce(first_call_at, ?), last_call_at = ?, due_at = ?, lane = ? WHERE id = ?`,
      group.status,
      group.restUntil,
      group.misses,
      group.createFailures,
      group.members,
      now,
      now,
      dueWith(group, head),
      laneOf(group.status, head?.create === true),
      group.id,
    )
  }

  #row(id: number): GroupRow {
    return this.#sql.exec<GroupRow>(`SELECT ${COLUMNS} FROM groups WHERE id = ?`, id).one()
  }
}

/** When a group with this head is due; null when nobody waits. */
export function dueWith(group: GroupState, head: Waiting | undefined): number | null {
  return head === undefined ? null : Math.max(head.dueAt, group.restUntil)
}

export function laneOf(status: GroupStatus, creates: boolean): Lane {
  return status === 'new' && creates ? 'create' : 'add'
}

function stateOf(row: GroupRow): GroupState {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    restUntil: row.rest_until,
    misses: row.misses,
    createFailures: row.create_failures,
    members: row.members,
  }
}
