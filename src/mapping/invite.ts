/** An invite: people and the group they join. What `invite` of a hook returns, checked and made safe to send. */

import * as v from 'valibot'
import { normalized, visible } from '../lib/text.ts'
import type { CountryCode } from './phone/index.ts'
import { phone, readInternational } from './phone/index.ts'

/** WhatsApp takes 100 UTF-16 units; ten are kept for a roll-over suffix such as " 2". */
export const MAX_GROUP_NAME_UNITS = 90
/** More people than any webhook of one person has; a list this long is a mistake in a mapping. */
export const MAX_CONTACTS = 256

/** A text box that is split: more numbers than these are no person with their family. */
const MAX_SPLIT_CONTACTS = 5

const LISTED = 'contacts[]'
/** Each round but the last changes the name: two are enough for all names but hostile ones. */
const MOST_ROUNDS = 10

/** Line breaks and other controls, and the blank of Braille. */
const BLANK = /[\p{Cc}\p{Zl}\p{Zp}\u2800]/gu
/** What a template writes where an answer is missing. */
const MISSING =
  /(?<![\p{L}\p{N}])(?:null|undefined|NaN)(?![\p{L}\p{N}])|\[object \w+\]|Invalid Date/u

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
    v.check((name) => missingWord(name) === null, 'reads as if an answer were missing'),
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
 * Reads `{ groupName, contacts, create }` that a sender speaks itself, as automations and forms spell it: a name that is a
 * number, `contacts[]`, one text with commas for a list, `"yes"` for true. Contacts are what people typed, so they are
 * read with the hook's country.
 */
export function spokenInviteSchema(
  country?: CountryCode,
  splitLimit = MAX_SPLIT_CONTACTS,
): v.GenericSchema<unknown, SpokenInvite> {
  return v.pipe(
    v.unknown(),
    v.transform(plainNames),
    v.object({
      groupName: v.pipe(
        v.unknown(),
        v.transform((name) => (Number.isSafeInteger(name) ? String(name) : name)),
        inviteSchema.entries.groupName,
      ),
      contacts: v.pipe(
        v.unknown(),
        v.check(
          (contacts) => isShortText(contacts, splitLimit),
          `must hold at most ${splitLimit} numbers in one text`,
        ),
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

/** Forms name a list `contacts[]`. */
function plainNames(fields: unknown): unknown {
  const named = typeof fields === 'object' && fields !== null && Object.hasOwn(fields, LISTED)
  return named ? { contacts: Reflect.get(fields, LISTED), ...fields } : fields
}

/** Texts with separators become several numbers. An empty one is left, to be refused: a person is missing there. */
export function listedContacts(contacts: unknown): unknown {
  if (typeof contacts === 'string') return split(contacts)
  if (!Array.isArray(contacts)) return contacts
  return contacts.flatMap((one) => (typeof one === 'string' && one.trim() ? split(one) : [one]))
}

/** A list may hold many people. A text that is split comes from one box, which a visitor may have filled in. */
function isShortText(contacts: unknown, limit: number): boolean {
  return [contacts].flat().every((one) => typeof one !== 'string' || split(one).length <= limit)
}

function split(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line).flatMap((line) => line.replace(/[,;]$/, '').split(/[,;]/))
}

/** Zapier and Python write `True`, spreadsheets `1`, people `yes`. */
function truthOf(create: unknown): unknown {
  const text = ['string', 'number'].includes(typeof create)
    ? String(create).trim().toLowerCase()
    : null
  if (text === 'true' || text === '1' || text === 'yes') return true
  return text === 'false' || text === '0' || text === 'no' ? false : create
}

/** The word in a name that a template writes for no answer, or null. */
export function missingWord(name: unknown): string | null {
  return typeof name === 'string' ? (MISSING.exec(groupName(name))?.[0] ?? null) : null
}

/** EazyBe finds groups by name, so a name is spelt one way only: two spellings would be two groups. */
export function groupName(text: string): string {
  const clean = visible(text.replaceAll(BLANK, ' ')).replaceAll(/\s+/g, ' ').trim()
  // NFC comes late, since an invisible character may have stood between a letter and its accent. What is removed then may bring
  // others together: a name that is read again must stay as it is, or it would be another group.
  let name = clean
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = visible(cut(normalized(name, 'NFC'))).trim()
    if (next === name) break
    name = next
  }
  return name
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
