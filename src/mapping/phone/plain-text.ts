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
/** The zero of each script of Unicode 17 that has digits of its own; its nine others follow it in order. */
const ZEROS = `660 6f0 7c0 966 9e6 a66 ae6 b66 be6 c66 ce6 d66 de6 e50 ed0 f20 1040 1090 17e0 1810 1946 19d0 1a80 1a90 1b50
1bb0 1c40 1c50 a620 a8d0 a900 a9d0 a9f0 aa50 abf0 ff10 104a0 10d30 10d40 11066 110f0 11136 111d0 112f0 11450 114d0 11650 116c0
116d0 116da 11730 118e0 11950 11bf0 11c50 11d50 11da0 11de0 11f50 16130 16a60 16ac0 16b50 16d70 1ccf0 1d7ce 1d7d8 1d7e2 1d7ec
1d7f6 1e140 1e2f0 1e4f0 1e5f1 1e950 1fbf0`
const ASCII_DIGITS: ReadonlyMap<string, string> = new Map(
  ZEROS.split(/\s/).flatMap((zero) =>
    [...'0123456789'].map((digit) => [
      String.fromCodePoint(Number.parseInt(zero, 16) + Number(digit)),
      digit,
    ]),
  ),
)

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
  return text.replaceAll(OTHER_DIGIT, (digit) => ASCII_DIGITS.get(digit) ?? digit)
}
