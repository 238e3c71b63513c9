/** Deliveries for the operator: looking at them, and what to do with one or with many. */

import type { ConsentEvidence } from '../../mapping/consent.ts'
import type { Mapped } from '../../mapping/map.ts'
import { deliveryId, issueText } from '../accept.ts'
import { commit, contactsOf, prepare } from '../ask.ts'
import type { Context } from '../context.ts'
import type { Contact, Wish } from '../ends.ts'
import { RetentionJob } from '../jobs/retention.ts'
import { isSettled, type StoredState } from '../model.ts'
import type { Prospect, StoryRow } from '../store/reports.ts'
import type { DeliveryFilter, Known } from '../store/search.ts'
import { refreshDue } from '../store/store.ts'
import type { DeliveryPage, DeliveryStory } from './views.ts'
import {
  inFlight,
  isForced,
  iso,
  lacksEvidence,
  maskFields,
  reasonsIn,
  storyOf,
  viewer,
} from './views.ts'

/**
 * What an operator may do with a delivery. `agreed`: the operator states that the people in it agreed, which is recorded; without
 * it nothing is sent of which no evidence is kept.
 */
export type DeliveryAction =
  /** `release`: held, send it as it is. `create`: held for want of its group, create that first. `exact`: once more as it was. */
  | { readonly kind: 'release' | 'create' | 'exact'; readonly agreed?: boolean }
  | {
      readonly kind: 'edit'
      readonly agreed?: boolean
      /** International digits. */
      readonly contacts: readonly string[] | null
      readonly groupName: string | null
      readonly create: boolean | null
    }
  | { readonly kind: 'discard' }

/**
 * What came of it. `no_consent`: nothing shows that its people agreed. `not_mapped`: it has to be mapped first. `nothing_kept`: its
 * numbers were deleted on schedule. `busy`: a call with it is under way. `not_possible`: not in the state it is in.
 */
export type ActResult =
  | 'queued'
  | 'held'
  | 'discarded'
  | 'not_found'
  | 'nothing_kept'
  | 'not_mapped'
  | 'no_consent'
  | 'busy'
  | 'not_possible'

/** What would come of it. `if_agreed`: it is sent where the operator states that the person agreed, and else left. */
export type Foreseen = ActResult | 'if_agreed'

/** What is hidden otherwise. Nothing where it was deleted on schedule. */
export interface Revealed {
  readonly contacts: readonly string[]
  readonly fields: string | null
}

/** What mapping a delivery again needs. */
export interface Kept {
  readonly hook: string
  /** Why it was never mapped, such as "consent, mapping"; null: it was. */
  readonly held: string | null
  /** JSON; null once it was deleted on schedule. */
  readonly fields: string | null
  /** True where these are the whole body, which its source could not read when it came. */
  readonly unread: boolean
  /** True where it was held because nothing shows that the person agreed. */
  readonly lacksConsent: boolean
}

/** What today's mapping made of a delivery. */
export interface Remapped {
  readonly mapped: Mapped
  /** JSON: the fields it was made of. */
  readonly fields: string
}

/** Done at once, in one transaction. */
const MOST_AT_ONCE = 100

/** What is sent when an operator asks. */
interface Again {
  readonly groupName: string | null
  readonly create: boolean
  readonly contacts: readonly (Omit<Contact, 'digits'> & { readonly digits: string | null })[]
  readonly by: Exclude<Wish['by'], 'event'>
  readonly fields: string | null
  readonly consent: ConsentEvidence | null
  readonly note: string
}

export type DeliveriesAdmin = ReturnType<typeof deliveriesAdmin>

