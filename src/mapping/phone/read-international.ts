/** Reads a contact that must be international already: E.164 with or without its plus, digits only. */

import { accept } from './accept.ts'
import { MIN_DIGITS } from './first-number.ts'
import { lineOf, MAX_DIGITS } from './line.ts'
import { type PhoneReading, refused } from './reading.ts'

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
