/** One spelling for all spellings of one person's number, for finding out that they were here before. */

import { currentSpelling } from './spellings.ts'

/** Mexico's 521 and 52, Argentina's 549 and 54. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^521(\d{10})$/, '52$1'],
  [/^549(\d{10})$/, '54$1'],
]

/** Takes international digits, as `readPhone` gives them. What it gives is for comparing, not for sending. */
export function sharedSpelling(digits: string): string {
  for (const [spelling, shared] of SPELLINGS) {
    if (spelling.test(digits)) return digits.replace(spelling, shared)
  }
  return currentSpelling(digits) ?? digits
}
