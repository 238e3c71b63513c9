/** The line that digits ring: found as they were dialled, its canonical international digits, and the spellings that people of WhatsApp use for it. */

import {
  type CountryCode,
  getCountries as countryCodes,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import { type PhoneRefusal, type Refused, refused } from './reading.ts'

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

// Digits as they were dialled.

/** A landline without its area's 0 is never longer; the plans of Germany and Indonesia only say so. */
const MAX_BARE_LANDLINE_DIGITS = 11
/** Ten digits are what people in India or the United States type without the country, not a landline with one. */
const MIN_BARE_INTERNATIONAL_LANDLINE_DIGITS = 11

/** Of country codes. */
const CODE_LENGTHS = [1, 2, 3]
/** Kazakhstan's numbers begin with their code's digit: with a digit too many they look as if it was typed twice. */
const KAZAKH = '7'

export type Found =
  | {
      readonly ok: true
      readonly line: Line
      /** Of another country than home, by its digits alone. */
      readonly abroad: boolean
    }
  | Refused

/** The line of digits as they were dialled; `plus`: a plus stood before them. Without a home only full international digits are read. */
export function findLine(digits: string, plus: boolean, home: CountryCode | null): Found {
  if (plus) return foundOr('invalid_for_country', afterPlus(digits, home))
  const zeros = digits.startsWith('00') ? lineOf(digits.slice(2)) : null
  if (home === null) return foundOr('country_unknown', zeros ?? bareInternational(digits))
  if (zeros === null) return atHome(digits, home)
  // 001 is also Hong Kong's and Singapore's way out of the country.
  const other = lineAtHome(digits, home)
  return other && other.digits !== zeros.digits ? refused('ambiguous') : found(zeros)
}

function found(line: Line, abroad = false): Found {
  return { ok: true, line, abroad }
}

function foundOr(reason: PhoneRefusal, line: Line | null): Found {
  return line === null ? refused(reason) : found(line)
}

function afterPlus(digits: string, home: CountryCode | null): Line | null {
  return (
    lineOf(digits.replace(/^00/, '')) ??
    afterPlusZero(digits, home) ??
    afterPlusEight(digits, home) ??
    afterCodeTwice(digits)
  )
}

/** `+091 98765 43210`. Where the zero may be the home country's own, the number has two readings. */
function afterPlusZero(digits: string, home: CountryCode | null): Line | null {
  if (!/^0[1-9]/.test(digits)) return null
  const line = lineOf(digits.slice(1))
  const local = home === null ? null : lineAtHome(digits, home)
  return local === null || local.digits === line?.digits ? line : null
}

/** `+91 91 98765 43210` and `+91 +91 98765 43210`. */
function afterCodeTwice(digits: string): Line | null {
  for (const length of CODE_LENGTHS) {
    const code = digits.slice(0, length)
    const line = lineOf(digits.slice(length).replace(/^0+/, ''))
    if (line === null || code === KAZAKH || !line.digits.startsWith(code)) continue
    if (line.digits.length - line.national.length === length) return line
  }
  return null
}

/** Russia and Kazakhstan dial 8 before a number, and some write it where +7 belongs. */
function afterPlusEight(digits: string, home: CountryCode | null): Line | null {
  const isEight = (home === 'RU' || home === 'KZ') && /^8\d{10}$/.test(digits)
  return isEight ? lineOf(`7${digits.slice(1)}`) : null
}

function bareInternational(digits: string): Line | null {
  const line = lineOf(digits)
  const isEnough = line?.mobile || digits.length >= MIN_BARE_INTERNATIONAL_LANDLINE_DIGITS
  return isEnough ? line : null
}

/** As dialled at home, else with the home country's own code, else as a full number of another country. */
function atHome(digits: string, home: CountryCode): Found {
  const local = dialledLocally(digits, home)
  const own = withOwnCode(digits, home)
  if (own) return local ? localOrOwn(digits, local, own) : found(own)
  if (local) {
    if (!isSure(digits, home, local)) return refused('ambiguous')
    const isBareLandline = !local.mobile && local.landline && !hasPrefix(digits, local)
    return isBareLandline ? refused('landline') : found(local)
  }
  const abroad = lineOf(digits)
  // A slip makes a landline of some country more easily than a mobile.
  if (abroad?.mobile) return found(abroad, true)
  const twice = digits.startsWith(getCountryCallingCode(home)) ? afterCodeTwice(digits) : null
  return foundOr('invalid_for_country', twice)
}

function dialledLocally(digits: string, home: CountryCode): Line | null {
  const line = lineAtHome(digits, home)
  if (line === null || line.mobile || hasPrefix(digits, line)) return line
  return digits.length <= MAX_BARE_LANDLINE_DIGITS ? line : null
}

/** `919876543210`, and `0919876543210` as some write it in India. */
function withOwnCode(digits: string, home: CountryCode): Line | null {
  const significant = digits.replace(/^0+/, '')
  return significant.startsWith(getCountryCallingCode(home)) ? lineOf(significant) : null
}

/** Indonesia's `62812345678` is a mobile with 62 and might be a landline in 0628: people write the landline with its 0. */
function localOrOwn(digits: string, local: Line, own: Line): Found {
  if (local.digits === own.digits || (local.mobile && !own.mobile)) return found(local)
  return local.mobile || hasPrefix(digits, local) ? refused('ambiguous') : found(own)
}

/** A landline without its prefix is doubted where the digits may be a mobile of elsewhere, or one of here that lost a digit. */
function isSure(digits: string, home: CountryCode, local: Line): boolean {
  if (hasDoubtfulTrunk(digits, home)) return lineOf(digits) === null
  if (local.mobile || hasPrefix(digits, local)) return true
  const isShortOfOne = digits.startsWith(getCountryCallingCode(home)) && hasPossibleLength(digits)
  return !isShortOfOne && !lineOf(digits)?.mobile
}

/** Whether a trunk or international prefix was dialled before the line. */
function hasPrefix(digits: string, line: Line): boolean {
  return digits.length > line.national.length
}
