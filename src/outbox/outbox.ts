/** The outbox of one EazyBe account as a Durable Object: its parts, on Cloudflare's storage, clock and alarm. */

import { DurableObject } from 'cloudflare:workers'
import { addToGroup } from '../eazybe.ts'
import type { Arrival, ArrivedItem } from './arrival.ts'
import type { OutboxParts } from './assemble.ts'
import { assembleOutbox } from './assemble.ts'
import type { Kept, Remapped, RetryResult } from './operator.ts'
import type { AccountsOption } from './ports.ts'
import type { DeliveryFilter, DeliveryPage, DeliveryStory } from './reader.ts'

/** The entry file says which accounts there are. */
export abstract class OutboxObject extends DurableObject<object> {
  readonly #parts: OutboxParts

  constructor(ctx: DurableObjectState, env: object, accounts: AccountsOption) {
    super(ctx, env)
    this.#parts = assembleOutbox({
      storage: ctx.storage,
      now: Date.now,
      random: Math.random,
      addToGroup: (call, token) => addToGroup(call, { token }),
      accounts,
      env,
    })
  }

  /** @see Intake.accept */
  accept(arrival: Arrival): Promise<ArrivedItem[]> {
    return this.#parts.intake.accept(arrival)
  }

  /** @see Rounds.alarm */
  override alarm(): Promise<void> {
    return this.#parts.rounds.alarm()
  }

  /** @see Operator.list */
  list(filter: DeliveryFilter): Promise<DeliveryPage> {
    return this.#parts.operator.list(filter)
  }

  /** @see Operator.story */
  story(seq: number): Promise<DeliveryStory | null> {
    return this.#parts.operator.story(seq)
  }

  /** @see Operator.settled */
  settled(seqs: readonly number[], timeoutMs: number): Promise<DeliveryStory[]> {
    return this.#parts.operator.settled(seqs, timeoutMs)
  }

  /** @see Operator.kept */
  kept(seq: number): Kept | null {
    return this.#parts.operator.kept(seq)
  }

  /** @see Operator.retry */
  retry(seq: number, remapped: Remapped | null): Promise<RetryResult> {
    return this.#parts.operator.retry(seq, remapped)
  }
}
