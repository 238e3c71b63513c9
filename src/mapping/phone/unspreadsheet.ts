/** Undoes what a spreadsheet did to a number, or refuses where the digits are gone. */

import { type Refused, refused } from './reading.ts'

/** What keeps it from taking a number for a number: `'98…` and `="98…"`. */
const TEXT_MARKS = /^[='"\s]+|['"\s]+$/g
/** `9.11235E+11`, and `9,11235E+11` where the comma is decimal. */
const SCIENTIFIC = /^\+?\d+(?:[.,]\d*)?e[+-]?\d+$/i
/** A fraction of one or two digits behind at least seven: `919876543210.0`, but not `06.12.34.56.78`. */
const FRACTION = /(\d{7})[.,](\d{1,2})$/

export function unspreadsheet(
  cell: string,
): { readonly ok: true; readonly text: string } | Refused {
  const text = cell.replaceAll(TEXT_MARKS, '')
  if (SCIENTIFIC.test(text.replaceAll(/\s/g, ''))) return refused('spreadsheet_truncated')
  const fraction = FRACTION.exec(text)?.[2]
  if (fraction === undefined) return { ok: true, text }
  return Number(fraction) === 0
    ? { ok: true, text: text.slice(0, -1 - fraction.length) }
    : refused('not_a_phone')
}
