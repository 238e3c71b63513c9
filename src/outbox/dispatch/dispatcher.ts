/** The dispatcher: plans, claims, calls and records, one call at a time. */

import { log } from '../../lib/log.ts'
import type { Call, OpenCall, PartQueue } from '../model.ts'
import { keysIn, withAccepted } from '../model.ts'
import type { OutboxPorts } from '../ports.ts'
import type { Settled, TimelineEntry } from '../store/deliveries.ts'
import type { Store } from '../store/store.ts'
import {
  forgetMaybes,
  holdPaused,
  refreshAskers,
  refreshDue,
  releaseBlocked,
} from '../store/store.ts'
import { failsForEverybody, isUntried, MOST_FORGIVEN } from './blame.ts'
import { hooksOf, peopleOf } from './budget.ts'
import type { PlanInput } from './plan.ts'
import { plan } from './plan.ts'
import type { CallOutcome } from './settle.ts'
import { settle } from './settle.ts'
import type { Change, Settlement } from './step.ts'
import { pauseFrom, TOKEN_CHECK_MS } from './step.ts'

/** An alarm may run 15 minutes; it hands over to the next one long before. */
const RUN_BUDGET_MS = 5 * 60_000
/** Steps of one alarm that only tidy the queue. They wait for nothing, so the clock of a Worker stands still meanwhile. */
const MOST_STEPS = 50
/** The share of a part's capacity at which the operator is told. */
const NEARLY_FULL = 0.9
/** Outcomes after which the call may have reached WhatsApp: they count against the caps, and fix the part of their people. */
const FELT: readonly CallOutcome['kind'][] = ['accepted', 'ambiguous', 'interrupted', 'unreachable']

const ACCEPTED: TimelineEntry = { event: 'accepted by EazyBe', detail: null }

type Next =
  | { readonly kind: 'wait' }
  | { readonly kind: 'again' }
  | { readonly kind: 'call'; readonly open: OpenCall }

export class Dispatcher {
  readonly name = 'calls'
  readonly #ports: OutboxPorts
  readonly #store: Store
  /** Whether this process has compared its token with the refused one: a new secret comes with a new process. */
  #compared = false

  constructor(ports: OutboxPorts, store: Store) {
    this.#ports = ports
    this.#store = store
  }

  /** Makes the calls that are due, one after the other. */
  async run(): Promise<void> {
    const { now } = this.#ports
    const { account, calls } = this.#store
    const began = now()
    const cutOff = calls.current()
    if (cutOff !== null) this.#close(cutOff, { kind: 'interrupted' })
    const tokenMark = await account.tokenMark()
    this.#resumeWithNewToken(tokenMark)
    this.#compared = true
    for (let steps = 0; steps < MOST_STEPS && now() - began <= RUN_BUDGET_MS; ) {
      const next = this.#store.transaction(() => this.#next(now()))
      if (next.kind === 'wait') return
      if (next.kind === 'again') {
        steps++
        continue
      }
      const outcome = await this.#call(next.open)
      if (outcome.kind === 'unauthorized') account.set('refusedToken', tokenMark)
      this.#close(next.open, outcome)
    }
  }

