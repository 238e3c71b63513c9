/** The body of a sample of sources that speak invites: an invite, a person, and whatever members the caller asked for. */

import { withPaths } from './paths.ts'

const SAMPLE = {
  groupName: 'Webinar May',
  contacts: ['919800000001'],
  create: true,
  name: 'Asha Rao',
  phone: '+919800000001',
}

/** `contacts` may be given as one text with commas; `id` makes it an event of its own. */
export function sampleInvite(fields: Readonly<Record<string, string>>, id: string): object {
  const { contacts, ...rest } = fields
  const named = { ...SAMPLE, sample: id }
  return withPaths(
    contacts === undefined ? named : { ...named, contacts: contacts.split(',') },
    rest,
  )
}
