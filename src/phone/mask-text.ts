/** Hides the numbers in a text, but for their last four digits: what a sender or EazyBe said may spell somebody's number. */

/** As people write them: digits with what stands between. */
const NUMBER = /\+?\d(?:[\s().\-/]{0,2}\d){6,}/g
const VISIBLE_DIGITS = 4

/** Every run of seven digits or more is hidden. */
export function maskText(text: string): string {
  return text.replaceAll(NUMBER, (number) => {
    let left = number.replaceAll(/\D/g, '').length - VISIBLE_DIGITS
    return number.replaceAll(/\d/g, (digit) => (left-- > 0 ? '•' : digit))
  })
}

/** The digits of every such run. */
export function numbersIn(text: string): string[] {
  return [...text.matchAll(NUMBER)].map(([number]) => number.replaceAll(/\D/g, ''))
}
