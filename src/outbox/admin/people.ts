/** People for the operator: who is never to be sent, erasing a person everywhere, and what is kept of them. */

import type { ConsentEvidence } from '../../mapping/consent.ts'
import { numbersIn } from '../../mapping/phone/index.ts'
import type { Context } from '../context.ts'
import { RetentionJob } from '../jobs/retention.ts'
import { EVERYWHERE } from '../store/people.ts'
import { EVERY_DELIVERY } from '../store/search.ts'
import { refreshDue } from '../store/store.ts'
import type { DeliveryStory, DeliveryView } from './views.ts'
import { inFlight, iso, maskFields, storyOf, viewer } from './views.ts'

/** Of a person's keyed hash; the characters before it stand for the end of the number, which others share. */
const MARK_FROM = 4
const MARK_TO = 12
/** A number as it is typed may lack its country code, Brazil's ninth digit, or have Argentina's 15: so much of its end is its own. */
const OWN_DIGITS = 8

/** How far a step got. Ask again with `before` until it is null. */
export interface Erased {
  readonly erased: number
  readonly before: number | null
}

/** What is kept of one person. */
export interface PersonFile {
  readonly deliveries: readonly DeliveryStory[]
  readonly groups: readonly { readonly group: string; readonly acceptedAt: string }[]
  /** `group` null: everywhere. */
  readonly suppressed: readonly {
    readonly group: string | null
    readonly since: string
    readonly why: string
  }[]
  /** Of deliveries that were deleted on schedule: what showed that the person agreed. */
  readonly consents: readonly ConsentEvidence[]
  readonly before: number | null
}

/** What a page shows of one number. */
export interface KnownPerson extends Pick<PersonFile, 'groups' | 'suppressed'> {
  readonly leads: readonly DeliveryView[]
  /** True where there are more than are shown. */
  readonly more: boolean
}

const MOST_SHOWN = 20

export type PeopleAdmin = ReturnType<typeof peopleAdmin>

export function peopleAdmin(context: Context) {
  const { alarm, ports, store } = context
  const { account, audit, parts, people } = store

  function groupOf(partId: number | null): number {
    return partId === null ? EVERYWHERE : parts.get(partId).groupId
  }

  function keepOut(person: string, groupId: number, why: string, now: number): number {
    const { deliveries, parts: shorter } = people.suppress(person, groupId, why, now)
    store.deliveries.refresh(
      deliveries,
      { event: 'left out', detail: 'asked never to be sent' },
      now,
    )
    // Teammates were to come along with a lead, and there is none left.
    const over = deliveries.filter((seq) => store.deliveries.state(seq) === 'skipped')
    const parts = [...shorter, ...over.flatMap((seq) => store.asks.withdraw(seq))]
    for (const part of new Set(parts)) refreshDue(store, part)
    return deliveries.length
  }

  return {
    /** What is known of a number, for its operator's eyes: the newest leads, groups, and whether it is kept out. */
    async known(digits: string, actor: string): Promise<KnownPerson> {
      const person = await account.personOf(digits)
      const now = ports.now()
      audit.record({ actor, action: 'look up', target: markOf(person), detail: null }, now)
      const end = digits.slice(-OWN_DIGITS)
      const filter = { ...EVERY_DELIVERY, phoneEnd: end, limit: MOST_SHOWN, before: null }
      const ends = await account.endsOf(end)
      const known = { sending: inFlight(context), ends, shown: maskFields }
      const found = store.reports.list(filter, known)
      return {
        leads: found.rows.map(viewer(context, now)),
        more: found.before !== null,
        groups: people.acceptances(person).map(({ group, at }) => ({ group, acceptedAt: iso(at) })),
        suppressed: people.suppressions(person).map((one) => ({ ...one, since: iso(one.since) })),
      }
    },
    /** Never again: into this group and its other parts, or (null) any. Gives how many leads that waited were left out. */
    async suppress(digits: string, partId: number | null, actor: string): Promise<number> {
      const person = await account.personOf(digits)
      const now = ports.now()
      const leads = store.transaction(() => {
        const leads = keepOut(person, groupOf(partId), 'the operator', now)
        const detail = partId === null ? 'everywhere' : `group ${partId}`
        audit.record({ actor, action: 'suppress', target: markOf(person), detail }, now)
        return leads
      })
      await alarm.recheck()
      return leads
    },
    /** The person wants to be sent again. People that EazyBe accepted before are still not sent twice. */
    async unsuppress(digits: string, partId: number | null, actor: string): Promise<number> {
      const person = await account.personOf(digits)
      store.transaction(() => {
        const groupId = groupOf(partId)
        people.unsuppress(person, groupId)
        parts.deleteUnmade(groupId)
        const detail = partId === null ? 'everywhere' : `group ${partId}`
        audit.record({ actor, action: 'unsuppress', target: markOf(person), detail }, ports.now())
      })
      return 0
    },
    /**
     * Wipes a person from every delivery and from the memory of groups; only the mark that they are never to be sent stays, and is
     * there from the first step on. Membership in WhatsApp is not ours to undo.
     */
    async erase(digits: string, before: number | null, actor: string): Promise<Erased> {
      const person = await account.personOf(digits)
      const now = ports.now()
      const erased = store.transaction((): Erased => {
        const own = before === null ? eraseEverywhere(context, person, actor, now) : 0
        if (before === null) keepOut(person, EVERYWHERE, 'erased', now)
        const { rows, next } = people.said(before)
        const said = rows.filter(({ fields }) => isAbout(fields, digits))
        for (const { seq } of said) wipe(context, seq, person, now)
        return { erased: own + said.length, before: next }
      })
      await alarm.recheck()
      return erased
    },
    /** What is kept of one person, in steps. */
    async file(digits: string, before: number | null, actor: string): Promise<PersonFile> {
      const person = await account.personOf(digits)
      const now = ports.now()
      const first = before === null
      if (first)
        audit.record({ actor, action: 'export', target: markOf(person), detail: null }, now)
      const own = first ? people.deliveriesOf(person) : []
      const { rows, next } = people.said(before)
      const said = rows.filter(({ fields }) => isAbout(fields, digits)).map(({ seq }) => seq)
      const known = new Set(people.deliveriesOf(person))
      return {
        deliveries: [...own, ...said.filter((seq) => !known.has(seq))].flatMap((seq) =>
          fileOf(context, seq, person, now),
        ),
        groups: first
          ? people.acceptances(person).map(({ group, at }) => ({ group, acceptedAt: iso(at) }))
          : [],
        suppressed: first
          ? people.suppressions(person).map((one) => ({ ...one, since: iso(one.since) }))
          : [],
        consents: first ? people.consents(person) : [],
        before: next,
      }
    },
  }
}

