/** Plays one history: the real parts of an outbox over a simulated disk, clock and EazyBe, watched by the invariants. */

import { addToGroup } from '../../src/eazybe.ts'
import type { Arrival, ArrivalItem, ArrivedItem, Mapped } from '../../src/outbox/arrival.ts'
import type { OutboxParts } from '../../src/outbox/assemble.ts'
import { assembleOutbox } from '../../src/outbox/assemble.ts'
import { readDeliveryId } from '../../src/outbox/delivery-id.ts'
import { DEFAULT_CAPACITY } from '../../src/outbox/groups.ts'
import type { AccountOptions, Pace } from '../../src/outbox/pace.ts'
import { paceOf } from '../../src/outbox/pace.ts'
import type { OutboxConfig, OutboxPorts } from '../../src/outbox/ports.ts'
import { retentionOf } from '../../src/outbox/retention.ts'
import { EVERY_DELIVERY } from '../../src/outbox/search.ts'
import type { CallKind } from '../../src/outbox/state.ts'
import type { Chance } from './chance.ts'
import { between, chanceOf } from './chance.ts'
import { Disk } from './disk.ts'
import type { Call, Claim, Facts, Lead } from './facts.ts'
import { Hand } from './hand.ts'
import type { Event, Happening, History, LeadItem } from './history.ts'
import { clock } from './history.ts'
import { waitingCount } from './invariants/inquiries.ts'
import type { Invariant } from './invariants/invariant.ts'
import { progressBound } from './invariants/progress.ts'
import { invariants } from './invariants.ts'
import { Names, nameOf } from './names.ts'
import { digitsOf, personAt, teammatesOf } from './people.ts'
import { quickenCrypto } from './quick-crypto.ts'
import type { Step } from './storage.ts'
import { storageOn } from './storage.ts'
import type { Course } from './world.ts'
import { respond, retryAfterMs, World } from './world.ts'

const SECOND_MS = 1_000
/** The platform rings again after about this long where a handler failed or was killed. */
const RING_AGAIN_MS = 2 * SECOND_MS
/** It gives up after so many exceptions; a kill is none. */
const MOST_RINGS_AGAIN = 6
/** Alarms of one history's events; more is a storm. */
const MOST_ALARMS = 20_000
const TOKENS = { old: 'token-old', new: 'token-new', none: null } as const
const LAST_TOKEN = 'token-last'
const HOOK = 'webinar'

/** A part of Usher made wrong on purpose. */
export interface Mutation {
  readonly name: string
  /** The invariant that must notice. */
  readonly breaks: string
  /** Patches a prototype. Gives what takes it back. */
  readonly install?: () => () => void
  readonly ports?: (ports: OutboxPorts) => OutboxPorts
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
  const undo = [quieten(), quickenCrypto(), options.mutation?.install?.()]
  try {
    return await new Simulation(history, options.mutation ?? null, options.trace ?? null).play()
  } finally {
    for (const back of undo) back?.()
  }
}

class Crash extends Error {
  override readonly name = 'Crash'
}

/** A process: its memory goes when it dies. */
interface Life {
  readonly parts: OutboxParts
  readonly token: { dead: boolean }
}

interface Due {
  readonly at: number
  readonly order: number
  readonly run: () => Promise<void>
}

interface Pending {
  readonly call: Call
  readonly course: Course
  readonly life: { dead: boolean }
  readonly resolve: (response: Response) => void
  readonly reject: (error: unknown) => void
}

interface Sent {
  readonly arrival: Arrival
  retries: number
}

class Simulation implements Facts {
  at: number
  readonly calls: Call[] = []
  justRecorded: Call[] = []
  brokeOff = false
  changes = 0
  readonly hand: Hand
  readonly leads = new Map<string, Lead>()
  readonly suppressed = new Map<number, number>()
  readonly maybeSuppressed = new Set<number>()
  pausedByHand = false
  readonly paces: { since: number; pace: Pace }[] = []
  ending: Facts['ending'] = null
  readonly names = new Names()

