/** The operator: what is done with deliveries, groups and the account, by a person who looks into WhatsApp first. */

import type { Invite } from '../../src/mapping/invite.ts'
import type { Mapped } from '../../src/mapping/map.ts'
import type { ActResult, DeliveryAction } from '../../src/outbox/admin/act.ts'
import type { GroupChange } from '../../src/outbox/admin/groups.ts'
import type { Rooms } from '../../src/outbox/assemble.ts'
import { EVERY_DELIVERY } from '../../src/outbox/store/search.ts'
import type { Change, Delivery } from './deliveries.ts'
import { acknowledged, actionOf, changeOf, gone, isDone, partAt, UNMAPPED } from './deliveries.ts'
import type { Facts, OperatorFacts } from './facts.ts'
import type { Act, Happening, View } from './history.ts'
import { HOOK_NAMES } from './history.ts'
import { askedOf, homeOf } from './invariants/inquiries.ts'
import { nameOf } from './names.ts'
import { digitsOf, isTeammate, personAt } from './people.ts'
import type { Process } from './process.ts'
import type { World } from './world.ts'

/** What the operator needs of the simulation. */
export interface Stage {
  readonly facts: Facts
  readonly world: World
  readonly process: Process
  say(line: string): void
}

const EVERYTHING = { ...EVERY_DELIVERY, limit: 50, before: null }
const ACTOR = 'test'
/** How often a rename is sent again that got no answer. */
const MOST_REPEATS = 20