/** Everything that the person's keyed hash finds. Gives how many deliveries. */
function eraseEverywhere(context: Context, person: string, actor: string, now: number): number {
  const { audit, calls, people } = context.store
  audit.record({ actor, action: 'erase', target: markOf(person), detail: null }, now)
  const own = people.deliveriesOf(person)
  for (const seq of own) wipe(context, seq, person, now)
  const left = people.forget(person)
  for (const part of left) refreshDue(context.store, part)
  people.eraseFromCalls(person, RetentionJob.anonymisedUpTo(context.store))
  calls.forget()
  return own.length
}

function wipe({ store }: Context, seq: number, person: string, now: number): void {
  const before = store.deliveries.state(seq)
  const isClosed = store.people.wipeDelivery(seq, person, now)
  // What has ended stays as it ended.
  const ended = before === 'accepted' || before === 'skipped'
  if (!ended) store.deliveries.refresh([seq], null, now)
  // Its teammates were to come along, and there is no lead left to be added.
  if (isClosed || (!ended && store.deliveries.state(seq) === 'skipped'))
    for (const part of store.asks.withdraw(seq)) refreshDue(store, part)
}

function fileOf(context: Context, seq: number, person: string, now: number): DeliveryStory[] {
  const { asks, reports } = context.store
  const row = reports.story(seq)
  if (row === null) return []
  const story = storyOf(context, row, reports.people(seq), now)
  // What was said of another person is not for this person.
  const shared = asks.asked(seq).some((one) => one.person !== person)
  return [shared ? { ...story, fields: null } : story]
}

/** Whether the person's number stands in what a sender said: where it was held before mapping, it stands nowhere else. */
function isAbout(fields: string, digits: string): boolean {
  const end = digits.slice(-OWN_DIGITS)
  // Not at the end alone: a date or a house number may follow.
  return numbersIn(fields).some((number) => number.includes(end))
}

/** Tells one person's entries of the audit log from another's, also when nothing else of them is kept. */
function markOf(person: string): string {
  return `person ${person.slice(MARK_FROM, MARK_TO)}`
}
