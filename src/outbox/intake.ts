/** Takes deliveries in: insert if absent, in one transaction, so that an answer of 200 means they are on disk. */

import type { Arrival, ArrivedItem } from './arrival.ts'
import type { Chores } from './chores.ts'
import type { StoredContact } from './contacts.ts'
import { contactsOf } from './contacts.ts'
import { deliveryId } from './delivery-id.ts'
import type { Office } from './office.ts'
import type { DeliveryState } from './state.ts'

interface Taken {
  readonly items: ArrivedItem[]
  /** When the alarm must ring for them; null: no earlier than it would. */
  readonly wakeAt: number | null
}

export class Intake {
  readonly #office: Office
  readonly #chores: Chores

  constructor(office: Office, chores: Chores) {
    this.#office = office
    this.#chores = chores
  }

  /** Once this returns, every delivery of the webhook is kept, and none of them twice. */
  async accept(arrival: Arrival): Promise<ArrivedItem[]> {
    const { account, ports, rounds } = this.#office
    account.name = arrival.account
    const { personKey } = account
    const contacts = await Promise.all(
      arrival.items.map(({ mapped }) => contactsOf(mapped, personKey)),
    )
    const now = ports.now()
    try {
      const { items, wakeAt } = ports.storage.transactionSync(() =>
        this.#take(arrival, contacts, now),
      )
      // Also for what was here before: whoever brought it may have died before the alarm was set.
      await rounds.heal()
      if (wakeAt !== null) await rounds.wakeBy(wakeAt, now)
      return items
    } catch (error) {
      // It may be kept all the same, and then nobody has set the alarm for it.
      rounds.distrust()
      throw error
    }
  }

  #take(arrival: Arrival, contacts: readonly StoredContact[][], now: number): Taken {
    const { account, bodyKey, fingerprint } = arrival
    const { caller, tables } = this.#office
    const { deliveries } = tables
    const before = bodyKey === null ? null : deliveries.seen(bodyKey)
    if (before !== null) {
      const seqs = Array.from({ length: before.count }, (_, offset) => before.seq + offset)
      const items = seqs.map((seq) => this.#repeated(arrival, seq, before.fingerprint))
      return { items, wakeAt: null }
    }
    const { pace } = this.#office.account
    const fresh: number[] = []
    const dues: number[] = []
    const states: DeliveryState[] = []
    const items = arrival.items.map((item, index): ArrivedItem => {
      const seen = deliveries.seen(item.key)
      if (seen !== null) return this.#repeated(arrival, seen.seq, seen.fingerprint)
      const delivery = { arrival, item, contacts: contacts[index] ?? [] }
      const { seq, state, dueAt } = deliveries.insert(delivery, now, pace)
      deliveries.remember(item.key, { seq, count: 1, fingerprint })
      fresh.push(seq)
      states.push(state)
      if (dueAt !== null) dues.push(dueAt)
      const id = deliveryId(account, seq)
      return { id, state, duplicate: false, conflict: false, awaited: false }
    })
    const [first] = fresh
    if (bodyKey !== null && first !== undefined) {
      deliveries.remember(bodyKey, { seq: first, count: fresh.length, fingerprint })
    }
    const wakes = [
      dues.length === 0 ? null : caller.wakeAt(Math.min(...dues), now),
      states.includes('held') ? this.#chores.nextAt(now) : null,
    ].filter((at) => at !== null)
    return { items, wakeAt: wakes.length === 0 ? null : Math.min(...wakes) }
  }

  #repeated(arrival: Arrival, seq: number, fingerprint: string): ArrivedItem {
    return {
      id: deliveryId(arrival.account, seq),
      // A row that was deleted on schedule had settled long before.
      state: this.#office.tables.deliveries.state(seq) ?? 'accepted',
      duplicate: true,
      conflict: fingerprint !== arrival.fingerprint,
      awaited: this.#office.watchers.has(seq),
    }
  }
}
