/** Tells teammates from leads: teammates are contacts that stand in no event. */

import { asciiDigits } from './phone/index.ts'

/** A national number without its zero: what a mapping may have put a country code before. */
const MIN_DIGITS = 7
/** No number is longer. */
const MAX_DIGITS = 15
/** Deeper than any mapped value nests. */
const MAX_DEPTH = 10
/** Of a contact's end: Mexico's 1, Argentina's 9, a country's zero and what a mapping adds come before them. */
const OWN_DIGITS = 8

/** The contacts that nothing in the event's values ends or spells. Takes and gives international digits. */
export function teammatesIn(contacts: readonly string[], values: unknown): string[] {
  const asked = new Set(contacts.map((contact) => contact.slice(-OWN_DIGITS)))
  const ends = new Set<string>()
  const spelt = new Set<string>()
  // One pass over what was brought, whatever the number of contacts.
  for (const digits of digitsIn(values, 0)) {
    if (digits.length <= MAX_DIGITS) ends.add(digits)
    for (let at = 0; at + OWN_DIGITS <= digits.length; at++) {
      const eight = digits.slice(at, at + OWN_DIGITS)
      if (asked.has(eight)) spelt.add(eight)
    }
  }
  return contacts.filter(
    // In doubt it came with the event: a teammate goes into every part.
    (contact) =>
      !spelt.has(contact.slice(-OWN_DIGITS)) && !endsOf(contact).some((end) => ends.has(end)),
  )
}

function endsOf(contact: string): string[] {
  return Array.from({ length: Math.max(0, contact.length - MIN_DIGITS + 1) }, (_, at) =>
    contact.slice(at),
  )
}

function* digitsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') {
    const digits = asciiDigits(String(value)).replaceAll(/\D/g, '').replace(/^0+/, '')
    if (digits.length >= MIN_DIGITS) yield digits
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const member of Object.values(value)) yield* digitsIn(member, depth + 1)
  }
}
