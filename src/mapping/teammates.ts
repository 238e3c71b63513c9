/** Tells teammates from leads: teammates are contacts that stand in no event. */

import { asciiDigits } from './phone/index.ts'

/** A national number without its zero: what a mapping may have put a country code before. */
const MIN_DIGITS = 7
/** Deeper than any mapped value nests. */
const MAX_DEPTH = 10
/** Of a contact's end: Mexico's 1, Argentina's 9, a country's zero and what a mapping adds come before them. */
const OWN_DIGITS = 8

/** The contacts that nothing in the event's values ends or spells. Takes and gives international digits. */
export function teammatesIn(contacts: readonly string[], values: unknown): string[] {
  const brought = [...digitsIn(values, 0)]
  return contacts.filter((contact) => {
    const end = contact.slice(-OWN_DIGITS)
    // In doubt it came with the event: a teammate goes into every part.
    return !brought.some((digits) => contact.endsWith(digits) || digits.includes(end))
  })
}

function* digitsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') {
    const digits = asciiDigits(String(value)).replaceAll(/\D/g, '').replace(/^0+/, '')
    if (digits.length >= MIN_DIGITS) yield digits
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const member of Object.values(value)) yield* digitsIn(member, depth + 1)
  }
}
