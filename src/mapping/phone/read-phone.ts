/** Reads a phone number as people type it, for one country or for none, and refuses rather than guesses; `phone` is that as a schema. */

import * as v from 'valibot'
import { valueAt } from '../../lib/decode.ts'
import {
  type CountryCode,
  findLine,
  isCountryCode,
  type Line,
  lineOf,
  MAX_DIGITS,
  MIN_DIGITS,
} from './line.ts'
import { type PhoneReading, type PhoneWarning, REFUSALS, refused } from './reading.ts'
import { firstNumber, plainText, unspreadsheet, unwrap, withoutLabelBehind } from './typed-text.ts'

const LETTER = /\p{L}/u
/** White space, punctuation people put between digits, and pictures: U+1F4DE, an icon font's private character. */
const NOISE =
  /^[\d\s+\p{M}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{So}\p{Sk}\p{Co}.,;:·•/\\|&'"_~*#=!?،؛、]*$/u

/** Pure, never throws, and looks at 256 units at most. Without a country only `+`, `00` or full international digits are read. */
export function readPhone(input: unknown, country?: CountryCode): PhoneReading {
  const plain = plainText(input)
  if (!plain.ok) return plain
  const wrapped = unwrap(plain.text)
  if (!wrapped.ok) return wrapped
  const sheet = unspreadsheet(wrapped.text)
  if (!sheet.ok) return sheet
  const first = firstNumber(sheet.text)
  const { warnings } = first
  const text = withoutLabelBehind(first.text)
  if (LETTER.test(text)) return refused('letters')
  const digits = text.replaceAll(/\D/g, '')
  if (digits === '' || !NOISE.test(text)) return refused('not_a_phone')

  const home = country !== undefined && isCountryCode(country) ? country : null
  const plus = wrapped.international || /^\D*\+/.test(text)
  return readDialled(digits, plus, home, warnings)
}

function readDialled(
  digits: string,
  plus: boolean,
  home: CountryCode | null,
  warnings: readonly PhoneWarning[],
): PhoneReading {
  if (isPlaceholder(digits)) return refused('placeholder')
  const found = findLine(digits, plus, home)
  // Some islands have mobiles of five or six digits; elsewhere so few are a slip.
  if (digits.length < MIN_DIGITS && !(found.ok && found.line.mobile)) return refused('too_short')
  if (found.ok) {
    // A mobile has no extension, so what stands there is something else. Any other line with one is not a person's.
    const isMobile = found.line.mobile && !found.line.landline
    if (warnings.includes('extension_dropped') && !isMobile) return refused('extension')
    return accept(
      found.line,
      found.abroad ? [...warnings, 'country_guessed_from_digits'] : warnings,
    )
  }
  return digits.replace(/^0+/, '').length > MAX_DIGITS ? refused('too_long') : found
}

const E164 = /^\+?(\d+)$/

/** Takes everything that `readPhone` gives, and gives it back unchanged. */
export function readInternational(input: string): PhoneReading {
  if (input === '') return refused('empty')
  const digits = E164.exec(input)?.[1]
  if (digits === undefined) return refused('not_a_phone')
  if (digits.length < MIN_DIGITS) return refused('too_short')
  if (digits.length > MAX_DIGITS) return refused('too_long')
  const line = lineOf(digits)
  return line === null ? refused('invalid_for_country') : accept(line, [])
}

/** What a spreadsheet leaves of a long number it rounded. */
const ROUNDED = /0{5}$/

function accept(line: Line, warnings: readonly PhoneWarning[]): PhoneReading {
  const { digits, national } = line
  if (isPlaceholder(digits) || isPlaceholder(national)) return refused('placeholder')
  return {
    ok: true,
    digits,
    warnings: ROUNDED.test(digits) ? [...warnings, 'trailing_zeros'] : warnings,
  }
}

const ONE_DIGIT = /^(\d)\1{6,}$/
const COUNTING = '1234567890123456789'
/** Malaysia's 012-345 6789 is a number like any other. */
const REAL = '123456789'

function isPlaceholder(digits: string): boolean {
  if (ONE_DIGIT.test(digits)) return true
  return digits.length >= 7 && digits !== REAL && COUNTING.startsWith(digits)
}

// The schema.

/** International digits without plus that were read: a text that was not is no Phone to the compiler. */
export type Phone = string & v.Brand<'Phone'>

/**
 * Reads a text, a number, or an address with `phone` and perhaps `country_code` or `country` (Shopify, WooCommerce), whose
 * country then wins. An issue tells why in words: neither its message nor its `input` and `received` hold the phone. The path
 * that an object around it adds does hold the whole answer, as always in valibot: log issues by message and dotted path only.
 */
export function phone(country?: CountryCode): v.GenericSchema<unknown, Phone> {
  if (country !== undefined && !isCountryCode(country)) {
    throw new TypeError(`Cannot read phones of country "${country}": not a code such as "IN"`)
  }
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const reading = readPhoneAnswer(dataset.value, country)
      if (reading.ok) return reading.digits
      addIssue({
        message: REFUSALS[reading.reason],
        input: undefined,
        expected: 'a phone number',
        received: '',
      })
      return NEVER
    }),
    v.brand('Phone'),
    v.metadata({ country: country ?? null }),
  )
}

