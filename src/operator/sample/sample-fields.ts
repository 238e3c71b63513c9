/** Answers and numbers that a sample makes up: what a hook's `fields` take, by its valibot schema. */

import examples from 'libphonenumber-js/examples.mobile'
import { type CountryCode, getExampleNumber } from 'libphonenumber-js/max'
import * as v from 'valibot'
import { utf8 } from '../../lib/bytes.ts'
import { contentKind, decodeBody, valueAt } from '../../lib/decode.ts'
import type { Hook } from '../../mapping/hook.ts'
import { mapFields, teammatesIn } from '../../mapping/map.ts'
import { phone as phoneSchema, readInternational } from '../../mapping/phone/index.ts'
import { innards, isSchema } from '../../mapping/typed-names.ts'
import type { Sample } from '../../sources/shared/sample.ts'

const NAME = 'Asha Rao'
const TEXT = 'Sample'
/** What a hook without `fields` reads. */
const INVITE = v.object({ groupName: v.string(), contacts: phoneSchema(), create: v.boolean() })
/** Spellings of yes that a question may offer. */
const YES = ['yes', 'Yes', 'true', 'on', '1']

export interface SampleFields {
  /** By name, or by dotted path for senders that nest. */
  readonly fields: Readonly<Record<string, string>>
  /** Which of them are numbers that were made up. */
  readonly madeUpPhones: readonly string[]
  /** Fields for which nothing made up fits, such as a pattern of the user's own. */
  readonly unfit: readonly string[]
}

export interface Known {
  /** What the person at the keyboard said: it is taken as it is. */
  readonly given: Readonly<Record<string, string>>
  /** The fields that the sender's own sample holds: what fits of them stays. */
  readonly own: unknown
  /** A new number. */
  readonly phone: string
}

/** Everything the hook needs, the person's consent included. */
export function sampleFields(hook: Hook, { given, own, phone }: Known): SampleFields {
  const fields: Record<string, string> = {}
  const madeUpPhones: string[] = []
  const unfit: string[] = []
  const leaves = leavesOf(hook.fields ?? INVITE, '')
  for (const { path, schema } of leaves) {
    if (path in given) continue
    const value = madeUp(schema, path, phone)
    const before = valueAt(own, path)
    if (value === phone) {
      // Shopify's addresses hold their phone, and are read whole for their country.
      const inside = typeof before === 'object' && before !== null && 'phone' in before
      const place = inside ? `${path}.phone` : path
      if (place in given) continue
      madeUpPhones.push(place)
      fields[place] = phone
      continue
    }
    const isSingle = ['string', 'number', 'boolean'].includes(typeof before)
    const kept = isSingle && v.is(schema, before) ? String(before) : value
    if (kept === null) unfit.push(path)
    else fields[path] = kept
  }
  const consent = typeof hook.consent === 'object' && 'field' in hook.consent ? hook.consent : null
  if (consent !== null) {
    const question = leaves.find(({ path }) => path === consent.field)
    const answers = [...(consent.accept ?? []), ...YES]
    const fits = answers.find((yes) => question === undefined || takes(question.schema, yes))
    fields[consent.field] = fits ?? 'yes'
  }
  return { fields: { ...fields, ...given }, madeUpPhones, unfit }
}

/** A single answer of a schema. */
interface Leaf {
  readonly path: string
  readonly schema: v.GenericSchema
}

/** Every single answer of a schema, by its dotted path below `path`; of alternatives those of the first. */
export function leavesOf(schema: v.GenericSchema, path: string): Leaf[] {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const { entries, wrapped, item, items, options } = innards(schema)
  if (entries !== null) {
    return Object.entries(entries).flatMap(([name, entry]) =>
      isSchema(entry) ? leavesOf(entry, below(name)) : [],
    )
  }
  if (isSchema(wrapped)) return leavesOf(wrapped, path)
  // A list of objects is nested; a list of texts is one question with several answers.
  if (isSchema(item)) return leavesOf(item, innards(item).entries === null ? path : below('0'))
  const places = items.filter(isSchema)
  if (places.length > 0) return places.flatMap((one, at) => leavesOf(one, below(String(at))))
  const parts = options.filter(isSchema)
  const chosen = schema.type === 'intersect' ? parts : parts.slice(0, 1)
  if (chosen.length > 0) return chosen.flatMap((part) => leavesOf(part, path))
  return [{ path, schema }]
}

/** A value for the schema, as a person would type it; null where none of ours fits. */
function madeUp(schema: v.GenericSchema, path: string, phone: string): string | null {
  switch (schema.type) {
    case 'literal':
      return String(Reflect.get(schema, 'literal'))
    case 'picklist':
    case 'enum':
      return String(innards(schema).options[0])
    case 'boolean':
      return 'true'
    case 'number':
    case 'bigint':
      return String(smallest(schema))
  }
  const text = /name/i.test(path) ? NAME : TEXT
  const texts = [text, 'asha@example.com', phone, 'https://example.com/', '2026-12-01', '1', 'yes']
  return texts.find((candidate) => takes(schema, candidate)) ?? null
}

function smallest(schema: v.GenericSchema): number {
  const pipe: unknown = Reflect.get(schema, 'pipe')
  const actions: unknown[] = Array.isArray(pipe) ? pipe : []
  const least = actions.map(Object).find(({ type }) => type === 'min_value')
  return least === undefined ? 1 : Number(least.requirement)
}

function takes(schema: v.GenericSchema, text: string): boolean {
  if (schema.type === 'boolean') return text === 'true'
  return v.safeParse(schema, text).success
}

/** The fields that a sender's own sample holds, read as the Worker would. */
export async function ownFields({ source }: Hook, sample: Sample): Promise<unknown> {
  const kind = contentKind(sample.contentType)
  if (kind === null) return null
  const decoded = await decodeBody(utf8(sample.body), kind, sample.contentType)
  if (!decoded.ok) return null
  const reading = source.read(decoded.value, new Headers(sample.headers))
  return reading.ok ? (reading.submissions[0]?.fields ?? null) : null
}

/**
 * A sender's own sample has numbers in it, which may be real. A hook that reads one by another schema than `phone()`
 * gets that number, and not the one that was said or made up. `own`: the fields of the sample as it is sent.
 */
export function strangersIn(hook: Hook, own: unknown, said: unknown, now: number): string[] {
  const mapped = mapFields(hook, own, now)
  if (mapped.kind !== 'invite') return []
  const { contacts, teammates } = mapped.invite
  return teammatesIn(
    contacts.filter((contact) => !teammates.includes(contact)),
    said,
  )
}

/** So many digits at the end are made up; those before them are the numbering plan's own example. */
const MADE_UP_DIGITS = 5
const TRIES = 50

/** A number of that country with its plus, such as +918123450617. */
export function samplePhone(country: CountryCode, random: () => number): string {
  const example = getExampleNumber(country, examples)?.number ?? ''
  const head = example.slice(0, -MADE_UP_DIGITS)
  for (let tries = 0; tries < TRIES; tries++) {
    const tail = Math.floor(random() * 10 ** MADE_UP_DIGITS)
    const number = head + String(tail).padStart(MADE_UP_DIGITS, '0')
    const reading = readInternational(number)
    if (reading.ok && reading.warnings.length === 0) return number
  }
  return example
}
