/** WhatsApp and EazyBe as they might be: which groups there are, who is in them, and what a caller is told of it. */

import type { Chance } from './chance.ts'
import { between } from './chance.ts'
import type { Answer, Call, Truth } from './facts.ts'

const SECOND_MS = 1_000
const DAY_MS = 24 * 60 * 60 * SECOND_MS
/** The client gives up then. */
const CLIENT_TIMEOUT_MS = 60 * SECOND_MS
/** A call that hangs may still take effect, later than its caller waited. */
const LATE_EFFECT_MS = 90 * SECOND_MS

export type Effect = 'none' | 'some' | 'all'

/** The status of a gateway's page. */
export type Page = 400 | 401 | 403 | 404 | 502

/** How a call goes wrong. */
export type Trouble =
  /** Answered for the account or by something in between; nothing is done. */
  | { readonly kind: 'refuses'; readonly status: 400 | 401 | 403 | 521 }
  | {
      readonly kind: 'throttles'
      readonly after: 'seconds' | 'date' | 'none'
      readonly seconds: number
    }
  /** Read as 500: that, `status:false`, an empty body, and a page that is not EazyBe's, whatever its status. */
  | {
      readonly kind: 'fails'
      readonly as: 500 | 'status false' | 'empty' | Page
      readonly effect: Effect
    }
  /** 200, and no person was added. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'hangs'; readonly effect: Effect }
  | { readonly kind: 'breaks'; readonly effect: Effect }

export interface Phase {
  readonly trouble: Trouble
  /** Every call, every second, every third one by chance. */
  readonly oneIn: 1 | 2 | 3
  readonly until: number
}

/** EazyBe answers the same to everything, and does nothing. */
export interface Outage {
  readonly answers: 400 | 500
  readonly until: number
}

interface Group {
  name: string
  readonly byUsher: boolean
  /** Each with when they came. */
  readonly members: Map<number, number>
  readonly visibleFrom: number
  gone: boolean
}

/** A group that a person is in, since then. */
export interface Home {
  readonly name: string
  readonly since: number
}

/** What a call will meet, decided when it arrives. */
export interface Course {
  readonly trouble: Trouble | null
  /** It falls into an outage. */
  readonly outage: boolean
  /** World times. */
  readonly effectAt: number
  readonly answerAt: number
}

export class World {
  readonly groups: Group[] = []
  /** Names of which Usher made two groups. */
  readonly madeTwice: string[] = []
  phases: Phase[] = []
  outage: Outage | null = null
  lagMs = 0
  /** Creations in 24 hours. */
  createLimit = Number.POSITIVE_INFINITY
  /** Their numbers are refused with 400. */
  readonly malformed = new Set<number>()
  /** Their numbers make any call fail with 500. */
  readonly poison = new Set<number>()
  /** Tokens that are refused for good. */
  readonly refusedTokens = new Set<string>()
  readonly #chance: Chance
  /** Waits of the sandbox are a thousandth, and so is everything that takes time here. */
  readonly #scale: number
  readonly #createdAt: number[] = []

  constructor(chance: Chance, scale: number) {
    this.#chance = chance
    this.#scale = scale
  }

  isBad(person: number): boolean {
    return this.malformed.has(person) || this.poison.has(person)
  }

  /** Everything works from now on; bad numbers stay bad. */
  mend(): void {
    this.phases = []
    this.outage = null
    this.lagMs = 0
    this.createLimit = Number.POSITIVE_INFINITY
  }

  /** A person makes a group on the phone, renames or deletes it so that its name is no longer found, or renames it back. */
  onPhone(does: 'make' | 'remove' | 'restore', name: string): void {
    if (does === 'make') {
      this.groups.push({ name, byUsher: false, members: new Map(), visibleFrom: 0, gone: false })
      return
    }
    for (const group of this.groups) if (group.name === name) group.gone = does === 'remove'
  }

  /** A new name for it, which is also where it is found from now on. */
  rename(before: string, name: string): void {
    for (const group of this.groups) if (group.name === before) group.name = name
  }

  /** Whether there is one, whether or not EazyBe sees it yet. */
  has(name: string): boolean {
    return this.groups.some((group) => group.name === name && !group.gone)
  }

  /** How many are in it. */
  size(name: string): number {
    const group = this.groups.find((one) => one.name === name && !one.gone)
    return group?.members.size ?? 0
  }

  homesOf(person: number): Home[] {
    return this.groups.flatMap(({ name, members, gone }) => {
      const since = members.get(person)
      return gone || since === undefined ? [] : [{ name, since }]
    })
  }

