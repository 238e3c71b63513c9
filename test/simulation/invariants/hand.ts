/** The operator's hand: what is discarded stays where it is, what is sent again is sent, and all of it is written down. */

import { deliveryOf, homeOf } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

export const discardedStays: Invariant = {
  name: 'nothing is sent that was discarded',
  callStarts: (facts, call) =>
    every(call.claim?.seqs ?? [], (seq) =>
      must(!facts.hand.discarded.has(seq), () => `delivery ${seq} travels in call ${call.n}`),
    ),
}

export const wordKept: Invariant = {
  name: 'what an operator sends again is sent',
  ended: (facts, stories) =>
    every(facts.hand.words, ([seq, at]) => {
      const state = stories.get(seq)?.state
      if (state !== 'accepted' && state !== 'skipped') return good
      const { groupName, people } = deliveryOf(facts, seq)
      return every(people, ({ person, state: end }) => {
        const home = homeOf(facts, person, groupName)
        const went = facts.calls.some(
          (call) =>
            call.recorded === 'accepted' &&
            (call.recordedAt ?? 0) >= at &&
            call.people.includes(person) &&
            homeOf(facts, person, call.groupName) === home,
        )
        return must(
          went || facts.maybeSuppressed.has(person) || end === 'refused',
          () => `delivery ${seq} is ${state}, and ${person} was not sent again`,
        )
      })
    }),
}

export const actsWrittenDown: Invariant = {
  name: 'what a hand did is written down',
  ended: (facts) => {
    const { count } = facts.rows<{ count: number }>(
      `SELECT count(*) AS count FROM audit WHERE actor = 'test'`,
    )[0] ?? { count: 0 }
    const { done } = facts.hand
    return must(count >= done, () => `${count} entries of ${done}`)
  },
}
