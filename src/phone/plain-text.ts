/** Turns whatever arrived into short text whose digits are ASCII and which hides nothing. */

import { type Refused, refused } from './reading.ts'

/** A phone with its label, link and extension is shorter; nothing longer is looked at. */
const MAX_UNITS = 256
/** U+202D from Apple Contacts, U+FE0D from PDFs, zero-width spaces, byte order marks, Hangul fillers. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
/** Control characters but white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g
const OTHER_DIGIT = /[^\P{Nd}0-9]/gu
const DECIMAL_DIGIT = /^\p{Nd}$/u

export function plainText(input: unknown): { readonly ok: true; readonly text: string } | Refused {
  if (input === null || input === undefined) return refused('empty')
  if (typeof input === 'number') {
    return Number.isSafeInteger(input) && input >= 0
      ? { ok: true, text: String(input) }
      : refused('not_a_phone')
  }
  if (typeof input !== 'string') return refused('not_a_phone')
  if (input.length > MAX_UNITS) return refused('too_long')
  const text = asciiDigits(
    input.replaceAll(INVISIBLE, '').normalize('NFKC').replaceAll(CONTROL, ''),
  ).trim()
  // One ligature may become 18 letters.
  if (text.length > MAX_UNITS) return refused('too_long')
  return text === '' ? refused('empty') : { ok: true, text }
}

/** The same text with the digits of every script as ASCII ones. */
export function asciiDigits(text: string): string {
  return text.replaceAll(OTHER_DIGIT, digitValue)
}

/** Unicode keeps the ten digits of a script in order and in one run, so a digit's value is its distance from the start of the run. */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let first = code
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first--
  return String((code - first) % 10)
}
