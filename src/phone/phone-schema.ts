/** The schema that a hook's `fields` use for a phone: whatever a sender has there becomes international digits. */

import * as v from 'valibot'
import { type CountryCode, isCountryCode } from './country.ts'
import { readPhone } from './read-phone.ts'
import { REFUSALS } from './reading.ts'

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
      const answer = answerOf(dataset.value)
      const reading = readPhone(answer.phone, answer.country ?? country)
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
  )
}

interface Answer {
  readonly phone: unknown
  readonly country: CountryCode | null
}

function answerOf(value: unknown): Answer {
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
