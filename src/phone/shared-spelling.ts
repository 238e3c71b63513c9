/** One spelling for all spellings of one person's number, for finding out that somebody was here before. */

/** Mexico's 521 and 52, Argentina's 549 and 54, Brazil's mobiles with and without their ninth digit. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^521(\d{10})$/, '52$1'],
  [/^549(\d{10})$/, '54$1'],
  // A landline may share a mobile's last eight digits and then shares its spelling: taking one for the other sends nothing to
  // anybody, while two spellings of one person would add again somebody who left.
  [/^55(\d{2})9(\d{8})$/, '55$1$2'],
]

/** Takes international digits, as `readPhone` gives them. What it gives is for comparing, not for sending. */
export function sharedSpelling(digits: string): string {
  for (const [spelling, shared] of SPELLINGS) {
    if (spelling.test(digits)) return digits.replace(spelling, shared)
  }
  return digits
}
