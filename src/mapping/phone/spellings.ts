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

/**
 * Mobiles that were given more digits, as they were and as they are. WhatsApp's accounts from before may keep the older number.
 * Brazil from 2012: https://github.com/wwebjs/whatsapp-web.js/issues/596. Ivory Coast in 2021, where the second digit told the
 * operator, which is the new prefix. Benin in 2024.
 */
const RENUMBERED: readonly (readonly [older: RegExp, current: string])[] = [
  [/^55([1-9]{2})([6-9]\d{7})$/, '55$19$2'],
  [/^225([04-9][0-3]\d{6})$/, '22501$1'],
  [/^225([04-9][4-6]\d{6})$/, '22505$1'],
  [/^225([04-9][7-9]\d{6})$/, '22507$1'],
  [/^229(\d{8})$/, '22901$1'],
]

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

/** The number that replaced this older one, or null where none did. */
export function currentSpelling(digits: string): string | null {
  const row = RENUMBERED.find(([older]) => older.test(digits))
  return row === undefined ? null : digits.replace(...row)
}
