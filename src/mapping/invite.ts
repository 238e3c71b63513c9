/** An invite: people and the group they join. What `invite` of a hook returns, checked and made safe to send. And text that visitors type: bounded, and without what cannot be seen. */

import * as v from 'valibot'
import { type CountryCode, phone, readInternational } from './phone/index.ts'

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
  contacts: eachOnce(contact(), MAX_CONTACTS),
  create: v.optional(v.boolean('must be true or false'), false),
})

/** A list of numbers, each once. */
export function eachOnce(schema: v.GenericSchema<unknown, string>, most: number) {
  return v.pipe(
    v.array(schema, 'must be a list of numbers'),
    v.minLength(1, 'must hold at least one number'),
    v.maxLength(most, `must hold at most ${most} numbers`),
    v.transform((contacts) => [...new Set(contacts)]),
  )
}

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

// Text that visitors type: bounded before anything super-linear reads it, and without what cannot be seen.

/**
 * Normalisation and segmentation take quadratic time over combining marks: 60,000 marks take 5 s, this many 2 ms. No
 * character is composed of more than four, so what is left of a longer text fills any name.
 */
export const MAX_TEXT_UNITS = 1_000

/** Soft hyphens, zero-width spaces, overrides of direction, variation selectors, fillers, tags, lone surrogates. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]/gu

const TAGGED_FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,8}\u{e007f}/v
/** Makes an emoji of what is a plain sign without it; beside a digit only where a keycap follows. */
const EMOJI_SELECTOR =
  /(?<=[\p{Emoji}--\p{Emoji_Presentation}--[0-9#*]])\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)/v
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})/v
/** After the sign that mutes a vowel, in ten scripts of India and Sri Lanka; before it in Bengali and Kannada. */
const INDIC_JOINER =
  /(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca])(?:\u200d|\u200c(?=\p{L}))|(?<=[\u09b0\u0cb0])\u200d(?=[\u09cd\u0ccd])/v
/** Between two Arabic letters the first of which would join: Persian writes so. */
const ARABIC_NON_JOINER =
  /(?<=[[\p{Script=Arabic}&&\p{L}]--[\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5]])\u200c(?=[\p{Script=Arabic}&&\p{L}])/v
/** What changes the look of its neighbours is kept; else two names that look alike would be two groups. */
const KEPT_OR_INVISIBLE = new RegExp(
  `(${[TAGGED_FLAG, EMOJI_SELECTOR, EMOJI_JOINER, INDIC_JOINER, ARABIC_NON_JOINER]
    .map(({ source }) => source)
    .join('|')})|[\\p{Default_Ignorable_Code_Point}\\p{Cf}\\p{Cs}\\p{Co}]`,
  'gv',
)

/** The text in a normal form, and no more of it than is safe to normalise. Remove what is invisible first. */
export function normalized(text: string, form: 'NFC' | 'NFKC'): string {
  return text.slice(0, MAX_TEXT_UNITS).normalize(form)
}

/** The text without any invisible character, for comparing. Takes linear time. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(INVISIBLE, '')
}

/** The text without invisible characters, except those that emoji, Indic and Persian words need. Takes linear time. */
export function visible(text: string): string {
  return text.replaceAll(KEPT_OR_INVISIBLE, (_, kept: string | undefined) => kept ?? '')
}
