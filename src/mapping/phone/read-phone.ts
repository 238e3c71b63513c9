/** Reads a phone number as people type it, for one country or for none, and refuses rather than guesses. */

import { accept } from './accept.ts'
import { type CountryCode, isCountryCode } from './country.ts'
import { findLine } from './find-line.ts'
import { firstNumber, MIN_DIGITS } from './first-number.ts'
import { MAX_DIGITS } from './line.ts'
import { isPlaceholder } from './placeholder.ts'
import { plainText } from './plain-text.ts'
import { type PhoneReading, type PhoneWarning, refused } from './reading.ts'
import { unspreadsheet } from './unspreadsheet.ts'
import { unwrap, withoutLabelBehind } from './unwrap.ts'

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
