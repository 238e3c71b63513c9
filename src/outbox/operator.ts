/** What an operator sees and does: pages, stories, and sending again. */

import type { Account } from './account.ts'
import type { Mapped } from './arrival.ts'
import type { Caller } from './caller.ts'
import type { StoredContact } from './contacts.ts'
import { contactsOf } from './contacts.ts'
import { Deliveries, issueText } from './deliveries.ts'
import type { OutboxPorts } from './ports.ts'
import type { DeliveryFilter, DeliveryPage, DeliveryStory } from './reader.ts'
import { Reader } from './reader.ts'
import type { Rounds } from './rounds.ts'
import type { DeliveryState } from './state.ts'
import type { Watchers } from './watchers.ts'

export type RetryResult = 'queued' | 'held' | 'not_found' | 'nothing_kept' | 'not_mapped' | 'busy'

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

/** States in which a delivery waits for nobody but, perhaps, a hand. */
const SETTLED: readonly DeliveryState[] = ['held', 'parked', 'accepted', 'skipped']

export class Operator {
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #caller: Caller
  readonly #rounds: Rounds
  readonly #watchers: Watchers
  readonly #deliveries: Deliveries
  readonly #reader: Reader

  constructor(
    ports: OutboxPorts,
    account: Account,
    caller: Caller,
    rounds: Rounds,
    watchers: Watchers,
  ) {
    this.#ports = ports
    this.#account = account
    this.#caller = caller
    this.#rounds = rounds
    this.#watchers = watchers
    this.#deliveries = new Deliveries(ports.storage.sql)
    this.#reader = new Reader(ports.storage.sql)
  }

  /** A page of deliveries, newest first. */
  async list(filter: DeliveryFilter): Promise<DeliveryPage> {
    await this.#rounds.heal()
    return this.#reader.list(this.#account.name, filter, this.#ports.now())
  }

  /** One delivery with its timeline, or null. */
  async story(seq: number): Promise<DeliveryStory | null> {
    await this.#rounds.heal()
    return this.#reader.story(this.#account.name, seq, this.#ports.now())
  }

  /** Waits until all of these have settled, or that long; gives them as they are then. */
  async settled(seqs: readonly number[], timeoutMs: number): Promise<DeliveryStory[]> {
    const open = seqs.filter((seq) => {
      const state = this.#deliveries.state(seq)
      return state !== null && !SETTLED.includes(state)
    })
    await Promise.all(open.map((seq) => this.#watchers.wait(seq, timeoutMs)))
    const { name } = this.#account
    return seqs.flatMap((seq) => this.#reader.story(name, seq, this.#ports.now()) ?? [])
  }

  /** What is kept of a delivery for mapping it again, or null where there is no such delivery. */
  kept(seq: number): Kept | null {
    return this.#reader.kept(seq)
  }

  /** Sends a delivery again: exactly as it was, or with what today's mapping made of it. */
  async retry(seq: number, remapped: Remapped | null): Promise<RetryResult> {
    const { personKey } = this.#account
    const fresh = remapped === null ? null : await contactsOf(remapped.mapped, personKey)
    const now = this.#ports.now()
    const result = this.#ports.storage.transactionSync(() => this.#retry(seq, remapped, fresh, now))
    if (result === 'queued') await this.#wake(now)
    if (result === 'held') this.#watchers.settled([seq])
    return result
  }

  async #wake(now: number): Promise<void> {
    const at = this.#caller.wakeAt(now, now)
    if (at !== null) await this.#rounds.wakeBy(at, now)
  }

  #retry(
    seq: number,
    remapped: Remapped | null,
    fresh: StoredContact[] | null,
    now: number,
  ): RetryResult {
    const before = this.#reader.sendable(seq)
    if (before === null) return 'not_found'
    if (this.#caller.isSending(seq)) return 'busy'
    const mapped = remapped?.mapped
    if (mapped?.kind === 'held') {
      // What was accepted stays accepted, whatever today's mapping thinks of it.
      if (before.state === 'accepted' || before.state === 'skipped') return 'not_mapped'
      const detail = mapped.issues.map(issueText).join('; ')
      this.#deliveries.holdAgain(seq, mapped.reason, detail, now)
      return 'held'
    }
    const contacts = fresh ?? before.contacts.map(waitingAgain)
    const groupName = mapped?.invite.groupName ?? before.groupName
    const complete = contacts.length > 0 && contacts.every((contact) => contact.digits !== null)
    if (groupName === null || !complete) return 'nothing_kept'
    const again = {
      groupName,
      contacts,
      create: mapped?.invite.create ?? before.create,
      // Asking to send an accepted lead again is the operator's say-so; a held one keeps its protection.
      forced: before.state === 'accepted' || before.state === 'skipped',
      fields: remapped?.fields ?? null,
      consent: mapped?.consent ?? null,
      note: mapped === undefined ? 'exactly as it was' : 'mapped again',
    }
    this.#deliveries.requeue(seq, again, now, this.#account.pace)
    return 'queued'
  }
}

function waitingAgain(contact: StoredContact): StoredContact {
  return { ...contact, state: 'waiting' }
}
