/** Parts of a group: when one is full the next people go to "Name 2", and nobody is ever in two of them. */

import type { StoredContact } from './contacts.ts'
import { readableContacts } from './contacts.ts'
import type { Groups } from './groups.ts'
import type { Queue } from './queue.ts'
import type { Call, GroupState } from './state.ts'
import { APPEND_LINE, timelineLine } from './timeline.ts'

/** More than ten thousand people of one name are a mistake in a mapping. */
const MOST_PARTS = 10
/** Deliveries that move in one transaction; the next one moves the next. */
const MOVED_AT_ONCE = 100

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  contacts: string
}

export class Parts {
  readonly #sql: SqlStorage
  readonly #groups: Groups
  readonly #queue: Queue

  constructor(sql: SqlStorage, groups: Groups, queue: Queue) {
    this.#sql = sql
    this.#groups = groups
    this.#queue = queue
  }

  /** A group is full: those who wait for it go to the next part, a bounded number at a time. Gives those that are held instead. */
  rollOver(groupId: number, now: number): number[] {
    const held: number[] = []
    const full = this.#groups.get(groupId)
    const next = this.#next(full)
    const uncertain = this.#queue.failedIn(full.id)
    const rows = this.#sql
      .exec<Row>(
        `SELECT seq, contacts FROM deliveries WHERE state = 'queued' AND group_id = ? ORDER BY due_at LIMIT ?`,
        full.id,
        MOVED_AT_ONCE,
      )
      .toArray()
    for (const { seq, contacts } of rows) {
      const stored = readableContacts(contacts)
      if (stored.some((contact) => waitsIn(contact, uncertain))) this.#keep(seq, full, now)
      else if (next === null) {
        this.#hold(seq, full, now)
        held.push(seq)
      } else this.#move(seq, stored, next, now)
    }
    this.#queue.refresh(full.id, now)
    if (next !== null) this.#queue.refresh(next.id, now)
    return held
  }

  /**
   * Somebody in this call was in a failed one to another part, and may be in there: the delivery goes to that part instead.
   * Gives how many went: plan again if any.
   */
  reunite(call: Call, now: number): number {
    const group = this.#groups.get(call.groupId)
    const others = this.#groups.parts(group.family).filter(({ id }) => id !== group.id)
    let moved = 0
    for (const other of others) {
      const uncertain = this.#queue.failedIn(other.id)
      if (uncertain.size === 0) continue
      for (const { seq } of call.parts) {
        const row = this.#sql
          .exec<Row>(
            'SELECT seq, contacts FROM deliveries WHERE seq = ? AND group_id = ?',
            seq,
            group.id,
          )
          .toArray()[0]
        if (!row || !readableContacts(row.contacts).some((contact) => waitsIn(contact, uncertain)))
          continue
        this.#keep(seq, other, now)
        moved++
      }
      if (moved > 0) this.#queue.refresh(other.id, now)
    }
    if (moved > 0) this.#queue.refresh(group.id, now)
    return moved
  }

  /** The first later part with room; null: there are enough parts. */
  #next(full: GroupState): GroupState | null {
    const parts = this.#groups.parts(full.family)
    const roomy = parts.find(
      ({ id, part, members, capacity }) =>
        part > full.part && members + this.#queue.uncertainIn(id).size < capacity,
    )
    if (roomy !== undefined) {
      this.#groups.open(full.family, roomy.id)
      return roomy
    }
    const [first] = parts
    if (first === undefined || parts.length >= MOST_PARTS) return null
    let number = Math.max(...parts.map(({ part }) => part)) + 1
    // A group that somebody named so is not ours to fill.
    while (this.#groups.find(`${first.name} ${number}`) !== null) number++
    return this.#groups.addPart(first, number, `${first.name} ${number}`)
  }

  #move(seq: number, contacts: readonly StoredContact[], next: GroupState, now: number): void {
    const moved = contacts.map((contact) =>
      // The hook's own people are in every part; whoever has been sent already is left out before the call.
      contact.team === true && (contact.state === 'already' || contact.state === 'accepted')
        ? { ...contact, state: 'waiting' as const }
        : contact,
    )
    this.#sql.exec(
      `UPDATE deliveries SET group_id = ?, contacts = ?, timeline = ${APPEND_LINE} WHERE seq = ?`,
      next.id,
      JSON.stringify(moved),
      timelineLine(now, 'group full', `Goes to part ${next.part}`),
      seq,
    )
  }

  /** It stays with the part in which its people may be. */
  #keep(seq: number, group: GroupState, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET group_id = ?, state = 'unknown', reason = 'may be in this part already',
         timeline = ${APPEND_LINE} WHERE seq = ?`,
      group.id,
      timelineLine(now, 'waits', `The same person was in a call to part ${group.part} that failed`),
      seq,
    )
  }

  #hold(seq: number, group: GroupState, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'held', reason = 'group full', due_at = NULL, settled_at = ?,
         timeline = ${APPEND_LINE} WHERE seq = ?`,
      now,
      timelineLine(now, 'held', `All ${group.part} parts of the group are full`),
      seq,
    )
  }
}

function waitsIn(contact: StoredContact, persons: ReadonlySet<string>): boolean {
  return contact.state === 'waiting' && contact.team !== true && persons.has(contact.person)
}