  /** When the next call may be made, or a refused token compared; null: nothing waits for a time. Writes nothing. */
  nextAt(now: number): number | null {
    if (this.#store.calls.current() !== null) return now
    const next = plan(this.#input(now), now)
    if (next.kind !== 'wait') return now
    if (next.until !== null) return next.until
    if (this.#store.account.state.pause?.reason !== 'token') return null
    return this.#compared ? now + TOKEN_CHECK_MS : now
  }

  /** Plans, and claims what it planned: the claim is on disk before the request leaves. */
  #next(now: number): Next {
    const input = this.#input(now)
    // The due time may come from a person who left the queue. It is found anew, or the empty part hides others.
    for (const { id, waiting } of input.parts) if (waiting.length === 0) refreshDue(this.#store, id)
    const next = plan(input, now)
    if (next.kind === 'call') return { kind: 'call', open: this.#store.calls.open(next.call, now) }
    if (next.kind === 'rollOver') {
      this.#rollOver(next.partId, now)
      return { kind: 'again' }
    }
    return { kind: 'wait' }
  }

  #input(now: number): PlanInput {
    const { account, calls, memberships, parts } = this.#store
    const { pace } = account
    const spent = calls.spent(pace, now)
    const { state } = account
    const isFailing = state.pause?.reason === 'failing'
    const inTrouble = ({ queue }: { readonly queue: PartQueue['queue'] }) =>
      isFailing || (queue === 'create' && state.createFailures > 0)
    const queues = parts.dueFirst(peopleOf(spent), now).map((part): PartQueue => {
      const waiting = memberships.queue(part, pace.batchSize, now)
      // The head of a queue may be people whose calls failed.
      const least =
        inTrouble(part) && !waiting.some(isUntried) ? memberships.leastTried(part.id) : null
      const isShown = waiting.some(
        ({ person, team }) => person === least?.person && team === least.team,
      )
      return {
        ...part,
        maybes: memberships.maybes(part.id),
        waiting: least === null || isShown ? waiting : [...waiting, least],
      }
    })
    return {
      account: state,
      pace,
      spent,
      parts: queues,
      hooks: hooksOf(this.#ports.config, account.name),
    }
  }

  async #call({ groupName, contacts, kind }: Call): Promise<CallOutcome> {
    const { token } = this.#store.account
    if (token === null) return { kind: 'unauthorized', message: 'The token secret is not set' }
    return this.#ports.addToGroup({ groupName, contacts, create: kind === 'create' }, token)
  }

  #close(open: OpenCall, outcome: CallOutcome): void {
    const { now, random } = this.#ports
    const at = now()
    const { memberships } = this.#store
    const isProbed = open.kind === 'probe' && outcome.kind === 'missing'
    const settled = this.#store.transaction(() => {
      const input = {
        account: this.#store.account.state,
        part: this.#store.parts.get(open.partId),
        members: isProbed ? memberships.ofProbe(open) : memberships.ofCall(open),
        pace: this.#store.account.pace,
      }
      return this.#record(open, settle(input, open, outcome, at, random), outcome, at)
    })
    log('call', {
      account: this.#store.account.name,
      call: open.id,
      part: open.partId,
      kind: open.kind,
      people: open.members.length,
      outcome: outcome.kind,
      settled: settled.length,
    })
  }

