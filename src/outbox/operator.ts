/** The deliveries' desk: looking at them, and what an operator does with one or with many. */

import type { Mapped } from './arrival.ts'
import type { StoredContact } from './contacts.ts'
import { contactOf, contactsOf } from './contacts.ts'
import type { Again } from './deliveries.ts'
import { issueText } from './deliveries.ts'
import { deliveryId } from './delivery-id.ts'
import type { Office } from './office.ts'
import type { Sendable } from './reader.ts'
import type { DeliveryFilter } from './search.ts'
import type { DeliveryState } from './state.ts'
import { mayHaveGone } from './state.ts'
import type { DeliveryPage, DeliveryStory } from './views.ts'

/** What an operator may do with a delivery. `contacts` are international digits. */
export type DeliveryAction =
  /** Held: send it as it is. */
  | { readonly kind: 'release' }
  /** Held for want of its group: make that, then send. */
  | { readonly kind: 'create' }
  | {
      readonly kind: 'edit'
      readonly contacts: readonly string[] | null
      readonly groupName: string | null
      readonly create: boolean | null
    }
  /** Send it again exactly as it was. */
  | { readonly kind: 'exact' }
  | { readonly kind: 'discard' }

/**
 * What came of it. `not_mapped`: it has to be mapped first. `nothing_kept`: its numbers were deleted on schedule.
 * `busy`: a call with it is under way. `not_possible`: not in the state it is in.
 */
export type ActResult =
  | 'queued'
  | 'held'
  | 'discarded'
  | 'not_found'
  | 'nothing_kept'
  | 'not_mapped'
  | 'busy'
  | 'not_possible'

/** What is hidden otherwise. Nothing where it was deleted on schedule. */
export interface Revealed {
  readonly contacts: readonly string[]
  readonly fields: string | null
}

/** What mapping a delivery again needs. */
export interface Kept {
  readonly hook: string
  /** JSON; null once it was deleted on schedule. */
  readonly fields: string | null
  /** True where these are the whole body, which its source could not read when it came. */
  readonly unread: boolean
}

/** What today's mapping made of a delivery. */
export interface Remapped {
  readonly mapped: Mapped
  /** JSON: the fields it was made of. */
  readonly fields: string
}

/** Done at once, in one transaction. */
const MOST_AT_ONCE = 100
/** States in which a delivery waits for nobody but, perhaps, a hand. */
const SETTLED: readonly DeliveryState[] = ['held', 'parked', 'accepted', 'skipped']
/** Held before there was an invite. */
const UNMAPPED = new Set(['consent', 'mapping', 'payload'])

export class Operator {
  readonly #office: Office

  constructor(office: Office) {
    this.#office = office
  }

  /** A page of deliveries, newest first. */
  async list(filter: DeliveryFilter): Promise<DeliveryPage> {
    const { reader, rounds, ports } = this.#office
    await rounds.heal()
    return reader.list(filter, ports.now())
  }

  /** The numbers of a page of deliveries. */
  seqs(filter: DeliveryFilter): { seqs: readonly number[]; before: number | null } {
    return this.#office.reader.seqs(filter)
  }

  /** One delivery with its timeline, or null. */
  async story(seq: number): Promise<DeliveryStory | null> {
    const { reader, rounds, ports } = this.#office
    await rounds.heal()
    return reader.story(seq, ports.now())
  }

  /** Waits until all of these have settled, or that long; gives them as they are then. */
  async settled(seqs: readonly number[], timeoutMs: number): Promise<DeliveryStory[]> {
    const { ports, reader, tables, watchers } = this.#office
    const open = seqs.filter((seq) => {
      const state = tables.deliveries.state(seq)
      return state !== null && !SETTLED.includes(state)
    })
    await Promise.all(open.map((seq) => watchers.wait(seq, timeoutMs)))
    return seqs.flatMap((seq) => reader.story(seq, ports.now()) ?? [])
  }

  /** What is kept of a delivery for mapping it again, or null where there is no such delivery. */
  kept(seq: number): Kept | null {
    const kept = this.#office.reader.kept(seq)
    return kept && { hook: kept.hook, fields: kept.fields, unread: kept.reason === 'payload' }
  }

