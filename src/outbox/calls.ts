/** Calls to EazyBe: the claim before one is made, its end, and how many of late WhatsApp may have felt. */

import type { Pace } from './pace.ts'
import { DAY_MS } from './pace.ts'
import type { Call, Spent } from './state.ts'
import { iso } from './views.ts'

/** A call that has been claimed and has not ended. */
export interface OpenCall {
  readonly id: number
  readonly call: Call
}

/** How a call ended. */
export interface CallEnd {
  readonly outcome: string
  /** Whether WhatsApp may have felt it. */
  readonly counts: boolean
  /** Deliveries that are in with it. */
  readonly accepted: number
}

interface CallRow extends Record<string, SqlStorageValue> {
  id: number
  group_id: number
  kind: Call['kind']
  parts: string
  ended_at: number | null
  name: string
}

export class Calls {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Claims a call: the one row that says who is being sent. It counts until its end says otherwise. */
  open(call: Call, now: number): OpenCall {
    const { id } = this.#sql
      .exec<{ id: number }>(
        `INSERT INTO calls (group_id, kind, parts, people, started_at, counts) VALUES (?, ?, ?, ?, ?, 1) RETURNING id`,
        call.groupId,
        call.kind,
        JSON.stringify(call.parts),
        call.people.length,
        now,
      )
      .one()
    return { id, call }
  }

  /** The call that has not ended: in flight, or cut off by the end of the process. Its numbers are not kept with it. */
  current(): OpenCall | null {
    const row = this.#sql
      .exec<CallRow>(
        `SELECT calls.id, group_id, kind, parts, ended_at, name FROM calls
         JOIN groups ON groups.id = calls.group_id WHERE calls.id = (SELECT max(id) FROM calls)`,
      )
      .toArray()[0]
    if (row === undefined || row.ended_at !== null) return null
    const parts: Call['parts'] = JSON.parse(row.parts)
    const { group_id: groupId, name: groupName, kind } = row
    return { id: row.id, call: { groupId, groupName, kind, parts, people: [] } }
  }

  /** The last call that ended, for its operator; null before the first. */
  last(): { at: string; kind: string; outcome: string; people: number } | null {
    const row = this.#sql
      .exec<{ ended_at: number; kind: string; outcome: string; people: number }>(
        'SELECT ended_at, kind, outcome, people FROM calls WHERE id > 0 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1',
      )
      .toArray()[0]
    if (row === undefined) return null
    const { ended_at: at, kind, outcome, people } = row
    return { at: iso(at), kind, outcome, people }
  }

  close({ id, call }: OpenCall, { outcome, counts, accepted }: CallEnd, now: number): void {
    this.#sql.exec(
      'UPDATE calls SET ended_at = ?, outcome = ?, counts = ?, accepted = ? WHERE id = ?',
      now,
      outcome,
      counts ? 1 : 0,
      accepted,
      id,
    )
    if (counts && call.kind !== 'create') this.#forgetBroken(id, call, now)
  }

  /** A connection that broke counts, since the call may have arrived; once all its people were sent again, only that counts. Two creations that may have arrived are two. */
  #forgetBroken(id: number, { groupId, kind, parts }: Call, now: number): void {
    const sent = new Set(contactsIn(parts))
    const broken = this.#sql
      .exec<{ id: number; parts: string }>(
        `SELECT id, parts FROM calls WHERE counts = 1 AND started_at > ? AND outcome = 'unreachable'
         AND group_id = ? AND kind = ? AND id < ?`,
        now - DAY_MS,
        groupId,
        kind,
        id,
      )
      .toArray()
    for (const earlier of broken) {
      if (!contactsIn(JSON.parse(earlier.parts)).every((contact) => sent.has(contact))) continue
      this.#sql.exec('UPDATE calls SET counts = 0 WHERE id = ?', earlier.id)
    }
  }

  /** Calls of the last day that count; the caps themselves bound how many there can be. */
  spent(pace: Pace, now: number): Spent[] {
    const caps = [pace.peoplePerDay, pace.peoplePerHour, pace.createsPerDay, pace.createsPerHour]
    if (caps.every((cap) => cap === Number.POSITIVE_INFINITY)) return []
    return this.#sql
      .exec<{ started_at: number; people: number; kind: string }>(
        'SELECT started_at, people, kind FROM calls WHERE counts = 1 AND started_at > ? ORDER BY started_at',
        now - DAY_MS,
      )
      .toArray()
      .map((row) => ({ at: row.started_at, people: row.people, created: row.kind === 'create' }))
  }
}

function contactsIn(parts: Call['parts']): string[] {
  return parts.flatMap(({ seq, contacts }) => contacts.map((contact) => `${seq}:${contact}`))
}