  readonly #history: History
  readonly #mutation: Mutation | null
  readonly #trace: ((line: string) => void) | null
  readonly #invariants: readonly Invariant[]
  readonly #disk = new Disk()
  readonly #world: World
  readonly #chance: Chance
  readonly #outboxChance: Chance
  readonly #checks = new Map<string, number>()
  readonly #figures: Figures = { events: 0, calls: 0, alarms: 0, crashes: 0, leads: 0, days: 0 }

  #skew = 0
  #seenWrites = -1
  #account: AccountOptions
  #capacity: number | null
  #token: string | null = TOKENS.old
  #life: Life | null = null
  #due: Due[] = []
  #order = 0
  #run: { readonly life: { dead: boolean } } | null = null
  #pending: Pending[] = []
  #unrecorded: Call[] = []
  #news = Promise.withResolvers<void>()
  #ringNotBefore = Number.NEGATIVE_INFINITY
  #ringsAgain = 0
  #crashAfter: number | null = null
  #crashInCall: 'before' | 'during' | 'after effect' | 'answered' | null = null
  #exceptions: { after: number; times: number } | null = null
  #sent: Sent[] = []
  #atRing: (() => Promise<void>)[] = []
  #atAnswer: (() => Promise<void>)[] = []
  #violation: Violation | null = null

  constructor(history: History, mutation: Mutation | null, trace: ((line: string) => void) | null) {
    this.#history = history
    this.#mutation = mutation
    this.#trace = trace
    this.at = history.begin
    this.#chance = chanceOf(history.seed)
    this.#outboxChance = chanceOf(history.seed + 1)
    this.#account = history.account
    this.#capacity = history.rules.capacity
    this.#world = new World(chanceOf(history.seed + 2), history.instant ? 0.001 : 1)
    this.#invariants = invariants()
    this.hand = new Hand({
      facts: this,
      world: this.#world,
      team: this.#team,
      ask: (question) => this.#ask(question, false),
      say: (line) => this.#say(line),
      suppressed: (person, sure) => {
        this.maybeSuppressed.add(person)
        if (sure && !this.suppressed.has(person)) this.suppressed.set(person, this.at)
      },
    })
    this.#paceChanged()
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
    this.#figures.calls = this.calls.length
    this.#figures.leads = this.leads.size
    this.#figures.days = (this.at - begin) / (24 * 60 * 60 * SECOND_MS)
    this.#disk.close()
    return {
      violation: this.#violation,
      figures: this.#figures,
      calls: this.calls,
      checks: this.#checks,
    }
  }

  // What the invariants read.

  get wall(): number {
    return this.at + this.#skew
  }
  get inFlight(): readonly Call[] {
    return this.#pending.map(({ call }) => call)
  }
  get inTransaction(): boolean {
    return this.#disk.inTransaction
  }
  get alarmAt(): number | null {
    return this.#disk.alarmAt
  }
  get running(): boolean {
    return this.#run !== null
  }
  get twins(): readonly string[] {
    return this.#world.twins
  }
  get capacity(): number {
    return this.#capacity ?? DEFAULT_CAPACITY
  }
  get hooks(): OutboxConfig['hooks'] {
    const capacity = this.#capacity
    return { [HOOK]: { source: { kind: 'shop' }, ...(capacity !== null && { capacity }) } }
  }
  isBad(person: number): boolean {
    return this.#world.isBad(person)
  }
  homesOf(person: number): string[] {
    return this.#world.homesOf(person)
  }
  rows<T>(query: string, ...values: (string | number | null)[]): T[] {
    return this.#disk.rows<T>(query, ...values)
  }

  // The clock.