/** The reading of a value that `phone(country)` is given, with what was noticed about it. */
export function readPhoneAnswer(value: unknown, country?: CountryCode): PhoneReading {
  const answer = answerOf(value)
  return readPhone(answer.phone, answer.country ?? country)
}

/** Whether a schema is `phone(…)`, and of which country; null: it is another one. */
export function phoneCountryOf(
  schema: v.GenericSchema,
): { readonly country: CountryCode | undefined } | null {
  const pipe: unknown = Reflect.get(schema, 'pipe')
  if (!Array.isArray(pipe) || !pipe.some((item: unknown) => isPhoneBrand(item))) return null
  const { country } = v.getMetadata(schema)
  return { country: typeof country === 'string' && isCountryCode(country) ? country : undefined }
}

function isPhoneBrand(item: unknown): boolean {
  return typeof item === 'object' && item !== null && Reflect.get(item, 'name') === 'Phone'
}

function answerOf(value: unknown) {
  if (typeof value !== 'object' || value === null || !('phone' in value)) {
    return { phone: value, country: null }
  }
  const code = 'country_code' in value ? value.country_code : null
  const country = 'country' in value ? value.country : null
  return { phone: value.phone, country: knownCountry(code) ?? knownCountry(country) }
}

/** Shopify's `country` is a name ("India") beside its `country_code`, WooCommerce's is the code. */
function knownCountry(value: unknown): CountryCode | null {
  if (typeof value !== 'string') return null
  const code = value.trim().toUpperCase()
  return isCountryCode(code) ? code : null
}

/**
 * The schema over fields whose member `name` is the first of these places that has something in it, as dotted paths. An
 * address counts as what its `phone` is, and is given whole, for its country. Where none has anything, `name` is left as it was.
 */
export function firstOf<const schema extends v.GenericSchema>(
  name: string,
  paths: readonly string[],
  schema: schema,
): v.GenericSchema<unknown, v.InferOutput<schema>> {
  const whole = v.pipe(
    v.unknown(),
    v.transform((fields) => withFirst(fields, name, paths)),
    schema,
  )
  const entries: unknown = Reflect.get(schema, 'entries')
  const [first] = paths
  if (typeof entries !== 'object' || entries === null || first === undefined) return whole
  // What makes up samples looks into `entries`: there the member stands where the sender has it.
  const { [name]: member, ...others }: Record<string, unknown> = { ...entries }
  return Object.assign(whole, { entries: { ...others, [first]: member } })
}

function withFirst(fields: unknown, name: string, paths: readonly string[]): unknown {
  if (typeof fields !== 'object' || fields === null) return fields
  const found = paths.map((path) => valueAt(fields, path)).find(hasSomething)
  return found === undefined ? fields : { ...fields, [name]: found }
}

function hasSomething(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null) return value !== undefined && value !== null
  return 'phone' in value && hasSomething(value.phone)
}
