/** Makes the calls: plans, claims, calls, records, one at a time. */

import type { Outcome } from '../eazybe.ts'
import { log } from '../log.ts'
import type { Account } from './account.ts'
import { PAUSE_ALERTS } from './alerts.ts'
import type { OpenCall } from './calls.ts'
import { tellOfHeld } from './chores.ts'
import type { Ended } from './ledger.ts'
import type { PlanInput } from './plan.ts'
import { plan } from './plan.ts'
import type { OutboxPorts } from './ports.ts'
import type { Task } from './rounds.ts'
import { settle } from './settle.ts'
import { TOKEN_CHECK_MS } from './settle-account.ts'
import type { Settlement } from './settlement.ts'
import type { AccountState, Call, GroupState, Waiting } from './state.ts'
import type { Tables } from './tables.ts'
import type { Watchers } from './watchers.ts'

/** An alarm may run 15 minutes; it hands over to the next one long before. */
const RUN_BUDGET_MS = 5 * 60_000
/** Steps of one alarm that only tidy the queue: they wait for nothing, so the clock of a Worker stands still meanwhile. */
const MOST_STEPS = 50
/** The share of a group's capacity at which its operator is told. */
const NEARLY_FULL = 0.9

type Settled = Outcome | { readonly kind: 'interrupted' }
type Next =
  | { readonly kind: 'wait' }
  | { readonly kind: 'again' }
  | { readonly kind: 'call'; readonly open: OpenCall }

export class Caller implements Task {
  readonly name = 'calls'
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #watchers: Watchers
  readonly #tables: Tables
  /** Whether this process has compared its token with the refused one: a new secret comes with a new process. */
  #compared = false

  constructor(ports: OutboxPorts, account: Account, tables: Tables, watchers: Watchers) {
    this.#ports = ports
    this.#account = account
    this.#tables = tables
    this.#watchers = watchers
  }

  /** Makes the calls that are due, one after the other. */
  async run(): Promise<void> {
    const { now, storage } = this.#ports
    const began = now()
    let steps = 0
    const cutOff = this.#tables.calls.current()
    if (cutOff !== null) this.#close(cutOff, { kind: 'interrupted' })
    const tokenMark = await this.#account.tokenMark()
    this.#resumeWithNewToken(tokenMark)
    this.#compared = true
    while (now() - began <= RUN_BUDGET_MS) {
      const next = storage.transactionSync(() => this.#next(now()))
      if (next.kind === 'wait') return
      if (next.kind === 'again') {
        if (++steps < MOST_STEPS) continue
        return
      }
      const outcome = await this.#call(next.open.call)
      if (outcome.kind === 'unauthorized') this.#account.settings.set('refusedToken', tokenMark)
      this.#close(next.open, outcome)
    }
  }

  /** When the next call may be made, or a refused token compared. */
  nextAt(now: number): number | null {
    if (this.#tables.calls.current() !== null) return now
    const next = plan(this.#input(now), now)
    if (next.kind !== 'wait') return now
    if (next.until !== null) return next.until
    const { pause } = this.#account.settings.account()
    if (pause?.reason !== 'token') return null
    return this.#compared ? now + TOKEN_CHECK_MS : now
  }

  /** Plans, and claims what it planned: the claim is on disk before the request leaves. */
  #next(now: number): Next {
    const { calls, ledger, parts } = this.#tables
    const next = plan(this.#input(now), now)
    if (next.kind === 'wait') return { kind: 'wait' }
    if (next.kind === 'rollOver') {
      const held = parts.rollOver(next.groupId, now)
      tellOfHeld(this.#account.settings, held)
      this.#watchers.settled(held)
      return { kind: 'again' }
    }
    const changed = ledger.clear(next.call, now)
    this.#watchers.settled(changed)
    if (changed.length > 0 || parts.reunite(next.call, now) > 0) return { kind: 'again' }
    return { kind: 'call', open: calls.open(next.call, now) }
  }

  #input(now: number): PlanInput {
    const { pace, settings } = this.#account
    return {
      account: settings.account(),
      pace,
      spent: this.#tables.calls.spent(pace, now),
      groups: this.#tables.queue.heads(pace.batchSize, now),
    }
  }

  async #call({ groupName, people, kind }: Call): Promise<Outcome> {
    const { token } = this.#account
    if (token === null) return { kind: 'unauthorized', message: 'The token secret is not set' }
    const call = { groupName, contacts: people, create: kind === 'create' }
    return this.#ports.addToGroup(call, token)
  }

  #close(open: OpenCall, outcome: Settled): void {
    const { now, random, storage } = this.#ports
    const at = now()
    const ended = storage.transactionSync(() => {
      const group = this.#tables.groups.get(open.call.groupId)
      const waiting = this.#tables.queue.of(open.call, at)
      const input = {
        account: this.#account.settings.account(),
        group,
        waiting,
        pace: this.#account.pace,
        counted: outcome.kind === 'accepted' ? this.#counted(open.call, group, waiting) : 0,
      }
      const settlement = settle(input, open.call, outcome, at, random)
      return this.#record(open, settlement, outcome, at)
    })
    this.#watchers.settled(ended.map(({ seq }) => seq))
    log('call', {
      account: this.#account.name,
      call: open.id,
      group: open.call.groupId,
      kind: open.call.kind,
      deliveries: open.call.parts.length,
      outcome: outcome.kind,
      settled: ended.length,
    })
  }

  #counted(call: Call, group: GroupState, waiting: readonly Waiting[]): number {
    const contactsOf = new Map(call.parts.map(({ seq, contacts }) => [seq, new Set(contacts)]))
    const sent = waiting.flatMap(({ seq, contacts }) =>
      contacts.filter(({ index }) => contactsOf.get(seq)?.has(index)),
    )
    const people = new Map(sent.map((contact) => [contact.person, contact]))
    const { people: memory } = this.#tables
    return [...people.values()].filter((contact) => memory.isCounted(contact, group)).length
  }

