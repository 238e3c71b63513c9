/** Hides the numbers in a text, but for their last four digits: what a sender or EazyBe said may spell somebody's number. */

import { asciiDigits } from './plain-text.ts'

/**
 * As people write them, in any script: digits with what stands between, which is what `readPhone` reads over. A date
 * before a number hides with it; what is hidden too much is revealed by a click, what is not cannot be taken back.
 */
const NUMBER =
  /\+?\p{Nd}(?:(?:[,;:،؛、]|[\s\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{So}\p{Sk}\p{Co}.·•/\\|'_~*]{0,5})\p{Nd}){6,}/gu
const DIGIT = /\p{Nd}/gu
const VISIBLE_DIGITS = 4

/** Every run of seven digits or more is hidden. */
export function maskText(text: string): string {
  return text.replaceAll(NUMBER, (number) => {
    let left = (number.match(DIGIT)?.length ?? 0) - VISIBLE_DIGITS
    return number.replaceAll(DIGIT, (digit) => (left-- > 0 ? '•' : digit))
  })
}

/** The digits of every such run. */
export function numbersIn(text: string): string[] {
  return [...text.matchAll(NUMBER)].map(([number]) => asciiDigits(number).replaceAll(/\D/g, ''))
}
