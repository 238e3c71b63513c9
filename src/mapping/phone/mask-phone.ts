/** Hides a number behind bullets, but for its country code and its end: `+91 ••••• •3210`. */

import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

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