  /** Writes what a call came to. Gives the deliveries that settled with it. */
  #record(open: OpenCall, settlement: Settlement, outcome: CallOutcome, now: number): Settled[] {
    const { account, calls, memberships, parts } = this.#store
    // A creation that was answered 404 is in doubt as well.
    const felt =
      FELT.includes(outcome.kind) || (open.kind === 'create' && outcome.kind === 'missing')
    const { changes, part } = settlement
    const before = account.state
    if (changes !== null) memberships.settle(open, changes, felt, now)
    const settled =
      changes === null
        ? refreshAskers(this.#store, memberships.accept(open, now), open.groupId, ACCEPTED, now)
        : this.#tell(open, changes, now)
    const more = settled.filter(({ state }) => state === 'accepted').length
    const state = {
      ...settlement.account,
      accepted: withAccepted(before.accepted, more, now),
    }
    // Written once: every call pays for it.
    account.state = changes === null ? { ...state, acceptedCall: open.id } : state
    this.#alert(before.pause?.reason ?? null, before.pause?.since ?? now, part, now)
    calls.close(open.id, { outcome: outcome.kind, counts: felt }, now)
    if (changes === null) releaseBlocked(this.#store, part, false, now)
    const isAbsent = outcome.kind === 'missing' && part.status === 'new'
    if (isAbsent) forgetMaybes(this.#store, part, now)
    if (outcome.kind === 'invalid' || outcome.kind === 'ambiguous') this.#judge(now)
    parts.saveAfterCall(part, memberships.head(part.id, 1)[0], now)
    return settled
  }

  /** One line for the deliveries of each kind of change. */
  #tell(open: OpenCall, changes: readonly Change[], now: number): Settled[] {
    const kinds = Map.groupBy(changes, ({ event, detail }) => JSON.stringify([event, detail]))
    return [...kinds.values()].flatMap((alike) => {
      const [{ event, detail } = ACCEPTED] = alike
      const keys = keysIn(alike, open.partId)
      return refreshAskers(this.#store, keys, open.groupId, { event, detail }, now)
    })
  }

  /** Three failed calls in a row that share no person are EazyBe's fault: what counted in them is taken back. */
  #judge(now: number): void {
    const { account, alerts, calls, memberships, parts } = this.#store
    const { state } = account
    if (state.pause?.reason === 'failing') return
    const streak = calls.streak(state.acceptedCall)
    const persons = streak.flatMap(({ members }) => members.map(({ person }) => person))
    if (!failsForEverybody(streak, memberships.unforgiven(persons, MOST_FORGIVEN))) return
    // An operator's own pause stays. A pause for an inactive session becomes one for a failing EazyBe.
    if (state.pause?.reason !== 'operator') {
      account.state = { ...state, pause: pauseFrom('failing', now, account.pace.waitScale) }
      alerts.raise({ kind: 'failing', subject: '' }, now)
    }
    for (const calls of Map.groupBy(streak, ({ partId }) => partId).values()) {
      const [{ groupId = 0, partId = 0 } = {}] = calls
      const members = new Map(
        calls.flatMap((call) => call.members).map((key) => [`${key.person} ${key.team}`, key]),
      )
      memberships.forgive([...members.values()], groupId, partId, account.pace.batchSize, now)
      const line = {
        event: 'EazyBe fails for everybody',
        detail: 'What counted against this lead is taken back',
      }
      const keys = keysIn([...members.values()], partId)
      refreshAskers(this.#store, keys, groupId, line, now)
      holdPaused(this.#store, partId, keys, now)
      const part = parts.find(partId)
      if (part !== null) parts.setDueBy(part, memberships.head(partId, 1)[0])
    }
  }

  /** A part is full: those who wait for it go to the next part, a bounded number at a time. */
  #rollOver(partId: number, now: number): void {
    const { memberships, parts, rollOver } = this.#store
    const full = parts.get(partId)
    const next = parts.next(full, (part) => part.members + memberships.maybes(part.id))
    const line =
      next === null
        ? { event: 'held', detail: `All ${full.number} parts of the group are full` }
        : { event: 'group full', detail: `Goes to part ${next.number}` }
    const keys = next === null ? rollOver.block(full, 'group full') : rollOver.move(full, next, now)
    refreshAskers(this.#store, keys, full.groupId, line, now)
    refreshDue(this.#store, full.id)
    if (next !== null) refreshDue(this.#store, next.id)
  }

  #alert(was: string | null, since: number, part: Settlement['part'], now: number): void {
    const { account, alerts, parts } = this.#store
    const nearlyFull = part.capacity * NEARLY_FULL
    if (parts.get(part.id).members < nearlyFull && part.members >= nearlyFull) {
      alerts.raise({ kind: 'groupNearlyFull', subject: String(part.id) }, now)
    }
    const reason = account.state.pause?.reason ?? null
    if (was === reason) return
    if (reason === null) alerts.resumed(since, now)
    if (reason === 'token') alerts.raise({ kind: 'tokenRefused', subject: '' }, now)
    if (reason === 'session') alerts.raise({ kind: 'sessionInactive', subject: '' }, now)
  }

  /** A refused token is not tried again; another one ends the pause. */
  #resumeWithNewToken(tokenMark: string): void {
    const { account, alerts } = this.#store
    const { state } = account
    if (state.pause?.reason !== 'token' || account.get('refusedToken') === tokenMark) return
    this.#store.transaction(() => {
      account.state = { ...state, pause: null }
      alerts.resumed(state.pause?.since ?? 0, this.#ports.now())
    })
    log('account.resumed', { account: account.name, because: 'token changed' })
  }
}
