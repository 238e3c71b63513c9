/** Plays one history: the real rooms of an outbox over a simulated disk, clock and EazyBe, watched by the invariants. */

import { addToGroup } from '../../src/eazybe.ts'
import type { Rooms } from '../../src/outbox/assemble.ts'
import type { OutboxConfig, OutboxPorts } from '../../src/outbox/ports.ts'
import { chanceOf } from './chance.ts'
import { Deployment } from './deployment.ts'
import { Disk } from './disk.ts'
import * as ending from './ending.ts'
import type { Stage } from './events.ts'
import { happen } from './events.ts'
import type { Call, Facts } from './facts.ts'
import type { Event, History } from './history.ts'
import { clock } from './history.ts'
import type { Invariant } from './invariants/invariant.ts'
import { invariants } from './invariants.ts'
import { Names } from './names.ts'
import { Operator } from './operator.ts'
import { digitsOf, personBehind } from './people.ts'
import { isOwnFailure, type Life, Process } from './process.ts'
import { personMark, quickenCrypto } from './quick-crypto.ts'
import { Requests } from './requests.ts'
import { Senders } from './senders.ts'
import { World } from './world.ts'

const DAY_MS = 24 * 60 * 60_000
/** Alarms of one history's events; more is a storm. */
const MOST_ALARMS = 20_000
const INSTANT_SCALE = 0.001
/** The mark is of none of the simulated people. */
const UNKNOWN = -1

/** A part of Usher made wrong on purpose. */
export interface Mutation {
  readonly name: string
  /** The invariant that must notice. */
  readonly breaks: string
  /** Patches a prototype. Gives what takes it back. */
  readonly install?: () => () => void
  readonly ports?: (ports: OutboxPorts) => OutboxPorts
  readonly rooms?: (rooms: Rooms) => Rooms
}

export interface Violation {
  readonly invariant: string
  readonly what: string
}

export interface Figures {
  events: number
  calls: number
  alarms: number
  crashes: number
  leads: number
  days: number
}

export interface Played {
  readonly violation: Violation | null
  readonly figures: Figures
  readonly calls: readonly Call[]
  /** How often each invariant was checked. */
  readonly checks: ReadonlyMap<string, number>
}

/** Plays a history to its end, and on until everything has settled. */
export async function simulate(
  history: History,
  options: { mutation?: Mutation; trace?: (line: string) => void } = {},
): Promise<Played> {
  const simulation = new Simulation(history, options.mutation ?? null, options.trace ?? null)
  const undo = [
    listenToLog((line) => simulation.logged(line)),
    quickenCrypto(),
    options.mutation?.install?.(),
  ]
  try {
    return await simulation.play()
  } finally {
    for (const back of undo) back?.()
  }
}

interface Due {
  readonly at: number
  readonly run: () => Promise<void>
}

class Simulation implements Facts {
  at: number
  changes = 0
  alertsFailUntil = Number.NEGATIVE_INFINITY
  ending: Facts['ending'] = null
  readonly alerts: { at: number; text: string }[] | null
  readonly names = new Names()
  readonly retention: OutboxConfig['retention']
  readonly operator: Operator
  readonly senders: Senders

  readonly #history: History
  readonly #trace: ((line: string) => void) | null
  readonly #invariants: readonly Invariant[] = invariants()
  readonly #disk = new Disk()
  readonly #deployment: Deployment
  readonly #world: World
  readonly #process: Process
  readonly #requests: Requests
  readonly #stage: Omit<Stage, 'at'>
  readonly #checks = new Map<string, number>()
  readonly #logged: string[] = []
  #events = 0
  #knownKey = ''
  #hasTables = false
  #skew = 0
  #seenWrites = -1
  #due: Due[] = []
  #violation: Violation | null = null

  constructor(history: History, mutation: Mutation | null, trace: ((line: string) => void) | null) {
    this.#history = history
    this.#trace = trace
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
      this.#check((invariant) => invariant.callStarts?.(this, call)),
    )
    this.operator = new Operator(stage)
    this.senders = new Senders({
      ...stage,
      operator: this.operator,
      requests: this.#requests,
      answered: (arrival, items) => {
        this.#check((invariant) => invariant.answered?.(this, arrival, items))
        this.#stopIfBroken()
      },
    })
    this.#stage = {
      ...stage,
      disk: this.#disk,
      deployment: this.#deployment,
      requests: this.#requests,
      senders: this.senders,
      operator: this.operator,
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
      violation: this.#violation,
      figures: {
        events: this.#events,
        calls: this.calls.length,
        alarms: this.#process.alarms,
        crashes: this.#process.crashes,
        leads: this.senders.leads.size,
        days: (this.at - begin) / DAY_MS,
      },
      calls: this.calls,
      checks: this.#checks,
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
    this.#check((invariant) => invariant.ended?.(this, stories))
    this.#stopIfBroken()
    await ending.growOld(stage)
    this.#check((invariant) => invariant.grownOld?.(this))
    this.#stopIfBroken()
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
        if (this.#process.alarms > MOST_ALARMS) this.#complain('progress', 'a storm of alarms')
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

  // Watching.

  #look(): void {
    this.#stopIfBroken()
    const { writes } = this.#disk
    if (writes === this.#seenWrites) return
    // A process may die before it has made its tables.
    this.#hasTables ||= this.rows(`SELECT 1 FROM sqlite_schema WHERE name = 'audit'`).length > 0
    if (!this.#hasTables) return
    this.#seenWrites = writes
    this.#requests.seeOutcomes()
    this.#check((invariant) => invariant.looked?.(this))
    this.#requests.justRecorded = []
    this.#stopIfBroken()
  }

  #check(ask: (invariant: Invariant) => { complaint: string | null } | undefined): void {
    for (const invariant of this.#invariants) {
      const checked = ask(invariant)
      if (checked === undefined) continue
      this.#checks.set(invariant.name, (this.#checks.get(invariant.name) ?? 0) + 1)
      if (checked.complaint !== null) this.#complain(invariant.name, checked.complaint)
    }
  }

  #complain(invariant: string, what: string): void {
    this.#violation ??= { invariant, what: `${clock(this.at - this.#history.begin)}: ${what}` }
    this.#say(`VIOLATION of "${invariant}": ${what}`)
  }

  /** The process under test must not see what ends its history: this is asked outside of it only. */
  #stopIfBroken(): void {
    if (this.#violation !== null) throw new Found()
  }

  #say(line: string): void {
    this.#trace?.(`${clock(this.at - this.#history.begin)}  ${line}`)
  }
}

/** Stops a history at its first violation. */
class Found extends Error {}

/** The log would be thousands of lines. Gives what takes that back. */
function listenToLog(hear: (line: string) => void): () => void {
  const { log } = console
  console.log = hear
  return () => {
    console.log = log
  }
}
