/** The operator's hand: what is done with deliveries and groups, by somebody who looks into WhatsApp first. */

import type { Invite } from '../../src/invite.ts'
import type { Mapped } from '../../src/outbox/arrival.ts'
import type { OutboxParts } from '../../src/outbox/assemble.ts'
import type { GroupChange } from '../../src/outbox/group-desk.ts'
import type { ActResult, DeliveryAction } from '../../src/outbox/operator.ts'
import type { Erased } from '../../src/outbox/people-desk.ts'
import { personOf } from '../../src/outbox/person.ts'
import type { Facts, HandFacts } from './facts.ts'
import type { Act, Happening } from './history.ts'
import { homeOf } from './invariants/inquiries.ts'
import { nameOf } from './names.ts'
import { digitsOf, personAt } from './people.ts'
import type { World } from './world.ts'

/** What the hand works on. */
export interface Bench {
  readonly facts: Facts
  readonly world: World
  readonly team: readonly string[]
  ask<T>(question: (parts: OutboxParts) => Promise<T>): Promise<T | null>
  say(line: string): void
  /** Somebody is never to be sent any more; `sure`: it is written down. */
  suppressed(person: number, sure: boolean): void
}

interface Delivery {
  readonly seq: number
  readonly key: string
  readonly state: string
  readonly reason: string | null
  readonly name: string | null
  readonly contacts: string
}

/** Of what was held before there was an invite, an operator fills in all. */
const UNMAPPED: Invite = { groupName: '', contacts: [], teammates: [], create: false }

const MOST_TRIES = 5

type Change = (invite: Invite) => Invite

export class Hand implements HandFacts {
  readonly wanted = new Map<string, readonly Invite[]>()
  readonly forced = new Map<string, number>()
  readonly touched = new Map<number, number>()
  readonly erased = new Map<number, { hash: string; upTo: number }>()
  readonly discarded = new Set<number>()
  readonly words = new Map<number, number>()
  readonly allowed = new Map<string, number>()
  readonly corrected = new Map<string, number>()
  readonly counts = new Map<string, { base: number; at: number; anew: boolean }>()
  done = 0

  readonly #bench: Bench

  constructor(bench: Bench) {
    this.#bench = bench
  }

