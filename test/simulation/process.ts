/** The process under test: it begins with the first question, runs with the alarm, and may die or fail at each step of its storage. */

import type { Rooms } from '../../src/outbox/assemble.ts'
import { assembleOutbox } from '../../src/outbox/assemble.ts'
import type { OutboxPorts } from '../../src/outbox/ports.ts'
import type { Disk } from './disk.ts'
import type { Step } from './storage.ts'
import { storageOn } from './storage.ts'

const SECOND_MS = 1_000
/** The platform rings again after about this long where a handler failed or was killed. */
const RING_AGAIN_MS = 2 * SECOND_MS
/** It gives up after so many exceptions; a kill is none. */
const MOST_RINGS_AGAIN = 6
/** An alarm that rings later was held up. */
const LATE_MS = 60 * SECOND_MS

/** One life of the process: its memory goes when it ends. */
export interface Life {
  dead: boolean
}

/** What the process asks over the network. */
export interface Network {
  /** Whether it waits for an answer. */
  isAwaited(): boolean
  /** A life ended: what was under way gets no answer. */
  abandon(life: Life): void
}

export interface ProcessOptions {
  readonly disk: Disk
  /** The world's clock. */
  readonly at: () => number
  /** The process's own. */
  readonly wall: () => number
  readonly network: Network
  /** What a life is given beside its storage and clock. */
  readonly ports: (life: Life) => Omit<OutboxPorts, 'storage' | 'now'>
  /** Makes a part of it wrong on purpose. */
  readonly mutate: { ports?(ports: OutboxPorts): OutboxPorts; rooms?(rooms: Rooms): Rooms }
  say(line: string): void
}

/** The end of a life, thrown where it ended. */
class Crash extends Error {
  override readonly name = 'Crash'
}
/** What a failing storage throws. */
class StorageFault extends Error {
  override readonly name = 'StorageFault'
}

/** Whether a line of the log tells of a failure that nothing outside of the process explains. */
export function isOwnFailure(line: string): boolean {
  return line.includes('"outbox.error"') && !/Crash|StorageFault/.test(line)
}

export class Process {
  /** Storage steps until it dies; null: it lives on. */
  crashAfter: number | null = null
  exceptions: { after: number; times: number } | null = null
  /** Since when all went well with the alarm. */
  wellSince: number
  /** A question failed, and nothing was asked since that looks at the alarm. */
  brokeOff = false
  alarms = 0
  crashes = 0
  /** Failures of questions that no failing storage explains. */
  readonly errors: string[] = []
  /** Starts with the next alarm. */
  readonly atRing: (() => Promise<void>)[] = []

  readonly #options: ProcessOptions
  #ringNotBefore = Number.NEGATIVE_INFINITY
  #current: { readonly rooms: Rooms; readonly life: Life } | null = null
  #run: { readonly life: Life } | null = null
  #ringsAgain = 0
  #news = Promise.withResolvers<void>()

  constructor(options: ProcessOptions) {
    this.#options = options
    this.wellSince = options.at()
  }

  /** The process's own clock. */
  get wall(): number {
    return this.#options.wall()
  }

  /** The alarm's handler is at work. */
  get running(): boolean {
    return this.#run !== null
  }

