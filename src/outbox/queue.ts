/** The queue: deliveries that wait for a call, the heads of it that `plan` sees, and what a call changes in it. */

import type { StoredContact } from './contacts.ts'
import { anyWaits, storedContacts } from './contacts.ts'
import { dueWith, Groups, laneOf } from './groups.ts'
import { People } from './people.ts'
import type { Change } from './settle.ts'
import type { Call, GroupQueue, Waiting } from './state.ts'
import { APPEND_LINE, timelineLine } from './timeline.ts'

interface WaitingRow extends Record<string, SqlStorageValue> {
  seq: number
  creates: number
  contacts: string
  attempts: number
  size_limit: number | null
  due_at: number
  received_at: number
}

const WAITING = 'seq, creates, contacts, attempts, size_limit, due_at, received_at'

export class Queue {
  readonly #sql: SqlStorage
  readonly #groups: Groups
  readonly #people: People

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#groups = new Groups(sql)
    this.#people = new People(sql)
  }

  /** The groups due first, each with the head of its queue. */
  heads(most: number): GroupQueue[] {
    return this.#groups
      .dueFirst()
      .map((group) => ({ ...group, waiting: this.#head(group.id, most) }))
  }

  /** How many deliveries of a group are queued, counted no further than `most`. */
  length(groupId: number, most: number): number {
    return this.#sql
      .exec<{ count: number }>(
        `SELECT count(*) AS count FROM
           (SELECT 1 FROM deliveries WHERE state = 'queued' AND group_id = ? LIMIT ?)`,
        groupId,
        most,
      )
      .one().count
  }

  #head(groupId: number, most: number): Waiting[] {
    // Two searches, since one over both states would have to sort the whole backlog.
    const first = (state: 'queued' | 'unknown') =>
      this.#sql
        .exec<WaitingRow>(
          `SELECT ${WAITING} FROM deliveries WHERE state = '${state}' AND group_id = ? ORDER BY due_at LIMIT ?`,
          groupId,
          most,
        )
        .toArray()
    return [...first('queued'), ...first('unknown')]
      .sort((one, other) => one.due_at - other.due_at || one.seq - other.seq)
      .slice(0, most)
      .map(waitingOf)
  }

  /** The deliveries of a call as they wait now, for `settle`. */
  of(call: Call): Waiting[] {
    return call.parts.flatMap(({ seq }) =>
      this.#sql
        .exec<WaitingRow>(
          `SELECT ${WAITING} FROM deliveries WHERE seq = ? AND (state = 'queued' OR state = 'unknown')`,
          seq,
        )
        .toArray()
        .map(waitingOf),
    )
  }

  /** Takes out of a planned call whoever was accepted meanwhile. Gives the deliveries it changed: plan again if any. */
  dropKnown(call: Call, now: number): number[] {
    const changed = call.parts.filter(({ seq }) => this.#dropKnownOf(seq, call.groupId, now))
    if (changed.length > 0) this.refresh(call.groupId)
    return changed.map(({ seq }) => seq)
  }

  /** Sets when a group is due by who waits in it now. */
  refresh(groupId: number): void {
    const group = this.#groups.get(groupId)
    const head = this.first(groupId)
    this.#groups.setDue(groupId, dueWith(group, head), laneOf(group.status, head?.create === true))
  }

  #dropKnownOf(seq: number, groupId: number, now: number): boolean {
    const row = this.#sql
      .exec<{ contacts: string; forced: number }>(
        'SELECT contacts, forced FROM deliveries WHERE seq = ?',
        seq,
      )
      .one()
    if (row.forced === 1) return false
    const before = storedContacts(row.contacts)
    const contacts = before.map((contact) =>
      contact.state === 'waiting' && this.#people.knows(contact.person, groupId, now)
        ? { ...contact, state: 'already' as const }
        : contact,
    )
    if (contacts.every((contact, index) => contact === before[index])) return false
    const end = anyWaits(contacts) ? null : endOf(contacts)
    this.#sql.exec(
      `UPDATE deliveries SET contacts = ?, state = ?, reason = ?, settled_at = ?, timeline = ${APPEND_LINE} WHERE seq = ?`,
      JSON.stringify(contacts),
      end?.state ?? 'queued',
      end?.reason ?? null,
      end === null ? null : now,
      timelineLine(now, end?.state ?? 'left out', 'already accepted'),
      seq,
    )
    return true
  }

  /** Writes what a call came to. Returns the deliveries of which nothing waits any more. */
  settle(call: Call, changes: readonly Change[], now: number): number[] {
    return changes.filter((change) => this.#apply(change, call.groupId, now)).map(({ seq }) => seq)
  }

  #apply(change: Change, groupId: number, now: number): boolean {
    const row = this.#sql
      .exec<{ contacts: string }>('SELECT contacts FROM deliveries WHERE seq = ?', change.seq)
      .one()
    const done = new Map(change.contacts.map(({ index, state }) => [index, state]))
    const contacts = storedContacts(row.contacts).map((contact, index) => ({
      ...contact,
      state: done.get(index) ?? contact.state,
    }))
    for (const [index, state] of done) {
      const person = contacts[index]?.person
      if (state === 'accepted' && person !== undefined) {
        this.#people.remember(person, groupId, change.seq, now)
      }
    }
    // The end of one contact is not the delivery's while others of it wait.
    const goesOn = done.size > 0 && anyWaits(contacts)
    const refused = contacts.some((contact) => contact.state === 'refused')
    const end =
      change.state === 'accepted' && refused
        ? endOf(contacts)
        : { state: change.state, reason: change.reason }
    const { state, reason } = goesOn ? { state: 'queued', reason: null } : end
    const settles = state === 'accepted' || state === 'held' || state === 'parked'
    this.#sql.exec(
      `UPDATE deliveries SET state = ?, reason = ?, contacts = ?, attempts = ?, size_limit = ?, due_at = ?,
         settled_at = ?, timeline = ${APPEND_LINE} WHERE seq = ?`,
      state,
      reason,
      JSON.stringify(contacts),
      change.attempts,
      change.limit,
      settles ? null : change.dueAt,
      settles ? now : null,
      timelineLine(now, change.event, change.detail),
      change.seq,
    )
    return settles
  }

  /** The group is there after all: leads held for its absence go. */
  releaseMissing(groupId: number, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', reason = NULL, settled_at = NULL, due_at = ?, timeline = ${APPEND_LINE}
       WHERE state = 'held' AND group_id = ? AND reason IN ('group missing', 'group gone')`,
      now,
      timelineLine(now, 'released', 'The group exists now'),
      groupId,
    )
  }

  /** Who waits first in a group. */
  first(groupId: number): Waiting | undefined {
    return this.#head(groupId, 1)[0]
  }
}

/** Nobody is left to send: what the delivery came to. */
function endOf(contacts: readonly StoredContact[]): {
  state: 'parked' | 'accepted' | 'skipped'
  reason: string | null
} {
  const has = (state: StoredContact['state']) => contacts.some((contact) => contact.state === state)
  if (has('refused')) return { state: 'parked', reason: 'some numbers were refused' }
  return has('accepted')
    ? { state: 'accepted', reason: null }
    : { state: 'skipped', reason: 'already accepted' }
}

function waitingOf(row: WaitingRow): Waiting {
  return {
    seq: row.seq,
    create: row.creates === 1,
    contacts: storedContacts(row.contacts).flatMap(({ digits, person, state }, index) =>
      state === 'waiting' && digits !== null ? [{ index, digits, person }] : [],
    ),
    attempts: row.attempts,
    limit: row.size_limit,
    dueAt: row.due_at,
    receivedAt: row.received_at,
  }
}
