/** Reads a phone number as people type it, for one country or for none, and refuses rather than guesses. */

import { findLine } from './find-line.ts'
import {
  type CountryCode,
  isCountryCode,
  type Line,
  lineOf,
  MAX_DIGITS,
  MIN_DIGITS,
} from './line.ts'
import { type PhoneReading, type PhoneWarning, refused } from './reading.ts'
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
