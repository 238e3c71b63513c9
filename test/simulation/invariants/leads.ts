/** Leads: what was acknowledged is kept, once, looked up where it must be, and called accepted only when it was. */

import type { Facts } from '../facts.ts'
import { firstKeyOf } from '../senders.ts'
import { askedOf, DAY_MS, homeOf } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

const STATES = ['accepted', 'held', 'parked', 'skipped', 'queued', 'unknown', 'sending']
/** The first try and five more. */
const TRIES = 6
const AT_ONCE = 5

export const nothingLost: Invariant = {
  name: 'nothing acknowledged is lost',
  ended: (facts, stories) =>
    every(facts.senders.leads.values(), ({ key, seq, since }) => {
      const story = stories.get(seq)
      if (story === undefined) {
        const isOld = facts.at - since >= facts.retention.rowDays * DAY_MS
        return must(isOld, () => `${key} (delivery ${seq}) is gone`)
      }
      const explained = story.state === 'accepted' || story.reason !== null
      return must(
        STATES.includes(story.state) && explained,
        () => `${key} is ${story.state} without a reason`,
      )
    }),
}

export const acceptedByEazybe: Invariant = {
  name: 'accepted is what EazyBe accepted',
  ended: (facts, stories) => {
    const accepted = facts.calls.filter((call) => call.answer === 'accepted')
    const pairs = (of: (groupName: string, person: number) => string) =>
      new Set(accepted.flatMap(({ groupName, people }) => people.map((one) => of(groupName, one))))
    const inPart = pairs((groupName, person) => `${person} ${facts.names.partOf(groupName)}`)
    const inGroup = pairs((groupName, person) => homeOf(facts, person, groupName))
    const rows = facts.rows<{ mark: string; name: string }>(
      `SELECT person AS mark, name FROM memberships JOIN parts ON parts.id = part_id WHERE accepted_at IS NOT NULL`,
    )
    const members = every(rows, ({ mark, name }) => {
      const person = facts.personBehind(mark)
      return must(
        inPart.has(`${person} ${facts.names.partOf(name)}`),
        () => `${person} counts as accepted, and EazyBe never took them for ${name}`,
      )
    })
    if (members.complaint !== null) return members
    return every(facts.senders.leads.values(), ({ seq }) => {
      if (stories.get(seq)?.state !== 'accepted') return good
      const leads = askedOf(facts, seq).filter(({ team }) => !team)
      // Those who asked never to be sent are left out; the others of the lead are in.
      return every(leads, ({ person, groupName }) =>
        must(
          facts.privacy.maybeSuppressed.has(person) ||
            inGroup.has(homeOf(facts, person, groupName)),
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
        const before = facts.senders.leads.get(key)
        if (item === undefined || isForgotten(facts, key)) return good
        const twice = !item.duplicate && fresh.has(key)
        if (!item.duplicate) fresh.add(key)
        const other = before !== undefined && item.id !== `default-${before.seq}`
        return must(!twice && !other, () => `${key} came back as ${item.id}`)
      })
    },
  }

  /** Its row was deleted on schedule, or a person in it was erased, and its key with them. */
  function isForgotten(facts: Facts, key: string): boolean {
    const lead = facts.senders.leads.get(key)
    if (facts.at - (lead?.since ?? facts.at) >= facts.retention.rowDays * DAY_MS) return true
    const isTouched = lead !== undefined && facts.operator.touched.has(lead.seq)
    if (isTouched && facts.privacy.maybeErased.size > 0) return true
    return facts.senders.peopleOf(key).some((person) => facts.privacy.maybeSuppressed.has(person))
  }
}

export const lookedUp: Invariant = {
  name: 'a lead that waits for a look-up is not lost',
  looked: ({ senders: { asked } }) => must(asked <= AT_ONCE, () => `${asked} look-ups at once`),
  ended: (facts, stories) =>
    every(facts.senders.leads.values(), ({ key, seq }) => {
      const story = stories.get(seq)
      const asked = facts.senders.lookUps.filter((one) => one.key === firstKeyOf(key))
      if (story === undefined || facts.operator.touched.has(seq)) return good
      if (story.reason === 'look-up') {
        const failed = asked.filter(({ answer }) => answer === 'failed').length
        return must(
          failed >= TRIES,
          () => `${key} is ${story.state} after ${failed} failed look-ups`,
        )
      }
      if (story.reason !== 'not wanted') return good
      return must(
        asked.some(({ answer }) => answer === 'unwanted'),
        () => `${key} is skipped, and its sender did not say that it is unwanted`,
      )
    }),
}
