/** One delivery: its story with the numbers hidden, and, when asked for and noted, with them. */

import { readJson } from '../lib/decode.ts'
import type { DeliveryStory } from '../outbox/admin/views.ts'
import type { Admin } from './admin.ts'
import { placeOf } from './admin.ts'

/** A story with what was sent as values, not as text. */
export type LeadStory = Omit<DeliveryStory, 'fields'> & { readonly fields: unknown }

export async function readStory(admin: Admin, id: string): Promise<LeadStory | null> {
  const place = placeOf(admin, id)
  const story = place === null ? null : await place.outbox.deliveries().story(place.seq)
  return story === null ? null : readable(story)
}

/** The story with its fields read from the JSON they are kept as. */
export function readable(story: DeliveryStory): LeadStory {
  return { ...story, fields: fromJson(story.fields) }
}

export interface Unmasked {
  /** International digits with their plus, without those that were deleted. */
  readonly contacts: readonly string[]
  readonly fields: unknown
}

/** The numbers of a delivery; the audit log says who asked. `gone`: they were deleted on schedule, or erased. */
export async function revealDelivery(
  admin: Admin,
  id: string,
): Promise<Unmasked | 'not_found' | 'gone'> {
  const place = placeOf(admin, id)
  const revealed =
    place === null ? null : await place.outbox.deliveries().reveal(place.seq, admin.actor)
  if (revealed === null) return 'not_found'
  const { contacts, fields } = revealed
  if (contacts.length === 0 && fields === null) return 'gone'
  return { contacts: contacts.map((digits) => `+${digits}`), fields: fromJson(fields) }
}

/** The numbers by the places of the story's people; null where the number was deleted. */
export function numbersOf({ people }: LeadStory, { contacts }: Unmasked): (string | null)[] {
  const left = [...contacts]
  return people.map(({ state }) => (state === 'erased' ? null : (left.shift() ?? null)))
}

/** What was kept as JSON; null where it cannot be read. */
function fromJson(json: string | null): unknown {
  return (json === null ? null : readJson(json)) ?? null
}
