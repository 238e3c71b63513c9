/** The simulation: the real rooms of an outbox over a simulated disk, clock and EazyBe, watched by the invariants. */

import { addToGroup } from '../../src/eazybe/client.ts'
import type { OutboxConfig } from '../../src/outbox/ports.ts'
import { chanceOf } from './chance.ts'
import { Deployment } from './deployment.ts'
import { Disk } from './disk.ts'
import * as ending from './ending.ts'
import type { Stage } from './events.ts'
import { happen } from './events.ts'
import type { Call, Facts } from './facts.ts'
import type { Event, History } from './history.ts'
import { clock } from './history.ts'
import { Names } from './names.ts'
import { Operator } from './operator.ts'
import { digitsOf, personBehind } from './people.ts'
import { Privacy } from './privacy.ts'
import { isOwnFailure, type Life, Process } from './process.ts'
import { personMark } from './quick-crypto.ts'
import { Requests } from './requests.ts'
import { Senders } from './senders.ts'
import type { Mutation, Played } from './simulate.ts'
import { Found, Watcher } from './watcher.ts'
import { World } from './world.ts'

const DAY_MS = 24 * 60 * 60_000
/** Alarms of one history's events; more is a storm. */
const MOST_ALARMS = 20_000
const INSTANT_SCALE = 0.001
/** The mark is of none of the simulated people. */
const UNKNOWN = -1

interface Due {
  readonly at: number
  readonly run: () => Promise<void>
}

export class Simulation implements Facts {
  at: number
  changes = 0
  alertsFailUntil = Number.NEGATIVE_INFINITY
  ending: Facts['ending'] = null
  readonly alerts: { at: number; text: string }[] | null
  readonly names = new Names()
  readonly retention: OutboxConfig['retention']
  readonly operator: Operator
  readonly privacy: Privacy
  readonly senders: Senders

  readonly #history: History
  readonly #trace: ((line: string) => void) | null
  readonly #watcher: Watcher
  readonly #disk = new Disk()
  readonly #deployment: Deployment
  readonly #world: World
  readonly #process: Process
  readonly #requests: Requests
  readonly #stage: Omit<Stage, 'at'>
  readonly #logged: string[] = []
  #events = 0
  #knownKey = ''
  #hasTables = false
  #skew = 0
  #seenWrites = -1
  #due: Due[] = []

