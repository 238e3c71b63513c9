/** Knows the numbers people make up: one digit repeated, or counting up from 1. */

const ONE_DIGIT = /^(\d)\1{6,}$/
const COUNTING = '1234567890123456789'
/** Malaysia's 012-345 6789 is a number like any other. */
const REAL = '123456789'

export function isPlaceholder(digits: string): boolean {
  if (ONE_DIGIT.test(digits)) return true
  return digits.length >= 7 && digits !== REAL && COUNTING.startsWith(digits)
}