  /** Asks something; null where the process died or failed before it answered. `arms`: the question promises to look at the alarm. */
  async ask<T>(question: (rooms: Rooms) => Promise<T>, arms = true): Promise<T | null> {
    try {
      const answer = await question(this.#rooms())
      if (arms) this.brokeOff = false
      return answer
    } catch (error) {
      if (!(error instanceof Crash || error instanceof StorageFault)) {
        this.errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
      }
      this.brokeOff = true
      return null
    }
  }

  /** It had nothing to do, and its memory is gone. */
  evict(): void {
    if (this.#run === null) this.#current = null
  }

  /** No alarm rings for that long. */
  sleep(ms: number): void {
    this.#ringNotBefore = this.#options.at() + ms
    this.wellSince = this.#ringNotBefore
  }

  /** New code, a new config or a new secret: what runs is ended. */
  deploy(): void {
    if (this.#current !== null) this.#end(this.#current.life)
  }

  kill(life: Life, point: string): void {
    this.#options.say(`CRASH ${point}`)
    this.crashes++
    this.#end(life)
  }

  #end(life: Life): void {
    life.dead = true
    this.#current = null
    this.#failed()
    // What was under way gets no answer, and an alarm that was cut rings again.
    this.#options.network.abandon(life)
    if (this.#run?.life === life) this.#letGo(false)
    this.changed()
  }

  #rooms(): Rooms {
    if (this.#current !== null) return this.#current.rooms
    const { disk, mutate, wall } = this.#options
    const life = { dead: false }
    const ports: OutboxPorts = {
      ...this.#options.ports(life),
      storage: storageOn(disk, (when, what) => this.#step(life, when, what)),
      now: wall,
    }
    const rooms = assembleOutbox(mutate.ports?.(ports) ?? ports)
    this.#current = { life, rooms: mutate.rooms?.(rooms) ?? rooms }
    return this.#current.rooms
  }

  // The alarm.

  /** When the alarm rings next, by the world's clock; null: not before something sets it. */
  get ringAt(): number | null {
    const { at, disk, wall } = this.#options
    if (disk.alarmAt === null || this.#run !== null) return null
    return Math.max(Math.ceil(disk.alarmAt) - wall() + at(), this.#ringNotBefore, at())
  }

  async ring(): Promise<void> {
    this.alarms++
    const { disk, wall } = this.#options
    if (disk.alarmAt !== null && wall() - disk.alarmAt > LATE_MS) this.#failed()
    disk.ringing = { replaced: false }
    const along = this.atRing.splice(0)
    let rooms: Rooms
    try {
      rooms = this.#rooms()
    } catch {
      this.#run = { life: { dead: true } }
      return this.#ringFailed()
    }
    const run = { life: this.#current?.life ?? { dead: true } }
    this.#run = run
    rooms.context.alarm.ring().then(
      () => {
        if (this.#run !== run) return
        this.#ringsAgain = 0
        this.brokeOff = false
        this.#letGo(true)
        this.changed()
      },
      () => {
        if (this.#run !== run) return
        this.#ringFailed()
        this.changed()
      },
    )
    await Promise.all(along.map((start) => start()))
    await this.settle()
  }

  /** The handler threw: the platform tries again a few times. */
  #ringFailed(): void {
    this.#options.say('the alarm threw')
    const lost = ++this.#ringsAgain > MOST_RINGS_AGAIN
    this.#letGo(false)
    if (!lost) return
    this.#options.disk.alarmAt = null
    this.brokeOff = true
  }

  /** The alarm's handler ended: well, or killed. */
  #letGo(well: boolean): void {
    const { at, disk } = this.#options
    if (well && disk.ringing !== null && !disk.ringing.replaced) disk.alarmAt = null
    if (!well) this.#ringNotBefore = Math.max(this.#ringNotBefore, at() + RING_AGAIN_MS)
    disk.ringing = null
    this.#run = null
  }

  /** Until the process has nothing to do but wait for an answer. */
  async settle(): Promise<void> {
    while (this.#run !== null && !this.#options.network.isAwaited()) {
      await this.#news.promise
      this.#news = Promise.withResolvers()
    }
  }

  #failed(): void {
    this.wellSince = Math.max(this.wellSince, this.#options.at())
  }

  /** A question left the process, or its alarm ended. */
  changed(): void {
    this.#news.resolve()
  }

  /** A step of the storage: where the process may die, or the storage fail. */
  #step(life: Life, ...[when, what]: Parameters<Step>): void {
    if (life.dead) throw new Crash('dead already')
    if (this.crashAfter !== null && --this.crashAfter < 0) {
      this.crashAfter = null
      this.kill(life, placeOf(when, what))
      throw new Crash(placeOf(when, what))
    }
    const fault = this.exceptions
    if (fault !== null && --fault.after < 0) {
      if (--fault.times <= 0) this.exceptions = null
      this.#options.say(`storage throws ${placeOf(when, what)}`)
      this.#failed()
      throw new StorageFault(placeOf(when, what))
    }
  }
}

/** `before INSERT INTO deliveries`: enough to know a step by. */
function placeOf(when: string, what: string): string {
  return [when, ...what.trim().split(/\s+/).slice(0, 3)].join(' ')
}
