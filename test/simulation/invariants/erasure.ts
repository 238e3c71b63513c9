/** Erasure: nothing of a person is left but the mark that they are never to be sent. */

import { digitsOf } from '../people.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

export const nothingLeft: Invariant = {
  name: 'nothing is left of whom was erased',
  ended: (facts) =>
    every(facts.hand.erased, ([person, { hash, upTo }]) => {
      const memory = facts.rows('SELECT 1 FROM people WHERE person = ?', hash)
      if (memory.length > 0) return { complaint: `${person} is remembered as a member` }
      const traces = [hash, digitsOf(person, 0), digitsOf(person, 1)]
      const rows = facts.rows<{ seq: number; text: string }>(
        `SELECT seq, contacts || coalesce(fields, '') || coalesce(consent, '') || timeline AS text
         FROM deliveries WHERE seq <= ?`,
        upTo,
      )
      return every(rows, ({ seq, text }) => {
        // An operator may have written the person into it again.
        if (facts.hand.touched.has(seq)) return good
        return must(
          !traces.some((trace) => text.includes(trace)),
          () => `delivery ${seq} still tells of ${person}`,
        )
      })
    }),
}
