/** The queue: deliveries that wait for a call, and the heads of it that `plan` sees. */

import { errorText, log } from '../log.ts'
import type { StoredContact } from './contacts.ts'
import { readableContacts, storedContacts } from './contacts.ts'
import type { Groups } from './groups.ts'
import { dueWith, laneOf } from './groups.ts'
import type { Call, GroupQueue, Waiting } from './state.ts'
import { timelineLine } from './timeline.ts'

interface WaitingRow extends Record<string, SqlStorageValue> {
  seq: number
  state: 'queued' | 'unknown'
  creates: number
  contacts: string
  attempts: number
  size_limit: number | null
  due_at: number
  received_at: number
}

/** Deliveries of a group that may have been in a failed call; each failing call adds a batch, and there are few. */
const UNCERTAIN_LOOKED_AT = 300
const WAITING = 'seq, state, creates, contacts, attempts, size_limit, due_at, received_at'

export class Queue {
  readonly #sql: SqlStorage
  readonly #groups: Groups

  constructor(sql: SqlStorage, groups: Groups) {
    this.#sql = sql
    this.#groups = groups
  }

  /** The groups due first, each with the head of its queue. */
  heads(most: number, now: number): GroupQueue[] {
    return this.#groups.dueFirst().map((group) => {
      const unknown = this.#dueFirst('unknown', group.id, most)
      const reserved = unknown.length === 0 ? 0 : this.uncertainIn(group.id).size
      const waiting = this.#head(group.id, most, now, unknown)
      // Who made it due was set aside: it must not stand in front of the others for ever.
      if (waiting.length === 0) this.refresh(group.id, now)
      return { ...group, reserved, waiting }
    })
  }

  /** Who was in a failed call to this group, waits for another, and may be in it. The hook's own people are not counted: they are in every part. */
  uncertainIn(groupId: number): Set<string> {
    return this.#personsIn('unknown', 'waiting', groupId)
  }

  /** The same, with those whose calls failed so often that they were parked: they belong in no other part either. */
  failedIn(groupId: number): Set<string> {
    return new Set([...this.uncertainIn(groupId), ...this.#personsIn('parked', 'refused', groupId)])
  }

  #personsIn(
    state: 'unknown' | 'parked',
    end: StoredContact['state'],
    groupId: number,
  ): Set<string> {
    const contacts = this.#sql
      .exec<{ contacts: string }>(
        `SELECT contacts FROM deliveries WHERE state = '${state}' AND group_id = ? LIMIT ?`,
        groupId,
        UNCERTAIN_LOOKED_AT,
      )
      .toArray()
      .flatMap((row) => readableContacts(row.contacts))
      .filter((contact) => contact.state === end && contact.team !== true)
    return new Set(contacts.map(({ person }) => person))
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

  #head(groupId: number, most: number, now: number, unknown: readonly WaitingRow[]): Waiting[] {
    return this.#rows(groupId, most, unknown).flatMap((row) => this.#waitingOf(row, now))
  }

  // Two searches, since one over both states would have to sort the whole backlog.
  #rows(
    groupId: number,
    most: number,
    unknown: readonly WaitingRow[] = this.#dueFirst('unknown', groupId, most),
  ): WaitingRow[] {
    return [...this.#dueFirst('queued', groupId, most), ...unknown]
      .sort((one, other) => one.due_at - other.due_at || one.seq - other.seq)
      .slice(0, most)
  }

  #dueFirst(state: 'queued' | 'unknown', groupId: number, most: number): WaitingRow[] {
    return this.#sql
      .exec<WaitingRow>(
        `SELECT ${WAITING} FROM deliveries WHERE state = '${state}' AND group_id = ? ORDER BY due_at LIMIT ?`,
        groupId,
        most,
      )
      .toArray()
  }

  /** The deliveries of a call as they wait now, for `settle`. */
  of(call: Call, now: number): Waiting[] {
    return call.parts.flatMap(({ seq }) =>
      this.#sql
        .exec<WaitingRow>(
          `SELECT ${WAITING} FROM deliveries WHERE seq = ? AND (state = 'queued' OR state = 'unknown')`,
          seq,
        )
        .toArray()
        .flatMap((row) => this.#waitingOf(row, now)),
    )
  }

  /** Who waits first in a group. */
  first(groupId: number, now: number): Waiting | undefined {
    for (;;) {
      const [row] = this.#rows(groupId, 1)
      if (row === undefined) return undefined
      const [waiting] = this.#waitingOf(row, now)
      // Set aside: then the one behind it is the first.
      if (waiting !== undefined) return waiting
    }
  }

  /** Sets when a group is due by who waits in it now. */
  refresh(groupId: number, now: number): void {
    const group = this.#groups.get(groupId)
    const head = this.first(groupId, now)
    this.#groups.setDue(groupId, dueWith(group, head), laneOf(group.status, head?.create === true))
  }

  /** A row that cannot be read gets out of the way: those behind it must not wait for it for ever. */
  #waitingOf(row: WaitingRow, now: number): Waiting[] {
    try {
      const contacts = storedContacts(row.contacts).flatMap(
        ({ digits, person, state, team = false }, index) =>
          state === 'waiting' && digits !== null ? [{ index, digits, person, team }] : [],
      )
      if (contacts.length === 0) throw new RangeError('Nobody is left in it to send')
      return [
        {
          seq: row.seq,
          create: row.creates === 1,
          contacts,
          attempts: row.attempts,
          limit: row.size_limit,
          dueAt: row.due_at,
          receivedAt: row.received_at,
          mayBeIn: row.state === 'unknown',
        },
      ]
    } catch (error) {
      this.setAside(row.seq, error, now)
      return []
    }
  }

  /** Whether our own record of a delivery is what we once wrote. */
  isReadable(seq: number): boolean {
    const row = this.#sql
      .exec<{ contacts: string; timeline: number }>(
        'SELECT contacts, json_valid(timeline) AS timeline FROM deliveries WHERE seq = ?',
        seq,
      )
      .toArray()[0]
    if (row === undefined) return false
    try {
      return storedContacts(row.contacts).length > 0 && row.timeline === 1
    } catch {
      return false
    }
  }

  /** Parks a delivery that our own code stumbles over. Its timeline begins anew, since that may be what cannot be read. */
  setAside(seq: number, error: unknown, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'parked', reason = 'unreadable', due_at = NULL, settled_at = ?,
         timeline = json_array(json(?)) WHERE seq = ?`,
      now,
      timelineLine(now, 'parked', 'Usher cannot read its own record of it'),
      seq,
    )
    log('outbox.unreadable', { delivery: seq, error: errorText(error) })
  }
}
