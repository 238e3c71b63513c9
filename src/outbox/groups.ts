/** The registry of groups: one row a part of a name, with what we believe of it and when it is due. */

import type { OutboxConfig } from './ports.ts'
import type { GroupState, GroupStatus, Waiting } from './state.ts'

/** WhatsApp's groups hold 1024; admins and whom people invite themselves need room too. */
export const DEFAULT_CAPACITY = 1_000
/** Groups of a lane that `plan` is shown; the others are due later. */
const SHOWN_PER_LANE = 10

/** `create`: waits for leave to make a group, which has a budget of its own. */
export type Lane = 'add' | 'create'
const LANES = ['add', 'create'] as const

interface GroupRow extends Record<string, SqlStorageValue> {
  id: number
  name: string
  status: GroupStatus
  rest_until: number
  misses: number
  create_failures: number
  members: number
  hook: string | null
  family: number
  part: number
  due_at: number | null
}

const COLUMNS = `id, name, status, rest_until, misses, create_failures, members, hook,
  coalesce(family, id) AS family, part, due_at`

/** Where a lead of some name goes. */
export interface Place {
  readonly id: number
  readonly family: number
  /** False where its hook has not made this name yet: making it counts against the hook's day. */
  readonly minted: boolean
}

export class Groups {
  readonly #sql: SqlStorage
  readonly #hooks: OutboxConfig['hooks']

  constructor(sql: SqlStorage, hooks: OutboxConfig['hooks']) {
    this.#sql = sql
    this.#hooks = hooks
  }

  /** The part of this very name that takes new people now, also under a name that the group had; null: no such name yet. */
  find(name: string): Place | null {
    const row = this.#sql
      .exec<{ id: number; family: number; minted: number }>(
        `SELECT coalesce(open_part, id) AS id, coalesce(family, id) AS family,
           status <> 'new' OR minted_at IS NOT NULL AS minted FROM groups
         WHERE id = coalesce((SELECT id FROM groups WHERE name = ?), (SELECT group_id FROM group_names WHERE name = ?))`,
        name,
        name,
      )
      .toArray()[0]
    return row === undefined ? null : { ...row, minted: row.minted === 1 }
  }

  /** Registers a name; `mintedAt` where its hook makes it now. */
  add(name: string, hook: string | null, mintedAt: number | null): number {
    return this.#sql
      .exec<{ id: number }>(
        `INSERT INTO groups (name, status, rest_until, misses, create_failures, members, hook, minted_at)
         VALUES (?, 'new', 0, 0, 0, 0, ?, ?) RETURNING id`,
        name,
        hook,
        mintedAt,
      )
      .one().id
  }

  mint(id: number, hook: string | null, now: number): void {
    this.#sql.exec(
      'UPDATE groups SET minted_at = ?, hook = coalesce(hook, ?) WHERE id = ?',
      now,
      hook,
      id,
    )
  }

  /** The operator says that it is not there: it may be made (again). Who was in the old one is not sent to the new. */
  allowCreation(name: string): void {
    this.#sql.exec(
      `UPDATE groups SET status = 'new', misses = 0, create_failures = 0, members = 0, rest_until = 0,
         first_call_at = NULL WHERE name = ?`,
      name,
    )
  }

  /** It has another name in WhatsApp now: calls use that one, and leads for the old one still find it. */
  rename(id: number, before: string, name: string): void {
    if (before === name) return
    this.#sql.exec('DELETE FROM group_names WHERE name = ?', name)
    this.#sql.exec('UPDATE groups SET name = ? WHERE id = ?', name, id)
    this.#sql.exec('INSERT OR REPLACE INTO group_names (name, group_id) VALUES (?, ?)', before, id)
  }

  /** How many names a hook has made since then, counted no further than `most`. */
  mintedSince(hook: string, since: number, most: number): number {
    return this.#sql
      .exec<{ count: number }>(
        `SELECT count(*) AS count FROM
           (SELECT 1 FROM groups WHERE hook = ? AND minted_at IS NOT NULL AND minted_at > ? LIMIT ?)`,
        hook,
        since,
        most,
      )
      .one().count
  }

  get(id: number): GroupState {
    return this.#stateOf(this.#row(id))
  }

  /** The parts of a family, the first one in front. */
  parts(family: number): GroupState[] {
    const others = this.#sql
      .exec<GroupRow>(`SELECT ${COLUMNS} FROM groups WHERE family = ?`, family)
      .toArray()
      .map((row) => this.#stateOf(row))
    return [this.get(family), ...others].toSorted((one, other) => one.part - other.part)
  }

  /** Registers the next part of a family, which takes new people from now on. */
  addPart(before: GroupState, part: number, name: string): GroupState {
    const { hook } = this.#row(before.family)
    const id = this.add(name, hook, null)
    this.#sql.exec('UPDATE groups SET family = ?, part = ? WHERE id = ?', before.family, part, id)
    this.open(before.family, id)
    return this.get(id)
  }

  /** New people of a family go to this part. */
  open(family: number, id: number): void {
    this.#sql.exec('UPDATE groups SET open_part = ? WHERE id = ?', id, family)
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
        .map((row) => this.#stateOf(row)),
    )
  }

  /**
   * A new lead in a group's queue: the group is due when the first one's company has had its time, or is complete.
   * Gives that time where it is news, null where the group was due by then anyway.
   */
  nudge(
    id: number,
    lead: { creates: boolean; dueAt: number; isComplete: () => boolean },
    now: number,
  ): number | null {
    const group = this.#row(id)
    // Counting is for those that it may hurry.
    if (group.due_at !== null && group.due_at <= Math.max(group.rest_until, now)) return null
    const dueAt = Math.max(group.rest_until, lead.isComplete() ? now : lead.dueAt)
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

  /** The capacity is today's config's: a hook that may take more goes on filling the group it has. */
  #stateOf(row: GroupRow): GroupState {
    const rules =
      row.hook !== null && Object.hasOwn(this.#hooks, row.hook) ? this.#hooks[row.hook] : undefined
    return {
      id: row.id,
      name: row.name,
      status: row.status,
      restUntil: row.rest_until,
      misses: row.misses,
      createFailures: row.create_failures,
      members: row.members,
      capacity: rules?.capacity ?? DEFAULT_CAPACITY,
      family: row.family,
      part: row.part,
    }
  }
}

/** When a group with this head is due; null when nobody waits. */
export function dueWith(group: GroupState, head: Waiting | undefined): number | null {
  return head === undefined ? null : Math.max(head.dueAt, group.restUntil)
}

/** A group that exists, or is in doubt, is only ever added to. */
export function laneOf(status: GroupStatus, creates: boolean): Lane {
  return status === 'new' && creates ? 'create' : 'add'
}
