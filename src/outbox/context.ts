/** What the rooms of an outbox share, callers who wait among it. */

import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { Alarm } from './jobs/alarm.ts'
import type { Watch } from './jobs/watch.ts'
import type { OutboxPorts } from './ports.ts'
import type { Store } from './store/store.ts'

export interface Context {
  readonly ports: OutboxPorts
  readonly store: Store
  readonly alarm: Alarm
  readonly dispatcher: Dispatcher
  readonly watch: Watch
  readonly watchers: Watchers
}

/** Who waits for a delivery to settle: callers that sent `Prefer: wait`. */
export class Watchers {
  readonly #waiting = new Map<number, Set<() => void>>()

  /** Whether a request waits for this delivery. */
  has(seq: number): boolean {
    return this.#waiting.has(seq)
  }

  /** Resolves when it settles, or after that long. */
  async wait(seq: number, timeoutMs: number): Promise<void> {
    const waiting = this.#waiting.get(seq) ?? new Set()
    this.#waiting.set(seq, waiting)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, timeoutMs)
      function done() {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      waiting.add(done)
    })
    if (waiting.size === 0) this.#waiting.delete(seq)
  }

  settled(seqs: readonly number[]): void {
    for (const seq of seqs) for (const done of this.#waiting.get(seq) ?? []) done()
  }
}
