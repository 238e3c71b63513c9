/** Where people belong who are sent again: in the part of a group that took them, or may have. */

import type { StoredContact } from './contacts.ts'
import { readableContacts } from './contacts.ts'
import type { People } from './people.ts'
import type { DeliveryState, GroupState } from './state.ts'
import { mayHaveGone } from './state.ts'

/** `sure` is false where a call that failed may have taken them. */
export interface Home {
  readonly id: number
  readonly sure: boolean
}

export class Homes {
  readonly #sql: SqlStorage
  readonly #people: People

  constructor(sql: SqlStorage, people: People) {
    this.#sql = sql
    this.#people = people
  }

  /** The part of this group's family in which the people of a delivery are, or may be; null: none that is known. `own`: where it waited. */
  of(
    seq: number,
    again: { readonly contacts: readonly StoredContact[]; readonly forced: boolean },
    own: GroupState | null,
    group: GroupState,
  ): Home | null {
    if (own?.family === group.family && this.#mayBeIn(seq, again.contacts)) {
      return { id: own.id, sure: false }
    }
    const id = again.forced ? this.#people.homeOf(again.contacts, group) : null
    return id === null ? null : { id, sure: true }
  }

  #mayBeIn(seq: number, contacts: readonly StoredContact[]): boolean {
    const row = this.#sql
      .exec<{ state: DeliveryState; contacts: string }>(
        'SELECT state, contacts FROM deliveries WHERE seq = ?',
        seq,
      )
      .one()
    if (!mayHaveGone(row.state)) return false
    const before = new Set(readableContacts(row.contacts).map(({ person }) => person))
    return contacts.some(({ person, team }) => team !== true && before.has(person))
  }
}
