/** The one alarm of the outbox: what it does when it rings, one job after the other, and when it rings next. */

import { errorText, log } from '../../lib/log.ts'
import { soonest } from '../dispatch/pace.ts'
import type { OutboxPorts, OutboxStorage } from '../ports.ts'

/** After a job failed, it is tried again. */
const AFTER_ERROR_MS = 30_000
/** An alarm this late was lost for good: the platform gives up after seven exceptions in a row. */
const LOST_AFTER_MS = 30_000

/** What the alarm does. */
export interface Job {
  readonly name: string
  /** Does what is due now. */
  run(): Promise<void>
  /** When it has something to do next, as epoch milliseconds; null: nothing waits. Writes nothing. */
  nextAt(now: number): number | null
}

export class Alarm {
  readonly #ports: OutboxPorts
  readonly #clock: AlarmClock
  readonly #jobs: readonly Job[]
  /** Set while the jobs run: two runs would otherwise interleave at `fetch`. */
  #running = false
  /** The earliest time that came up meanwhile. */
  #wakeAfter: number | null = null
  /** Whether this process has made sure that the alarm is set. */
  #ensured = false

  constructor(ports: OutboxPorts, jobs: readonly Job[]) {
    this.#ports = ports
    this.#clock = new AlarmClock(ports.storage)
    this.#jobs = jobs
  }

  /** The alarm rang. Never throws: an alarm that throws seven times is gone for good. */
  async ring(): Promise<void> {
    this.#clock.rang()
    if (this.#running) return
    this.#running = true
    try {
      await this.#run()
    } catch (error) {
      this.#report('alarm', error)
      await this.#clock.set(this.#ports.now() + AFTER_ERROR_MS)
    } finally {
      this.#running = false
    }
    if (this.#wakeAfter !== null) await this.wakeBy(this.#wakeAfter, this.#ports.now())
  }

  /** Every job runs, also after one that failed: trouble with alerts must not stop the calls. */
  async #run(): Promise<void> {
    const failed = new Set<Job>()
    for (const job of this.#jobs) {
      try {
        await job.run()
      } catch (error) {
        failed.add(job)
        this.#report(job.name, error)
      }
    }
    const now = this.#ports.now()
    // `nextAt` sees all that arrived until here. From here on `wakeBy` notes arrivals.
    this.#wakeAfter = null
    const due = soonest(
      this.#jobs.map((job) => (failed.has(job) ? now + AFTER_ERROR_MS : job.nextAt(now))),
    )
    this.#ensured = true
    if (due !== null) await this.#clock.set(Math.max(due, now))
  }

  /** Reads nothing: what failed may be the storage itself. */
  #report(job: string, error: unknown): void {
    log('outbox.error', { job, error: errorText(error) })
  }

  /**
   * Something became due: the alarm rings by then, and in time for what was due before. Null: nothing became due.
   * A run under way looks again when it is done.
   */
  async wakeBy(at: number | null, now: number): Promise<void> {
    // First: a lost alarm would otherwise be replaced by a later one, which hides that it was lost.
    await this.ensure()
    if (at === null) return
    if (!this.#running) return this.#clock.noLaterThan(at, now)
    this.#wakeAfter = Math.min(at, this.#wakeAfter ?? at)
  }

  /** What waits has changed, and its due time is not known: an operator took away the head of a queue, say. */
  async recheck(): Promise<void> {
    if (this.#running) return this.wakeBy(this.#ports.now(), this.#ports.now())
    this.invalidate()
    await this.ensure()
  }

  /** Forces a check of the alarm on the next access. */
  invalidate(): void {
    this.#ensured = false
  }

  /** Sets an alarm that was lost, or that the process did not set before it ended. Every access to the outbox asks for this. */
  async ensure(): Promise<void> {
    const now = this.#ports.now()
    if (this.#running || (this.#ensured && !(await this.#clock.isMissing(now)))) return
    const at = soonest(this.#jobs.map((job) => job.nextAt(now)))
    // Set before the wait: `invalidate` may be called meanwhile, and must not be undone.
    this.#ensured = true
    try {
      if (at !== null) await this.#clock.noLaterThan(Math.max(at, now), now)
    } catch (error) {
      this.invalidate()
      throw error
    }
  }
}

/** When the alarm rings next, remembered so that an arrival need not write it again. */
export class AlarmClock {
  readonly #storage: OutboxStorage
  /** Undefined until storage was asked. */
  #at: number | null | undefined
  /** The last one that reads or writes it. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(storage: OutboxStorage) {
    this.#storage = storage
  }

  /** It rang: none is set now. */
  rang(): void {
    this.#at = null
  }

  /** Rings then, whatever was set before. */
  set(at: number): Promise<void> {
    return this.#inTurn(() => this.#set(at))
  }

  /** Rings no later than then. */
  noLaterThan(at: number, now: number): Promise<void> {
    return this.#inTurn(async () => {
      const set = await this.#read()
      if (set === null || at < set || isLost(set, now)) await this.#set(at)
    })
  }

  /** Whether nothing will ring in time: no alarm, or one that was lost. */
  isMissing(now: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const set = await this.#read()
      return set === null || isLost(set, now)
    })
  }

  /** One after the other. Two that compared at once would both write, and the later time could win. */
  #inTurn<result>(run: () => Promise<result>): Promise<result> {
    const turn = this.#turn.then(run)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #set(at: number): Promise<void> {
    if (at === this.#at) return
    // Unknown until storage confirms it.
    this.#at = undefined
    await this.#storage.setAlarm(at)
    this.#at = at
  }

  async #read(): Promise<number | null> {
    if (this.#at === undefined || this.#at === null) this.#at = await this.#storage.getAlarm()
    return this.#at
  }
}

function isLost(at: number, now: number): boolean {
  return at < now - LOST_AFTER_MS
}