  /** The numbers and the sender's words (JSON) themselves, which is written down; null where there is no such delivery. */
  reveal(seq: number, actor: string): Revealed | null {
    const { ports, reader } = this.#office
    const before = reader.sendable(seq)
    if (before === null) return null
    ports.storage.transactionSync(() => this.#record(seq, 'reveal', null, actor))
    const contacts = before.contacts.flatMap(({ digits }) => digits ?? [])
    return { contacts, fields: reader.kept(seq)?.fields ?? null }
  }

  /** Sends a delivery again: exactly as it was, or with what today's mapping made of it. */
  async retry(seq: number, remapped: Remapped | null, actor: string): Promise<ActResult> {
    if (remapped === null) {
      const [result] = await this.act([seq], { kind: 'exact' }, actor)
      return result?.result ?? 'not_found'
    }
    const { account, ports, watchers } = this.#office
    const contacts = await contactsOf(remapped.mapped, account.personKey)
    const now = ports.now()
    const result = ports.storage.transactionSync(() => {
      const result = this.#remap(seq, remapped, contacts, now)
      this.#record(seq, 'map again', result, actor)
      return result
    })
    await this.#office.rounds.recheck()
    if (result === 'held') watchers.settled([seq])
    return result
  }

  #remap(seq: number, remapped: Remapped, contacts: StoredContact[], now: number): ActResult {
    const { reader, tables } = this.#office
    const { mapped, fields } = remapped
    const before = reader.sendable(seq)
    if (before === null) return 'not_found'
    if (this.#isSending(seq)) return 'busy'
    if (mapped.kind === 'held') {
      // What EazyBe took, or may have taken, stays that, whatever today's mapping thinks of it.
      if (isDone(before) || mayHaveGone(before.state)) return 'not_mapped'
      const detail = mapped.issues.map(issueText).join('; ')
      tables.deliveries.holdAgain(seq, mapped.reasons.at(-1) ?? 'mapping', detail, now)
      return 'held'
    }
    const { groupName, create } = mapped.invite
    const { consent } = mapped
    const again = { groupName, create, contacts, fields, consent, note: 'mapped again' }
    return this.#send(seq, before, { ...again, forced: isSaySo(before) }, now)
  }

  /** Does the same with each of these deliveries. */
  async act(
    seqs: readonly number[],
    action: DeliveryAction,
    actor: string,
  ): Promise<{ seq: number; result: ActResult }[]> {
    const { account, ports, watchers } = this.#office
    const edited =
      action.kind === 'edit' && action.contacts !== null
        ? await Promise.all(action.contacts.map((digits) => contactOf(digits, account.personKey)))
        : null
    const now = ports.now()
    const results = ports.storage.transactionSync(() =>
      seqs.slice(0, MOST_AT_ONCE).map((seq) => {
        const result = this.#act(seq, action, edited, now)
        if (result !== 'not_found') this.#record(seq, action.kind, result, actor)
        return { seq, result }
      }),
    )
    await this.#office.rounds.recheck()
    watchers.settled(results.flatMap(({ seq, result }) => (result === 'discarded' ? [seq] : [])))
    return results
  }

  #act(
    seq: number,
    action: DeliveryAction,
    edited: readonly StoredContact[] | null,
    now: number,
  ): ActResult {
    const { reader, tables } = this.#office
    const before = reader.sendable(seq)
    if (before === null) return 'not_found'
    if (this.#isSending(seq)) return 'busy'
    const same = { ...before, fields: null, consent: null, forced: false }
    switch (action.kind) {
      case 'discard':
        if (isDone(before)) return 'not_possible'
        tables.deliveries.discard(seq, now)
        return 'discarded'
      case 'exact':
        return this.#send(
          seq,
          before,
          { ...same, forced: isSaySo(before), note: 'exactly as it was' },
          now,
        )
      case 'release':
        if (before.state !== 'held') return 'not_possible'
        return this.#send(seq, before, { ...same, note: 'released' }, now)
      case 'create':
        if (before.state !== 'held') return 'not_possible'
        // Only of a group that is known to be gone: one in doubt, or there, must not be made twice.
        if (before.reason === 'group gone' && before.groupName !== null) {
          tables.groups.allowCreation(before.groupName)
        }
        return this.#send(seq, before, { ...same, create: true, note: 'may create the group' }, now)
      case 'edit':
        return this.#send(
          seq,
          before,
          {
            ...same,
            contacts: edited ?? before.contacts,
            groupName: action.groupName ?? before.groupName,
            create: action.create ?? before.create,
            note: 'edited',
          },
          now,
        )
    }
  }

  #send(
    seq: number,
    before: Sendable,
    again: Omit<Again, 'groupName'> & { readonly groupName: string | null },
    now: number,
  ): ActResult {
    const { account, tables } = this.#office
    const { groupName } = again
    const contacts = again.contacts.map(waitingAgain)
    const waiting = contacts.filter(({ state }) => state === 'waiting')
    if (groupName === null || waiting.length === 0) {
      return UNMAPPED.has(before.reason ?? '') ? 'not_mapped' : 'nothing_kept'
    }
    if (waiting.some(({ digits }) => digits === null)) return 'nothing_kept'
    tables.deliveries.requeue(seq, { ...again, groupName, contacts }, now, account.pace)
    return 'queued'
  }

  #isSending(seq: number): boolean {
    const current = this.#office.tables.calls.current()
    return current?.call.parts.some((part) => part.seq === seq) ?? false
  }

  #record(seq: number, action: string, detail: string | null, actor: string): void {
    const { account, ports, tables } = this.#office
    const target = deliveryId(account.name, seq)
    tables.audit.record({ actor, action, target, detail }, ports.now())
  }
}

function isDone({ state }: Sendable): boolean {
  return state === 'accepted' || state === 'skipped'
}

/** Asking to send an accepted lead again is the operator's say-so, which holds until it was sent; any other keeps its protection. */
function isSaySo(before: Sendable): boolean {
  return before.forced || (isDone(before) && before.reason !== 'discarded')
}

function waitingAgain(contact: StoredContact): StoredContact {
  return contact.state === 'erased' ? contact : { ...contact, state: 'waiting' }
}
