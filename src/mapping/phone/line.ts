/** Finds the line that digits ring: its canonical international digits, and whether a mobile can be there. */

import { type PhoneNumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { CountryCode } from './country.ts'
import { MIN_DIGITS } from './first-number.ts'
import { currentSpelling, spellings } from './spellings.ts'

/** E.164. */
export const MAX_DIGITS = 15
/** Readings that change the number each time are no readings. */
const MAX_STEPS = 3
/** No person answers these; a landline or a toll-free number may be a WhatsApp Business. */
const SERVICES: readonly PhoneNumberType[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'PAGER',
  'UAN',
  'VOICEMAIL',
]

export interface Line {
  /** International digits without plus. */
  readonly digits: string
  /** Without the country code. */
  readonly national: string
  /** Whether a mobile can be there, and whether a landline can: some plans do not tell the two apart. */
  readonly mobile: boolean
  readonly landline: boolean
}

/** The line of full international digits, or null. Reading its digits again gives the same line. */
export function lineOf(digits: string): Line | null {
  let current = digits
  for (let step = 0; step < MAX_STEPS; step++) {
    const line = oneReading(current)
    if (line === null || line.digits === current) return line
    current = line.digits
  }
  return null
}

/** The line of digits as dialled in a country, its international prefix (011 in the United States) included, or null. */
export function lineAtHome(digits: string, country: CountryCode): Line | null {
  const number = parsePhoneNumberFromString(digits, country)
  return number ? lineOf(number.number.slice(1)) : null
}

/** Whether digits have a length that some number of their calling code has. */
export function hasPossibleLength(digits: string): boolean {
  return parsePhoneNumberFromString(`+${digits}`)?.isPossible() ?? false
}

function oneReading(digits: string): Line | null {
  for (const spelling of spellings(digits)) {
    const line = olderSpelling(spelling) ?? planned(spelling)
    if (line) return line
  }
  return null
}

/** Kept as typed: which of the two ids WhatsApp has, only WhatsApp knows. */
function olderSpelling(digits: string): Line | null {
  const current = currentSpelling(digits)
  const line = current === null ? null : planned(current)
  if (!line?.mobile) return null
  const code = line.digits.length - line.national.length
  return { ...line, digits, national: digits.slice(code) }
}

/** A number has a type only where the plan's `max` metadata knows it; the smaller `min` calls strangers' numbers valid. */
function planned(digits: string): Line | null {
  const number = parsePhoneNumberFromString(`+${digits}`)
  const type = number?.getType()
  if (!number || type === undefined || SERVICES.includes(type)) return null
  const canonical = number.number.slice(1)
  if (canonical.length < MIN_DIGITS || canonical.length > MAX_DIGITS) return null
  return {
    digits: canonical,
    national: number.nationalNumber,
    mobile: type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE',
    landline: type === 'FIXED_LINE' || type === 'FIXED_LINE_OR_MOBILE',
  }
}
