/** Finds the one number in a text: the first of several, without its extension. */

import type { PhoneWarning } from './reading.ts'

/** Fewer digits than this are an area code, not a number; no international number is shorter either. */
export const MIN_DIGITS = 7

/** From the surest to the least sure: `0151/1234567, 0152/7654321` is cut at the comma. */
const SEPARATORS = [
  /[\n\r;؛|&]|\s(?:or|and|o|y|ou|et|e|oder|und)\s|(?<=\d\D*)\+/iu,
  /[,،、]/,
  /[/\\]/,
]
/** `ext 12`, `extn. 12`, `x12`, `;ext=12`, `#12`, `,,12#` as it is dialled, Spanish anexo, Portuguese ramal, Russian доб. */
const EXTENSION =
  /(?:[;,]?\s*(?:ext(?:n|ension)?|xtn|x|anexo|ramal|доб)\s?[.:=]?|\s#|,,+)\s?\d{1,7}#?[\s)\]]*$/iu

export interface FirstNumber {
  readonly text: string
  readonly warnings: readonly PhoneWarning[]
}

/** The first number of a line, and what was left out. */
export function firstNumber(line: string): FirstNumber {
  const warnings = new Set<PhoneWarning>()
  let text = withoutExtension(line, warnings)
  for (const separator of SEPARATORS) {
    const [head = '', ...rest] = text.split(separator)
    // A separator inside the first number (`0151/1234567`, `919,876,543,210`) is only punctuation.
    if (digitCount(head) < MIN_DIGITS || !rest.some((part) => digitCount(part) > 0)) continue
    warnings.add('several_numbers')
    text = withoutExtension(head, warnings)
  }
  return { text, warnings: [...warnings] }
}

function withoutExtension(text: string, warnings: Set<PhoneWarning>): string {
  const start = text.search(EXTENSION)
  if (start < 0 || digitCount(text.slice(0, start)) < MIN_DIGITS) return text
  warnings.add('extension_dropped')
  return text.slice(0, start)
}

function digitCount(text: string): number {
  return text.replaceAll(/\D/g, '').length
}
