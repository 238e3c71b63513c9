/** The senders: webhooks with their retries and repeats, and the API that knows what some webhooks leave out. */

import type { Mapped } from '../../src/mapping/map.ts'
import type { Arrival, ArrivalItem, ArrivedItem } from '../../src/outbox/accept.ts'
import { accept, readDeliveryId } from '../../src/outbox/accept.ts'
import type { LookUpOutcome } from '../../src/outbox/ports.ts'
import type { Chance } from './chance.ts'
import { between } from './chance.ts'
import type { Facts, Lead, LookUp, SenderFacts } from './facts.ts'
import type { Happening, History, HookNumber, LeadItem, Moment } from './history.ts'
import { HOOK_NAMES } from './history.ts'
import { nameOf } from './names.ts'
import type { Operator } from './operator.ts'
import { digitsOf, personAt, teammatesOf } from './people.ts'
import type { Life, Process } from './process.ts'
import { eventMark } from './quick-crypto.ts'
import type { Requests } from './requests.ts'

const SECOND_MS = 1_000
/** A vendor answers within this. */
const MOST_LATENCY_MS = 5 * SECOND_MS

/** Marks what a sender asked for without an answer. */
const UNANSWERED = ' unanswered'

/** What the senders need of the simulation. */
export interface Stage {
  readonly facts: Facts
  readonly process: Process
  readonly operator: Operator
  readonly requests: Requests
  readonly history: History
  readonly chance: Chance
  schedule(at: number, run: () => Promise<void>): void
  say(line: string): void
  /** A webhook was answered. */
  answered(arrival: Arrival, items: readonly ArrivedItem[]): void
}

interface Sent {
  readonly arrival: Arrival
  retries: number
}

interface Asked {
  readonly life: Life
  readonly lookUp: LookUp
  readonly resolve: (found: LookUpOutcome) => void
}

export class Senders implements SenderFacts {
  readonly leads = new Map<string, Lead>()
  readonly lookUps: LookUp[] = []
  readonly unanswered = new Map<string, number>()
  /** Look-ups fail until then, every one or every second one. */
  failing = { until: Number.NEGATIVE_INFINITY, oneIn: 1 }

  readonly #stage: Stage
  readonly #sent: Sent[] = []
  readonly #events: { readonly hook: string; readonly key: string }[] = []
  readonly #keys = new Map<string, string>()
  /** When each event came, or came anew after its delivery was deleted. */
  readonly #since = new Map<string, number>()
  readonly #people = new Map<string, readonly number[]>()
  /** What a look-up finds, by the key of the event. */
  readonly #known = new Map<string, LookUpOutcome>()
  #asked: Asked[] = []

  constructor(stage: Stage) {
    this.#stage = stage
  }

  // Webhooks.

