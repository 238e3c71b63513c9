/** Parts of a group: nobody is in two of them, none is filled past its capacity, and our count is EazyBe's. */

import type { Call, Facts } from '../facts.ts'
import { isTeammate } from '../people.ts'
import { callsTo, homeOf, storedPeople } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

const NO_WORD = { base: 0, at: Number.NEGATIVE_INFINITY, anew: false }

export const nobodyInTwoParts: Invariant = {
  name: 'nobody is in two parts of a group',
  callStarts: (facts, call) => {
    const { names } = facts
    const part = names.partOf(call.groupName)
    const family = names.familyOf(call.groupName)
    return every(leadsIn(call), (person) => {
      if (facts.hand.forced.has(homeOf(facts, person, call.groupName))) return good
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
    const taken = new Set(takenBy(facts, call.groupName).map(([person]) => person))
    const uncertain = new Set(uncertainIn(facts, call).filter((person) => !taken.has(person)))
    const fresh = leadsIn(call).filter((person) => !taken.has(person) && !uncertain.has(person))
    const size = countOf(facts, call.groupName) + uncertain.size + fresh.length
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
      const count = countOf(facts, name)
      return must(members === count, () => `${name} counts ${members} instead of ${count}`)
    })
  },
}

/** How many are in a group: by the operator's last word, and who was accepted since. */
function countOf(facts: Facts, groupName: string): number {
  const { base, at, anew } = facts.hand.counts.get(facts.names.partOf(groupName)) ?? NO_WORD
  const taken = takenBy(facts, groupName)
  const before = new Set(taken.flatMap(([person, when]) => (when <= at ? [person] : [])))
  const since = new Set(taken.flatMap(([person, when]) => (when > at ? [person] : [])))
  return base + [...since].filter((person) => anew || !before.has(person)).length
}

/** Whom EazyBe accepted into this very group, and when. */
function takenBy(facts: Facts, groupName: string): [person: number, at: number][] {
  return callsTo(facts, groupName).flatMap(({ recorded, recordedAt, people }) =>
    recorded === 'accepted' && recordedAt !== null
      ? people.map((person): [number, number] => [person, recordedAt])
      : [],
  )
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
