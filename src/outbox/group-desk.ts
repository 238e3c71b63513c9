/** The groups' desk: what we believe of each, and what an operator who looked into WhatsApp knows better. */

import { MAX_GROUP_NAME_UNITS } from '../invite.ts'
import type { Office } from './office.ts'
import { holds } from './search.ts'
import type { GroupStatus } from './state.ts'
import { iso } from './views.ts'

export interface GroupView {
  readonly id: number
  readonly name: string
  /** 1 for "Name", 2 for "Name 2". */
  readonly part: number
  readonly parts: readonly { readonly id: number; readonly name: string; readonly part: number }[]
  readonly status: GroupStatus
  /** By our count of what EazyBe accepted. */
  readonly members: number
  readonly capacity: number
  /** Deliveries, counted no further than a thousand. */
  readonly waiting: number
  readonly held: number
  readonly firstCallAt: string | null
  readonly lastCallAt: string | null
  readonly restUntil: string | null
  /** Names under which leads still find it. */
  readonly aliases: readonly string[]
}

export interface GroupFilter {
  /** A piece of the name; null: all. */
  readonly text: string | null
  readonly limit: number
  /** Groups before this number; null: from the newest. */
  readonly before: number | null
}

/** What the operator knows. `create`: it is not there, and may be made (again). */
export type GroupChange =
  | { readonly kind: 'count'; readonly members: number }
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'exists' }
  | { readonly kind: 'create' }

export type GroupResult = 'done' | 'not_found' | 'name_taken' | 'not_possible'

const COUNTED = 1_000
const LOOKED_AT = 5_000

export class GroupDesk {
  readonly #office: Office
  readonly #sql: SqlStorage

  constructor(office: Office) {
    this.#office = office
    this.#sql = office.ports.storage.sql
  }

  /** A page of groups, newest first. */
  list({ text, limit, before }: GroupFilter): { groups: GroupView[]; before: number | null } {
    const ids = this.#sql
      .exec<{ id: number }>(
        `SELECT id FROM groups
         WHERE id IN (SELECT id FROM groups WHERE id < ? ORDER BY id DESC LIMIT ?) AND ${holds('name')}
         ORDER BY id DESC LIMIT ?`,
        before ?? Number.MAX_SAFE_INTEGER,
        LOOKED_AT,
        text ?? '',
        limit,
      )
      .toArray()
      .map(({ id }) => id)
    const groups = ids.flatMap((id) => this.view(id) ?? [])
    if (ids.length === limit) return { groups, before: ids.at(-1) ?? null }
    const { floor } = this.#sql
      .exec<{ floor: number | null }>(
        'SELECT min(id) AS floor FROM (SELECT id FROM groups WHERE id < ? ORDER BY id DESC LIMIT ?)',
        before ?? Number.MAX_SAFE_INTEGER,
        LOOKED_AT,
      )
      .one()
    // A page may be short, and still go on.
    return { groups, before: floor === null || floor <= 1 ? null : floor }
  }

  /** One group, or null. */
  view(id: number): GroupView | null {
    const row = this.#sql
      .exec<{ first_call_at: number | null; last_call_at: number | null }>(
        'SELECT first_call_at, last_call_at FROM groups WHERE id = ?',
        id,
      )
      .toArray()[0]
    if (row === undefined) return null
    const { groups } = this.#office.tables
    const { name, part, status, members, capacity, family, restUntil } = groups.get(id)
    return {
      id,
      name,
      part,
      parts: groups
        .parts(family)
        .map((each) => ({ id: each.id, name: each.name, part: each.part })),
      status,
      members,
      capacity,
      waiting: this.#count(id, 'queued') + this.#count(id, 'unknown'),
      held: this.#count(id, 'held'),
      firstCallAt: iso(row.first_call_at),
      lastCallAt: iso(row.last_call_at),
      restUntil: restUntil > this.#office.ports.now() ? iso(restUntil) : null,
      aliases: this.#sql
        .exec<{ name: string }>('SELECT name FROM group_names WHERE group_id = ?', id)
        .toArray()
        .map((alias) => alias.name),
    }
  }

  #count(id: number, state: 'queued' | 'unknown' | 'held'): number {
    return this.#sql
      .exec<{ count: number }>(
        `SELECT count(*) AS count FROM
           (SELECT 1 FROM deliveries WHERE state = '${state}' AND group_id = ? LIMIT ?)`,
        id,
        COUNTED,
      )
      .one().count
  }

  /** Writes down what the operator knows, and lets go who waited for that. */
  async change(id: number, change: GroupChange, actor: string): Promise<GroupResult> {
    const { ports } = this.#office
    const now = ports.now()
    const result = ports.storage.transactionSync(() => this.#change(id, change, actor, now))
    if (result === 'done') await this.#office.rounds.recheck()
    return result
  }

  #change(id: number, change: GroupChange, actor: string, now: number): GroupResult {
    const { audit, groups, ledger, queue } = this.#office.tables
    const before = this.view(id)
    if (before === null) return 'not_found'
    switch (change.kind) {
      case 'count':
        this.#sql.exec('UPDATE groups SET members = ? WHERE id = ?', change.members, id)
        break
      case 'rename': {
        if (change.name.length > MAX_GROUP_NAME_UNITS || change.name === '') return 'not_possible'
        const taken = this.#sql.exec(
          'SELECT 1 FROM groups WHERE name = ? AND id <> ?',
          change.name,
          id,
        )
        if (taken.toArray().length > 0) return 'name_taken'
        groups.rename(id, before.name, change.name)
        break
      }
      case 'exists':
        this.#sql.exec(
          `UPDATE groups SET status = 'exists', misses = 0, rest_until = 0 WHERE id = ?`,
          id,
        )
        ledger.releaseMissing(id, now)
        break
      case 'create':
        groups.allowCreation(before.name)
        ledger.releaseToCreate(id, now)
        break
    }
    queue.refresh(id, now)
    const detail = change.kind === 'count' ? `${before.members} to ${change.members}` : null
    audit.record({ actor, action: `group: ${change.kind}`, target: `group ${id}`, detail }, now)
    return 'done'
  }
}
