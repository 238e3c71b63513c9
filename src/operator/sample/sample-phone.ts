/** Makes up mobile numbers that read as valid, so that every sample is a new person. */

import examples from 'libphonenumber-js/examples.mobile'
import { type CountryCode, getExampleNumber } from 'libphonenumber-js/max'
import { readInternational } from '../../mapping/phone/index.ts'

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
