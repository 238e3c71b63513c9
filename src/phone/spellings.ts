/** The spellings of a number that people of WhatsApp use and the numbering plans do not know. */

import type { CountryCode } from './country.ts'

/** Full international digits, and what to try for them, best first. */
const INTERNATIONAL: readonly (readonly [RegExp, string, ...string[]])[] = [
  // Mexico dropped the 1 of mobiles in 2019, and its trunk prefixes. WhatsApp's help still asks for it and takes either; E.164 has none.
  [/^52(?:1|01|044|045)(\d{10})$/, '52$1'],
  // Argentina: always 9 behind 54, never 15 behind the area. https://faq.whatsapp.com/1294841057948784
  [/^54(?!9)(\d{10})$/, '549$1', '54$1'],
  [/^549(\d{12})$/, '54$1'],
  // Brazil: trunk 0 and two digits of a carrier before an eight-digit mobile.
  [/^550(?:\d{2})?([1-9]{2}[6-9]\d{7})$/, '55$1'],
]

const BRAZIL_EIGHT_DIGITS = /^55([1-9]{2})([6-9]\d{7})$/

/** The full international spellings to try for full international digits, best first. */
export function spellings(digits: string): readonly string[] {
  for (const [pattern, ...replacements] of INTERNATIONAL) {
    if (pattern.test(digits)) return replacements.map((to) => digits.replace(pattern, to))
  }
  return [digits]
}

/** Whether the plan takes for a trunk prefix what may be a country: `1 551 …` typed in Mexico, its old 1 or New Jersey. */
export function hasDoubtfulTrunk(digits: string, country: CountryCode): boolean {
  return country === 'MX' && /^1\d{10}$/.test(digits)
}

/**
 * The number behind an eight-digit Brazilian WhatsApp id, or null where it is none. Accounts made before Brazil's mobiles got
 * a ninth digit may keep their id without it. https://github.com/wwebjs/whatsapp-web.js/issues/596
 */
export function withNinthDigit(digits: string): string | null {
  return BRAZIL_EIGHT_DIGITS.test(digits) ? digits.replace(BRAZIL_EIGHT_DIGITS, '55$19$2') : null
}
