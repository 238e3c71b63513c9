/** Which promises the evidence shows broken, and how many calls a kill has made doubtful. Pure. */

import type { SandboxCall, SandboxGroup } from '../journeys/server.ts'
import type { Lead } from './cast.ts'
import type { Evidence, Story } from './evidence.ts'

/** A promise, with what breaks it: nothing, when all is well. */
export interface Promised {
  readonly promise: string
  readonly broken: readonly string[]
}

export interface Verdict {
  readonly promises: readonly Promised[]
  /** Calls that EazyBe accepted and a kill kept from being recorded: their people are sent once more. */
  readonly cutOff: readonly SandboxCall[]
  /** People of those calls who were indeed sent again. */
  readonly sentAgain: number
}

const SETTLED = ['accepted', 'held', 'parked', 'skipped']
const ACCEPTED = 'accepted by EazyBe'
/** Of a lead that is not settled, to find out why. */
const LINES_TOLD = 12
/** Two processes read one clock; it is the answer that is written later than it was given. */
const SLACK_MS = 5

/** Judges a run. */
export function judge(evidence: Evidence): Verdict {
  const accepted = acceptedCalls(evidence)
  const cutOff = accepted.filter(({ recorded, killed }) => !recorded && killed)
  return {
    promises: [
      { promise: 'acknowledged leads lost', broken: lost(evidence) },
      { promise: 'acknowledged, and not on disk at a kill', broken: notOnDisk(evidence) },
      { promise: 'settled before a kill, and undone after it', broken: undone(evidence) },
      { promise: 'leads taken in twice', broken: takenTwice(evidence) },
      { promise: 'accepted, and in no group', broken: nowhere(evidence) },
      { promise: 'groups that exist twice', broken: twins(evidence.groups) },
      { promise: 'people sent again after their record', broken: afterRecord(accepted, evidence) },
      { promise: 'accepted by EazyBe, unrecorded, without a kill', broken: unexplained(accepted) },
      { promise: 'people in a group that nobody asked for', broken: strangers(evidence) },
      { promise: 'parked, though EazyBe never refused them', broken: parkedForNothing(evidence) },
      { promise: 'held for no reason', broken: heldForNothing(evidence) },
      { promise: 'calls made while another was under way', broken: overlaps(evidence.calls) },
    ],
    cutOff: cutOff.map(({ call }) => call),
    sentAgain: cutOff.flatMap(({ index, call }) =>
      call.body.contacts.filter((contact) => isSentAfter(evidence.calls, index, contact)),
    ).length,
  }
}

function lost({ leads, acknowledged, stories }: Evidence): string[] {
  return leads.flatMap((lead) => {
    const ids = [...(acknowledged.get(lead.id) ?? [])]
    if (ids.length === 0) return []
    return ids.flatMap((id) => {
      const story = stories.get(id)
      if (story === undefined) return [`${lead.id} (${id}) is not there`]
      if (SETTLED.includes(story.state)) return []
      const lines = story.timeline.slice(-LINES_TOLD).map(({ at, event }) => `${at} ${event}`)
      return [`${lead.id} (${id}) is still ${story.state} (${story.reason}): ${lines.join(', ')}`]
    })
  })
}

function notOnDisk({ scenes }: Evidence): string[] {
  return scenes.flatMap(({ at, told, kept }) =>
    [...told].filter((id) => !kept.has(id)).map((id) => `${id} at ${time(at)}`),
  )
}

function undone({ scenes, stories }: Evidence): string[] {
  return scenes.flatMap(({ at, kept }) =>
    [...kept]
      .filter(([id, settled]) => settled !== null && settledAt(stories.get(id)) !== settled)
      .map(([id]) => `${id}, settled before ${time(at)}`),
  )
}

function settledAt(story: Story | undefined): number | null {
  return story?.settledAt == null ? null : Date.parse(story.settledAt)
}

function takenTwice({ leads, acknowledged, stories }: Evidence): string[] {
  const several = [...acknowledged].filter(([, ids]) => ids.size > 1).map(([lead]) => lead)
  const more = stories.size - leads.length
  return more > 0 ? [...several, `${more} deliveries more than leads`] : several
}

function nowhere({ groups, ...evidence }: Evidence): string[] {
  return storiesOf(evidence).flatMap(({ lead, story }) => {
    if (story.state !== 'accepted' && story.state !== 'skipped') return []
    const group = groups.filter(({ name }) => name === lead.groupName)
    const known = new Set(group.flatMap(({ members, absent }) => [...members, ...absent]))
    return lead.people
      .filter((person) => !known.has(person))
      .map((person) => `${person} of ${lead.id} (${story.id}), ${lead.groupName}`)
  })
}