  async webhook(event: Extract<Happening, { kind: 'webhook' }>): Promise<void> {
    const n = this.#sent.length
    const team = this.teamOf(event.hook)
    const arrival: Arrival = {
      account: 'default',
      hook: HOOK_NAMES[event.hook],
      source: 'json',
      bodyKey: event.bodyKey ? `body-${n}` : null,
      fingerprint: `fingerprint-${n}`,
      items: event.items.map((item, index) => this.#itemOf(`event-${n}-${index}`, item, team)),
    }
    const sent = { arrival, retries: event.retries }
    this.#sent.push(sent)
    await this.#at(event.moment, () => this.#deliver(sent))
  }

  burst(event: Extract<Happening, { kind: 'burst' }>): void {
    const { facts, schedule } = this.#stage
    const { hook, group, create, everyMs, first, count } = event
    for (let index = 0; index < count; index++) {
      const people = [first + index]
      const item = { group, people, spelling: 0, create, held: false, lookUp: null } as const
      schedule(facts.at + index * everyMs, () =>
        this.webhook({
          kind: 'webhook',
          hook,
          items: [item],
          bodyKey: false,
          moment: 'now',
          retries: 1,
        }),
      )
    }
  }

  async again(event: Extract<Happening, { kind: 'again' }>): Promise<void> {
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

  async #at(moment: Moment, start: () => Promise<void>): Promise<void> {
    if (moment === 'ring') this.#stage.process.atRing.push(start)
    else if (moment === 'answer') this.#stage.requests.atAnswer.push(start)
    else await start()
  }

  /** Without an answer the sender tries again. */
  async #deliver(sent: Sent): Promise<void> {
    const { facts, operator, process, chance, say, schedule } = this.#stage
    const { arrival } = sent
    for (const { key, mapped } of arrival.items) {
      this.#events.push({ hook: arrival.hook, key })
      if (!this.#since.has(firstKeyOf(key))) this.#since.set(firstKeyOf(key), facts.at)
      const invite = mapped?.kind === 'invite' ? mapped.invite : null
      if (!operator.wanted.has(key)) operator.wanted.set(key, invite === null ? [] : [invite])
    }
    const items = await process.ask(({ context }) => accept(context, arrival))
    say(
      `webhook ${arrival.hook}: ${arrival.items.map(wordsOf).join('; ')}: ${items === null ? 'no answer' : items.map(({ id, state, duplicate }) => `${id} ${duplicate ? 'duplicate ' : ''}${state}`).join(', ')}`,
    )
    if (items !== null) return this.#acknowledged(arrival, items)
    // They may be kept all the same, and be erased before the sender tries again: then that makes others.
    for (const { key } of arrival.items) {
      operator.wanted.set(key + UNANSWERED, operator.wanted.get(key) ?? [])
      this.unanswered.set(firstKeyOf(key), facts.at)
    }
    if (sent.retries === 0) return
    const again = { arrival, retries: sent.retries - 1 }
    const wait = Math.round(between(chance, SECOND_MS, 60 * SECOND_MS))
    schedule(facts.at + wait, () => this.#deliver(again))
  }

  #acknowledged(arrival: Arrival, items: readonly ArrivedItem[]): void {
    const { answered, facts, operator } = this.#stage
    answered(arrival, items)
    if (items.length !== arrival.items.length) return
    items.forEach(({ id, duplicate }, index) => {
      const key = arrival.items[index]?.key
      const seq = readDeliveryId(id)?.seq
      if (key === undefined || seq === undefined) return
      if (duplicate) operator.wanted.delete(key + UNANSWERED)
      else this.#isNew(key, arrival.items[index]?.mapped ?? null)
      const first = firstKeyOf(key)
      if (!duplicate) this.#since.set(first, facts.at)
      const since = this.#since.get(first) ?? facts.at
      this.leads.set(key, { key, hook: arrival.hook, seq, since })
    })
  }

  /** An earlier delivery of this event was deleted, or forgotten with a person: this one asks for what its sender said. */
  #isNew(key: string, mapped: Mapped | null): void {
    const { operator } = this.#stage
    const before = this.leads.get(key)
    if (before !== undefined) {
      operator.wanted.set(`${key} of ${before.seq}`, operator.wanted.get(key) ?? [])
      if (operator.discarded.delete(key)) operator.discarded.add(`${key} of ${before.seq}`)
    }
    // What was looked up at the same moment stays.
    if (mapped?.kind === 'invite') operator.wanted.set(key, [mapped.invite])
  }

  /** Digits of the people who travel with every lead of a hook. */
  teamOf(hook: HookNumber): string[] {
    const { teammates } = this.#stage.history.hooks[hook]
    return teammatesOf(teammates).map((person) => digitsOf(person, 0))
  }

