/** The one alarm of the outbox: when it rings next, remembered so that an arrival need not write it again. */

import type { OutboxStorage } from './ports.ts'

/** An alarm this late was lost for good: seven exceptions in a row do that to one. */
const LOST_AFTER_MS = 30_000

export class AlarmClock {
  readonly #storage: OutboxStorage
  /** Undefined until storage was asked. */
  #at: number | null | undefined

  constructor(storage: OutboxStorage) {
    this.#storage = storage
  }

  /** It rang: none is set now. */
  rang(): void {
    this.#at = null
  }

  /** Rings then, whatever was set before. */
  async set(at: number): Promise<void> {
    if (at === this.#at) return
    // Nothing is believed of an alarm that storage may have refused.
    this.#at = undefined
    await this.#storage.setAlarm(at)
    this.#at = at
  }

  /** Rings no later than then. */
  async noLaterThan(at: number, now: number): Promise<void> {
    const set = await this.#read()
    if (set === null || at < set || isLost(set, now)) await this.set(at)
  }

  /** Whether nothing will ring in time: no alarm, or one that was lost. */
  async isMissing(now: number): Promise<boolean> {
    const set = await this.#read()
    return set === null || isLost(set, now)
  }

  async #read(): Promise<number | null> {
    if (this.#at === undefined || this.#at === null) this.#at = await this.#storage.getAlarm()
    return this.#at
  }
}

function isLost(at: number, now: number): boolean {
  return at < now - LOST_AFTER_MS
}
