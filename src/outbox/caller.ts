/** Makes the calls: plans, claims, calls, records, one at a time. */

import type { Outcome } from '../eazybe.ts'
import { log } from '../log.ts'
import type { Account } from './account.ts'
import type { OpenCall } from './calls.ts'
import { Calls } from './calls.ts'
import { Groups } from './groups.ts'
import type { PlanInput } from './plan.ts'
import { plan } from './plan.ts'
import type { OutboxPorts } from './ports.ts'
import { Queue } from './queue.ts'
import type { Task } from './rounds.ts'
import type { Settlement } from './settle.ts'
import { settle, TOKEN_CHECK_MS } from './settle.ts'
import type { Call } from './state.ts'
import type { Watchers } from './watchers.ts'

/** An alarm may run 15 minutes; it hands over to the next one long before. */
const RUN_BUDGET_MS = 5 * 60_000
type Settled = Outcome | { readonly kind: 'interrupted' }
type Next = { readonly kind: 'wait' } | { readonly kind: 'call'; readonly open: OpenCall }

export class Caller implements Task {
  readonly name = 'calls'
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #watchers: Watchers
  readonly #groups: Groups
  readonly #queue: Queue
  readonly #calls: Calls

  constructor(ports: OutboxPorts, account: Account, watchers: Watchers) {
    const { storage } = ports
    this.#ports = ports
    this.#account = account
    this.#watchers = watchers
    this.#groups = new Groups(storage.sql)
    this.#queue = new Queue(storage.sql)
    this.#calls = new Calls(storage.sql)
  }

  /** Makes the calls that are due, one after the other. */
  async run(): Promise<void> {
    const { now, storage } = this.#ports
    const began = now()
    const cutOff = this.#calls.current()
    if (cutOff !== null) this.#close(cutOff, { kind: 'interrupted' })
    const tokenMark = await this.#account.tokenMark()
    this.#resumeWithNewToken(tokenMark)
    while (now() - began <= RUN_BUDGET_MS) {
      const next = storage.transactionSync(() => this.#next(now()))
      if (next.kind === 'wait') return
      const outcome = await this.#call(next.open.call)
      if (outcome.kind === 'unauthorized') this.#account.settings.set('refusedToken', tokenMark)
      this.#close(next.open, outcome)
    }
  }

  /** When the next call may be made, or a refused token compared. */
  nextAt(now: number): number | null {
    if (this.#calls.current() !== null) return now
    const next = plan(this.#input(now), now)
    if (next.kind === 'call') return now
    if (next.until !== null) return next.until
    const { pause } = this.#account.settings.account()
    return pause?.reason === 'token' ? now + TOKEN_CHECK_MS : null
  }

  /** Plans, and claims what it planned: the claim is on disk before the request leaves. */
  #next(now: number): Next {
    for (;;) {
      const next = plan(this.#input(now), now)
      if (next.kind === 'wait') return { kind: 'wait' }
      const changed = this.#queue.dropKnown(next.call, now)
      if (changed.length > 0) {
        this.#watchers.settled(changed)
        continue
      }
      return { kind: 'call', open: this.#calls.open(next.call, now) }
    }
  }

  #input(now: number): PlanInput {
    const { pace, settings } = this.#account
    return {
      account: settings.account(),
      pace,
      spent: this.#calls.spent(pace, now),
      groups: this.#queue.heads(pace.batchSize),
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
    const settled = storage.transactionSync(() => {
      const input = {
        account: this.#account.settings.account(),
        group: this.#groups.get(open.call.groupId),
        waiting: this.#queue.of(open.call),
        pace: this.#account.pace,
      }
      const settlement = settle(input, open.call, outcome, at, random)
      return this.#record(open, settlement, outcome, at)
    })
    this.#watchers.settled(settled)
    log('call', {
      account: this.#account.name,
      call: open.id,
      group: open.call.groupId,
      kind: open.call.kind,
      deliveries: open.call.parts.length,
      outcome: outcome.kind,
      settled: settled.length,
    })
  }

  /** Writes what a call came to. Returns the deliveries that settled. */
  #record(open: OpenCall, settlement: Settlement, outcome: Settled, now: number): number[] {
    const { call } = open
    this.#calls.close(open, outcome.kind, isFelt(outcome), now)
    this.#account.settings.saveAccount(settlement.account)
    const settled = this.#queue.settle(call, settlement.changes, now)
    if (settlement.groupFound) this.#queue.releaseMissing(call.groupId, now)
    this.#groups.saveAfterCall(settlement.group, this.#queue.first(call.groupId), now)
    return settled
  }

  /** A refused token is not tried again; another one ends the pause. */
  #resumeWithNewToken(tokenMark: string): void {
    const { settings, name } = this.#account
    const state = settings.account()
    if (state.pause?.reason !== 'token' || settings.get('refusedToken') === tokenMark) return
    settings.saveAccount({ ...state, pause: null })
    log('account.resumed', { account: name, because: 'token changed' })
  }

  /** A group became due: no call before this, since the whole account may have to wait longer. */
  wakeAt(dueAt: number, now: number): number | null {
    const { pause, nextCallAt } = this.#account.settings.account()
    if (pause?.reason === 'operator') return null
    return Math.max(dueAt, pause === null ? nextCallAt : (pause.probeAt ?? now))
  }

  /** Whether this delivery travels in the call that is under way. */
  isSending(seq: number): boolean {
    return this.#calls.current()?.call.parts.some((part) => part.seq === seq) ?? false
  }
}

/** Whether WhatsApp may have felt a call, so that it counts against the hour and the day. */
function isFelt(outcome: Settled): boolean {
  return ['accepted', 'ambiguous', 'interrupted', 'unreachable'].includes(outcome.kind)
}