export function deliveriesAdmin(context: Context) {
  const { alarm, ports, store, watchers } = context

  function story(seq: number): DeliveryStory | null {
    const row = store.reports.story(seq)
    return row && storyOf(context, row, store.reports.people(seq), ports.now())
  }

  async function known({ phoneEnd }: DeliveryFilter): Promise<Known> {
    const ends = phoneEnd === null ? [] : await store.account.endsOf(phoneEnd)
    return { sending: inFlight(context), ends, shown: maskFields }
  }

  return {
    /** A page of deliveries, newest first. */
    async list(filter: DeliveryFilter): Promise<DeliveryPage> {
      await alarm.ensure()
      const { rows, before, through } = store.reports.list(filter, await known(filter))
      return { deliveries: rows.map(viewer(context, ports.now())), before, through: iso(through) }
    },
    /** The numbers of a page of deliveries. */
    async seqs(
      filter: DeliveryFilter,
    ): Promise<{ seqs: readonly number[]; before: number | null }> {
      return store.reports.seqs(filter, await known(filter))
    },
    /** What would come of an action on each of a page of deliveries. Nothing is done. */
    async foresee(
      filter: DeliveryFilter,
      kind: 'exact' | 'release' | 'discard',
    ): Promise<{ outcomes: Foreseen[]; before: number | null }> {
      const found = await known(filter)
      const { rows, before } = store.reports.prospects(filter, found)
      const outcomes = rows.map((row) => foreseen(context, row, kind, found.sending))
      return { outcomes, before }
    },
    /** What is kept of a page of deliveries for mapping them again, with their states. */
    async keptOf(
      filter: DeliveryFilter,
    ): Promise<{ kept: (Kept & { state: StoredState })[]; before: number | null }> {
      const { seqs, before } = store.reports.seqs(filter, await known(filter))
      const kept = seqs.flatMap((seq) => {
        const row = store.reports.story(seq)
        return row === null ? [] : [{ ...keptOf(context, row), state: row.state }]
      })
      return { kept, before }
    },
    /** One delivery with its timeline, or null. */
    async story(seq: number): Promise<DeliveryStory | null> {
      await alarm.ensure()
      return story(seq)
    },
    /** Waits until all of these have settled, or that long; gives them as they are then. */
    async settled(seqs: readonly number[], timeoutMs: number): Promise<DeliveryStory[]> {
      const open = seqs.filter((seq) => {
        const state = store.deliveries.state(seq)
        return state !== null && !isSettled(state)
      })
      await Promise.all(open.map((seq) => watchers.wait(seq, timeoutMs)))
      return seqs.flatMap((seq) => story(seq) ?? [])
    },
    /** What is kept of a delivery for mapping it again; null: no such delivery. */
    async kept(seq: number): Promise<Kept | null> {
      const row = store.reports.story(seq)
      return row && keptOf(context, row)
    },
    /** The numbers and the sender's words (JSON) themselves, which the audit log notes; null: no such delivery. */
    async reveal(seq: number, actor: string): Promise<Revealed | null> {
      const row = store.reports.story(seq)
      if (row === null) return null
      store.transaction(() => record(context, seq, 'reveal', null, actor))
      const contacts = store.asks.asked(seq).flatMap(({ digits }) => digits ?? [])
      return { contacts, fields: row.fields }
    },
    /** The numbers of these deliveries, for a download that its caller notes; those that were deleted are left out. */
    async numbers(seqs: readonly number[]): Promise<string[][]> {
      return seqs.map((seq) => store.asks.asked(seq).flatMap(({ digits }) => digits ?? []))
    },
    /** Sends a delivery again with what today's mapping made of it. */
    async remap(
      seq: number,
      { mapped, fields }: Remapped,
      actor: string,
      changed: readonly string[] = [],
    ): Promise<ActResult> {
      const contacts =
        mapped.kind === 'invite' ? await contactsOf(mapped.invite, store.account) : []
      const now = ports.now()
      const result = store.transaction(() => {
        const result = remapOne(context, seq, { mapped, fields, contacts }, now)
        const detail = [
          result,
          ...(changed.length > 0 ? [`answers changed: ${changed.join(', ')}`] : []),
        ]
        if (result !== 'not_found') record(context, seq, 'map again', detail.join('; '), actor)
        return result
      })
      await alarm.recheck()
      if (result === 'held') watchers.settled([seq])
      return result
    },
    /** Does the same with each of these deliveries, in one transaction. */
    async act(
      seqs: readonly number[],
      action: DeliveryAction,
      actor: string,
    ): Promise<{ seq: number; result: ActResult }[]> {
      const edited =
        action.kind === 'edit' && action.contacts !== null
          ? await contactsOf(
              { contacts: action.contacts, teammates: [], groupName: '', create: false },
              store.account,
            )
          : null
      const now = ports.now()
      const results = store.transaction(() =>
        seqs.slice(0, MOST_AT_ONCE).map((seq) => {
          const result = actOne(context, seq, action, edited, actor, now)
          const stated = isStated(action)
          const detail = stated ? `${result}; the operator states that they agreed` : result
          if (result !== 'not_found') record(context, seq, action.kind, detail, actor)
          return { seq, result }
        }),
      )
      await alarm.recheck()
      watchers.settled(results.flatMap(({ seq, result }) => (result === 'discarded' ? [seq] : [])))
      return results
    },
  }
}

