/** Parts of a group: nobody is in two of them, none is filled past its capacity, and our count is EazyBe's. */

import type { Call, Facts } from '../facts.ts'
import { isTeammate } from '../people.ts'
import { callsTo, homeOf, storedPeople } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

export const nobodyInTwoParts: Invariant = {
  name: 'nobody is in two parts of a group',
  callStarts: (facts, call) => {
    const { names } = facts
    const part = names.partOf(call.groupName)
    const family = names.familyOf(call.groupName)
    return every(leadsIn(call), (person) => {
      if (facts.forced.has(homeOf(facts, person, call.groupName))) return good
      const other = facts
        .homesOf(person)
        .find((home) => names.familyOf(home) === family && names.partOf(home) !== part)
      return must(
        other === undefined,
        () => `${person} is in ${other} and travels to ${call.groupName}`,
      )
    })
  },
}

export const capacityKept: Invariant = {
  name: 'no group is filled past its capacity',
  callStarts: (facts, call) => {
    // Who was in a call that may have worked has a place; who is sent again needs no other.
    const placed = new Set([...takenBy(facts, call.groupName), ...uncertainIn(facts, call)])
    const fresh = leadsIn(call).filter((person) => !placed.has(person))
    const size = placed.size + fresh.length
    return must(
      fresh.length === 0 || size <= facts.capacity,
      () => `${size} people have a place in ${call.groupName}, of ${facts.capacity}`,
    )
  },
}

export const countIsRight: Invariant = {
  name: 'the count of a group is who was accepted into it',
  looked: (facts) => {
    if (facts.justRecorded.length === 0) return undefined
    const rows = facts.rows<{ name: string; members: number }>('SELECT name, members FROM groups')
    return every(rows, ({ name, members }) => {
      const taken = takenBy(facts, name).size
      return must(members === taken, () => `${name} counts ${members}, and ${taken} were accepted`)
    })
  },
}

/** Whom EazyBe accepted into this very group. */
function takenBy(facts: Facts, groupName: string): Set<number> {
  const accepted = callsTo(facts, groupName).filter(({ recorded }) => recorded === 'accepted')
  return new Set(accepted.flatMap(({ people }) => people))
}

/** Leads who were in a failed call to this group, and wait for another. */
function uncertainIn(facts: Facts, call: Call): number[] {
  const rows = facts.rows<{ contacts: string }>(
    `SELECT contacts FROM deliveries JOIN groups ON groups.id = group_id WHERE state = 'unknown' AND name = ?`,
    call.groupName,
  )
  return rows
    .flatMap(({ contacts }) => storedPeople(contacts))
    .flatMap(({ person, state }) => (state === 'waiting' && !isTeammate(person) ? [person] : []))
}

function leadsIn(call: Call): number[] {
  return call.people.filter((person) => !isTeammate(person))
}
