/** The contacts of a delivery, as its row keeps them. */

import { maskPhone } from '../phone.ts'
import type { Mapped } from './arrival.ts'
import { personOf } from './person.ts'

/** `digits` is wiped on schedule; `mask` and `person` stay. */
export interface StoredContact {
  readonly digits: string | null
  /** The keyed hash that stands for the person. */
  readonly person: string
  readonly mask: string
  /** `already`: accepted into this group before, so not sent. */
  readonly state: 'waiting' | 'accepted' | 'already' | 'refused'
}

/** Reads the JSON that the outbox itself wrote. */
export function storedContacts(text: string): StoredContact[] {
  return JSON.parse(text)
}

/** Whether anybody of them is still to be sent. */
export function anyWaits(contacts: readonly StoredContact[]): boolean {
  return contacts.some((contact) => contact.state === 'waiting')
}

/** The contacts of a mapped submission, all of them waiting; none where it is held. */
export async function contactsOf(mapped: Mapped, personKey: string): Promise<StoredContact[]> {
  if (mapped.kind === 'held') return []
  return Promise.all(
    mapped.invite.contacts.map(async (digits) => ({
      digits,
      person: await personOf(digits, personKey),
      mask: maskPhone(digits),
      state: 'waiting' as const,
    })),
  )
}