export class Operator implements OperatorFacts {
  readonly wanted = new Map<string, readonly Invite[]>()
  readonly forced = new Map<string, number>()
  readonly wrote = new Map<number, number>()
  readonly touched = new Map<number, number>()
  readonly discarded = new Set<string>()
  readonly resent = new Map<number, number>()
  readonly allowed = new Map<string, number>()
  readonly corrected = new Map<string, number>()
  readonly counts = new Map<string, { base: number; at: number; anew: boolean }>()
  readonly named = new Set<string>()
  paused = false
  resumedAt = Number.NEGATIVE_INFINITY
  readonly resumes: number[] = []
  leftByResume: string | null = null
  done = 0

  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  #ask<T>(question: (rooms: Rooms) => Promise<T>): Promise<T | null> {
    return this.#stage.process.ask(question, false)
  }

  // Deliveries.

  /** One or several deliveries at once. */
  async act({ nth, many, action }: Extract<Happening, { kind: 'act' }>): Promise<void> {
    const all = acknowledged(this.#stage.facts)
    const from = nth % Math.max(1, all.length)
    const chosen = all.slice(from, from + many).filter((one) => this.#isWise(action, one))
    if (chosen.length === 0) return
    const asked = actionOf(action)
    await this.#do(chosen, changeOf(asked), asked, async ({ deliveries }) => {
      const seqs = chosen.map(({ seq }) => seq)
      return (await deliveries.act(seqs, asked, ACTOR)).map(({ result }) => result)
    })
  }

  /** Sends one again: as it was, or as today's mapping makes it. */
  async retry({ nth, remap }: Extract<Happening, { kind: 'retry' }>): Promise<void> {
    const all = acknowledged(this.#stage.facts)
    const one = all[nth % Math.max(1, all.length)]
    if (one === undefined) return
    const { seq } = one
    const exact = { kind: 'exact' } as const
    if (remap === null) {
      return this.#do(
        [one],
        (invite) => invite,
        exact,
        async ({ deliveries }) =>
          (await deliveries.act([seq], exact, ACTOR)).map(({ result }) => result),
      )
    }
    const contacts = this.wanted.get(one.key)?.[0]?.contacts ?? [digitsOf(0, 0)]
    const teammates = contacts.filter((digits) => isTeammate(personAt(digits)))
    const invite = { groupName: nameOf(remap.group), contacts, teammates, create: true }
    const mapped: Mapped = remap.held
      ? { kind: 'held', reasons: ['mapping'], issues: [], consent: null }
      : { kind: 'invite', invite, consent: null }
    if (!this.wanted.has(one.key) && !remap.held) this.wanted.set(one.key, [])
    const change: Change = (before) => (remap.held ? before : invite)
    const ask = async ({ deliveries }: Rooms) => [
      await deliveries.remap(seq, { mapped, fields: '{}' }, ACTOR),
    ]
    return this.#do([one], change, exact, ask, remap.held ? [] : [invite])
  }

  async #do(
    chosen: readonly Delivery[],
    change: Change,
    { kind }: DeliveryAction,
    ask: (rooms: Rooms) => Promise<ActResult[]>,
    more: readonly Invite[] = [],
  ): Promise<void> {
    const before = chosen.map(({ key }) => this.wanted.get(key) ?? [])
    const after = before.map((invites) =>
      more.length > 0 ? more : (invites.length > 0 ? invites : [UNMAPPED]).map(change),
    )
    const homes = chosen.map(({ seq }) => this.#homesOf(seq))
    const ofLeads = chosen.map(({ seq }) => this.#homesOf(seq, true))
    for (const { groupName } of [...before, ...after].flat()) {
      this.named.add(this.#stage.facts.names.groupOf(groupName))
    }
    // Until it is answered either may be sent.
    chosen.forEach(({ key }, index) => {
      this.wanted.set(key, [...(before[index] ?? []), ...(after[index] ?? [])])
    })
    const calls = this.#stage.facts.calls.length
    if (kind === 'create') for (const { partName } of gone(chosen)) this.#allow(partName, calls)
    const results = await this.#ask(ask)
    this.#stage.say(
      `${kind} of ${chosen.map(({ seq }) => seq).join('+')}: ${results?.join(', ') ?? 'no answer'}`,
    )
    if (kind === 'create') for (const { partName } of gone(chosen)) this.#countsAnew(partName)
    chosen.forEach((one, index) => {
      const { seq, key } = one
      const result = results?.[index] ?? null
      const queued = result === 'queued' || result === 'skipped'
      if (result !== null && result !== 'not_found') this.done++
      this.touched.set(seq, (this.touched.get(seq) ?? 0) + 1)
      if (kind === 'edit' || more.length > 0) {
        const written = (after[index] ?? []).flatMap(({ contacts }) => contacts.map(personAt))
        for (const person of written) this.wrote.set(person, this.#stage.facts.at)
      }
      if (queued) this.wanted.set(key, after[index] ?? [])
      else if (result !== null) this.wanted.set(key, before[index] ?? [])
      if (queued || result === null || result === 'held') this.discarded.delete(key)
      if (result === 'discarded') this.discarded.add(key)
      // What was to be sent again and went to a group new to its leads is an ordinary lead there.
      const since = this.resent.get(seq) ?? Number.NEGATIVE_INFINITY
      const stood = (ofLeads[index] ?? []).some((home) => this.#wasIn(home, since))
      if (queued || result === 'discarded' || result === null) this.resent.delete(seq)
      const again =
        kind === 'exact' && (isDone(one) || (stood && ['queued', 'unknown'].includes(one.state)))
      if (!again || !(queued || result === null)) return
      if (queued) this.resent.set(seq, this.#stage.facts.at)
      for (const home of [
        ...(homes[index] ?? []),
        ...this.#homesOf(seq),
        ...this.#wanted(after[index]),
      ]) {
        this.forced.set(home, this.#stage.facts.at)
      }
    })
  }

  /** Whether EazyBe accepted the person into the group by then. */
  #wasIn(home: string, then: number): boolean {
    const { facts } = this.#stage
    return facts.calls.some(
      ({ recorded, recordedAt, people, groupName }) =>
        recorded === 'accepted' &&
        (recordedAt ?? Number.POSITIVE_INFINITY) <= then &&
        people.some((one) => homeOf(facts, one, groupName) === home),
    )
  }

  /** Of the people that a delivery asks for: the groups that they are asked for. */
  #homesOf(seq: number, leadsOnly = false): string[] {
    const { facts } = this.#stage
    const asked = askedOf(facts, seq).filter(({ team }) => !team || !leadsOnly)
    return asked.map(({ person, groupName }) => homeOf(facts, person, groupName))
  }

  #wanted(invites: readonly Invite[] = []): string[] {
    return invites.flatMap(({ contacts, groupName }) =>
      contacts.map((digits) => homeOf(this.#stage.facts, personAt(digits), groupName)),
    )
  }

  /** A group is not said to be missing while it is there, or may yet come of a call. */
  #isWise(action: Act, { partName }: Delivery): boolean {
    return action.kind !== 'create' || partName === null || this.#isAbsent(partName)
  }

  #isAbsent(name: string): boolean {
    const { facts, world } = this.#stage
    if (world.has(name)) return false
    return !facts.calls.some((call) => call.groupName === name && call.truth === null)
  }

  // Groups.

  /** What the operator knows of a part. */
  async group({ nth, does, joined }: Extract<Happening, { kind: 'group' }>): Promise<void> {
    const { facts, say, world } = this.#stage
    const part = partAt(facts, nth)
    if (part === undefined) return
    const { id, name } = part
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
    const first = facts.names.partOf(name)
    this.named.add(facts.names.groupOf(name))
    if (does === 'create') {
      this.#allow(name, facts.calls.length)
      this.#giveLeave(name)
    }
    if (does === 'exists') this.corrected.set(first, facts.calls.length)
    let result = await this.#ask(({ groups }) => groups.change(id, change, ACTOR))
    // The group has another name by now, and Usher learns it from nothing else.
    for (let n = 0; change.kind === 'rename' && result === null && n < MOST_REPEATS; n++) {
      result = await this.#ask(({ groups }) => groups.change(id, change, ACTOR))
    }
    say(`group ${name}: ${JSON.stringify(change)} ${result ?? 'no answer'}`)
    if (result === 'done') this.done++
    if (does === 'create') this.#countsAnew(name)
    if (does !== 'count') return
    // Without an answer it may have been written down.
    const [row] = facts.rows<{ members: number }>('SELECT members FROM parts WHERE id = ?', id)
    if (result === null && row?.members !== members) return
    this.counts.set(first, { base: members, at: facts.at, anew: false })
  }

  #allow(name: string, calls: number): void {
    const part = this.#stage.facts.names.partOf(name)
    this.allowed.set(part, calls)
    this.corrected.set(part, calls)
  }

  /** All that waits for the group may create it, also where they are edited later. */
  #giveLeave(name: string): void {
    const { names } = this.#stage.facts
    for (const [key, invites] of this.wanted) {
      const given = invites.map((invite) =>
        names.groupOf(invite.groupName) === names.groupOf(name)
          ? { ...invite, create: true }
          : invite,
      )
      this.wanted.set(key, given)
    }
  }

  /** A part that may be created again counts from nothing, if that was written down. */
  #countsAnew(name: string): void {
    const { facts } = this.#stage
    const [row] = facts.rows<{ members: number; counted_from: number }>(
      'SELECT members, counted_from FROM parts WHERE name = ?',
      name,
    )
    if (row?.members !== 0 || row.counted_from === 0) return
    this.counts.set(facts.names.partOf(name), { base: 0, at: facts.at, anew: true })
  }

  // The account, and looking.

  /** Until it is answered it is not known whether the account is paused. */
  async pause(on: boolean): Promise<void> {
    const { facts, say } = this.#stage
    this.paused = false
    if (!on) this.resumedAt = facts.at
    if (!on) this.resumes.push(facts.at)
    const done = await this.#ask(async ({ account }) => {
      await (on ? account.pause(ACTOR) : account.resume(ACTOR))
      return true
    })
    say(`the operator ${on ? 'pauses' : 'resumes'}: ${done ?? 'no answer'}`)
    if (done === null) return
    this.done++
    this.paused = on
    if (!on) this.leftByResume ??= this.#leftInPlace()
  }

  /** Of the waits that EazyBe made; null: nothing. */
  #leftInPlace(): string | null {
    const { facts } = this.#stage
    const [row] = facts.rows<{ value: string }>(`SELECT value FROM account WHERE key = 'state'`)
    const state = JSON.parse(row?.value ?? '{}')
    const pace = facts.paces.at(-1)?.pace
    const gapMs = (pace?.addGapMs ?? 0) + (pace?.addJitterMs ?? 0)
    if (state.pause != null) return `a pause for ${state.pause.reason}`
    const waitMs = (state.nextCallAt ?? 0) - facts.wall
    return waitMs > gapMs ? `a wait of ${waitMs} ms` : null
  }

  async view(what: View, nth: number): Promise<void> {
    const { process, facts } = this.#stage
    if (what === 'list') await process.ask(({ deliveries }) => deliveries.list(EVERYTHING))
    if (what === 'overview') await process.ask(({ account }) => account.overview())
    if (what === 'groups') {
      await this.#ask(({ groups }) => groups.list({ text: null, limit: 50, before: null }))
    }
    if (what === 'file') {
      await this.#ask(({ people }) => people.file(digitsOf(nth, 0), null, ACTOR))
    }
    if (what === 'facts') await this.#ask(({ hooks }) => hooks.facts(HOOK_NAMES[0]))
    if (what === 'reveal') {
      const seq = [...facts.senders.leads.values()][nth]?.seq ?? 1
      await this.#ask(async ({ deliveries }) => [
        await deliveries.kept(seq),
        await deliveries.reveal(seq, ACTOR),
      ])
    }
  }
}