function keptOf(context: Context, row: StoryRow): Kept {
  return {
    hook: row.hook,
    held: row.held,
    fields: row.fields,
    unread: reasonsIn(row.held).includes('payload'),
    lacksConsent: lacksEvidence(context, row),
  }
}

/** As `actOne` would decide. */
function foreseen(
  context: Context,
  row: Prospect,
  kind: 'exact' | 'release' | 'discard',
  sending: readonly number[],
): Foreseen {
  if (sending.includes(row.seq)) return 'busy'
  if (kind === 'discard') return isDone(row) ? 'not_possible' : 'discarded'
  if (kind === 'release' && row.state !== 'held') return 'not_possible'
  // Only its consent was missing: with the operator's statement it is mapped.
  if (kind === 'release' && row.held === 'consent') return 'if_agreed'
  if (row.mapped === 0 || row.asked === 0) return row.held === null ? 'nothing_kept' : 'not_mapped'
  if (row.numbers < row.asked) return 'nothing_kept'
  const evidence = { ...row, consent: row.agreed === 1 ? '' : null }
  return lacksEvidence(context, evidence) ? 'if_agreed' : 'queued'
}

function actOne(
  context: Context,
  seq: number,
  action: DeliveryAction,
  edited: readonly Contact[] | null,
  actor: string,
  now: number,
): ActResult {
  const { store } = context
  const row = store.reports.story(seq)
  if (row === null) return 'not_found'
  if (inFlight(context).includes(seq)) return 'busy'
  const same = {
    groupName: row.groupName,
    create: row.creates === 1,
    contacts: store.asks.asked(seq),
    by: 'operator' as const,
    fields: null,
    consent: isStated(action) && row.consent === null ? statement(actor, now) : null,
  }
  switch (action.kind) {
    case 'discard':
      if (isDone(row)) return 'not_possible'
      store.deliveries.close(seq, 'discarded')
      for (const part of store.asks.withdraw(seq)) refreshDue(store, part)
      store.deliveries.refresh([seq], { event: 'discarded', detail: null }, now)
      return 'discarded'
    case 'exact':
      return send(
        context,
        row,
        { ...same, by: wordFor(context, row), note: 'exactly as it was' },
        now,
      )
    case 'release':
      if (row.state !== 'held') return 'not_possible'
      if (row.reason === 'group of another hook' && row.groupId !== null)
        store.parts.allow(row.groupId, row.hook)
      return send(context, row, { ...same, note: 'released' }, now)
    case 'create':
      if (row.state !== 'held') return 'not_possible'
      // Only of a group that is known to be gone: one in doubt, or there, must not be created twice.
      if (row.reason === 'group gone' && row.partId !== null)
        store.parts.allowCreation(row.partId, now)
      return send(context, row, { ...same, create: true, note: 'may create the group' }, now)
    case 'edit': {
      const team = new Set(
        same.contacts.filter((contact) => contact.team).map(({ person }) => person),
      )
      const contacts =
        edited?.map((contact) => ({ ...contact, team: team.has(contact.person) })) ?? same.contacts
      const { groupName, create } = action
      return send(
        context,
        row,
        {
          ...same,
          contacts,
          groupName: groupName ?? same.groupName,
          create: create ?? same.create,
          note: 'edited',
        },
        now,
      )
    }
  }
}

