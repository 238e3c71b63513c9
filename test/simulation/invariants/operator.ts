/** The operator: what is discarded is not sent, what is sent again is sent, a resume ends what EazyBe asked for, and all of it is written down. */

import { personAt } from '../people.ts'
import { askedOf, homeOf, wantedFor } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

export const discardedStays: Invariant = {
  name: 'nothing is sent that was discarded',
  callStarts: (facts, call) => {
    const wanted = wantedFor(facts, call.groupName)
    return every(call.people, (person) => {
      const home = homeOf(facts, person, call.groupName)
      const asking = wanted.filter(({ invite }) =>
        invite.contacts.some((digits) => homeOf(facts, personAt(digits), call.groupName) === home),
      )
      return must(
        asking.length === 0 || asking.some(({ key }) => !facts.operator.discarded.has(key)),
        () => `${person} travels in call ${call.n}, and all that asked for them is discarded`,
      )
    })
  },
}

export const resentIsSent: Invariant = {
  name: 'what an operator sends again is sent',
  ended: (facts, stories) =>
    every(facts.operator.resent, ([seq, at]) => {
      const state = stories.get(seq)?.state
      if (state !== 'accepted' && state !== 'skipped') return good
      const leads = askedOf(facts, seq).filter(({ team }) => !team)
      return every(leads, ({ person, status, groupName }) => {
        const home = homeOf(facts, person, groupName)
        const went = facts.calls.some(
          (call) =>
            call.recorded === 'accepted' &&
            (call.recordedAt ?? 0) >= at &&
            call.people.includes(person) &&
            homeOf(facts, person, call.groupName) === home,
        )
        return must(
          went || facts.privacy.maybeSuppressed.has(person) || status === 'refused',
          () => `delivery ${seq} is ${state}, and ${person} was not sent again`,
        )
      })
    }),
}

export const actsWrittenDown: Invariant = {
  name: 'what an operator did is in the audit log',
  ended: (facts) => {
    const [row] = facts.rows<{ count: number }>(
      `SELECT count(*) AS count FROM audit WHERE actor = 'test'`,
    )
    const done = facts.operator.done + facts.privacy.done
    return must(Number(row?.count) >= done, () => `${row?.count} entries of ${done}`)
  },
}

export const nothingWhilePaused: Invariant = {
  name: 'nothing is sent while the operator pauses',
  callStarts: (facts, call) => must(!facts.operator.paused, () => `call ${call.n} leaves`),
}

export const resumeEndsWaits: Invariant = {
  name: 'resume ends the waits that EazyBe made',
  looked: ({ operator: { leftByResume } }) =>
    must(leftByResume === null, () => `${leftByResume} is left after resume`),
}
