/** Persons: no person is sent twice, unasked, or after they asked never to be. */

import type { Facts } from '../facts.ts'
import { personAt } from '../people.ts'
import { DAY_MS, homeOf, wantedFor } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, must } from './invariant.ts'

const YEAR_MS = 365 * DAY_MS

export const sentOnce: Invariant = {
  name: 'no person is sent after a recorded acceptance',
  callStarts: (facts, call) => {
    if (new Set(call.people).size !== call.people.length) {
      return { complaint: `call ${call.n} names a person twice` }
    }
    return every(call.people, (person) => {
      const home = homeOf(facts, person, call.groupName)
      const forcedAt = facts.operator.forced.get(home) ?? Number.NEGATIVE_INFINITY
      const before = facts.calls.find(
        (other) =>
          other.recorded === 'accepted' &&
          other.people.includes(person) &&
          homeOf(facts, person, other.groupName) === home &&
          (other.recordedAt ?? 0) > forcedAt &&
          (other.recordedAt ?? 0) > call.startedAt - YEAR_MS,
      )
      return must(
        before === undefined || facts.privacy.maybeErased.has(person),
        () => `${home} again, accepted by call ${before?.n}`,
      )
    })
  },
}

export const onlyWhoWasAsked: Invariant = {
  name: 'no person is sent unasked',
  callStarts: (facts, call) => {
    if (call.people.length === 0) return { complaint: `call ${call.n} is empty` }
    if (call.people.length > call.pace.batchSize) return { complaint: `call ${call.n} is too big` }
    const wanted = wantedFor(facts, call.groupName)
    const people = new Set(wanted.flatMap(({ invite }) => invite.contacts.map(personAt)))
    const stranger = call.people.find((person) => !people.has(person))
    if (stranger !== undefined) return { complaint: `nothing asks for ${stranger}` }
    const mayCreate = wanted.some(({ invite }) => invite.create) || isAllowed(facts, call.groupName)
    return must(!call.create || mayCreate, () => `nothing asks to create ${call.groupName}`)
  },
}

/** A delivery that is not closed asks for each membership that waits, and one of its leads has the leave that it has. */
export const waitsForDelivery: Invariant = {
  name: 'what waits is asked for by a delivery',
  looked: (facts) => {
    const asks = `SELECT 1 FROM asks AS a JOIN deliveries AS d ON seq = delivery WHERE a.person = m.person
      AND a.group_id = m.group_id AND a.team_part = m.team_part AND closed IS NULL AND d.state <> 'skipped'`
    const open = facts.rows<{ name: string; person: string; asked: number; may: number }>(
      `SELECT p.name, m.person, EXISTS (${asks} AND frozen IS NULL) AS asked,
         creates = 0 OR EXISTS (${asks} AND lead = 1 AND d.creates = 1) AS may
       FROM memberships AS m JOIN parts AS p ON p.id = part_id WHERE m.status IN ('waiting', 'maybe')`,
    )
    return every(open, ({ name, person, asked, may }) => {
      if (asked === 0) return { complaint: `${facts.personBehind(person)} waits for ${name}` }
      const what = () => `${facts.personBehind(person)} may create ${name}`
      return must(may === 1 || isAllowed(facts, name), what)
    })
  },
}

/** Whether the operator gave leave. Leave to make a group is leave to make its next parts. */
function isAllowed({ names, operator }: Facts, groupName: string): boolean {
  const group = names.groupOf(groupName)
  return [...operator.allowed.keys()].some((part) => names.groupOf(part) === group)
}

export const suppressedStayOut: Invariant = {
  name: 'no person is sent who asked never to be',
  callStarts: (facts, call) => {
    const group = facts.names.groupOf(call.groupName)
    return every(call.people, (person) => {
      const asked = facts.privacy.suppressed.find(
        (one) =>
          one.person === person &&
          (one.group === null || one.group === group) &&
          one.since < call.startedAt,
      )
      return must(asked === undefined, () => `${person} travels in call ${call.n}`)
    })
  },
}
