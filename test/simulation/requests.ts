/** Requests to EazyBe: each as it leaves the process, what comes of it in truth, and the answer on its way back. */

import type { CallKind } from '../../src/outbox/model.ts'
import type { Call, Claim, Facts } from './facts.ts'
import { personAt } from './people.ts'
import type { Life, Process } from './process.ts'
import type { Course, World } from './world.ts'
import { respond, retryAfterMs } from './world.ts'

/** What requests need of the simulation. */
export interface Stage {
  readonly facts: Facts
  readonly world: World
  readonly process: Process
  schedule(at: number, run: () => Promise<void>): void
  say(line: string): void
}

interface Pending {
  readonly call: Call
  readonly course: Course
  readonly life: Life
  readonly resolve: (response: Response) => void
  readonly reject: (error: unknown) => void
}

export class Requests {
  readonly calls: Call[] = []
  /** Calls whose outcome was seen on disk since the last look. */
  justRecorded: Call[] = []
  crashAt: 'before' | 'during' | 'after effect' | 'answered' | null = null
  /** Starts with the next answer. */
  readonly atAnswer: (() => Promise<void>)[] = []

  readonly #stage: Stage
  readonly #leaves: (call: Call) => void
  #pending: Pending[] = []
  #unrecorded: Call[] = []

  /** `leaves`: looks at each call before it counts as made. */
  constructor(stage: Stage, leaves: (call: Call) => void) {
    this.#stage = stage
    this.#leaves = leaves
  }

  get inFlight(): readonly Call[] {
    return this.#pending.map(({ call }) => call)
  }

  send(life: Life, init: RequestInit | undefined): Promise<Response> {
    const { facts, process, schedule, world } = this.#stage
    if (life.dead || this.#dies('before', life)) return new Promise(() => {})
    const course = world.course(facts.at)
    const call = this.#left(init, course)
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const pending: Pending = { call, course, life, resolve, reject }
    this.#pending.push(pending)
    schedule(course.effectAt, () => this.#takeEffect(pending))
    schedule(course.answerAt, () => this.#answer(pending))
    this.#dies('during', life)
    process.changed()
    return promise
  }

  /** The request as it leaves, before it is answered. */
  #left(init: RequestInit | undefined, { outage }: Course): Call {
    const { facts, say } = this.#stage
    const body = JSON.parse(String(init?.body))
    const pace = facts.paces.at(-1)?.pace
    if (pace === undefined) throw new Error('No pace was ever set')
    const call: Call = {
      n: this.calls.length + 1,
      groupName: body.groupName,
      contacts: body.contacts,
      people: body.contacts.map(personAt),
      create: body.create,
      token: new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? '',
      startedAt: facts.at,
      wallAt: facts.wall,
      pace,
      claim: this.#claim(),
      outage,
      truth: null,
      answer: null,
      endedAt: null,
      cutAt: null,
      retryAfterMs: null,
      recorded: null,
      recordedAt: null,
    }
    this.seeOutcomes()
    this.#leaves(call)
    this.calls.push(call)
    this.#unrecorded.push(call)
    say(
      `call ${call.n}: ${call.create ? 'create' : 'add'} ${call.people.join('+')} -> ${call.groupName} (${call.claim?.kind ?? 'no claim'})`,
    )
    return call
  }

  #claim(): Claim | null {
    const { facts } = this.#stage
    const row = facts.rows<{
      id: number
      part_id: number
      kind: CallKind
      leads: string
      team: string
      ended_at: number | null
    }>('SELECT id, part_id, kind, leads, team, ended_at FROM calls ORDER BY id DESC LIMIT 1')[0]
    if (row === undefined || row.ended_at !== null) return null
    const personsIn = (marks: string): number[] => JSON.parse(marks).map(facts.personBehind)
    const { id, part_id: partId, kind } = row
    return { id, partId, kind, leads: personsIn(row.leads), team: personsIn(row.team) }
  }

  /** The world does what it was asked, whether or not the process still waits for the answer. */
  async #takeEffect({ call, course, life }: Pending): Promise<void> {
    const { facts, world } = this.#stage
    const { truth, answer } = world.effect(call, course.trouble, facts.at)
    call.truth = truth
    call.answer = answer
    if (!life.dead && call.endedAt === null) this.#dies('after effect', life)
  }

  async #answer(pending: Pending): Promise<void> {
    const { facts, process, say } = this.#stage
    const { call, course, life } = pending
    if (!this.#pending.includes(pending)) return
    this.#pending = this.#pending.filter((other) => other !== pending)
    // An effect may come after its caller gave up.
    const answer = call.answer ?? 'timeout'
    call.answer = answer
    call.endedAt = facts.at
    call.retryAfterMs = answer === 'throttled' ? retryAfterMs(course.trouble, facts.wall) : null
    say(`answer ${call.n}: ${answer}`)
    if (this.crashAt === 'answered') {
      this.crashAt = null
      process.crashAfter = 0
    }
    const along = this.atAnswer.splice(0).map((start) => start())
    try {
      pending.resolve(respond(answer, course.trouble, facts.wall))
    } catch (error) {
      pending.reject(error)
    }
    await Promise.all(along)
    if (!life.dead) await process.settle()
  }

  #dies(when: typeof this.crashAt, life: Life): boolean {
    if (this.crashAt !== when) return false
    this.crashAt = null
    this.#stage.process.kill(life, POINTS[when ?? 'before'])
    return true
  }

  abandon(): void {
    for (const { call } of this.#pending) call.cutAt ??= this.#stage.facts.at
    this.#pending = []
  }

  /** Sees which calls have their outcome on disk. */
  seeOutcomes(): void {
    const { facts } = this.#stage
    for (const call of this.#unrecorded) {
      if (call.claim === null) continue
      const [row] = facts.rows<{ outcome: string | null }>(
        'SELECT outcome FROM calls WHERE id = ?',
        call.claim.id,
      )
      if (row?.outcome == null) continue
      call.recorded = row.outcome
      call.recordedAt = facts.at
      this.justRecorded.push(call)
    }
    this.#unrecorded = this.#unrecorded.filter((call) => call.recorded === null)
  }
}

const POINTS = {
  before: 'before the request left',
  during: 'while the request was under way',
  'after effect': 'after the call took effect',
  answered: 'after the answer came',
} as const
