/** What an outcome changes: a pure function from the call and EazyBe's answer to the next state of account, group and deliveries. */

import type { Outcome } from '../eazybe.ts'
import type { Pace } from './pace.ts'
import type { AccountState, Call, DeliveryState, GroupState, Pause, Waiting } from './state.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** EazyBe's session is asked again after these minutes, then every last of them. */
const SESSION_PROBES_MS = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS)
/** A refused token is compared with today's this often: a new secret wakes no object by itself. */
export const TOKEN_CHECK_MS = 15 * MINUTE_MS
/** New groups are invisible to EazyBe for minutes (a neighbour's docs): a 404 of a group that exists is asked again. */
const MISSING_RETRIES_MS = [3, 10, 30].map((minutes) => minutes * MINUTE_MS)
/** A creation answered 500 may have happened; the probe waits until a new group would be seen. */
const PROBE_AFTER_MS = 120 * SECOND_MS
/** Creations that did not happen: WhatsApp's own limit on them recovers within a day. */
const CREATE_PAUSES_MS = [15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS]
const ADD_RETRIES_MS = [1, 5, 30].map((minutes) => minutes * MINUTE_MS)
/** Of a wait: this much more, by chance, so that retries do not march in step. */
const RETRY_JITTER = 0.2
const THROTTLE_FIRST_MS = 60 * SECOND_MS
const THROTTLE_MOST_MS = 30 * MINUTE_MS
const UNREACHABLE_FIRST_MS = SECOND_MS
const UNREACHABLE_MOST_MS = 30 * MINUTE_MS
/** Without a connection a lead waits this long before a human must look. */
const UNREACHABLE_GIVE_UP_MS = 7 * 24 * HOUR_MS
/** Real refusals of a lead that travels alone before it is parked. */
const MOST_ATTEMPTS = 4

export interface SettleInput {
  readonly account: AccountState
  readonly group: GroupState
  /** The deliveries of the call, as they waited. */
  readonly waiting: readonly Waiting[]
  readonly pace: Pace
}

/** What becomes of one delivery of the call. */
export interface Change {
  readonly seq: number
  /** `accepted` where no contact is left to send; the outbox keeps `queued` while others wait. */
  readonly state: Extract<DeliveryState, 'queued' | 'unknown' | 'accepted' | 'held' | 'parked'>
  readonly reason: string | null
  readonly dueAt: number
  readonly attempts: number
  readonly limit: number | null
  /** Contacts (places in the delivery's list) that are done with, and how. */
  readonly contacts: readonly {
    readonly index: number
    readonly state: 'accepted' | 'refused'
  }[]
  /** The line of its timeline. */
  readonly event: string
  readonly detail: string | null
}

export interface Settlement {
  readonly account: AccountState
  readonly group: GroupState
  readonly changes: readonly Change[]
  /** True where the group is now known to exist: leads held for its absence may go. */
  readonly groupFound: boolean
}

/** The state after a call. `interrupted` is a call whose end nobody saw: the process was killed in the middle. */
export function settle(
  input: SettleInput,
  call: Call,
  outcome: Outcome | { readonly kind: 'interrupted' },
  now: number,
  random: () => number,
): Settlement {
  const step: Step = { input, call, now, random, scale: input.pace.waitScale }
  switch (outcome.kind) {
    case 'accepted':
      return accepted(step)
    case 'invalid':
      return invalid(step, outcome.message)
    case 'unauthorized':
      return paused(step, 'token', outcome.message)
    case 'inactive':
      return paused(step, 'session', outcome.message)
    case 'missing':
      return missing(step, outcome.message)
    case 'throttled':
      return throttled(step, outcome.retryAfterMs)
    case 'unreachable':
      return unreachable(step, outcome.message)
    case 'ambiguous':
      return call.kind === 'create'
        ? doubtful(step, outcome.message)
        : addFailed(step, outcome.message)
    case 'interrupted':
      return call.kind === 'create'
        ? doubtful(step, 'Usher stopped before the answer came')
        : interrupted(step)
  }
}

interface Step {
  readonly input: SettleInput
  readonly call: Call
  readonly now: number
  readonly random: () => number
  readonly scale: number
}

