/** Who was accepted into which group, and who is never to be sent: checked before every call. */

import type { StoredContact } from './contacts.ts'
import { DAY_MS } from './pace.ts'
import type { GroupState, WaitingContact } from './state.ts'

/** Somebody accepted into a group is not sent to it again for this long. */
export const MEMORY_MS = 365 * DAY_MS
/** A suppression that is for all groups. */
export const EVERYWHERE = 0

type Membership = Pick<GroupState, 'id' | 'family'>
type Somebody = Pick<StoredContact | WaitingContact, 'person' | 'team'>

/** Where somebody was accepted, and when. */
interface Home {
  readonly groupId: number
  readonly acceptedAt: number
}

export class People {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /**
   * A contact as it may go to this group now: not whom EazyBe accepted within the last year, into this part or another, but for
   * acceptances before an operator said to send again (`saidAt`, 0: nobody did); and never whom it was told not to.
   */
  cleared(contact: StoredContact, group: Membership, saidAt: number, now: number): StoredContact {
    if (contact.state !== 'waiting') return contact
    if (this.isSuppressed(contact.person, group.family)) return { ...contact, state: 'suppressed' }
    const since = Math.max(saidAt, now - MEMORY_MS)
    return this.#knows(contact, group, since) ? { ...contact, state: 'already' } : contact
  }

  #knows(contact: StoredContact, group: Membership, since: number): boolean {
    const found = this.#sql.exec(
      'SELECT 1 FROM people WHERE person = ? AND group_id = ? AND accepted_at > ?',
      contact.person,
      scopeOf(contact, group),
      since,
    )
    return found.toArray().length > 0
  }

  /** The part of this family that took one of these people, as far as that is still known: whoever is sent again belongs there. */
  homeOf(contacts: readonly StoredContact[], group: Membership): number | null {
    for (const contact of contacts) {
      if (contact.state !== 'waiting' || contact.team === true) continue
      const home = this.#home(contact, group)
      if (home !== null) return home.groupId
    }
    return null
  }

  /** Whether the count of this group has this person in it since its first call: who is sent again is not counted twice. */
  isCounted(contact: Somebody, group: Membership): boolean {
    const home = this.#home(contact, group)
    if (home === null || home.groupId !== group.id) return false
    const found = this.#sql.exec(
      'SELECT 1 FROM groups WHERE id = ? AND first_call_at <= ?',
      group.id,
      home.acceptedAt,
    )
    return found.toArray().length > 0
  }

  #home(contact: Somebody, group: Membership): Home | null {
    const row = this.#sql
      .exec<{ part: number | null; accepted_at: number }>(
        'SELECT part, accepted_at FROM people WHERE person = ? AND group_id = ?',
        contact.person,
        scopeOf(contact, group),
      )
      .toArray()[0]
    // Rows from before parts were kept do not say which one it was.
    return row === undefined || row.part === null
      ? null
      : { groupId: row.part, acceptedAt: row.accepted_at }
  }

  remember(contact: StoredContact, group: Membership, seq: number, now: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO people (person, group_id, accepted_at, seq, part) VALUES (?, ?, ?, ?, ?)',
      contact.person,
      scopeOf(contact, group),
      now,
      seq,
      group.id,
    )
  }

  /** Whether this person is never to be sent, to this family of groups or to any. */
  isSuppressed(person: string, family: number): boolean {
    const found = this.#sql.exec(
      'SELECT 1 FROM suppressed WHERE person = ? AND family IN (?, ?)',
      person,
      EVERYWHERE,
      family,
    )
    return found.toArray().length > 0
  }

  /** Never again, into this family or (`EVERYWHERE`) any. */
  suppress(person: string, family: number, why: string, now: number): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO suppressed (person, family, since, why) VALUES (?, ?, ?, ?)',
      person,
      family,
      now,
      why,
    )
  }

  /** Erases who was accepted where. */
  forget(person: string): void {
    this.#sql.exec('DELETE FROM people WHERE person = ?', person)
  }

  unsuppress(person: string, family: number): void {
    this.#sql.exec('DELETE FROM suppressed WHERE person = ? AND family = ?', person, family)
  }
}

/** A lead is in one part of a family; the hook's own people are in every part. */
function scopeOf(contact: Somebody, group: Membership): number {
  return contact.team === true ? group.id : group.family
}
