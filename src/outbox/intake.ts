/** Takes deliveries in: insert if absent, in one transaction, so that an answer of 200 means they are on disk. */

import type { Account } from './account.ts'
import type { Arrival, ArrivedItem } from './arrival.ts'
import type { Caller } from './caller.ts'
import type { StoredContact } from './contacts.ts'
import { contactsOf } from './contacts.ts'
import { Deliveries } from './deliveries.ts'
import { deliveryId } from './delivery-id.ts'
import type { OutboxPorts } from './ports.ts'
import type { Rounds } from './rounds.ts'
import type { Watchers } from './watchers.ts'

interface Taken {
  readonly items: ArrivedItem[]
  /** When the first group is due that they made due earlier than it was. */
  readonly dueAt: number | null
}

export class Intake {
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #caller: Caller
  readonly #rounds: Rounds
  readonly #watchers: Watchers
  readonly #deliveries: Deliveries

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
  }

  /** Once this returns, every delivery of the webhook is kept, and none of them twice. */
  async accept(arrival: Arrival): Promise<ArrivedItem[]> {
    this.#account.settings.set('name', arrival.account)
    const { personKey } = this.#account
    const contacts = await Promise.all(
      arrival.items.map(({ mapped }) => contactsOf(mapped, personKey)),
    )
    const now = this.#ports.now()
    const { items, dueAt } = this.#ports.storage.transactionSync(() =>
      this.#take(arrival, contacts, now),
    )
    // Also for what was here before: whoever brought it may have died before the alarm was set.
    const wakeAt = dueAt === null ? null : this.#caller.wakeAt(dueAt, now)
    await (wakeAt === null ? this.#rounds.heal() : this.#rounds.wakeBy(wakeAt, now))
    return items
  }

  #take(arrival: Arrival, contacts: readonly StoredContact[][], now: number): Taken {
    const { account, bodyKey, fingerprint } = arrival
    const before = bodyKey === null ? null : this.#deliveries.seen(bodyKey)
    if (before !== null) {
      const seqs = Array.from({ length: before.count }, (_, offset) => before.seq + offset)
      const items = seqs.map((seq) => this.#repeated(arrival, seq, before.fingerprint))
      return { items, dueAt: null }
    }
    const { pace } = this.#account
    const fresh: number[] = []
    const dues: number[] = []
    const items = arrival.items.map((item, index): ArrivedItem => {
      const seen = this.#deliveries.seen(item.key)
      if (seen !== null) return this.#repeated(arrival, seen.seq, seen.fingerprint)
      const delivery = { arrival, item, contacts: contacts[index] ?? [] }
      const { seq, state, dueAt } = this.#deliveries.insert(delivery, now, pace)
      this.#deliveries.remember(item.key, { seq, count: 1, fingerprint })
      fresh.push(seq)
      if (dueAt !== null) dues.push(dueAt)
      const id = deliveryId(account, seq)
      return { id, state, duplicate: false, conflict: false, awaited: false }
    })
    const [first] = fresh
    if (bodyKey !== null && first !== undefined) {
      this.#deliveries.remember(bodyKey, { seq: first, count: fresh.length, fingerprint })
    }
    return { items, dueAt: dues.length === 0 ? null : Math.min(...dues) }
  }

  #repeated(arrival: Arrival, seq: number, fingerprint: string): ArrivedItem {
    return {
      id: deliveryId(arrival.account, seq),
      // A row that was deleted on schedule had settled long before.
      state: this.#deliveries.state(seq) ?? 'accepted',
      duplicate: true,
      conflict: fingerprint !== arrival.fingerprint,
      awaited: this.#watchers.has(seq),
    }
  }
}