function accepted(step: Step): Settlement {
  const { input, call, now } = step
  const { pace, group } = input
  const created = call.kind === 'create'
  const account: AccountState = {
    ...calm(input.account),
    createFailures: created ? 0 : input.account.createFailures,
    ...afterCall(step),
    ...(created && afterCreate(step)),
  }
  return {
    account,
    group: {
      ...group,
      status: 'exists',
      misses: 0,
      createFailures: 0,
      members: group.members + call.people.length,
      restUntil: created ? now + pace.restAfterCreateMs : group.restUntil,
    },
    changes: changesOf(step, (waiting, contacts) => ({
      state: 'accepted',
      reason: null,
      // A lead with people left over goes on at once.
      dueAt: now,
      attempts: waiting.attempts,
      contacts: contacts.map((index) => ({ index, state: 'accepted' as const })),
      event: 'accepted by EazyBe',
      detail: null,
    })),
    groupFound: true,
  }
}

/** 400: split until the bad contact stands alone, and part with that one only. */
function invalid(step: Step, message: string): Settlement {
  const { input, call, now } = step
  const size = call.people.length
  const alone = size <= 1
  return {
    account: { ...calm(input.account), ...afterCall(step) },
    group: input.group,
    changes: changesOf(step, (waiting, contacts) => ({
      state: alone ? 'parked' : 'queued',
      reason: alone ? `refused: ${message}` : null,
      dueAt: now,
      attempts: waiting.attempts + 1,
      ...(!alone && { limit: half(size) }),
      contacts: alone ? contacts.map((index) => ({ index, state: 'refused' as const })) : [],
      event: 'refused by EazyBe',
      detail: alone ? message : `${message} Trying ${half(size)} of ${size} people at a time`,
    })),
    groupFound: false,
  }
}

/** 401 and 403: the account's trouble, not the lead's. Nothing is consumed. */
function paused(step: Step, reason: 'session' | 'token', message: string): Settlement {
  const { input, now, scale } = step
  const before = input.account.pause
  const probes = before?.reason === reason ? before.probes + 1 : 0
  const waitMs = reason === 'token' ? TOKEN_CHECK_MS : rung(SESSION_PROBES_MS, probes)
  const pause: Pause = {
    reason,
    since: before?.reason === reason ? before.since : now,
    probeAt: reason === 'token' ? null : now + waitMs * scale,
    probes,
  }
  const account = calm(input.account)
  return {
    account: { ...account, pause: account.pause ?? pause },
    group: input.group,
    changes: unchanged(
      step,
      reason === 'session' ? 'EazyBe session inactive' : 'EazyBe token refused',
      message,
    ),
    groupFound: false,
  }
}

/** 404: what it means depends on what was known of the group. */
function missing(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const { group } = input
  if (call.kind === 'create') return doubtful(step, message)
  if (call.kind === 'probe') return notCreated(step, message)

  const account = { ...calm(input.account), ...afterCall(step) }
  const retryMs = group.status === 'exists' ? MISSING_RETRIES_MS[group.misses] : undefined
  if (retryMs !== undefined) {
    return {
      account,
      group: { ...group, misses: group.misses + 1, restUntil: now + retryMs * scale },
      changes: unchanged(step, 'group not visible yet', message),
      groupFound: false,
    }
  }
  const reason = group.status === 'exists' ? 'group gone' : 'group missing'
  return {
    account,
    // The count stays: the next lead for a group that is gone is asked once and held, without the waits again.
    group,
    changes: changesOf(step, (waiting) => ({
      state: 'held',
      reason,
      dueAt: now,
      attempts: waiting.attempts + 1,
      event: 'held',
      detail:
        reason === 'group gone'
          ? 'EazyBe no longer finds the group: it was renamed or deleted'
          : 'EazyBe finds no group of this name, and the hook does not ask to create it',
    })),
    groupFound: false,
  }
}

/** A creation that may have happened: nobody creates this name again before `create:false` has found out. */
function doubtful(step: Step, message: string): Settlement {
  const { input, now, scale } = step
  return {
    account: { ...calm(input.account), ...afterCall(step), ...afterCreate(step) },
    group: {
      ...input.group,
      status: 'doubtful',
      misses: 0,
      restUntil: now + PROBE_AFTER_MS * scale,
    },
    changes: changesOf(step, (waiting) => ({
      state: 'unknown',
      reason: 'group may have been created',
      // They keep their place: the probe that finds out is theirs.
      dueAt: waiting.dueAt,
      attempts: waiting.attempts,
      event: 'unknown',
      detail: `${message} The group may have been created: asking before trying again`,
    })),
    groupFound: false,
  }
}

