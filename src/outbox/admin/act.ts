/** What an operator does with a delivery: sends it again, edits, releases, discards or maps it anew. */

import { issueText } from '../../lib/problem.ts'
import type { ConsentEvidence } from '../../mapping/consent.ts'
import type { Mapped } from '../../mapping/map.ts'
import { deliveryId } from '../accept.ts'
import { decideAsk, withLeads, writeAsk } from '../ask.ts'
import type { Context } from '../context.ts'
import type { Contact, Wish } from '../ends.ts'
import { RetentionJob } from '../jobs/retention.ts'
import type { Prospect, StoryRow } from '../store/reports.ts'
import { refreshDue } from '../store/store.ts'
import { inFlight, isForced, lacksEvidence } from './views.ts'

/**
 * What an operator may do with a delivery. `agreed`: the operator states that the people in it agreed, which is recorded. Without
 * it a delivery without kept evidence is not sent.
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
 * What came of it. `skipped`: its people asked never to be sent, or EazyBe accepted them before. `no_consent`: nothing shows that
 * its people agreed. `not_mapped`: it has to be mapped first. `nothing_kept`: its numbers were deleted on schedule. `busy`: a call
 * with it is under way. `not_possible`: not in the state it is in.
 */
export type ActResult =
  | 'queued'
  | 'held'
  | 'discarded'
  | 'skipped'
  | 'not_found'
  | 'nothing_kept'
  | 'not_mapped'
  | 'no_consent'
  | 'busy'
  | 'not_possible'

/** What would come of it. `if_agreed`: it is sent where the operator states that the person agreed, and else left. */
export type Foreseen = ActResult | 'if_agreed'

/** What today's mapping made of a delivery. */
export interface Remapped {
  readonly mapped: Mapped
  /** JSON: the fields it was made of. */
  readonly fields: string
}

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

/** As `actOne` would decide. */
export function foreseen(
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
  if (lacksEvidence(context, evidence)) return 'if_agreed'
  return row.suppressed === row.leads ? 'skipped' : 'queued'
}

/** Does with one delivery what the operator asks. To be called within a transaction. */
export function actOne(
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
      for (const part of store.parts.goneOf(seq)) store.parts.allowCreation(part, now)
      return send(context, row, { ...same, create: true, note: 'may create the group' }, now)
    case 'edit': {
      const team = new Set(
        same.contacts.filter((contact) => contact.team).map(({ person }) => person),
      )
      const contacts =
        edited === null
          ? same.contacts
          : withLeads(edited.map((one) => ({ ...one, team: team.has(one.person) })))
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

/** Sends one delivery again with what today's mapping made of it, or holds it for the reason. To be called within a transaction. */
export function remapOne(
  context: Context,
  seq: number,
  { mapped, fields, contacts }: Remapped & { readonly contacts: readonly Contact[] },
  now: number,
): ActResult {
  const { store } = context
  const row = store.reports.story(seq)
  if (row === null) return 'not_found'
  if (inFlight(context).includes(seq)) return 'busy'
  if (row.fields === null) return 'nothing_kept'
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
  const prepared = decideAsk(store, ports, { key: '', hook, groupName, create, contacts, by }, now)
  const { groupId } = prepared
  store.deliveries.rewrite(
    seq,
    { held: null, lookingUp: false, closed: null, groupId, creates: create, fields, consent },
    now,
  )
  writeAsk(store, prepared, seq, now)
  // After that: what an operator says of a person who is asked for once more must not be taken back.
  const left = store.asks.unask(seq, prepared)
  store.deliveries.refresh([seq], { event: 'retry asked', detail: note }, now)
  RetentionJob.lookAgain(store, seq)
  store.asks.forgetUnasked(left.keys)
  // Its people may be in several parts.
  const unmade = store.asks.takeBackCreation(store.asks.keysOf(seq))
  for (const part of new Set([...left.parts, ...unmade, prepared.partId])) refreshDue(store, part)
  // The name that it had may be the text of a visitor, and nothing else would let go of it.
  if (row.groupId !== null && row.groupId !== groupId) store.parts.deleteUnmade(row.groupId)
  return store.deliveries.state(seq) === 'skipped' ? 'skipped' : 'queued'
}

function isDone({ state }: Pick<StoryRow, 'state'>): boolean {
  return state === 'accepted' || state === 'skipped'
}

/** Whether the operator states that the people agreed. */
export function isStated(action: DeliveryAction): boolean {
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

/** Writes down in the audit log what an operator did with a delivery. */
export function record(
  { ports, store }: Context,
  seq: number,
  action: string,
  detail: string | null,
  actor: string,
): void {
  const target = deliveryId(store.account.name, seq)
  store.audit.record({ actor, action, target, detail }, ports.now())
}
