/** Leads: what was acknowledged is kept, once, and called accepted only when it was. */

import { isTeammate } from '../people.ts'
import { deliveryOf, homeOf } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

const SETTLED_STATES = ['accepted', 'held', 'parked', 'skipped']
const OPEN_STATES = ['queued', 'unknown', 'sending']

export const nothingLost: Invariant = {
  name: 'nothing acknowledged is lost',
  ended: (facts, stories) =>
    every(facts.leads.values(), ({ key, seq }) => {
      const story = stories.get(seq)
      if (story === undefined) return { complaint: `${key} (delivery ${seq}) is gone` }
      const known = [...SETTLED_STATES, ...OPEN_STATES].includes(story.state)
      const explained = story.state === 'accepted' || story.reason !== null
      return must(known && explained, () => `${key} is ${story.state} without a reason`)
    }),
}

export const acceptedByEazybe: Invariant = {
  name: 'accepted is what EazyBe accepted',
  ended: (facts, stories) => {
    const taken = new Set(
      facts.calls
        .filter((call) => call.answer === 'accepted')
        .flatMap((call) => call.people.map((person) => homeOf(facts, person, call.groupName))),
    )
    return every(facts.leads.values(), ({ seq }) => {
      if (stories.get(seq)?.state !== 'accepted') return good
      const { groupName, people } = deliveryOf(facts, seq)
      return every(people, ({ person, state }) =>
        must(
          // Who asked never to be sent is left out, a teammate's number may be bad, and the others of the lead are in.
          facts.maybeSuppressed.has(person) ||
            (isTeammate(person) && state === 'refused') ||
            taken.has(homeOf(facts, person, groupName)),
          () => `delivery ${seq} is accepted, and EazyBe never took ${person} for ${groupName}`,
        ),
      )
    })
  },
}

export function oneKeyOneDelivery(): Invariant {
  const fresh = new Set<string>()
  return {
    name: 'one key, one delivery',
    answered: (facts, arrival, items) => {
      if (items.length !== arrival.items.length) return undefined
      return every(arrival.items.entries(), ([index, { key }]) => {
        const item = items[index]
        const before = facts.leads.get(key)
        if (item === undefined) return good
        const twice = !item.duplicate && fresh.has(key)
        if (!item.duplicate) fresh.add(key)
        const other = before !== undefined && item.id !== `default-${before.seq}`
        return must(!twice && !other, () => `${key} came back as ${item.id}`)
      })
    },
    ended: (facts) => {
      const doubled = facts.rows<{ key: string }>(
        'SELECT key FROM deliveries GROUP BY key HAVING count(*) > 1',
      )
      return must(doubled.length === 0, () => `${doubled[0]?.key} has two deliveries`)
    },
  }
}
