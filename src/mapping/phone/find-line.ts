/** Finds whose line dialled digits are: international, of the home country, or of elsewhere. */

import { getCountryCallingCode } from 'libphonenumber-js/max'
import {
  type CountryCode,
  hasDoubtfulTrunk,
  hasPossibleLength,
  type Line,
  lineAtHome,
  lineOf,
} from './line.ts'
import { type PhoneRefusal, type Refused, refused } from './reading.ts'

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
