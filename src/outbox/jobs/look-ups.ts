/** Look-ups: senders whose events hold ids only are asked for the rest, after their webhook was answered. */

import { log } from '../../lib/log.ts'
import { issueText } from '../../lib/problem.ts'
import { contactsOf, decideAsk, writeAsk } from '../ask.ts'
import { HOUR_MS, MINUTE_MS } from '../dispatch/pace.ts'
import type { LookUpOutcome, OutboxPorts } from '../ports.ts'
import type { Store } from '../store/store.ts'
import type { Job } from './alarm.ts'

/** A look-up that failed is tried again after these waits, and then the delivery is held. */
const RETRIES_MS = [1 * MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 12 * HOUR_MS]
/** Asked at once, and in one alarm: the free plan allows 50 requests of an invocation, and calls need some of them. */
const AT_ONCE = 5
const MOST_IN_ONE_ALARM = 20

interface Due {
  readonly seq: number
  readonly hook: string
  readonly fields: string
  readonly tries: number
}

export class LookUps implements Job {
  readonly name = 'look-ups'
  readonly #ports: OutboxPorts
  readonly #store: Store

  constructor(ports: OutboxPorts, store: Store) {
    this.#ports = ports
    this.#store = store
  }

  /** Asks for what is due, a few at a time. What is left over is due at once. */
  async run(): Promise<void> {
    const due = this.#store.deliveries.lookUpsDue(this.#ports.now(), MOST_IN_ONE_ALARM)
    for (let first = 0; first < due.length; first += AT_ONCE) {
      await Promise.all(due.slice(first, first + AT_ONCE).map((one) => this.#lookUp(one)))
    }
  }

  nextAt(): number | null {
    return this.#store.deliveries.nextLookUpAt()
  }

  async #lookUp(due: Due): Promise<void> {
    const found = await this.#ports.lookUp(due.hook, due.fields)
    const contacts =
      found.kind === 'mapped' && found.mapped.kind === 'invite'
        ? await contactsOf(found.mapped.invite, this.#store.account)
        : []
    const now = this.#ports.now()
    this.#store.transaction(() => this.#record(due, found, contacts, now))
    log('look-up', {
      account: this.#store.account.name,
      hook: due.hook,
      delivery: due.seq,
      outcome: found.kind,
    })
  }

  /** Writes what a look-up came to. */
  #record(
    { seq, hook, tries }: Due,
    found: LookUpOutcome,
    contacts: Awaited<ReturnType<typeof contactsOf>>,
    now: number,
  ): void {
    const { deliveries } = this.#store
    // It was discarded, erased or mapped again meanwhile.
    if (!deliveries.isLookingUp(seq)) return
    if (found.kind === 'failed') {
      this.#failed(seq, tries, found.message, now)
      return
    }
    const marks = { lookingUp: false, closed: null }
    if (found.kind === 'unwanted') {
      deliveries.close(seq, 'not wanted')
      const detail = found.reason ?? 'the hook does not want it'
      deliveries.refresh([seq], { event: 'skipped', detail }, now)
      return
    }
    const { mapped, fields } = found
    const { consent } = mapped
    if (mapped.kind === 'held') {
      const held = mapped.reasons.join(', ')
      deliveries.rewrite(
        seq,
        { ...marks, held, groupId: null, creates: false, fields, consent },
        now,
      )
      const detail = [held, ...mapped.issues.map(issueText)]
      deliveries.refresh([seq], { event: 'held', detail: detail.join('; ') }, now)
      return
    }
    const { groupName, create } = mapped.invite
    const wish = { key: '', hook, groupName, create, contacts, by: 'event' as const }
    const prepared = decideAsk(this.#store, this.#ports, wish, now)
    deliveries.rewrite(
      seq,
      { ...marks, held: null, groupId: prepared.groupId, creates: create, fields, consent },
      now,
    )
    writeAsk(this.#store, prepared, seq, now)
    deliveries.refresh([seq], { event: 'looked up', detail: null }, now)
  }

  #failed(seq: number, tries: number, message: string, now: number): void {
    const { account, deliveries } = this.#store
    const waitMs = RETRIES_MS[tries]
    const nextAt = waitMs === undefined ? null : now + waitMs * account.pace.waitScale
    deliveries.lookUpFailed(seq, nextAt, nextAt === null ? 'look-up' : null)
    const event = nextAt === null ? 'held' : 'look-up failed'
    deliveries.refresh([seq], { event, detail: message }, now)
  }
}