  constructor(history: History, mutation: Mutation | null, trace: ((line: string) => void) | null) {
    this.#history = history
    this.#trace = trace
    this.#watcher = new Watcher((what) => {
      this.#say(what)
      return clock(this.at - history.begin)
    })
    this.at = history.begin
    this.alerts = history.alerts ? [] : null
    this.retention = history.retention
    this.#deployment = new Deployment(history)
    this.#world = new World(chanceOf(history.seed + 2), history.instant ? INSTANT_SCALE : 1)
    const outboxChance = chanceOf(history.seed + 1)
    this.#process = new Process({
      disk: this.#disk,
      at: () => this.at,
      wall: () => this.wall,
      network: {
        isAwaited: () => this.#requests.inFlight.length > 0 || this.senders.asked > 0,
        abandon: () => {
          this.#requests.abandon()
          this.senders.abandon()
        },
      },
      ports: (life) => this.#ports(life, outboxChance),
      mutate: mutation ?? {},
      say: (line) => this.#say(line),
    })
    const schedule = (at: number, run: () => Promise<void>) => this.#schedule(at, run)
    const stage = {
      facts: this,
      history,
      world: this.#world,
      process: this.#process,
      chance: chanceOf(history.seed),
      schedule,
      say: (line: string) => this.#say(line),
    }
    this.#requests = new Requests(stage, (call) =>
      this.#watcher.check((invariant) => invariant.callStarts?.(this, call)),
    )
    this.operator = new Operator(stage)
    this.privacy = new Privacy(stage)
    this.senders = new Senders({
      ...stage,
      operator: this.operator,
      requests: this.#requests,
      answered: (arrival, items) => {
        this.#watcher.check((invariant) => invariant.answered?.(this, arrival, items))
        this.#watcher.stopIfBroken()
      },
    })
    this.#stage = {
      ...stage,
      disk: this.#disk,
      deployment: this.#deployment,
      requests: this.#requests,
      senders: this.senders,
      operator: this.operator,
      privacy: this.privacy,
      changed: (clockBackMs) => {
        this.#skew -= clockBackMs
        this.changes++
      },
      alertsFail: (untilAt) => {
        this.alertsFailUntil = untilAt
      },
    }
    this.changes++
  }

  async play(): Promise<Played> {
    const { events, begin } = this.#history
    let at = begin
    for (const event of events) {
      at += event.afterMs
      this.#schedule(at, () => this.#happen(event))
      if (event.kind === 'sleep') at += event.ms
    }
    // The last sleep ends before the end begins.
    this.#schedule(at, async () => {})
    try {
      await this.#until(() => this.#due.length === 0)
      await this.#end()
    } catch (error) {
      if (!(error instanceof Found)) throw error
    }
    this.#disk.close()
    return {
      violation: this.#watcher.violation,
      figures: {
        events: this.#events,
        calls: this.calls.length,
        alarms: this.#process.alarms,
        crashes: this.#process.crashes,
        leads: this.senders.leads.size,
        days: (this.at - begin) / DAY_MS,
      },
      calls: this.calls,
      checks: this.#watcher.checks,
    }
  }

  async #end(): Promise<void> {
    const stage: ending.Stage = {
      ...this.#stage,
      facts: this,
      until: (done) => this.#until(done),
      newToken: () => {
        this.#deployment.setToken('last')
        this.#process.deploy()
      },
      say: (line) => this.#say(line),
    }
    this.alertsFailUntil = Math.min(this.alertsFailUntil, this.at)
    await ending.mend(stage)
    this.ending = await ending.settleAll(stage)
    const stories = await ending.storiesOf(stage)
    this.#watcher.check((invariant) => invariant.ended?.(this, stories))
    this.#watcher.stopIfBroken()
    await ending.growOld(stage)
    this.#watcher.check((invariant) => invariant.grownOld?.(this))
    this.#watcher.stopIfBroken()
  }

  // What the invariants read.

  get wall(): number {
    return this.at + this.#skew
  }
  get calls(): readonly Call[] {
    return this.#requests.calls
  }
  get justRecorded(): readonly Call[] {
    return this.#requests.justRecorded
  }
  get inFlight(): readonly Call[] {
    return this.#requests.inFlight
  }
  get inTransaction(): boolean {
    return this.#disk.inTransaction
  }
  get errors(): readonly string[] {
    return [...this.#disk.refusals, ...this.#process.errors, ...this.#logged]
  }
  get alarmAt(): number | null {
    return this.#disk.alarmAt
  }
  get running(): boolean {
    return this.#process.running
  }
  get wellSince(): number {
    return this.#process.wellSince
  }
  get brokeOff(): boolean {
    return this.#process.brokeOff
  }
  get madeTwice(): readonly string[] {
    return this.#world.madeTwice
  }
  get hooks(): OutboxConfig['hooks'] {
    return this.#deployment.hooks
  }
  get paces(): Facts['paces'] {
    return this.#deployment.paces
  }
  isBad(person: number): boolean {
    return this.#world.isBad(person)
  }
  homesOf(person: number) {
    return this.#world.homesOf(person)
  }
  rows<T>(query: string, ...values: (string | number | null)[]): T[] {
    return this.#disk.rows<T>(query, ...values)
  }
  readonly personBehind = (mark: string): number => personBehind(this.#key, mark) ?? UNKNOWN

  markOf(person: number): string {
    return personMark(this.#key, digitsOf(person, 0))
  }
  /** The key of the marks, once there is one. */
  get #key(): string {
    if (this.#knownKey === '') {
      const [row] = this.rows<{ value: string }>(
        `SELECT value FROM account WHERE key = 'personKey'`,
      )
      this.#knownKey = row?.value ?? ''
    }
    return this.#knownKey
  }

  logged(line: string): void {
    if (isOwnFailure(line)) this.#logged.push(line)
  }

  // The clock.

  /** Lets things happen in their order until `done` says so. */
  async #until(done: () => boolean): Promise<void> {
    while (!done() || this.#process.running) {
      const next = this.#due[0]
      const { ringAt } = this.#process
      if (next === undefined && ringAt === null) return
      if (ringAt !== null && (next === undefined || ringAt < next.at)) {
        this.at = Math.max(this.at, ringAt)
        if (this.#process.alarms > MOST_ALARMS)
          this.#watcher.complain('progress', 'a storm of alarms')
        await this.#process.ring()
      } else if (next !== undefined) {
        this.#due.shift()
        this.at = Math.max(this.at, next.at)
        await next.run()
      }
      await this.#process.settle()
      this.#look()
    }
  }

  #schedule(at: number, run: () => Promise<void>): void {
    const index = this.#due.findIndex((other) => other.at > at)
    this.#due.splice(index === -1 ? this.#due.length : index, 0, { at, run })
  }

  // The process and the config that it is given.

  #ports(
    life: Life,
    random: () => number,
  ): ReturnType<ConstructorParameters<typeof Process>[0]['ports']> {
    return {
      random,
      lookUp: (_, fields) => this.senders.lookUp(life, fields),
      sendAlert: async (_, text) => {
        if (this.at < this.alertsFailUntil) return false
        this.alerts?.push({ at: this.at, text })
        return true
      },
      addToGroup: (call, token) =>
        addToGroup(call, {
          token,
          now: () => this.wall,
          fetch: (_input, init) => this.#requests.send(life, init),
        }),
      config: this.#deployment.config,
      env: this.#deployment.env,
    }
  }

  async #happen(event: Event): Promise<void> {
    this.#events++
    const { kind } = event
    if (kind !== 'webhook' && kind !== 'burst') this.#say(`${kind} ${JSON.stringify(event)}`)
    return happen({ ...this.#stage, at: this.at }, event)
  }

  #look(): void {
    this.#watcher.stopIfBroken()
    const { writes } = this.#disk
    if (writes === this.#seenWrites) return
    // A process may die before it has made its tables.
    this.#hasTables ||= this.rows(`SELECT 1 FROM sqlite_schema WHERE name = 'audit'`).length > 0
    if (!this.#hasTables) return
    this.#seenWrites = writes
    this.#requests.seeOutcomes()
    this.#watcher.check((invariant) => invariant.looked?.(this))
    this.#requests.justRecorded = []
    this.#watcher.stopIfBroken()
  }

  #say(line: string): void {
    this.#trace?.(`${clock(this.at - this.#history.begin)}  ${line}`)
  }
}