  /** One or several deliveries at once. */
  async act({ nth, many, action }: Extract<Happening, { kind: 'act' }>): Promise<void> {
    const all = this.#deliveries()
    const from = nth % Math.max(1, all.length)
    const chosen = all.slice(from, from + many).filter((one) => this.#isWise(action, one))
    if (chosen.length === 0) return
    const change = changeOf(action)
    await this.#do(chosen, change, actionOf(action), async ({ operator }) => {
      const seqs = chosen.map(({ seq }) => seq)
      const results = await operator.act(seqs, actionOf(action), 'test')
      return results.map(({ result }) => result)
    })
  }

  /** Sends one again: as it was, or as today's mapping makes it. */
  async retry({ nth, remap }: Extract<Happening, { kind: 'retry' }>): Promise<void> {
    const all = this.#deliveries()
    const one = all[nth % Math.max(1, all.length)]
    if (one === undefined) return
    const { team } = this.#bench
    const contacts = this.wanted.get(one.key)?.[0]?.contacts ?? [digitsOf(0, 0)]
    const mapped: Mapped | null =
      remap === null
        ? null
        : remap.held
          ? { kind: 'held', reasons: ['mapping'], issues: [], consent: null }
          : {
              kind: 'invite',
              invite: {
                groupName: nameOf(remap.group),
                contacts,
                teammates: contacts.filter((digits) => team.includes(digits)),
                create: true,
              },
              consent: null,
            }
    const change: Change = (invite) => (mapped?.kind === 'invite' ? mapped.invite : invite)
    if (!this.wanted.has(one.key) && mapped?.kind === 'invite') this.wanted.set(one.key, [])
    await this.#do(
      [one],
      change,
      { kind: 'exact' },
      async ({ operator }) => {
        const again = mapped === null ? null : { mapped, fields: '{}' }
        return [await operator.retry(one.seq, again, 'test')]
      },
      mapped?.kind === 'invite' ? [mapped.invite] : [],
    )
  }

  async #do(
    chosen: readonly Delivery[],
    change: Change,
    { kind }: DeliveryAction,
    ask: (parts: OutboxParts) => Promise<ActResult[]>,
    more: readonly Invite[] = [],
  ): Promise<void> {
    const { facts } = this.#bench
    const before = chosen.map(({ key }) => this.wanted.get(key) ?? [])
    const after = before.map((invites) =>
      more.length > 0 ? more : (invites.length > 0 ? invites : [UNMAPPED]).map(change),
    )
    // Until it is answered either may be sent.
    chosen.forEach(({ key }, index) => {
      this.wanted.set(key, [...(before[index] ?? []), ...(after[index] ?? [])])
    })
    if (kind === 'create') {
      for (const { reason, name } of chosen) {
        if (reason === 'group gone' && name !== null) this.#allow(name)
      }
    }
    const results = await this.#bench.ask(ask)
    this.#bench.say(
      `${kind} of ${chosen.map(({ seq }) => seq).join('+')}: ${results?.join(', ') ?? 'no answer'}`,
    )
    chosen.forEach((one, index) => {
      const { seq, key } = one
      const result = results?.[index] ?? null
      if (result !== null && result !== 'not_found') this.done++
      this.touched.set(seq, (this.touched.get(seq) ?? 0) + 1)
      if (result === 'queued') this.wanted.set(key, after[index] ?? [])
      else if (result !== null) this.wanted.set(key, before[index] ?? [])
      if (result === 'queued' || result === null) this.discarded.delete(seq)
      if (result === 'discarded') this.discarded.add(seq)
      const stood = this.words.has(seq)
      if (result === 'queued' || result === 'discarded' || result === null) this.words.delete(seq)
      const isSaySo =
        kind === 'exact' && (isDone(one) || (stood && ['queued', 'unknown'].includes(one.state)))
      if (!isSaySo || (result !== 'queued' && result !== null)) return
      if (result === 'queued') this.words.set(seq, facts.at)
      for (const invite of after[index] ?? []) {
        for (const digits of invite.contacts) {
          this.forced.set(homeOf(facts, personAt(digits), invite.groupName), facts.at)
          const now = this.#deliveries().find((other) => other.seq === seq)
          if (now?.name) this.forced.set(homeOf(facts, personAt(digits), now.name), facts.at)
        }
      }
    })
  }

  /** Goes on until nothing of a person is left, or the process fails too often. */
  async erase({ person, spelling }: Extract<Happening, { kind: 'erase' }>): Promise<void> {
    const { ask, facts, say, suppressed } = this.#bench
    const digits = digitsOf(person, spelling)
    let before: number | null = null
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      suppressed(person, false)
      const step: Erased | null = await ask(({ peopleDesk }) =>
        peopleDesk.erase(digits, before, 'test'),
      )
      if (step === null) continue
      if (before === null) this.done++
      suppressed(person, true)
      before = step.before
      if (before !== null) continue
      const [key] = facts.rows<{ value: string }>(
        `SELECT value FROM account WHERE key = 'personKey'`,
      )
      const [last] = facts.rows<{ seq: number | null }>('SELECT max(seq) AS seq FROM deliveries')
      const hash = await personOf(digits, key?.value ?? '')
      this.erased.set(person, { hash, upTo: last?.seq ?? 0 })
      break
    }
    say(`${person} is erased: ${before === null}`)
  }

  /** What the operator knows of a group. */
  async group({ nth, does, joined }: Extract<Happening, { kind: 'group' }>): Promise<void> {
    const { ask, facts, say, world } = this.#bench
    if (facts.rows(`SELECT 1 FROM sqlite_schema WHERE name = 'groups'`).length === 0) return
    const all = facts.rows<{ id: number; name: string }>('SELECT id, name FROM groups ORDER BY id')
    const group = all[nth % Math.max(1, all.length)]
    if (group === undefined) return
    const { id, name } = group
    if (does === 'create' ? !this.#isAbsent(name) : !world.has(name)) return
    const members = world.size(name) + joined
    const change: GroupChange =
      does === 'count'
        ? { kind: does, members }
        : does === 'rename'
          ? { kind: does, name: facts.names.fresh() }
          : { kind: does }
    if (change.kind === 'rename') {
      world.rename(name, change.name)
      facts.names.renamed(name, change.name)
    }
    const part = facts.names.partOf(name)
    if (does === 'create') this.#allow(name)
    if (does === 'exists') this.corrected.set(part, facts.calls.length)
    const result = await ask(({ groupDesk }) => groupDesk.change(id, change, 'test'))
    say(`group ${name}: ${JSON.stringify(change)} ${result ?? 'no answer'}`)
    if (result === 'done') this.done++
    if (does !== 'count' && does !== 'create') return
    // Without an answer it may have been written down.
    const row = facts.rows<{ members: number }>('SELECT members FROM groups WHERE id = ?', id)[0]
    const base = does === 'count' ? members : 0
    if (result === null && row?.members !== base) return
    this.counts.set(part, { base, at: facts.at, anew: does === 'create' })
  }

  #allow(name: string): void {
    const { facts } = this.#bench
    const part = facts.names.partOf(name)
    this.allowed.set(part, facts.calls.length)
    this.corrected.set(part, facts.calls.length)
  }

  /** Nobody says of a group that it is to be made while it is there, or may yet come of a call. */
  #isWise(action: Act, { name }: Delivery): boolean {
    return action.kind !== 'create' || name === null || this.#isAbsent(name)
  }

  #isAbsent(name: string): boolean {
    const { facts, world } = this.#bench
    if (world.has(name)) return false
    return !facts.calls.some((call) => call.groupName === name && call.truth === null)
  }

  #deliveries(): Delivery[] {
    const { facts } = this.#bench
    const acknowledged = [...new Set([...facts.leads.values()].map(({ seq }) => seq))]
    return acknowledged.flatMap((seq) =>
      facts.rows<Delivery>(
        `SELECT seq, key, state, reason, name, contacts FROM deliveries LEFT JOIN groups ON groups.id = group_id
         WHERE seq = ?`,
        seq,
      ),
    )
  }
}

/** An operator's word on one that was accepted or skipped lets people be sent again. */
function isDone({ state, reason }: Delivery): boolean {
  return (state === 'accepted' || state === 'skipped') && reason !== 'discarded'
}

function actionOf(act: Act): DeliveryAction {
  if (act.kind !== 'edit') return act
  const { people, group, create } = act
  return {
    kind: 'edit',
    contacts: people?.map((person) => digitsOf(person, 0)) ?? null,
    groupName: group === null ? null : nameOf(group),
    create,
  }
}

function changeOf(act: Act): Change {
  const action = actionOf(act)
  return (invite) => {
    if (action.kind === 'create') return { ...invite, create: true }
    if (action.kind !== 'edit') return invite
    return {
      ...invite,
      contacts: action.contacts ?? invite.contacts,
      groupName: action.groupName ?? invite.groupName,
      create: action.create ?? invite.create,
    }
  }
}