function remapOne(
  context: Context,
  seq: number,
  { mapped, fields, contacts }: Remapped & { readonly contacts: readonly Contact[] },
  now: number,
): ActResult {
  const { store } = context
  const row = store.reports.story(seq)
  if (row === null) return 'not_found'
  if (inFlight(context).includes(seq)) return 'busy'
  const { consent } = mapped
  if (mapped.kind === 'invite') {
    const { groupName, create } = mapped.invite
    return send(
      context,
      row,
      {
        groupName,
        create,
        contacts,
        by: wordFor(context, row),
        fields,
        consent,
        note: 'mapped again',
      },
      now,
    )
  }
  // What EazyBe accepted, or may have, stays that, whatever today's mapping makes of it.
  if (isDone(row) || row.state === 'unknown' || row.state === 'parked') return 'not_mapped'
  const left = store.asks.unask(seq, null)
  store.asks.forgetUnasked(left.keys)
  for (const part of left.parts) refreshDue(store, part)
  const held = mapped.reasons.join(', ')
  store.deliveries.rewrite(
    seq,
    {
      held,
      lookingUp: false,
      closed: null,
      groupId: row.groupId,
      creates: row.creates === 1,
      fields: null,
      consent,
    },
    now,
  )
  const detail = mapped.issues.map(issueText).join('; ')
  store.deliveries.refresh([seq], { event: 'held', detail }, now)
  RetentionJob.lookAgain(store, seq)
  return 'held'
}

/** Asks anew for what the operator wants, due at once. */
function send(context: Context, row: StoryRow, again: Again, now: number): ActResult {
  const { ports, store } = context
  const { seq, hook } = row
  const { groupName, create, by, fields, consent, note } = again
  if (groupName === null || again.contacts.length === 0) {
    return row.held === null ? 'nothing_kept' : 'not_mapped'
  }
  const contacts = again.contacts.flatMap((one) =>
    one.digits === null ? [] : [{ ...one, digits: one.digits }],
  )
  if (contacts.length < again.contacts.length) return 'nothing_kept'
  if (consent === null && lacksEvidence(context, row)) return 'no_consent'
  const prepared = prepare(store, ports, { key: '', hook, groupName, create, contacts, by }, now)
  const { groupId } = prepared
  store.deliveries.rewrite(
    seq,
    { held: null, lookingUp: false, closed: null, groupId, creates: create, fields, consent },
    now,
  )
  commit(store, prepared, seq, now)
  // After that: what an operator says of a person who is asked for once more must not be taken back.
  const left = store.asks.unask(seq, prepared)
  store.deliveries.refresh([seq], { event: 'retry asked', detail: note }, now)
  RetentionJob.lookAgain(store, seq)
  store.asks.forgetUnasked(left.keys)
  if (!create) store.asks.takeBackCreation(store.asks.keysOf(seq))
  for (const part of new Set([...left.parts, prepared.partId])) refreshDue(store, part)
  // The name that it had may be the text of a visitor, and nothing else would let go of it.
  if (row.groupId !== null && row.groupId !== groupId) store.parts.deleteUnmade(row.groupId)
  return 'queued'
}

function isDone({ state }: Pick<StoryRow, 'state'>): boolean {
  return state === 'accepted' || state === 'skipped'
}

function isStated(action: DeliveryAction): boolean {
  return action.kind !== 'discard' && action.agreed === true
}

/** The operator's word, as evidence. */
function statement(actor: string, now: number): ConsentEvidence {
  const at = new Date(now).toISOString()
  return { basis: 'attested', what: `The operator’s word (${actor})`, given: null, at }
}

/** Asking to send an accepted delivery again means: although they were accepted. That holds until it is sent. */
function wordFor({ store }: Context, row: StoryRow): Again['by'] {
  const again = isDone(row) ? row.closed !== 'discarded' : isForced(store.reports.people(row.seq))
  return again ? 'again' : 'operator'
}

function record(
  { ports, store }: Context,
  seq: number,
  action: string,
  detail: string | null,
  actor: string,
): void {
  const target = deliveryId(store.account.name, seq)
  store.audit.record({ actor, action, target, detail }, ports.now())
}
