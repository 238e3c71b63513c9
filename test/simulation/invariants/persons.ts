/** Persons: nobody is sent twice, and nobody who was not asked for. */

import type { Invite } from '../../../src/invite.ts'
import type { Facts } from '../facts.ts'
import { personAt } from '../people.ts'
import { homeOf } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, must } from './invariant.ts'

const YEAR_MS = 365 * 24 * 60 * 60_000

export const nobodyTwice: Invariant = {
  name: 'nobody is sent after a recorded acceptance',
  callStarts: (facts, call) => {
    if (new Set(call.people).size !== call.people.length) {
      return { complaint: `call ${call.n} names a person twice` }
    }
    return every(call.people, (person) => {
      const home = homeOf(facts, person, call.groupName)
      const forcedAt = facts.hand.forced.get(home) ?? Number.NEGATIVE_INFINITY
      const before = facts.calls.find(
        (other) =>
          other.recorded === 'accepted' &&
          other.people.includes(person) &&
          homeOf(facts, person, other.groupName) === home &&
          (other.recordedAt ?? 0) > forcedAt &&
          (other.recordedAt ?? 0) > call.startedAt - YEAR_MS,
      )
      return must(before === undefined, () => `${home} again, accepted by call ${before?.n}`)
    })
  },
}

export const onlyWhoWasAsked: Invariant = {
  name: 'nobody is sent unasked',
  callStarts: (facts, call) => {
    if (call.people.length === 0) return { complaint: `call ${call.n} is empty` }
    if (call.people.length > call.pace.batchSize) return { complaint: `call ${call.n} is too big` }
    if (call.claim === null) return undefined
    const family = facts.names.familyOf(call.groupName)
    const asked = call.claim.seqs.map((seq) =>
      wantedOf(facts, seq).filter(({ groupName }) => facts.names.familyOf(groupName) === family),
    )
    const astray = asked.findIndex((invites) => invites.length === 0)
    if (astray !== -1) {
      return { complaint: `delivery ${call.claim.seqs[astray]} is not for ${call.groupName}` }
    }
    const invites = asked.flat()
    const people = new Set(invites.flatMap(({ contacts }) => contacts.map(personAt)))
    const stranger = call.people.find((person) => !people.has(person))
    if (stranger !== undefined) return { complaint: `nobody asked for ${stranger}` }
    const mayCreate =
      invites.some(({ create }) => create) ||
      // Leave to make a group is leave to make its next parts.
      [...facts.hand.allowed.keys()].some((part) => facts.names.familyOf(part) === family)
    return must(!call.create || mayCreate, () => `nobody asked to create ${call.groupName}`)
  },
}

function wantedOf(facts: Facts, seq: number): readonly Invite[] {
  const row = facts.rows<{ key: string }>('SELECT key FROM deliveries WHERE seq = ?', seq)[0]
  return (row && facts.hand.wanted.get(row.key)) ?? []
}

export const nobodySuppressed: Invariant = {
  name: 'nobody is sent who asked never to be',
  callStarts: (facts, call) =>
    every(call.people, (person) =>
      must(
        (facts.suppressed.get(person) ?? Number.POSITIVE_INFINITY) >= call.startedAt,
        () => `${person} travels in call ${call.n}`,
      ),
    ),
}

export const nobodyWhilePaused: Invariant = {
  name: 'nothing is sent while it is paused by hand',
  callStarts: (facts, call) => must(!facts.pausedByHand, () => `call ${call.n} leaves`),
}
