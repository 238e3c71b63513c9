/** One person, found by their number: kept out of groups, erased everywhere, or told all that is kept of them. */

import * as v from 'valibot'
import { isCountryCode, phone, phoneCountryOf } from '../mapping/phone/index.ts'
import type { KnownPerson, PersonFile } from '../outbox/admin/people.ts'
import { type Admin, fromEach, placeOf } from './admin.ts'
import { pagesOf } from './bulk.ts'
import { readable } from './deliveries.ts'
import { leavesOf } from './sample/sample-fields.ts'
import { described } from './shapes.ts'

/** A person of many leads is erased in so many rounds at once; then the caller asks again. */
const MOST_ROUNDS = 400

export const personSchema = v.object({
  phone: v.pipe(v.string(), v.maxLength(64), v.description('Their number, as people write it')),
  country: v.optional(
    v.pipe(
      v.string(),
      v.guard(isCountryCode, 'is not a country code such as "IN"'),
      v.description('For a number without a country code'),
    ),
  ),
})

export const suppressionSchema = v.object({
  ...personSchema.entries,
  group: v.optional(described(v.string(), 'The id of one group; every group when left out')),
})

export type Person = v.InferOutput<typeof personSchema>

type NumberRead = { readonly digits: string } | { readonly because: string }

/** International digits, or why the number was not read. */
export function digitsOf({ phone: text, country }: Person): NumberRead {
  const read = v.safeParse(phone(country), text)
  return read.success ? { digits: read.output } : { because: read.issues[0].message }
}

/** The number that an operator typed. One without its country is read as the hooks' own forms would read it. */
export function readNumber({ config }: Admin, text: string): NumberRead {
  const whole = digitsOf({ phone: text })
  if ('digits' in whole) return whole
  const countries = Object.values(config.hooks).flatMap((hook) => [
    hook.country ?? [],
    hook.fields === undefined
      ? []
      : leavesOf(hook.fields, '').flatMap(({ schema }) => phoneCountryOf(schema)?.country ?? []),
  ])
  const read = new Set(
    [...new Set(countries.flat())].flatMap((country) => {
      const one = digitsOf({ phone: text, country })
      return 'digits' in one ? one.digits : []
    }),
  )
  const [digits] = read
  return digits !== undefined && read.size === 1 ? { digits } : whole
}

/** What is known of a number, by account. */
export async function knownPerson(
  admin: Admin,
  digits: string,
): Promise<(KnownPerson & { readonly account: string })[]> {
  return fromEach(admin, async (outbox, account) => {
    return { ...(await outbox.people().known(digits, admin.actor)), account }
  })
}

/** Keeps a person out of one group or all from now on, or ends that. */
export async function setSuppressed(
  admin: Admin,
  digits: string,
  group: string | null,
  suppressed: boolean,
): Promise<{ readonly leads: number } | 'not_found'> {
  const method = suppressed ? 'suppress' : 'unsuppress'
  if (group !== null) {
    const place = placeOf(admin, group)
    if (place === null || (await place.outbox.groups().view(place.seq)) === null) return 'not_found'
    return { leads: await place.outbox.people()[method](digits, place.seq, admin.actor) }
  }
  const leads = await fromEach(admin, async (outbox) =>
    outbox.people()[method](digits, null, admin.actor),
  )
  return { leads: leads.reduce((sum, some) => sum + some, 0) }
}

/** Wipes a person out of every account and leaves only the note that they must not come back. `more`: ask again. */
export async function erasePerson(
  admin: Admin,
  digits: string,
): Promise<{ erased: number; more: boolean }> {
  const parts = await fromEach(admin, (outbox) =>
    pagesOf(MOST_ROUNDS, async (before) => {
      const step = await outbox.people().erase(digits, before, admin.actor)
      return { items: [step.erased], before: step.before }
    }),
  )
  const erased = parts.flatMap(({ items }) => items)
  return {
    erased: erased.reduce((sum, some) => sum + some, 0),
    more: parts.some(({ more }) => more),
  }
}

/** All that is kept of a person, by account. `more`: there is more than one answer holds. */
export function exportPerson(admin: Admin, digits: string) {
  return fromEach(admin, async (outbox, account) => {
    const { before: first, ...all } = await outbox.people().file(digits, null, admin.actor)
    const deliveries = [...all.deliveries]
    let before = first
    for (let round = 1; round < MOST_ROUNDS && before !== null; round++) {
      const page: PersonFile = await outbox.people().file(digits, before, admin.actor)
      deliveries.push(...page.deliveries)
      before = page.before
    }
    return { account, ...all, deliveries: deliveries.map(readable), more: before !== null }
  })
}
