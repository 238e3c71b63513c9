/** Makes the calls: plans, claims, calls, records, one at a time, and keeps the alarm set while anything is due. */

import type { Outcome } from '../eazybe.ts'
import { errorText, log } from '../log.ts'
import type { Account } from './account.ts'
import { AlarmClock } from './alarm-clock.ts'
import type { OpenCall } from './calls.ts'
import { Calls } from './calls.ts'
import { Groups } from './groups.ts'
import { plan } from './plan.ts'
import type { OutboxPorts } from './ports.ts'
import { Queue } from './queue.ts'
import type { Settlement } from './settle.ts'
import { settle, TOKEN_CHECK_MS } from './settle.ts'
import type { Call } from './state.ts'
import type { Watchers } from './watchers.ts'

/** An alarm may run 15 minutes; it hands over to the next one long before. */
const RUN_BUDGET_MS = 5 * 60_000
/** After trouble of our own, look again. */
const AFTER_ERROR_MS = 30_000

type Settled = Outcome | { readonly kind: 'interrupted' }
type Next = { kind: 'wait'; until: number | null } | { kind: 'call'; open: OpenCall }

export class Caller {
  readonly #ports: OutboxPorts
  readonly #account: Account
  readonly #watchers: Watchers
  readonly #clock: AlarmClock
  readonly #groups: Groups
  readonly #queue: Queue
  readonly #calls: Calls
  /** Set while calls are being made: two runs would otherwise interleave at `fetch`. */
  #running = false
  /** The earliest due time that came up while a run was under way. */
  #wakeAfterRun: number | null = null

  constructor(ports: OutboxPorts, account: Account, watchers: Watchers) {
    const { storage } = ports
    this.#ports = ports
    this.#account = account
    this.#watchers = watchers
    this.#clock = new AlarmClock(storage)
    this.#groups = new Groups(storage.sql)
    this.#queue = new Queue(storage.sql)
    this.#calls = new Calls(storage.sql)
  }

  /** The alarm rang. Never throws: an alarm that throws seven times is gone for good. */
  async alarm(): Promise<void> {
    this.#clock.rang()
    try {
      await this.#run()
    } catch (error) {
      log('outbox.error', { error: errorText(error) })
      await this.#clock.set(this.#ports.now() + AFTER_ERROR_MS)
    }
  }

  /** Makes the calls that are due, one after the other, then sets the alarm for the next. */
  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    try {
      await this.#callWhileDue()
    } finally {
      this.#running = false
    }
    const at = this.#wakeAfterRun
    this.#wakeAfterRun = null
    if (at !== null) await this.#clock.noLaterThan(at, this.#ports.now())
  }

  async #callWhileDue(): Promise<void> {
    const { now, storage } = this.#ports
    const began = now()
    const cutOff = this.#calls.current()
    if (cutOff !== null) this.#close(cutOff, { kind: 'interrupted' })
    const tokenMark = await this.#account.tokenMark()
    this.#resumeWithNewToken(tokenMark)
    while (now() - began <= RUN_BUDGET_MS) {
      const next = storage.transactionSync(() => this.#next(now()))
      if (next.kind === 'wait') {
        const at = this.#wakeAt(next.until, now())
        if (at !== null) await this.#clock.set(at)
        return
      }
      const outcome = await this.#call(next.open.call)
      if (outcome.kind === 'unauthorized') this.#account.settings.set('refusedToken', tokenMark)
      this.#close(next.open, outcome)
    }
    await this.#clock.set(now())
  }

  /** Plans, and claims what it planned: the claim is on disk before the request leaves. */
  #next(now: number): Next {
    const { pace, settings } = this.#account
    for (;;) {
      const next = plan(
        {
          account: settings.account(),
          pace,
          spent: this.#calls.spent(pace, now),
          groups: this.#queue.heads(pace.batchSize),
        },
        now,
      )
      if (next.kind === 'wait') return next
      const changed = this.#queue.dropKnown(next.call, now)
      if (changed.length > 0) {
        this.#watchers.settled(changed)
        continue
      }
      return { kind: 'call', open: this.#calls.open(next.call, now) }
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

  /** A refused token has no time of its own to wait for, so it is compared now and then. */
  #wakeAt(until: number | null, now: number): number | null {
    if (until !== null) return Math.max(until, now)
    const { pause } = this.#account.settings.account()
    return pause?.reason === 'token' ? now + TOKEN_CHECK_MS : null
  }

  /** A group became due: rings no later than that, unless the whole account must wait longer. */
  async wakeBy(dueAt: number, now: number): Promise<void> {
    const { pause, nextCallAt } = this.#account.settings.account()
    if (pause?.reason === 'operator') return
    const at = Math.max(dueAt, pause === null ? nextCallAt : (pause.probeAt ?? now))
    if (this.#running) {
      // The run under way has planned already: it looks again when it is done.
      this.#wakeAfterRun = Math.min(at, this.#wakeAfterRun ?? at)
      return
    }
    await this.#clock.noLaterThan(at, now)
  }

  /** Sets an alarm that was lost: asked on every look at the outbox. */
  async heal(): Promise<void> {
    const now = this.#ports.now()
    const dueAt = this.#calls.current() === null ? this.#groups.earliestDue() : now
    if (dueAt === null || this.#running || !(await this.#clock.isMissing(now))) return
    await this.wakeBy(Math.max(dueAt, now), now)
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
