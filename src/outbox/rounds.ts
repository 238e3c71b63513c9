/** A round of the outbox: what an alarm does, one task after the other, and when the next one rings. */

import { errorText, log } from '../log.ts'
import { AlarmClock } from './alarm-clock.ts'
import type { OutboxPorts } from './ports.ts'

/** After trouble of our own, look again. */
const AFTER_ERROR_MS = 30_000

/** A part of a round. */
export interface Task {
  readonly name: string
  /** Does what is due now. */
  run(): Promise<void>
  /** When it has something to do next, as epoch milliseconds; null: nothing waits. */
  nextAt(now: number): number | null
}

export class Rounds {
  readonly #ports: OutboxPorts
  readonly #clock: AlarmClock
  readonly #tasks: readonly Task[]
  /** Set while a round is under way: two of them would otherwise interleave at `fetch`. */
  #running = false
  /** The earliest time that came up while one was. */
  #wakeAfter: number | null = null
  /** Whether this process has seen to it that the alarm is set. */
  #healed = false

  constructor(ports: OutboxPorts, tasks: readonly Task[]) {
    this.#ports = ports
    this.#clock = new AlarmClock(ports.storage)
    this.#tasks = tasks
  }

  /** The alarm rang. Never throws: an alarm that throws seven times is gone for good. */
  async alarm(): Promise<void> {
    this.#clock.rang()
    if (this.#running) return
    this.#running = true
    try {
      await this.#round()
    } catch (error) {
      this.#report('round', error)
      await this.#clock.set(this.#ports.now() + AFTER_ERROR_MS)
    } finally {
      this.#running = false
    }
    if (this.#wakeAfter !== null) await this.wakeBy(this.#wakeAfter, this.#ports.now())
  }

  /** Every task has its turn, also after one that failed: trouble with alerts must not stop the calls. */
  async #round(): Promise<void> {
    const failed = new Set<Task>()
    for (const task of this.#tasks) {
      try {
        await task.run()
      } catch (error) {
        failed.add(task)
        this.#report(task.name, error)
      }
    }
    const now = this.#ports.now()
    // What came up until here is in what the tasks answer; what comes from here on is not.
    this.#wakeAfter = null
    const at = this.#tasks.map((task) =>
      failed.has(task) ? now + AFTER_ERROR_MS : task.nextAt(now),
    )
    const due = soonest(at)
    if (due !== null) await this.#clock.set(Math.max(due, now))
    this.#healed = true
  }

  /** Reads nothing: what failed may be the storage itself. */
  #report(task: string, error: unknown): void {
    log('outbox.error', { task, error: errorText(error) })
  }

  /** Something became due: rings no later than that. A round under way looks again when it is done. */
  async wakeBy(at: number, now: number): Promise<void> {
    if (!this.#running) return this.#clock.noLaterThan(at, now)
    this.#wakeAfter = Math.min(at, this.#wakeAfter ?? at)
  }

  /** What waits has changed in a way that nobody knows the time of: a hand took away the head of a group, say. */
  async recheck(): Promise<void> {
    if (this.#running) return this.wakeBy(this.#ports.now(), this.#ports.now())
    this.distrust()
    await this.heal()
  }

  /** Something failed between a write and its alarm: the next look sees to it. */
  distrust(): void {
    this.#healed = false
  }

  /** Sets an alarm that was lost, or that was not set since the process died before: asked on every look at the outbox. */
  async heal(): Promise<void> {
    const now = this.#ports.now()
    if (this.#running || (this.#healed && !(await this.#clock.isMissing(now)))) return
    const at = soonest(this.#tasks.map((task) => task.nextAt(now)))
    if (at !== null) await this.#clock.noLaterThan(Math.max(at, now), now)
    this.#healed = true
  }
}

function soonest(times: readonly (number | null)[]): number | null {
  const set = times.filter((at) => at !== null)
  return set.length === 0 ? null : Math.min(...set)
}