/**
 * A probe says that there is no group. Creations of the account rest, and since a new group may stay invisible for minutes the
 * name is asked for once more after that rest; only a second 404 frees it to be created again.
 */
function notCreated(step: Step, message: string): Settlement {
  const { input, call, now, scale } = step
  const { group } = input
  const account = { ...calm(input.account), ...afterCall(step) }
  if (group.misses > 0) {
    return {
      account,
      group: { ...group, status: 'new', misses: 0 },
      changes: unchanged(step, 'group was not created', message),
      groupFound: false,
    }
  }
  const pauseMs = rung(CREATE_PAUSES_MS, account.createFailures) * scale
  const failures = group.createFailures + 1
  const size = call.people.length
  return {
    account: {
      ...account,
      createFailures: account.createFailures + 1,
      nextCreateAt: Math.max(account.nextCreateAt, now + pauseMs),
    },
    group: { ...group, createFailures: failures, misses: 1, restUntil: now + pauseMs },
    changes: changesOf(step, (waiting, contacts) => {
      // Who only came along with the probe was not in the creation that failed.
      const attempts = waiting.attempts + (waiting.mayBeIn ? 1 : 0)
      if (attempts >= MOST_ATTEMPTS && size <= 1) {
        return partWith(step, waiting, contacts, attempts, 'group could not be created', message)
      }
      return {
        state: 'queued',
        reason: null,
        dueAt: waiting.dueAt,
        attempts,
        // A bad number fails a whole creation: from the second failure on it is looked for.
        ...(failures >= 2 && size > 1 && { limit: half(size) }),
        event: 'not created',
        detail: 'EazyBe did not create the group',
      }
    }),
    groupFound: false,
  }
}

/** A number that failed alone, and often enough. The others of its delivery were never tried without it: they begin anew. */
function partWith(
  { now }: Step,
  waiting: Waiting,
  contacts: readonly number[],
  attempts: number,
  reason: string,
  detail: string,
): ChangeOf {
  const refused = contacts.map((index) => ({ index, state: 'refused' as const }))
  const others = contacts.length < waiting.contacts.length
  return {
    state: others ? 'queued' : 'parked',
    reason: others ? null : reason,
    dueAt: now,
    attempts: others ? 0 : attempts,
    limit: null,
    contacts: refused,
    event: others ? 'number failed' : 'parked',
    detail,
  }
}

/** 500 or no answer to an add: people may be in already, which a second add does not hurt. */
function addFailed(step: Step, message: string): Settlement {
  const { input, call, now, random, scale } = step
  const size = call.people.length
  return {
    account: { ...calm(input.account), ...afterCall(step) },
    group: input.group,
    changes: changesOf(step, (waiting, contacts) => {
      const attempts = waiting.attempts + 1
      const spent = attempts >= MOST_ATTEMPTS && size <= 1
      const waitMs = rung(ADD_RETRIES_MS, attempts - 1) * (1 + random() * RETRY_JITTER)
      if (spent) {
        const reason = `EazyBe failed ${attempts} times: ${message}`
        return partWith(step, waiting, contacts, attempts, reason, message)
      }
      return {
        state: 'unknown',
        reason: 'EazyBe failed',
        dueAt: now + waitMs * scale,
        attempts,
        // From the second failure on, a bad number is looked for among those who travelled with it.
        ...(attempts >= 2 && size > 1 && { limit: half(size) }),
        event: 'unknown',
        detail: message,
      }
    }),
    groupFound: false,
  }
}

/** Killed in the middle of an add: asked again after the first wait, and nothing is held against the lead. */
function interrupted(step: Step): Settlement {
  const { input, now, scale } = step
  return {
    account: { ...input.account, ...afterCall(step) },
    group: input.group,
    changes: changesOf(step, (waiting) => ({
      state: 'unknown',
      reason: 'Usher stopped in the middle of the call',
      dueAt: now + rung(ADD_RETRIES_MS, 0) * scale,
      attempts: waiting.attempts,
      event: 'unknown',
      detail: 'Usher stopped before the answer came; EazyBe may have taken it',
    })),
    groupFound: false,
  }
}

