/** Parts of a group: no person is in two of them, none is filled past its capacity, and our count is EazyBe's. */

import { DEFAULT_CAPACITY } from '../../../src/outbox/store/parts.ts'
import type { Call, Facts } from '../facts.ts'
import { isTeammate } from '../people.ts'
import { callsTo, DAY_MS } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

const MEMORY_MS = 365 * DAY_MS
const NOT_COUNTED = { base: 0, at: Number.NEGATIVE_INFINITY, anew: false }

export const oneHome: Invariant = {
  name: 'no person is in two parts of a group',
  callStarts: (facts, call) => {
    const { names } = facts
    const part = names.partOf(call.groupName)
    const group = names.groupOf(call.groupName)
    return every(call.people, (person) => {
      if (isTeammate(person) || facts.privacy.maybeErased.has(person)) return good
      const other = facts
        .homesOf(person)
        .find(
          ({ name, since }) =>
            names.groupOf(name) === group &&
            names.partOf(name) !== part &&
            since > facts.at - MEMORY_MS,
        )
      return must(
        other === undefined,
        () => `${person} is in ${other?.name} and travels to ${call.groupName}`,
      )
    })
  },
}

export const capacityKept: Invariant = {
  name: 'no group is filled past its capacity',
  callStarts: (facts, call) => {
    // A person of a call that may have worked has a place; one who is sent again needs no other.
    const taken = new Set(takenBy(facts, call.groupName).map(([person]) => person))
    const uncertain = new Set(uncertainIn(facts, call).filter((person) => !taken.has(person)))
    const leads = call.claim?.leads ?? []
    const fresh = leads.filter((person) => !taken.has(person) && !uncertain.has(person))
    const size = countOf(facts, call.groupName) + uncertain.size + fresh.length
    const capacity = capacityOf(facts, call.groupName)
    return must(
      fresh.length === 0 || size <= capacity,
      () => `${size} people have a place in ${call.groupName}, of ${capacity}`,
    )
  },
}

export const countIsRight: Invariant = {
  name: 'a part counts those who were accepted into it',
  looked: (facts) => {
    if (facts.justRecorded.length === 0) return undefined
    const rows = facts.rows<{ name: string; members: number }>('SELECT name, members FROM parts')
    return every(rows, ({ name, members }) => {
      // A call that was recorded in the very millisecond of the operator's count came before it or after it.
      const [least, count] = [countOf(facts, name), countOf(facts, name, true)]
      // A person who was erased is a new one when they come again.
      const erased = takenBy(facts, name).filter(([one]) => facts.privacy.maybeErased.has(one))
      const most = count + erased.length - new Set(erased.map(([one]) => one)).size
      const told = most > least ? `${least} to ${most}` : least
      return must(
        members >= Math.min(least, count) && members <= Math.max(least, most),
        () => `${name} counts ${members} instead of ${told}`,
      )
    })
  },
}

function capacityOf(facts: Facts, groupName: string): number {
  const [row] = facts.rows<{ hook: string | null }>(
    'SELECT hook FROM parts WHERE name = ?',
    groupName,
  )
  return facts.hooks[row?.hook ?? '']?.capacity ?? DEFAULT_CAPACITY
}

/** How many are in a part: the operator's last count, and those accepted since. `after`: also those of that very millisecond. */
function countOf(facts: Facts, groupName: string, after = false): number {
  const { base, at, anew } = facts.operator.counts.get(facts.names.partOf(groupName)) ?? NOT_COUNTED
  const taken = takenBy(facts, groupName)
  const isSince = (when: number) => when > at || (after && when === at)
  const before = new Set(taken.flatMap(([person, when]) => (isSince(when) ? [] : [person])))
  const since = new Set(taken.flatMap(([person, when]) => (isSince(when) ? [person] : [])))
  return base + [...since].filter((person) => anew || !before.has(person)).length
}

/** Leads that EazyBe accepted into this very part, and when. */
function takenBy(facts: Facts, groupName: string): [person: number, at: number][] {
  return callsTo(facts, groupName).flatMap(({ recorded, recordedAt, claim }) =>
    recorded === 'accepted' && recordedAt !== null
      ? (claim?.leads ?? []).map((person): [number, number] => [person, recordedAt])
      : [],
  )
}

/** Leads who were in a failed call to this part, and wait for another. */
function uncertainIn(facts: Facts, call: Call): number[] {
  return facts
    .rows<{ person: string }>(
      `SELECT person FROM memberships JOIN parts ON parts.id = part_id
       WHERE memberships.status = 'maybe' AND team_part = 0 AND name = ?`,
      call.groupName,
    )
    .map(({ person }) => facts.personBehind(person))
}
