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
  /** One of the hook's own people. */
  readonly team?: true
  /** `already`: accepted into this group before, so not sent. `suppressed`: asked never to be. `erased`: nobody knows any more who it was. */
  readonly state: 'waiting' | 'accepted' | 'already' | 'refused' | 'suppressed' | 'erased'
}

/** Reads the JSON that the outbox itself wrote. Throws where it is not that any more. */
export function storedContacts(text: string): StoredContact[] {
  const contacts: StoredContact[] = JSON.parse(text)
  if (!Array.isArray(contacts)) throw new TypeError('The contacts are no list')
  return contacts
}

/** The same for looking: a row that cannot be read is shown without contacts. */
export function readableContacts(text: string): StoredContact[] {
  try {
    return storedContacts(text)
  } catch {
    return []
  }
}

/** Whether anybody of them is still to be sent. */
export function anyWaits(contacts: readonly StoredContact[]): boolean {
  return contacts.some((contact) => contact.state === 'waiting')
}

/** The contacts of a mapped submission, all of them waiting; none where it is held. */
export async function contactsOf(mapped: Mapped, personKey: string): Promise<StoredContact[]> {
  if (mapped.kind === 'held') return []
  const { contacts, teammates } = mapped.invite
  return Promise.all(
    contacts.map(async (digits) => ({
      ...(await contactOf(digits, personKey)),
      ...(teammates.includes(digits) && { team: true as const }),
    })),
  )
}

/** One contact, from international digits. */
export async function contactOf(digits: string, personKey: string): Promise<StoredContact> {
  const person = await personOf(digits, personKey)
  return { digits, person, mask: maskPhone(digits), state: 'waiting' }
}
