/** Hides numbers behind bullets: one number except its country code and its end, or every number in a text. */

import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { asciiDigits } from './typed-text.ts'

const BULLET = '•'
const VISIBLE_DIGITS = 4
/** Of a shorter number at most half is shown. */
const MIN_NATIONAL_DIGITS = 2 * VISIBLE_DIGITS
const MAX_BULLETS = 15

/** Takes international digits, with or without plus; of anything else nothing is shown. */
export function maskPhone(digits: string): string {
  const number = /^\+?[1-9]\d{6,14}$/.test(digits)
    ? parsePhoneNumberFromString(`+${digits.replace('+', '')}`)
    : undefined
  if (!number) return BULLET.repeat(Math.min(digits.length, MAX_BULLETS))
  const national = number.nationalNumber.length
  const visible = national < MIN_NATIONAL_DIGITS ? Math.floor(national / 2) : VISIBLE_DIGITS
  const [code = '', ...groups] = number.formatInternational().split(' ')
  return `${code} ${hidden(groups.join(' '), national - visible)}`
}

function hidden(text: string, count: number): string {
  let left = count
  return text.replaceAll(/\d/g, (digit) => (left-- > 0 ? BULLET : digit))
}

/**
 * As people write them, in any script: digits with what stands between, which is what `readPhone` reads over. A date
 * before a number hides with it; what is hidden too much is revealed by a click, what is not cannot be taken back.
 */
const NUMBER =
  /\+?\p{Nd}(?:(?:[,;:،؛、]|[\s\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{So}\p{Sk}\p{Co}.·•/\\|'_~*]{0,5})\p{Nd}){6,}/gu
const DIGIT = /\p{Nd}/gu

/** Every run of seven digits or more is hidden. */
export function maskText(text: string): string {
  return text.replaceAll(NUMBER, (number) => {
    let left = (number.match(DIGIT)?.length ?? 0) - VISIBLE_DIGITS
    return number.replaceAll(DIGIT, (digit) => (left-- > 0 ? BULLET : digit))
  })
}

/** The digits of every such run. */
export function numbersIn(text: string): string[] {
  return [...text.matchAll(NUMBER)].map(([number]) => asciiDigits(number).replaceAll(/\D/g, ''))
}