  /** Lets things happen in their order until `done` says so. */
  async #until(done: () => boolean): Promise<void> {
    while (!done() || this.#run !== null) {
      const next = this.#due[0]
      const ringAt = this.#ringAt()
      if (next === undefined && ringAt === null) return
      if (ringAt !== null && (next === undefined || ringAt < next.at)) {
        this.at = Math.max(this.at, ringAt)
        await this.#ring()
      } else if (next !== undefined) {
        this.#due.shift()
        this.at = Math.max(this.at, next.at)
        await next.run()
      }
      await this.#quiet()
      this.#look()
    }
  }

  #ringAt(): number | null {
    const { alarmAt } = this.#disk
    if (alarmAt === null || this.#run !== null) return null
    return Math.max(Math.ceil(alarmAt) - this.#skew, this.#ringNotBefore, this.at)
  }

  #schedule(at: number, run: () => Promise<void>): void {
    const due = { at, order: this.#order++, run }
    const index = this.#due.findIndex((other) => other.at > at)
    this.#due.splice(index === -1 ? this.#due.length : index, 0, due)
  }

  /** Until the process has nothing to do but wait for EazyBe. */
  async #quiet(): Promise<void> {
    while (this.#run !== null && this.#pending.length === 0) {
      await this.#news.promise
      this.#news = Promise.withResolvers()
    }
  }

  // The process.

  #parts(): OutboxParts {
    if (this.#life !== null) return this.#life.parts
    const token = { dead: false }
    const step: Step = (when, what) => this.#step(token, when, what)
    const ports: OutboxPorts = {
      storage: storageOn(this.#disk, step),
      now: () => this.wall,
      random: this.#outboxChance,
      config: {
        accounts: { default: this.#account },
        hooks: this.hooks,
        // What is deleted on schedule has tests of its own.
        retention: retentionOf({ settledDays: 1e5, inHandDays: 1e5, rowDays: 1e5 }),
        publicUrl: null,
      },
      sendAlert: async () => true,
      env: {
        ...(this.#token !== null && { EAZYBE_TOKEN: this.#token }),
        ...(this.#history.instant && { USHER_SANDBOX: '1', USHER_PACE: 'instant' }),
      },
      addToGroup: (call, secret) =>
        addToGroup(call, {
          token: secret,
          now: () => this.wall,
          fetch: (_input, init) => this.#send(token, init),
        }),
    }
    const parts = assembleOutbox(this.#mutation?.ports?.(ports) ?? ports)
    this.#life = { parts, token }
    return parts
  }

  /** A step of the storage: where the process may die, or the storage fail. */
  #step(life: { dead: boolean }, when: string, what: string): void {
    if (life.dead) throw new Crash('dead already')
    if (this.#crashAfter !== null && --this.#crashAfter < 0) {
      this.#crashAfter = null
      this.#kill(life, placeOf(when, what))
      throw new Crash(placeOf(when, what))
    }
    const fault = this.#exceptions
    if (fault !== null && --fault.after < 0) {
      if (--fault.times <= 0) this.#exceptions = null
      this.#say(`storage throws ${placeOf(when, what)}`)
      throw new Error(`Storage failed ${placeOf(when, what)}`)
    }
  }

  #kill(life: { dead: boolean }, point: string): void {
    this.#say(`CRASH ${point}`)
    this.#figures.crashes++
    life.dead = true
    this.#life = null
    this.#abandon(life)
  }

  /** What was under way in a life that ended. An alarm that was cut rings again. */
  #abandon(life: { dead: boolean }): void {
    for (const { call } of this.#pending) call.cutAt ??= this.at
    this.#pending = []
    if (this.#run?.life === life) this.#letGo(false)
    this.#changed()
  }

  /** The alarm's handler ended: well, or killed. */
  #letGo(well: boolean): void {
    const { ringing } = this.#disk
    if (well && ringing !== null && !ringing.replaced) this.#disk.alarmAt = null
    if (!well) this.#ringNotBefore = Math.max(this.#ringNotBefore, this.at + RING_AGAIN_MS)
    this.#disk.ringing = null
    this.#run = null
  }

  #changed(): void {
    this.#news.resolve()
  }

  // The alarm.

  async #ring(): Promise<void> {
    if (++this.#figures.alarms > MOST_ALARMS) this.#found('progress', 'a storm of alarms')
    const life = { dead: false }
    this.#disk.ringing = { replaced: false }
    const along = this.#atRing.splice(0)
    let parts: OutboxParts
    try {
      parts = this.#parts()
    } catch {
      this.#run = { life }
      return this.#ringFailed()
    }
    const run = { life: this.#life?.token ?? life }
    this.#run = run
    parts.rounds.alarm().then(
      () => {
        if (this.#run !== run) return
        this.#ringsAgain = 0
        this.brokeOff = false
        this.#letGo(true)
        this.#changed()
      },
      () => {
        if (this.#run !== run) return
        this.#ringFailed()
        this.#changed()
      },
    )
    await Promise.all(along.map((start) => start()))
    await this.#quiet()
  }

  /** The handler threw: the platform tries again a few times. */
  #ringFailed(): void {
    this.#say('the alarm threw')
    const lost = ++this.#ringsAgain > MOST_RINGS_AGAIN
    this.#letGo(false)
    if (lost) this.#disk.alarmAt = null
  }

  // EazyBe.

  #send(life: { dead: boolean }, init: RequestInit | undefined): Promise<Response> {
    if (life.dead) return new Promise(() => {})
    if (this.#crashInCall === 'before') {
      this.#crashInCall = null
      this.#kill(life, 'before the request left')
      return new Promise(() => {})
    }
    const call = this.#left(init)
    const course = this.#world.course(this.at)
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const pending: Pending = { call, course, life, resolve, reject }
    this.#pending.push(pending)
    this.#schedule(course.effectAt, () => this.#takeEffect(pending))
    this.#schedule(course.answerAt, () => this.#answer(pending))
    if (this.#crashInCall === 'during') {
      this.#crashInCall = null
      this.#kill(life, 'while the request was under way')
    }
    this.#changed()
    return promise
  }

  /** The request as it leaves, before anybody answers it. */
  #left(init: RequestInit | undefined): Call {
    const body = JSON.parse(String(init?.body))
    const token = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? ''
    const call: Call = {
      n: this.calls.length + 1,
      groupName: body.groupName,
      contacts: body.contacts,
      people: body.contacts.map(personAt),
      create: body.create,
      token,
      startedAt: this.at,
      wallAt: this.wall,
      pace: this.#pace,
      claim: this.#claim(),
      trouble: null,
      truth: null,
      answer: null,
      endedAt: null,
      cutAt: null,
      retryAfterMs: null,
      recorded: null,
      recordedAt: null,
    }
    this.#recordOutcomes()
    this.#check('callStarts', (invariant) => invariant.callStarts?.(this, call))
    this.calls.push(call)
    this.#unrecorded.push(call)
    this.#say(
      `call ${call.n}: ${call.create ? 'create' : 'add'} ${call.people.join('+')} -> ${call.groupName} (${call.claim?.kind ?? 'no claim'})`,
    )
    return call
  }

  #claim(): Claim | null {
    const row = this.rows<{ id: number; kind: CallKind; parts: string; ended_at: number | null }>(
      'SELECT id, kind, parts, ended_at FROM calls ORDER BY id DESC LIMIT 1',
    )[0]
    if (row === undefined || row.ended_at !== null) return null
    const parts: { seq: number }[] = JSON.parse(row.parts)
    return { id: row.id, kind: row.kind, seqs: parts.map(({ seq }) => seq) }
  }

  /** The world does what it was asked, whether or not somebody still waits for the answer. */
  async #takeEffect({ call, course, life }: Pending): Promise<void> {
    const { truth, answer } = this.#world.effect(call, course.trouble, this.at)
    call.truth = truth
    call.answer = answer
    if (this.#crashInCall === 'after effect' && !life.dead && call.endedAt === null) {
      this.#crashInCall = null
      this.#kill(life, 'after the call took effect')
    }
  }

  async #answer(pending: Pending): Promise<void> {
    const { call, course, life } = pending
    if (!this.#pending.includes(pending)) return
    this.#pending = this.#pending.filter((other) => other !== pending)
    // An effect may come after its caller gave up.
    const answer = call.answer ?? 'timeout'
    call.answer = answer
    call.endedAt = this.at
    call.retryAfterMs = answer === 'throttled' ? retryAfterMs(course.trouble, this.wall) : null
    this.#say(`answer ${call.n}: ${answer}`)
    if (this.#crashInCall === 'answered') {
      this.#crashInCall = null
      this.#crashAfter = 0
    }
    const along = this.#atAnswer.splice(0).map((start) => start())
    try {
      pending.resolve(respond(answer, course.trouble, this.wall))
    } catch (error) {
      pending.reject(error)
    }
    await Promise.all(along)
    if (!life.dead) await this.#quiet()
  }

  /** Sees which calls have their outcome on disk. */
  #recordOutcomes(): void {
    for (const call of this.#unrecorded) {
      const row =
        call.claim === null
          ? undefined
          : this.rows<{ outcome: string | null }>(
              'SELECT outcome FROM calls WHERE id = ?',
              call.claim.id,
            )[0]
      if (row?.outcome == null) continue
      call.recorded = row.outcome
      call.recordedAt = this.at
      this.justRecorded.push(call)
    }
    this.#unrecorded = this.#unrecorded.filter((call) => call.recorded === null)
  }

  // What happens.

  async #happen(event: Event): Promise<void> {
    this.#figures.events++
    const { kind } = event
    if (kind !== 'webhook' && kind !== 'burst') this.#say(`${kind} ${JSON.stringify(event)}`)
    switch (event.kind) {
      case 'webhook':
        return this.#webhook(event)
      case 'burst':
        return this.#burst(event)
      case 'again':
        return this.#again(event)
      case 'trouble': {
        // The sandbox tries again a thousand times as often.
        const until = this.at + event.forMs * this.#pace.waitScale
        this.#world.phases.push({ trouble: event.trouble, oneIn: event.oneIn, until })
        return
      }
      case 'lag':
        this.#world.lagMs = event.ms
        return
      case 'limit':
        this.#world.createLimit = event.creations
        return
      case 'bad':
        this.#world[event.how].add(event.person)
        return
      case 'hand':
        return this.#byHand(event.does, nameOf(event.group))
      case 'crash':
        this.#crashAfter = event.steps
        return
      case 'crashInCall':
        this.#crashInCall = event.when
        return
      case 'exceptions':
        this.#exceptions = { after: event.steps, times: event.times }
        return
      case 'evict':
        if (this.#run === null) this.#life = null
        return
      case 'ring':
        if (this.#run !== null) return
        this.#disk.alarmAt = this.wall
        return this.#ring()
      case 'sleep':
        this.#ringNotBefore = this.at + event.ms
        return
      case 'clockBack':
        this.#skew -= event.ms
        this.changes++
        return
      case 'config':
        this.#account = event.account
        this.#deploy()
        this.#paceChanged()
        return
      case 'capacity':
        this.#capacity = event.capacity
        this.#deploy()
        this.#paceChanged()
        return
      case 'token':
        this.#token = TOKENS[event.token]
        if (event.refused && this.#token !== null) this.#world.refusedTokens.add(this.#token)
        this.#deploy()
        return
      case 'view':
        await this.#ask((parts) => parts.operator.list(EVERYTHING))
        return
      case 'retry':
        return this.hand.retry(event)
      case 'act':
        return this.hand.act(event)
      case 'group':
        return this.hand.group(event)
      case 'suppress':
        return this.#suppress(event.person)
      case 'erase':
        return this.hand.erase(event)
      case 'pause':
        return this.#pauseByHand(event.on)
    }
  }

  #byHand(does: 'make' | 'remove' | 'restore', name: string): void {
    if (does === 'make') this.#world.makeByHand(name)
    if (does === 'remove') this.#world.removeByHand(name)
    if (does === 'restore') this.#world.restoreByHand(name)
  }

  /** New code or a new secret: what runs is ended. */
  #deploy(): void {
    const life = this.#life
    if (life === null) return
    life.token.dead = true
    this.#life = null
    this.#abandon(life.token)
  }

  get #team(): string[] {
    return teammatesOf(this.#history.rules.teammates).map((person) => digitsOf(person, 0))
  }

  get #pace(): Pace {
    return this.#history.instant ? paceOf(this.#account, 'instant') : paceOf(this.#account)
  }

  #paceChanged(): void {
    this.paces.push({ since: this.at, pace: this.#pace })
    this.changes++
  }

  async #webhook(event: Extract<Happening, { kind: 'webhook' }>): Promise<void> {
    const n = this.#sent.length
    const items = event.items.map((item, index) => itemOf(`event-${n}-${index}`, item, this.#team))
    const arrival = {
      account: 'default',
      hook: HOOK,
      source: 'json',
      bodyKey: event.bodyKey ? `body-${n}` : null,
      fingerprint: `fingerprint-${n}`,
      items,
    }
    const sent = { arrival, retries: event.retries }
    this.#sent.push(sent)
    await this.#at(event.moment, () => this.#deliver(sent))
  }

  async #at(moment: 'now' | 'ring' | 'answer', start: () => Promise<void>): Promise<void> {
    if (moment === 'ring') this.#atRing.push(start)
    else if (moment === 'answer') this.#atAnswer.push(start)
    else await start()
  }

  async #burst(event: Extract<Happening, { kind: 'burst' }>): Promise<void> {
    for (let index = 0; index < event.count; index++) {
      const { group, create, everyMs, first } = event
      const item = { group, people: [first + index], spelling: 0, create, held: false } as const
      this.#schedule(this.at + index * everyMs, () =>
        this.#webhook({
          kind: 'webhook',
          items: [item],
          bodyKey: false,
          moment: 'now',
          retries: 1,
        }),
      )
    }
  }

  async #again(event: Extract<Happening, { kind: 'again' }>): Promise<void> {
    const before = this.#sent[event.nth % Math.max(1, this.#sent.length)]
    if (before === undefined) return
    const { arrival } = before
    const forged = event.forged && arrival.bodyKey !== null
    const items = forged
      ? arrival.items.map((item) => ({ ...item, key: `forged-${event.nth}-${item.key}` }))
      : arrival.items
    await this.#at(event.moment, () =>
      this.#deliver({ arrival: { ...arrival, items }, retries: 1 }),
    )
  }

  /** The sender's side of a webhook: without an answer it tries again. */
  async #deliver(sent: Sent): Promise<void> {
    const { arrival } = sent
    for (const { key, mapped } of arrival.items) {
      const invite = mapped.kind === 'invite' ? mapped.invite : null
      if (!this.hand.wanted.has(key)) this.hand.wanted.set(key, invite === null ? [] : [invite])
    }
    const items = await this.#ask((parts) => parts.intake.accept(arrival))
    this.#say(
      `webhook ${arrival.items.map(({ key, mapped }) => `${key} ${mapped.kind === 'invite' ? `${mapped.invite.contacts.map(personAt).join('+')} -> ${mapped.invite.groupName}${mapped.invite.create ? '' : ' without create'}` : 'held'}`).join('; ')}: ${items === null ? 'no answer' : items.map(({ id, state, duplicate }) => `${id} ${duplicate ? 'duplicate ' : ''}${state}`).join(', ')}`,
    )
    if (items !== null) return this.#acknowledged(arrival, items)
    if (sent.retries === 0) return
    const again = { arrival, retries: sent.retries - 1 }
    const wait = Math.round(between(this.#chance, SECOND_MS, 60 * SECOND_MS))
    this.#schedule(this.at + wait, () => this.#deliver(again))
  }

  #acknowledged(arrival: Arrival, items: readonly ArrivedItem[]): void {
    this.#check('answered', (invariant) => invariant.answered?.(this, arrival, items))
    if (items.length !== arrival.items.length) return
    items.forEach(({ id }, index) => {
      const key = arrival.items[index]?.key
      const seq = readDeliveryId(id)?.seq
      if (key !== undefined && seq !== undefined) this.leads.set(key, { key, seq })
    })
  }

  async #suppress(person: number): Promise<void> {
    const digits = digitsOf(person, 1)
    this.maybeSuppressed.add(person)
    const done = await this.#ask(async (parts) => {
      await parts.peopleDesk.suppress(digits, null, 'test')
      return true
    }, false)
    this.#say(`${person} asks never to be sent: ${done ?? 'no answer'}`)
    if (done !== null && !this.suppressed.has(person)) this.suppressed.set(person, this.at)
  }

  async #pauseByHand(on: boolean): Promise<void> {
    // Until it is answered nobody knows whether it is paused.
    this.pausedByHand = false
    const done = await this.#ask(async ({ accountDesk }) => {
      if (on) accountDesk.pause('test')
      else await accountDesk.resume('test')
      return true
    }, false)
    this.#say(`${on ? 'paused' : 'resumed'} by hand: ${done ?? 'no answer'}`)
    this.pausedByHand = on && done !== null
  }

  /** Asks the process something; null where it died or failed before it answered. `arms`: it promises to look at the alarm. */
  async #ask<T>(question: (parts: OutboxParts) => Promise<T>, arms = true): Promise<T | null> {
    try {
      const answer = await question(this.#parts())
      if (arms) this.brokeOff = false
      return answer
    } catch {
      this.brokeOff = true
      return null
    }
  }

  // The end.

  /** The world works from now on: everything that is not in somebody's hands must settle. */
  async #end(): Promise<void> {
    this.#crashAfter = null
    this.#crashInCall = null
    this.#exceptions = null
    await Promise.all([...this.#atRing.splice(0), ...this.#atAnswer.splice(0)].map((go) => go()))
    this.#world.mend()
    this.#token = LAST_TOKEN
    this.#deploy()
    this.#say('THE WORLD WORKS AGAIN')
    // Only the operator's own pause needs a hand: EazyBe's must end by themselves.
    const overview = await this.#ask((parts) => parts.accountDesk.overview())
    if (overview?.pause?.reason === 'operator') await this.#pauseByHand(false)
    await this.#ask((parts) => parts.operator.list(EVERYTHING))
    const before = this.#figures.alarms
    const ending = {
      since: this.at,
      bound: progressBound(this),
      callsBefore: this.calls.length,
      alarms: 0,
    }
    await this.#until(() => waitingCount(this) === 0 || this.at - ending.since > ending.bound)
    this.ending = { ...ending, alarms: this.#figures.alarms - before }
    const stories = new Map<number, { state: string; reason: string | null }>()
    for (const { seq } of this.leads.values()) {
      const story = await this.#parts().operator.story(seq)
      if (story !== null) stories.set(seq, story)
    }
    this.#check('ended', (invariant) => invariant.ended?.(this, stories))
  }

  // Watching.

  #look(): void {
    if (this.#violation !== null) throw new Found()
    const { writes } = this.#disk
    if (writes === this.#seenWrites || !this.#hasTables()) return
    this.#seenWrites = writes
    this.#recordOutcomes()
    this.#check('looked', (invariant) => invariant.looked?.(this))
    this.justRecorded = []
  }

  /** False until a process lived long enough to make them. */
  #hasTables(): boolean {
    return this.rows(`SELECT 1 FROM sqlite_schema WHERE name = 'deliveries'`).length > 0
  }

  #check(
    when: string,
    ask: (invariant: Invariant) => { complaint: string | null } | undefined,
  ): void {
    for (const invariant of this.#invariants) {
      const checked = ask(invariant)
      if (checked === undefined) continue
      this.#checks.set(invariant.name, (this.#checks.get(invariant.name) ?? 0) + 1)
      if (checked.complaint !== null) this.#complain(invariant.name, checked.complaint)
    }
    if (when !== 'callStarts' && this.#violation !== null) throw new Found()
  }

  #complain(invariant: string, what: string): void {
    this.#violation ??= { invariant, what: `${clock(this.at - this.#history.begin)}: ${what}` }
    this.#say(`VIOLATION of "${invariant}": ${what}`)
  }

  #found(invariant: string, what: string): never {
    this.#complain(invariant, what)
    throw new Found()
  }

  #say(line: string): void {
    this.#trace?.(`${clock(this.at - this.#history.begin)}  ${line}`)
  }
}

/** Stops a history at its first violation. */
class Found extends Error {}

const EVERYTHING = { ...EVERY_DELIVERY, state: null, limit: 50, before: null }

/** `before INSERT INTO deliveries`: enough to know a step by. */
function placeOf(when: string, what: string): string {
  return [when, ...what.trim().split(/\s+/).slice(0, 3)].join(' ')
}

function itemOf(
  key: string,
  { group, people, spelling, create, held }: LeadItem,
  teammates: readonly string[],
): ArrivalItem {
  const mapped: Mapped = held
    ? { kind: 'held', reasons: ['consent'], issues: [], consent: null }
    : {
        kind: 'invite',
        invite: {
          groupName: nameOf(group),
          contacts: [...people.map((person) => digitsOf(person, spelling)), ...teammates],
          teammates,
          create,
        },
        consent: null,
      }
  const said = people.map((person) => `+${digitsOf(person, spelling)}`)
  return { key, fields: JSON.stringify({ said }), mapped }
}

/** The log would be thousands of lines. */
function quieten(): () => void {
  const { log } = console
  console.log = () => {}
  return () => {
    console.log = log
  }
}
