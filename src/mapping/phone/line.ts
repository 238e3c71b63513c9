/** The line that digits ring: its canonical international digits, and the spellings that people of WhatsApp use for it. */

import {
  type CountryCode,
  getCountries as countryCodes,
  isSupportedCountry,
  type PhoneNumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'

/** Countries by their two capital letters, as far as their numbering plans are known. */
export { type CountryCode, countryCodes, isSupportedCountry as isCountryCode }

/** Fewer digits than this are an area code, not a number; no international number is shorter either. */
export const MIN_DIGITS = 7
/** E.164. */
export const MAX_DIGITS = 15
/** A number must reach a stable spelling within so many readings; else it is refused. */
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

/** What was read last: a contact is read once as it was typed, and again as the invite's. */
let last: { readonly digits: string; readonly line: Line | null } = { digits: '', line: null }

/** The line of full international digits, or null. Reading its digits again gives the same line. */
export function lineOf(digits: string): Line | null {
  if (last.digits !== digits) last = { digits, line: readLine(digits) }
  return last.line
}

function readLine(digits: string): Line | null {
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

/** Full international digits, and what to try for them, best first. */
const INTERNATIONAL: readonly (readonly [RegExp, string, ...string[]])[] = [
  // Mexico dropped the 1 of mobiles in 2019, and its trunk prefixes. WhatsApp's help still asks for it and takes either; E.164 has none.
  [/^52(?:1|01|044|045)(\d{10})$/, '52$1'],
  // Argentina: always 9 behind 54, never 15 behind the area. https://faq.whatsapp.com/1294841057948784
  [/^54(?!9)(\d{10})$/, '549$1', '54$1'],
  [/^549(\d{12})$/, '54$1'],
  // Brazil: trunk 0 and two digits of a carrier before an eight-digit mobile.
  [/^550(?:\d{2})?([1-9]{2}[6-9]\d{7})$/, '55$1'],
]

/**
 * Mobiles that were given more digits, as they were and as they are. WhatsApp's accounts from before may keep the older number.
 * Brazil from 2012: https://github.com/wwebjs/whatsapp-web.js/issues/596. Ivory Coast in 2021, where the second digit told the
 * operator, which is the new prefix. Benin in 2024.
 */
const RENUMBERED: readonly (readonly [older: RegExp, current: string])[] = [
  [/^55([1-9]{2})([6-9]\d{7})$/, '55$19$2'],
  [/^225([04-9][0-3]\d{6})$/, '22501$1'],
  [/^225([04-9][4-6]\d{6})$/, '22505$1'],
  [/^225([04-9][7-9]\d{6})$/, '22507$1'],
  [/^229(\d{8})$/, '22901$1'],
]

/** The full international spellings to try for full international digits, best first. */
function spellings(digits: string): readonly string[] {
  for (const [pattern, ...replacements] of INTERNATIONAL) {
    if (pattern.test(digits)) return replacements.map((to) => digits.replace(pattern, to))
  }
  return [digits]
}

/** Whether the plan takes for a trunk prefix what may be a country: `1 551 …` typed in Mexico, its old 1 or New Jersey. */
export function hasDoubtfulTrunk(digits: string, country: CountryCode): boolean {
  return country === 'MX' && /^1\d{10}$/.test(digits)
}

/** The number that replaced this older one, or null where none did. */
function currentSpelling(digits: string): string | null {
  const row = RENUMBERED.find(([older]) => older.test(digits))
  return row === undefined ? null : digits.replace(...row)
}

/** Mexico's 521 and 52, Argentina's 549 and 54. */
const SHARED_SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^521(\d{10})$/, '52$1'],
  [/^549(\d{10})$/, '54$1'],
]

/** Takes international digits, as `readPhone` gives them. What it gives is for comparing, not for sending. */
export function sharedSpelling(digits: string): string {
  for (const [spelling, shared] of SHARED_SPELLINGS) {
    if (spelling.test(digits)) return digits.replace(spelling, shared)
  }
  return currentSpelling(digits) ?? digits
}