function twins(groups: readonly SandboxGroup[]): string[] {
  const names = groups.map(({ name }) => name)
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

/** A call to which EazyBe said yes. */
interface Accepted {
  readonly index: number
  readonly call: SandboxCall
  /** Whether a story tells of it: before the next call was made, since there is one at a time. */
  readonly recorded: boolean
  /** Whether the process was killed before the next call was made. */
  readonly killed: boolean
}

function acceptedCalls({ calls, scenes, ...evidence }: Evidence): Accepted[] {
  const records = new Map<string, number[]>()
  for (const { lead, story } of storiesOf(evidence)) {
    const times = story.timeline.filter(({ event }) => event === ACCEPTED).map(({ at }) => at)
    for (const person of lead.people) {
      const pair = `${lead.groupName}: ${person}`
      records.set(pair, [...(records.get(pair) ?? []), ...times.map((at) => Date.parse(at))])
    }
  }
  return calls.flatMap((call, index) => {
    if (call.status !== 200 || call.effect === null || call.answeredAt === null) return []
    const from = Date.parse(call.answeredAt) - SLACK_MS
    const next = calls[index + 1]
    const to = next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next.at)
    const within = (at: number) => at >= from && at <= to
    const { groupName, contacts } = call.body
    const recorded = contacts.some((contact) =>
      records.get(`${groupName}: ${contact}`)?.some(within),
    )
    return [{ index, call, recorded, killed: scenes.some(({ at }) => within(at)) }]
  })
}

function afterRecord(accepted: readonly Accepted[], { calls }: Evidence): string[] {
  return accepted
    .filter(({ recorded }) => recorded)
    .flatMap(({ index, call }) =>
      call.body.contacts
        .filter((contact) => isSentAfter(calls, index, contact))
        .map((contact) => `${contact} in ${call.body.groupName}, recorded at ${call.answeredAt}`),
    )
}

/** Whether this contact of that call is in a later one for the same group. */
function isSentAfter(calls: readonly SandboxCall[], index: number, contact: string): boolean {
  const groupName = calls[index]?.body.groupName
  return calls.some(
    ({ body }, later) =>
      later > index && body.groupName === groupName && body.contacts.includes(contact),
  )
}

function unexplained(accepted: readonly Accepted[]): string[] {
  return accepted
    .filter(({ recorded, killed }) => !recorded && !killed)
    .map(({ call }) => `${call.body.groupName}, answered at ${call.answeredAt}`)
}

function strangers({ leads, groups }: Evidence): string[] {
  const asked = new Set(
    leads
      .filter(({ flaw }) => flaw === null)
      .flatMap(({ groupName, people }) => people.map((person) => `${groupName}: ${person}`)),
  )
  return groups
    .flatMap(({ name, members }) => members.map((member) => `${name}: ${member}`))
    .filter((pair) => !asked.has(pair))
}

function parkedForNothing({ calls, ...evidence }: Evidence): string[] {
  const refused = new Set(
    calls
      .filter(({ status, effect }) => status !== 200 || effect === null)
      .flatMap(({ body }) => body.contacts.map((contact) => `${body.groupName}: ${contact}`)),
  )
  return storiesOf(evidence)
    .filter(({ story }) => story.state === 'parked')
    .filter(({ lead: { groupName, people } }) =>
      people.every((person) => !refused.has(`${groupName}: ${person}`)),
    )
    .map(({ lead, story }) => `${lead.id} (${story.id}): ${story.reason}`)
}

/** A flaw is held for what it is, a lead without leave to create for as long as its group is not there, and nothing else is. */
function heldForNothing({ groups, ...evidence }: Evidence): string[] {
  const there = new Set(groups.map(({ name }) => name))
  return storiesOf(evidence)
    .filter(({ lead, story }) => {
      if (lead.flaw !== null) return story.state !== 'held' || story.reason !== lead.flaw
      return story.state === 'held' && (lead.create || there.has(lead.groupName))
    })
    .map(({ lead, story }) => `${lead.id} (${story.id}): ${story.state}, ${story.reason}`)
}

function overlaps(calls: readonly SandboxCall[]): string[] {
  return calls.filter(({ inFlight }) => inFlight > 0).map(({ at }) => at)
}

/** Every lead with the story of its delivery. */
function storiesOf({
  leads,
  acknowledged,
  stories,
}: Pick<Evidence, 'leads' | 'acknowledged' | 'stories'>): { lead: Lead; story: Story }[] {
  return leads.flatMap((lead) =>
    [...(acknowledged.get(lead.id) ?? [])].flatMap((id) => {
      const story = stories.get(id)
      return story === undefined ? [] : [{ lead, story }]
    }),
  )
}

function time(at: number): string {
  return new Date(at).toISOString()
}
