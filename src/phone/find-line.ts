/** Finds whose line dialled digits are: international, of the home country, or of elsewhere. */

import { getCountryCallingCode } from 'libphonenumber-js/max'
import type { CountryCode } from './country.ts'
import { hasPossibleLength, type Line, lineAtHome, lineOf } from './line.ts'
import { type PhoneRefusal, type Refused, refused } from './reading.ts'
import { hasDoubtfulTrunk } from './spellings.ts'

/** A landline without its area's 0 is never longer; the plans of Germany and Indonesia only say so. */
const MAX_BARE_LANDLINE_DIGITS = 11
/** Ten digits are what people in India or the United States type without the country, not a landline with one. */
const MIN_BARE_INTERNATIONAL_LANDLINE_DIGITS = 11

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
  return lineOf(digits.replace(/^00/, '')) ?? afterPlusEight(digits, home)
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
  if (local) return isSure(digits, home, local) ? found(local) : refused('ambiguous')
  const abroad = lineOf(digits)
  // A slip makes a landline of some country more easily than a mobile.
  return abroad?.mobile ? found(abroad, true) : refused('invalid_for_country')
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

/** Indonesia's `62812345678` is a mobile with 62 and might be a landline in 0628: nobody writes that without its 0. */
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