  /** What a call that arrives now will meet. */
  course(now: number): Course {
    this.phases = this.phases.filter((phase) => phase.until > now)
    const phase = this.phases.find(({ oneIn }) => this.#chance() < 1 / oneIn)
    const outage = this.outage !== null && this.outage.until > now ? this.outage : null
    const trouble = outage === null ? (phase?.trouble ?? null) : OUTAGES[outage.answers]
    const latency = Math.ceil(between(this.#chance, 200, 12 * SECOND_MS) * this.#scale)
    if (trouble?.kind === 'hangs') {
      const effectAt = now + Math.ceil(this.#chance() * LATE_EFFECT_MS * this.#scale)
      return { trouble, outage: false, effectAt, answerAt: now + CLIENT_TIMEOUT_MS }
    }
    const effectAt = now + Math.floor(latency / 2)
    return { trouble, outage: outage !== null, effectAt, answerAt: now + latency }
  }

  /** Does what the call does in truth. Gives that and the answer it gets. */
  effect(call: Call, trouble: Trouble | null, now: number): { truth: Truth; answer: Answer } {
    const nothing: Truth = { created: false, added: [], felt: false, spoilt: false }
    if (trouble?.kind === 'refuses') return { truth: nothing, answer: REFUSALS[trouble.status] }
    if (trouble?.kind === 'throttles') return { truth: nothing, answer: 'throttled' }
    if (this.refusedTokens.has(call.token)) return { truth: nothing, answer: 'unauthorized' }
    const answer = trouble === null ? null : ANSWERS[trouble.kind]
    if (trouble !== null && 'effect' in trouble && trouble.effect === 'none') {
      return { truth: { ...nothing, felt: trouble.kind === 'fails' }, answer: answer ?? 'failed' }
    }
    const honest = this.#obey(call, trouble, now)
    return { truth: honest.truth, answer: answer ?? honest.answer }
  }

  #obey(call: Call, trouble: Trouble | null, now: number): { truth: Truth; answer: Answer } {
    const nothing: Truth = { created: false, added: [], felt: false, spoilt: false }
    if (call.people.some((person) => this.malformed.has(person))) {
      return { truth: { ...nothing, spoilt: true }, answer: 'refused' }
    }
    const found = this.#visible(call.groupName, now)
    if (found === undefined && !call.create) return { truth: nothing, answer: 'missing' }
    const poisoned = call.people.findIndex((person) => this.poison.has(person))
    if (found === undefined && (poisoned !== -1 || this.#atLimit(now))) {
      return { truth: { ...nothing, felt: true, spoilt: poisoned !== -1 }, answer: 'failed' }
    }
    const group = found ?? this.#make(call.groupName, now)
    const silent = trouble?.kind === 'silent'
    const some = trouble !== null && 'effect' in trouble && trouble.effect === 'some'
    const half = some ? Math.ceil(call.people.length / 2) : call.people.length
    const reached = silent ? 0 : poisoned === -1 ? half : Math.min(half, poisoned)
    const added = call.people.slice(0, reached).filter((person) => !group.members.has(person))
    for (const person of added) group.members.set(person, now)
    return {
      truth: { created: found === undefined, added, felt: true, spoilt: poisoned !== -1 },
      answer: poisoned === -1 ? 'accepted' : 'failed',
    }
  }

  #visible(name: string, now: number): Group | undefined {
    return this.groups.find(
      (group) => group.name === name && !group.gone && group.visibleFrom <= now,
    )
  }

  #atLimit(now: number): boolean {
    return this.#createdAt.filter((at) => at > now - DAY_MS).length >= this.createLimit
  }

  #make(name: string, now: number): Group {
    if (this.groups.some((group) => group.name === name && group.byUsher && !group.gone)) {
      this.madeTwice.push(name)
    }
    const visibleFrom = now + Math.floor(this.lagMs * this.#scale)
    const group = {
      name,
      byUsher: true,
      members: new Map<number, number>(),
      visibleFrom,
      gone: false,
    }
    this.groups.push(group)
    this.#createdAt.push(now)
    return group
  }
}

const OUTAGES = {
  400: { kind: 'refuses', status: 400 },
  500: { kind: 'fails', as: 500, effect: 'none' },
} as const satisfies Record<number, Trouble>
const REFUSALS = {
  400: 'refused',
  401: 'unauthorized',
  403: 'inactive',
  521: 'never arrived',
} as const
const ANSWERS = { fails: 'failed', silent: null, hangs: 'timeout', breaks: 'broken' } as const

/** What goes over the wire for an answer; throws where nothing does. */
export function respond(answer: Answer, trouble: Trouble | null, wall: number): Response {
  switch (answer) {
    case 'accepted':
      return json(200, true, 'Group created and chat IDs added successfully.')
    case 'refused':
      return json(400, false, 'Invalid data provided.')
    case 'unauthorized':
      return json(401, false, 'Invalid access token')
    case 'inactive':
      return json(403, false, 'Cloud session is not active or working.')
    case 'missing':
      return json(404, false, 'Group not found')
    case 'throttled':
      return new Response('Too Many Requests', { status: 429, headers: retryAfter(trouble, wall) })
    case 'never arrived':
      return new Response('error code: 521', { status: 521 })
    case 'failed':
      return failure(trouble)
    case 'timeout':
      throw new DOMException('The operation timed out', 'TimeoutError')
    case 'broken':
      throw new TypeError('Network connection lost.')
  }
}

function failure(trouble: Trouble | null): Response {
  const as = trouble?.kind === 'fails' ? trouble.as : 500
  if (as === 'status false') return json(200, false, 'Something went wrong')
  if (as === 'empty') return new Response('')
  if (as !== 500) return new Response('<h1>Bad Gateway</h1>', { status: as })
  return json(500, false, 'Failed to create group and add chat IDs.')
}

/** How long a 429 asks to wait; null: it does not say. */
export function retryAfterMs(trouble: Trouble | null, wall: number): number | null {
  if (trouble?.kind !== 'throttles' || trouble.after === 'none') return null
  // An HTTP date has whole seconds.
  const wait = trouble.seconds * SECOND_MS
  return trouble.after === 'seconds'
    ? wait
    : Math.floor((wall + wait) / SECOND_MS) * SECOND_MS - wall
}

function retryAfter(trouble: Trouble | null, wall: number): Record<string, string> {
  const wait = retryAfterMs(trouble, wall)
  if (wait === null || trouble?.kind !== 'throttles') return {}
  const text =
    trouble.after === 'date' ? new Date(wall + wait).toUTCString() : String(wait / SECOND_MS)
  return { 'retry-after': text }
}

function json(status: number, good: boolean, message: string): Response {
  return Response.json({ status: good, message }, { status })
}
