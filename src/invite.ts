/** An invite: whom to take to which group. What `invite` of a hook returns, checked and made safe to send. */

import * as v from 'valibot'
import type { CountryCode } from './phone.ts'
import { phone, readInternational } from './phone.ts'

/** WhatsApp takes 100 UTF-16 units; ten are kept for a roll-over suffix such as " 2". */
export const MAX_GROUP_NAME_UNITS = 90
/** More people than any webhook of one person has; a list this long is a mistake in a mapping. */
const MAX_CONTACTS = 256

/** Bidi controls and invisible marks hide what a name says; the joiners that make emoji and Indic letters stay. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cf}\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0]/gu
/** A joiner that has nothing to join would make two groups of two names that look alike. */
const IDLE_JOINER = /(?<![^\0-\x7f\s])[\u200c\u200d]+/g

export interface Invite {
  /** NFC, single spaces, no control or bidi characters, at most 90 UTF-16 units. */
  readonly groupName: string
  /** International digits without plus, each once. */
  readonly contacts: readonly string[]
  /** Those of the contacts that the config itself names, and no event: a new group begins with them. */
  readonly teammates: readonly string[]
  readonly create: boolean
}

/** What a mapping or a sender says of an invite: who of it is a teammate is told from the event. */
export type SpokenInvite = Omit<Invite, 'teammates'>

/** Reads what a mapping made. Contacts must be international already; what people typed is read by `phone(country)`. */
export const inviteSchema = v.object({
  groupName: v.pipe(
    v.string('must be a text'),
    v.transform(groupName),
    v.minLength(1, 'must not be empty'),
  ),
  contacts: v.pipe(
    v.array(contact(), 'must be a list of numbers'),
    v.minLength(1, 'must hold at least one number'),
    v.maxLength(MAX_CONTACTS, `must hold at most ${MAX_CONTACTS} numbers`),
    v.transform((contacts) => [...new Set(contacts)]),
  ),
  create: v.optional(v.boolean('must be true or false'), false),
})

/**
 * Reads `{ groupName, contacts, create }` that a sender speaks itself. Its contacts are what people typed, so they are read with
 * the hook's country; one text with commas is a list (automations join lists so), and `"true"` is true (forms know only text).
 */
export function spokenInviteSchema(country?: CountryCode): v.GenericSchema<unknown, SpokenInvite> {
  return v.pipe(
    v.object({
      groupName: inviteSchema.entries.groupName,
      contacts: v.pipe(
        v.unknown(),
        v.transform(listedContacts),
        v.array(v.unknown(), 'must be a list of numbers'),
        v.minLength(1, 'must hold at least one number'),
        v.maxLength(MAX_CONTACTS, `must hold at most ${MAX_CONTACTS} numbers`),
        v.array(phone(country)),
        v.transform((contacts) => [...new Set(contacts)]),
      ),
      create: v.optional(
        v.pipe(v.unknown(), v.transform(truthOf), v.boolean('must be true or false')),
        false,
      ),
    }),
  )
}

/** Texts with separators become several numbers. An empty one is left, to be refused: a person is missing there. */
export function listedContacts(contacts: unknown): unknown {
  if (typeof contacts === 'string') return split(contacts)
  if (!Array.isArray(contacts)) return contacts
  return contacts.flatMap((one) => (typeof one === 'string' && one.trim() ? split(one) : [one]))
}

function split(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line).flatMap((line) => line.replace(/[,;]$/, '').split(/[,;]/))
}

/** Zapier and Python write `True`. */
function truthOf(create: unknown): unknown {
  const text = typeof create === 'string' ? create.trim().toLowerCase() : null
  return text === 'true' ? true : text === 'false' ? false : create
}

/** EazyBe finds groups by name, so a name is spelt one way only: two spellings would be two groups. */
export function groupName(text: string): string {
  const clean = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll(IDLE_JOINER, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    // Last, since an invisible character may have stood between a letter and its accent.
    .normalize('NFC')
  return cut(clean)
}

function cut(name: string): string {
  if (name.length <= MAX_GROUP_NAME_UNITS) return name
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (kept.length + segment.length > MAX_GROUP_NAME_UNITS) break
    kept += segment
  }
  return kept.trim()
}

function contact(): v.GenericSchema<unknown, string> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const reading = typeof dataset.value === 'string' ? readInternational(dataset.value) : null
      if (reading?.ok) return reading.digits
      addIssue({
        message: 'must be an international number: read what people type with phone(country)',
      })
      return NEVER
    }),
  )
}