  /** Writes what a call came to. Gives the deliveries that ended with it. */
  #record(open: OpenCall, settlement: Settlement, outcome: Settled, now: number): Ended[] {
    const { alerts, calls, groups, ledger, queue } = this.#tables
    const { call } = open
    const before = this.#account.settings.account()
    this.#account.settings.saveAccount(settlement.account)
    this.#alert(before, settlement, now)
    const ended = ledger.settle(call, settlement.changes, now)
    const seqsOf = (state: Ended['state']) =>
      ended.flatMap((one) => (one.state === state ? [one.seq] : []))
    const accepted = seqsOf('accepted').length
    calls.close(open, { outcome: outcome.kind, counts: isFelt(outcome), accepted }, now)
    alerts.raise({ kind: 'parked', subject: '' }, now, seqsOf('parked').length)
    tellOfHeld(this.#account.settings, seqsOf('held'))
    if (settlement.groupFound) ledger.releaseMissing(call.groupId, now)
    const wasInDoubt = groups.get(call.groupId).status === 'doubtful'
    if (wasInDoubt && settlement.group.status === 'new') ledger.forgetDoubt(call.groupId)
    groups.saveAfterCall(settlement.group, queue.first(call.groupId, now), now)
    return ended
  }

  #alert(before: AccountState, { account, group }: Settlement, now: number): void {
    const { alerts } = this.#tables
    const was = this.#tables.groups.get(group.id).members
    const nearlyFull = group.capacity * NEARLY_FULL
    if (was < nearlyFull && group.members >= nearlyFull) {
      alerts.raise({ kind: 'groupNearlyFull', subject: String(group.id) }, now)
    }
    if (before.pause?.reason === account.pause?.reason) return
    if (account.pause === null) this.#alertResumed(before.pause?.since ?? now, now)
    else if (account.pause.reason === 'token') {
      alerts.raise({ kind: 'tokenRefused', subject: '' }, now)
    } else alerts.raise({ kind: 'sessionInactive', subject: '' }, now)
  }

  /** Who was not told that nothing went need not be told that it goes again. */
  #alertResumed(since: number, now: number): void {
    const { alerts } = this.#tables
    const told = PAUSE_ALERTS.map((kind) => alerts.settle({ kind, subject: '' }, since))
    if (told.includes(true)) alerts.raise({ kind: 'resumed', subject: '' }, now)
  }

  /** A refused token is not tried again; another one ends the pause. */
  #resumeWithNewToken(tokenMark: string): void {
    const { settings, name } = this.#account
    const state = settings.account()
    if (state.pause?.reason !== 'token' || settings.get('refusedToken') === tokenMark) return
    settings.saveAccount({ ...state, pause: null })
    this.#alertResumed(state.pause.since, this.#ports.now())
    log('account.resumed', { account: name, because: 'token changed' })
  }

  /** A group became due: no call before this, since the whole account may have to wait longer. */
  wakeAt(dueAt: number, now: number): number | null {
    const { pause, nextCallAt } = this.#account.settings.account()
    if (pause?.reason === 'operator') return null
    return Math.max(dueAt, pause === null ? nextCallAt : (pause.probeAt ?? now))
  }
}

/** Whether WhatsApp may have felt a call, so that it counts against the hour and the day. */
function isFelt(outcome: Settled): boolean {
  return ['accepted', 'ambiguous', 'interrupted', 'unreachable'].includes(outcome.kind)
}
