/** Schemas for a hook's `fields`: whatever a sender has there becomes international digits. */

import * as v from 'valibot'
import { valueAt } from '../../lib/decode.ts'
import { type CountryCode, isCountryCode } from './line.ts'
import { readPhone } from './read-phone.ts'
import { type PhoneReading, REFUSALS } from './reading.ts'

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

interface TypedNumber {
  readonly phone: unknown
  readonly country: CountryCode | null
}

function answerOf(value: unknown): TypedNumber {
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