  #itemOf(key: string, item: LeadItem, teammates: readonly string[]): ArrivalItem {
    const { group, people, spelling, create, held, lookUp } = item
    const consent = {
      basis: 'field',
      what: 'agreed',
      given: 'yes',
      at: '2026-06-01T00:00:00Z',
    } as const
    const mapped: Mapped = held
      ? { kind: 'held', reasons: ['consent'], issues: [], consent: null }
      : {
          kind: 'invite',
          invite: {
            groupName: nameOf(group),
            contacts: [...people.map((person) => digitsOf(person, spelling)), ...teammates].filter(
              (digits, index, all) => all.indexOf(digits) === index,
            ),
            teammates,
            create,
          },
          consent,
        }
    const fields = JSON.stringify({
      said: people.map((person) => `+${digitsOf(person, spelling)}`),
    })
    this.#people.set(key, [...people, ...teammates.map(personAt)])
    if (lookUp === null) return { key, fields, mapped }
    const found = { kind: 'mapped', mapped, fields } as const
    this.#known.set(key, lookUp === 'unwanted' ? { kind: 'unwanted' } : found)
    return { key, fields: JSON.stringify({ id: key }), mapped: null }
  }

  peopleOf(key: string): readonly number[] {
    return this.#people.get(firstKeyOf(key)) ?? []
  }

  /** The key of an event by its mark in the tables. */
  keyBehind(mark: string): string | undefined {
    const known = this.#keys.get(mark)
    if (known !== undefined) return known
    const { facts } = this.#stage
    const [secret] = facts.rows<{ value: string }>(
      `SELECT value FROM account WHERE key = 'personKey'`,
    )
    for (const { hook, key } of this.#events.splice(0)) {
      this.#keys.set(eventMark(secret?.value ?? '', hook, key), key)
    }
    return this.#keys.get(mark)
  }

  // Look-ups.

  get asked(): number {
    return this.#asked.length
  }

  lookUp(life: Life, fields: string): Promise<LookUpOutcome> {
    const { chance, facts, process, schedule } = this.#stage
    if (life.dead) return new Promise(() => {})
    const key: string = JSON.parse(fields).id
    const lookUp: LookUp = { key, answer: null, endedAt: Number.POSITIVE_INFINITY }
    this.lookUps.push(lookUp)
    const { promise, resolve } = Promise.withResolvers<LookUpOutcome>()
    const asked = { life, lookUp, resolve }
    this.#asked.push(asked)
    const latency = Math.ceil(between(chance, 1, MOST_LATENCY_MS))
    schedule(facts.at + latency, () => this.#answer(asked))
    process.changed()
    return promise
  }

  async #answer(asked: Asked): Promise<void> {
    const { chance, facts, operator, process, say } = this.#stage
    if (!this.#asked.includes(asked)) return
    this.#asked = this.#asked.filter((other) => other !== asked)
    const { key } = asked.lookUp
    const fails = facts.at < this.failing.until && chance() < 1 / this.failing.oneIn
    const found: LookUpOutcome = fails
      ? { kind: 'failed', message: 'The sender does not answer' }
      : (this.#known.get(key) ?? { kind: 'failed', message: 'No such event' })
    asked.lookUp.answer = found.kind
    asked.lookUp.endedAt = facts.at
    say(`look-up of ${key}: ${found.kind}`)
    const invite =
      found.kind === 'mapped' && found.mapped.kind === 'invite' ? found.mapped.invite : null
    for (const [own, invites] of operator.wanted) {
      if (invite === null || firstKeyOf(own) !== key || !this.#isLookedUp(own)) continue
      operator.wanted.set(own, [...invites, invite])
    }
    asked.resolve(found)
    // Others may be asked at the same time: the process does all it can with this answer first.
    await new Promise((resolve) => setImmediate(resolve))
    await process.settle()
  }

  /** Whether the answer will be taken: an operator may have filled in the rest meanwhile. */
  #isLookedUp(key: string): boolean {
    const seq = this.leads.get(key)?.seq
    if (seq === undefined) return true
    const found = this.#stage.facts.rows(
      'SELECT 1 FROM deliveries WHERE seq = ? AND look_up_at IS NOT NULL',
      seq,
    )
    return found.length > 0
  }

  abandon(): void {
    this.#asked = []
  }
}

/** The key under which the event came first: its body may have come again under another. */
export function firstKeyOf(key: string): string {
  return key.replace(/^forged-\d+-/, '').replace(UNANSWERED, '')
}

function wordsOf({ key, mapped }: ArrivalItem): string {
  if (mapped === null) return `${key} to be looked up`
  if (mapped.kind === 'held') return `${key} held`
  const { contacts, groupName, create } = mapped.invite
  return `${key} ${contacts.map(personAt).join('+')} -> ${groupName}${create ? '' : ' without create'}`
}