function throttled(step: Step, retryAfterMs: number | null): Settlement {
  const { input, now, scale } = step
  const throttles = retryAfterMs === null ? input.account.throttles + 1 : 0
  const doubled = Math.min(THROTTLE_FIRST_MS * 2 ** (throttles - 1), THROTTLE_MOST_MS)
  // What EazyBe asks for is kept in full, whatever the pace.
  const waitMs = retryAfterMs ?? doubled * scale
  return {
    account: {
      ...calm(input.account),
      throttles,
      nextCallAt: now + waitMs,
      nextCallWhy: 'throttled',
    },
    group: input.group,
    changes: unchanged(
      step,
      'EazyBe asks to wait',
      `Too many calls: next one in ${seconds(waitMs)}`,
    ),
    groupFound: false,
  }
}

/** No connection, or a broken one. Nothing is consumed; a creation that may have left is treated as one that did. */
function unreachable(step: Step, message: string): Settlement {
  const { input, call, now, random, scale } = step
  const failures = input.account.unreachable + 1
  const ceiling = Math.min(UNREACHABLE_FIRST_MS * 2 ** failures, UNREACHABLE_MOST_MS)
  const since = input.account.unreachableSince ?? now
  const maybeCreated = call.kind === 'create'
  const account: AccountState = {
    ...input.account,
    ...(maybeCreated && afterCreate(step)),
    unreachable: failures,
    unreachableSince: since,
    // Full jitter: anywhere between at once and the ceiling. A call that broke may have been felt, so the gap is kept too.
    nextCallAt: Math.max(now + random() * ceiling * scale, afterCall(step).nextCallAt),
    nextCallWhy: 'unreachable',
  }
  return {
    account,
    group: maybeCreated
      ? { ...input.group, status: 'doubtful', misses: 0, restUntil: now + PROBE_AFTER_MS * scale }
      : input.group,
    changes: changesOf(step, (waiting) => {
      // Days that it waited for its turn are no days without a connection.
      const spent = now - Math.max(since, waiting.receivedAt) > UNREACHABLE_GIVE_UP_MS
      return {
        state: spent ? 'parked' : maybeCreated ? 'unknown' : 'queued',
        reason: spent
          ? 'no connection for 7 days'
          : maybeCreated
            ? 'group may have been created'
            : null,
        // It keeps its place: were the next ones tried instead, each of them might arrive and be counted.
        dueAt: waiting.dueAt,
        attempts: waiting.attempts,
        event: spent ? 'parked' : 'no connection',
        detail: message,
      }
    }),
    groupFound: false,
  }
}

/** An answer came, and it was not about the account: its pauses and back-offs end, but for the operator's own. */
function calm(account: AccountState): AccountState {
  const pause = account.pause?.reason === 'operator' ? account.pause : null
  return { ...account, pause, throttles: 0, unreachable: 0, unreachableSince: null }
}

function afterCall({ input, now, random }: Step): Pick<AccountState, 'nextCallAt' | 'nextCallWhy'> {
  const { addGapMs, addJitterMs } = input.pace
  return { nextCallAt: now + addGapMs + random() * addJitterMs, nextCallWhy: 'pace' }
}

/** Creations keep a gap of their own, also after one that may have happened. */
function afterCreate({ input, now, random }: Step): Pick<AccountState, 'nextCreateAt'> {
  const { createGapMs, createJitterMs } = input.pace
  return { nextCreateAt: now + createGapMs + random() * createJitterMs }
}

type ChangeOf = Omit<Change, 'seq' | 'limit' | 'contacts'> &
  Partial<Pick<Change, 'limit' | 'contacts'>>

function changesOf(
  { input, call }: Step,
  change: (waiting: Waiting, contacts: readonly number[]) => ChangeOf,
): Change[] {
  const waitingOf = new Map(input.waiting.map((waiting) => [waiting.seq, waiting]))
  return call.parts.flatMap(({ seq, contacts }) => {
    const waiting = waitingOf.get(seq)
    // A delivery that is gone (erased while the call was under way) has nothing left to change.
    return waiting === undefined
      ? []
      : [{ seq, limit: waiting.limit, contacts: [], ...change(waiting, contacts) }]
  })
}

/** The lead waits as it did; its timeline says what happened. */
function unchanged(step: Step, event: string, detail: string): Change[] {
  return changesOf(step, (waiting) => ({
    state: 'queued',
    reason: null,
    dueAt: step.now,
    attempts: waiting.attempts,
    event,
    detail,
  }))
}

function half(size: number): number {
  return Math.ceil(size / 2)
}

/** The nth rung of a ladder of waits, its last for all beyond. */
function rung(ladder: readonly number[], n: number): number {
  return ladder[Math.min(n, ladder.length - 1)] ?? 0
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / SECOND_MS)} s`
}
