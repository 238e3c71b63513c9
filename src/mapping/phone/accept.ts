/** The last word on a line that was found: its digits with the warnings, unless it is a made-up number. */

import type { Line } from './line.ts'
import { isPlaceholder } from './placeholder.ts'
import { type PhoneReading, type PhoneWarning, refused } from './reading.ts'

/** What a spreadsheet leaves of a long number it rounded. */
const ROUNDED = /0{5}$/

export function accept(line: Line, warnings: readonly PhoneWarning[]): PhoneReading {
  const { digits, national } = line
  if (isPlaceholder(digits) || isPlaceholder(national)) return refused('placeholder')
  return {
    ok: true,
    digits,
    warnings: ROUNDED.test(digits) ? [...warnings, 'trailing_zeros'] : warnings,
  }
}
