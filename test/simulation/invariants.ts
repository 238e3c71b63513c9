/** What must hold in every history, whatever happens: each rule with a name, and how often it was looked at. */

import type { Arrival, ArrivedItem } from '../../src/outbox/arrival.ts'
import { Calls } from '../../src/outbox/calls.ts'
import { Groups } from '../../src/outbox/groups.ts'
import type { Pace } from '../../src/outbox/pace.ts'
import { plan } from '../../src/outbox/plan.ts'
import { Queue } from '../../src/outbox/queue.ts'
import { Settings } from '../../src/outbox/settings.ts'
import type { Call, Facts } from './facts.ts'
import { pairOf } from './facts.ts'
import { isQuiet, localTime, quietMs } from './local-time.ts'
import { personAt } from './people.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS

/** A probe of a creation that may have happened comes no earlier. */
const PROBE_AFTER_MS = 120 * SECOND_MS
/** The second probe comes no earlier after the first. */
const SECOND_PROBE_AFTER_MS = 15 * MINUTE_MS
/** After trouble of its own, Usher looks again then. */
const AFTER_ERROR_MS = 30 * SECOND_MS
const REFUSALS_TO_PARK = 4
const CONNECTION_GIVEN_UP_MS = 7 * DAY_MS

export interface Checked {
  /** What is wrong; null: nothing. */
  readonly complaint: string | null
}

type Stories = ReadonlyMap<number, { readonly state: string; readonly reason: string | null }>

export interface Invariant {
  readonly name: string
  /** A request leaves; it is not among `facts.calls` yet. */
  readonly callStarts?: (facts: Facts, call: Call) => Checked | undefined
  /** A webhook was answered. */
  readonly answered?: (
    facts: Facts,
    arrival: Arrival,
    items: readonly ArrivedItem[],
  ) => Checked | undefined
  /** After every event, once the process has nothing to do. */
  readonly looked?: (facts: Facts) => Checked | undefined
  readonly ended?: (facts: Facts, stories: Stories) => Checked | undefined
}

const good: Checked = { complaint: null }

function must(holds: boolean, complaint: () => string): Checked {
  return holds ? good : { complaint: complaint() }
}

/** The first complaint among several. */
function every<T>(all: Iterable<T>, check: (one: T) => Checked): Checked {
  for (const one of all) {
    const checked = check(one)
    if (checked.complaint !== null) return checked
  }
  return good
}

/** Fresh ones for each history: some remember what they saw. */
export function invariants(): Invariant[] {
  return [
    nothingLost,
    acceptedByEazybe,
    oneKeyOneDelivery(),
    nobodyTwice,
    onlyWhoWasAsked,
    oneCallAtATime,
    oneGroupOneName,
    claimBeforeCall,
    peopleBudgets,
    createBudget,
    gaps,
    groupRests,
    quietHours,
    retryAfterInFull,
    attemptsByRefusalsOnly(),
    parkedForCause(),
    innocentsNotParked,
    alarmSet(),
    progress,
  ]
}

const SETTLED_STATES = ['accepted', 'held', 'parked', 'skipped']
const OPEN_STATES = ['queued', 'unknown', 'sending']

const nothingLost: Invariant = {
  name: 'nothing acknowledged is lost',
  ended: (facts, stories) =>
    every(facts.leads.values(), ({ key, seq }) => {
      const story = stories.get(seq)
      if (story === undefined) return { complaint: `${key} (delivery ${seq}) is gone` }
      const known = [...SETTLED_STATES, ...OPEN_STATES].includes(story.state)
      const explained = story.state === 'accepted' || story.reason !== null
      return must(known && explained, () => `${key} is ${story.state} without a reason`)
    }),
}

const acceptedByEazybe: Invariant = {
  name: 'accepted is what EazyBe accepted',
  ended: (facts, stories) => {
    const taken = new Set(
      facts.calls
        .filter((call) => call.answer === 'accepted')
        .flatMap((call) => call.people.map((person) => pairOf(person, call.groupName))),
    )
    return every(facts.leads.values(), ({ seq }) => {
      if (stories.get(seq)?.state !== 'accepted') return good
      const { groupName, people } = deliveryOf(facts, seq)
      return every(people, (person) =>
        must(
          taken.has(pairOf(person, groupName)),
          () => `delivery ${seq} is accepted, and EazyBe never took ${pairOf(person, groupName)}`,
        ),
      )
    })
  },
}

function oneKeyOneDelivery(): Invariant {
  const fresh = new Set<string>()
  return {
    name: 'one key, one delivery',
    answered: (facts, arrival, items) => {
      if (items.length !== arrival.items.length) return undefined
      return every(arrival.items.entries(), ([index, { key }]) => {
        const item = items[index]
        const before = facts.leads.get(key)
        if (item === undefined) return good
        const twice = !item.duplicate && fresh.has(key)
        if (!item.duplicate) fresh.add(key)
        const other = before !== undefined && item.id !== `default-${before.seq}`
        return must(!twice && !other, () => `${key} came back as ${item.id}`)
      })
    },
    ended: (facts) => {
      const doubled = facts.rows<{ key: string }>(
        'SELECT key FROM deliveries GROUP BY key HAVING count(*) > 1',
      )
      return must(doubled.length === 0, () => `${doubled[0]?.key} has two deliveries`)
    },
  }
}

const nobodyTwice: Invariant = {
  name: 'nobody is sent after a recorded acceptance',
  callStarts: (facts, call) => {
    if (new Set(call.people).size !== call.people.length) {
      return { complaint: `call ${call.n} names a person twice` }
    }
    return every(call.people, (person) => {
      const pair = pairOf(person, call.groupName)
      const forcedAt = facts.forced.get(pair) ?? Number.NEGATIVE_INFINITY
      const before = facts.calls.find(
        (other) =>
          other.recorded === 'accepted' &&
          other.groupName === call.groupName &&
          other.people.includes(person) &&
          (other.recordedAt ?? 0) > forcedAt &&
          (other.recordedAt ?? 0) > call.startedAt - YEAR_MS,
      )
      return must(before === undefined, () => `${pair} again, accepted by call ${before?.n}`)
    })
  },
}

const onlyWhoWasAsked: Invariant = {
  name: 'nobody is sent unasked',
  callStarts: (facts, call) => {
    const asked = facts.asks.flatMap(({ invite }) =>
      invite?.groupName === call.groupName ? [invite] : [],
    )
    const people = new Set(asked.flatMap(({ contacts }) => contacts.map(personAt)))
    const stranger = call.people.find((person) => !people.has(person))
    if (stranger !== undefined) return { complaint: `nobody asked for ${stranger}` }
    if (call.people.length === 0) return { complaint: `call ${call.n} is empty` }
    if (call.people.length > call.pace.batchSize) return { complaint: `call ${call.n} is too big` }
    return must(
      !call.create || asked.some(({ create }) => create),
      () => `nobody asked to create ${call.groupName}`,
    )
  },
}

const oneGroupOneName: Invariant = {
  name: 'one group of a name',
  looked: (facts) => must(facts.twins.length === 0, () => `two groups ${facts.twins[0]}`),
  callStarts: (facts, call) => {
    if (!call.create) return undefined
    const before = facts.calls.filter((other) => other.groupName === call.groupName)
    if (before.some((other) => other.recorded === 'accepted')) {
      return { complaint: `${call.groupName} is created though it was accepted before` }
    }
    const doubtful = before.findLastIndex((other) => other.create && maybeCreated(other))
    if (doubtful === -1) return good
    const created = before[doubtful]
    const [first, second] = before
      .slice(doubtful + 1)
      .filter((other) => !other.create && other.recorded === 'missing')
    const scale = call.pace.waitScale
    const since = endOf(created) + PROBE_AFTER_MS * scale
    const firstDone = first !== undefined && first.startedAt >= since
    const secondDone =
      second !== undefined && second.startedAt >= endOf(first) + SECOND_PROBE_AFTER_MS * scale
    return must(
      firstDone && secondDone,
      () => `${call.groupName} is created again, call ${created?.n} was not probed twice`,
    )
  },
}

/** Whether the group may be there after this creation, for all that Usher could know. */
function maybeCreated(call: Call): boolean {
  const denied = ['refused', 'unauthorized', 'inactive', 'throttled'].includes(call.answer ?? '')
  return !denied || call.recorded === 'interrupted'
}

const oneCallAtATime: Invariant = {
  name: 'one call at a time',
  callStarts: (facts, call) =>
    must(
      facts.inFlight.length === 0,
      () => `call ${call.n} leaves while call ${facts.inFlight[0]?.n} is under way`,
    ),
}

const claimBeforeCall: Invariant = {
  name: 'a claim on disk before every call',
  callStarts: (facts, call) => {
    const { claim } = call
    if (facts.inTransaction) return { complaint: `call ${call.n} leaves within a transaction` }
    if (claim === null) return { complaint: `call ${call.n} has no open claim` }
    if (facts.calls.some((other) => other.claim?.id === claim.id)) {
      return { complaint: `call ${call.n} has the claim of another call` }
    }
    const open = facts.rows<{ count: number }>(
      'SELECT count(*) AS count FROM calls WHERE ended_at IS NULL',
    )[0]?.count
    if (open !== 1) return { complaint: `${open} claims are open` }
    if ((claim.kind === 'create') !== call.create) {
      return { complaint: `call ${call.n} is claimed as ${claim.kind}` }
    }
    const claimed = new Set(claim.seqs.flatMap((seq) => deliveryOf(facts, seq).people))
    return must(
      call.people.every((person) => claimed.has(person)),
      () => `call ${call.n} sends people who are not claimed`,
    )
  },
}

const peopleBudgets: Invariant = {
  name: 'people by the hour and the day',
  callStarts: (facts, call) =>
    every(
      [
        [HOUR_MS, call.pace.peoplePerHour],
        [DAY_MS, call.pace.peoplePerDay],
      ] as const,
      ([windowMs, cap]) => {
        const before = within(facts.calls, call.startedAt, windowMs).filter(isFelt)
        // Somebody who is sent again after a failure is no new person.
        const people = new Set(
          [...before, call].flatMap(({ groupName, people }) =>
            people.map((person) => pairOf(person, groupName)),
          ),
        ).size
        return must(
          people <= cap,
          () => `${people} people within ${windowMs / HOUR_MS} h, of ${cap}`,
        )
      },
    ),
}

const createBudget: Invariant = {
  name: 'creations by the day',
  callStarts: (facts, call) => {
    if (!call.create) return undefined
    const before = within(facts.calls, call.startedAt, DAY_MS).filter(
      (other) => other.create && isFelt(other),
    )
    const { createsPerDay } = call.pace
    return must(
      before.length + 1 <= createsPerDay,
      () => `creation ${before.length + 1} of ${createsPerDay} within a day`,
    )
  },
}

const gaps: Invariant = {
  name: 'gaps between calls',
  callStarts: (facts, call) => {
    const last = facts.calls.findLast(isFelt)
    const lastCreate = call.create
      ? facts.calls.findLast((other) => other.create && isFelt(other))
      : undefined
    return every(
      [
        [last, 'addGapMs'],
        [lastCreate, 'createGapMs'],
      ] as const,
      ([before, gap]) => {
        if (before === undefined) return good
        const from = endOf(before)
        const least = leastSince(facts, from, (pace) => pace[gap])
        return must(
          call.startedAt - from >= least,
          () =>
            `call ${call.n} is ${call.startedAt - from} ms after call ${before.n}: ${gap} ${least}`,
        )
      },
    )
  },
}

const groupRests: Invariant = {
  name: 'a new group rests',
  callStarts: (facts, call) => {
    const created = facts.calls.findLast(
      (other) => other.groupName === call.groupName && other.create && maybeCreated(other),
    )
    if (created === undefined) return undefined
    const from = endOf(created)
    const least =
      created.recorded === 'accepted'
        ? leastSince(facts, from, (pace) => pace.restAfterCreateMs)
        : PROBE_AFTER_MS * call.pace.waitScale
    return must(
      call.startedAt - from >= least,
      () => `call ${call.n} is ${call.startedAt - from} ms after creation ${created.n}`,
    )
  },
}

const quietHours: Invariant = {
  name: 'quiet hours',
  callStarts: (_, call) => {
    const { quiet } = call.pace
    if (quiet === null) return undefined
    return must(
      !isQuiet(quiet, call.wallAt),
      () => `a call at ${localTime(quiet.timeZone, call.wallAt)}`,
    )
  },
}

const retryAfterInFull: Invariant = {
  name: 'Retry-After in full',
  callStarts: (facts, call) => {
    const throttled = facts.calls.findLast((other) => other.recorded === 'throttled')
    if (throttled === undefined) return undefined
    const until = endOf(throttled) + (throttled.retryAfterMs ?? 0)
    return must(
      call.startedAt >= until,
      () => `call ${call.n} is ${until - call.startedAt} ms early`,
    )
  },
}

/** 400, 404 and whatever is read as 500: EazyBe's no to these people. */
function isRefusal(call: Call): boolean {
  return (
    ['refused', 'missing', 'failed', 'timeout'].includes(call.answer ?? '') &&
    call.recorded !== 'interrupted'
  )
}

function attemptsByRefusalsOnly(): Invariant {
  let before = new Map<number, number>()
  return {
    name: 'attempts are consumed by refusals only',
    looked: (facts) => {
      const rows = facts.rows<{ seq: number; attempts: number }>(
        'SELECT seq, attempts FROM deliveries WHERE attempts > 0',
      )
      const last = before
      before = new Map(rows.map(({ seq, attempts }) => [seq, attempts]))
      return every(rows, ({ seq, attempts }) => {
        const more = attempts - (last.get(seq) ?? 0)
        if (more <= 0) return good
        const refusals = facts.justRecorded.filter(
          (call) => isRefusal(call) && call.claim?.seqs.includes(seq),
        )
        return must(more <= refusals.length, () => {
          const told = facts.justRecorded.map((call) => `${call.n} ${call.answer}`).join(', ')
          return `delivery ${seq} lost ${more} attempts to ${told || 'nothing'}`
        })
      })
    },
  }
}

function parkedForCause(): Invariant {
  const seen = new Set<number>()
  return {
    name: 'parked for a cause',
    looked: (facts) => {
      if (facts.justRecorded.length === 0) return undefined
      const rows = facts.rows<Parked>(
        `SELECT seq, reason, attempts, received_at, contacts FROM deliveries WHERE state = 'parked'`,
      )
      return every(
        rows.filter(({ seq }) => !seen.has(seq)),
        ({ seq, reason, attempts, received_at: receivedAt, contacts }) => {
          seen.add(seq)
          const refused = contacts.includes('"refused"')
          const givenUp = reason === 'no connection for 7 days' && isCutOff(facts, receivedAt)
          return must(
            refused || givenUp || attempts >= REFUSALS_TO_PARK,
            () => `delivery ${seq} is parked after ${attempts} attempts: ${reason}`,
          )
        },
      )
    },
  }
}

/** Whether nothing but broken connections was seen for a week, in which the lead was there. */
function isCutOff(facts: Facts, receivedAt: number): boolean {
  const answered = facts.calls.findLast(
    (call) => call.recorded !== null && !['unreachable', 'interrupted'].includes(call.recorded),
  )
  const since = facts.calls.find(
    (call) => call.recorded === 'unreachable' && call.n > (answered?.n ?? 0),
  )
  if (since === undefined) return false
  return facts.wall - Math.max(since.wallAt, receivedAt) >= CONNECTION_GIVEN_UP_MS
}

interface Parked {
  seq: number
  reason: string
  attempts: number
  received_at: number
  contacts: string
}

const innocentsNotParked: Invariant = {
  name: 'a bad number parks nobody else',
  ended: (facts) => {
    const parked = facts.rows<Parked>(
      `SELECT seq, reason, attempts, received_at, contacts FROM deliveries WHERE state = 'parked'`,
    )
    return every(parked, ({ seq, reason, contacts }) => {
      if (reason === 'no connection for 7 days') return good
      const left = storedPeople(contacts).filter(
        ({ person, state }) => state !== 'accepted' && state !== 'already' && !facts.isBad(person),
      )
      // A failure that no bad number explains may have been this lead's own; so may the 404 after a creation that failed.
      const own = facts.calls.some(
        (call) => call.claim?.seqs.includes(seq) && isRefusal(call) && call.truth?.spoilt !== true,
      )
      return must(
        left.length === 0 || own,
        () => `delivery ${seq} is parked (${reason}) for somebody else's number`,
      )
    })
  },
}

function alarmSet(): Invariant {
  let changes = 0
  let rangSince = true
  return {
    name: 'the alarm is set while something is due',
    looked: (facts) => {
      if (facts.running || facts.brokeOff) return undefined
      // A new pace, or a clock set back, does not move an alarm that was set before.
      if (facts.changes !== changes) rangSince = changes === 0
      changes = facts.changes
      if (facts.justRecorded.length > 0) rangSince = true
      const waiting = waitingCount(facts)
      if (waiting === 0) return good
      if (facts.alarmAt === null) return { complaint: `${waiting} wait and no alarm is set` }
      const slack = Math.max(AFTER_ERROR_MS, pace(facts).coalesceMs)
      const first = facts.rows<{ due: number | null }>('SELECT min(due_at) AS due FROM groups')[0]
      // Spares most of the planning: nothing is called long before its group is due.
      if (facts.alarmAt <= Math.max(first?.due ?? 0, facts.wall) + slack || !rangSince) return good
      const due = dueAt(facts)
      if (due === null) return good
      const late = facts.alarmAt - Math.max(due, facts.wall) - slack
      return must(late <= 0, () => `the alarm is ${late} ms late for what waits`)
    },
  }
}

/** When `plan` would make the next call, asked over the same tables; null: only a hand helps. */
function dueAt(facts: Facts): number | null {
  const sql = readOnly(facts)
  const current = pace(facts)
  const input = {
    account: new Settings(sql).account(),
    pace: current,
    spent: new Calls(sql).spent(current, facts.wall),
    groups: new Queue(sql, new Groups(sql, {})).heads(current.batchSize, facts.wall),
  }
  // What stands in the way first may hide something that takes longer, so it is asked again then.
  let at = facts.wall
  for (;;) {
    const next = plan(input, at)
    if (next.kind !== 'wait') return at
    if (next.until === null || next.until <= at) return next.until
    at = next.until
  }
}

function readOnly(facts: Facts): SqlStorage {
  const exec = (query: string, ...values: (string | number | null)[]) => {
    const rows = facts.rows(query, ...values)
    return { toArray: () => rows, one: () => rows[0] }
  }
  return { exec } as unknown as SqlStorage
}

const progress: Invariant = {
  name: 'progress once the world works',
  ended: (facts) => {
    const { ending } = facts
    if (ending === null) return undefined
    const waiting = waitingCount(facts)
    const took = facts.at - ending.since
    if (waiting !== 0) {
      return { complaint: `${waiting} still wait after ${hours(took)} of ${hours(ending.bound)} h` }
    }
    const calls = facts.calls.length - ending.callsBefore
    const most = 60 + 4 * calls + (4 * took) / DAY_MS
    return must(ending.alarms <= most, () => `${ending.alarms} alarms for ${calls} calls`)
  },
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(1)
}

/** How long it may take until everything has settled, by what waits and what the pace allows. */
export function progressBound(facts: Facts): number {
  const current = pace(facts)
  const waiting = facts.rows<{ contacts: string; group_id: number }>(
    `SELECT contacts, group_id FROM deliveries WHERE state IN ('queued', 'unknown', 'held')`,
  )
  const people = waiting.flatMap(({ contacts }) => storedPeople(contacts))
  const groups = new Set(waiting.map(({ group_id: group }) => group)).size
  const bad = new Set(people.map(({ person }) => person).filter((person) => facts.isBad(person)))
    .size
  const awake = current.quiet === null ? DAY_MS : DAY_MS - quietMs(current.quiet)
  const callMs = current.addGapMs + current.addJitterMs + MINUTE_MS
  const createMs = current.createGapMs + current.createJitterMs + MINUTE_MS
  const perDay = Math.min(
    current.peoplePerDay,
    (current.peoplePerHour * awake) / HOUR_MS / 2,
    awake / callMs,
  )
  const createsPerDay = Math.min(current.createsPerDay, awake / createMs)
  // A bad number takes its company along a few times, and a creation that fails for it waits up to a day each time.
  const days = 4 + (people.length * (bad > 0 ? 8 : 2)) / perDay + (4 * groups) / createsPerDay
  const throttled = Math.max(0, ...facts.calls.map((call) => call.retryAfterMs ?? 0))
  return (days + bad * 10) * DAY_MS + throttled
}

// What several of them ask.

function pace(facts: Facts): Pace {
  const current = facts.paces.at(-1)
  if (current === undefined) throw new Error('No pace was ever set')
  return current.pace
}

/** The smallest value that any pace in force since then had: what was promised under one may be kept under another. */
function leastSince(facts: Facts, since: number, value: (pace: Pace) => number): number {
  const { paces } = facts
  const first = paces.findLastIndex((one) => one.since <= since)
  return Math.min(...paces.slice(Math.max(0, first)).map((one) => value(one.pace)))
}

function within(calls: readonly Call[], now: number, windowMs: number): Call[] {
  return calls.filter((call) => call.startedAt > now - windowMs)
}

/** Whether WhatsApp was asked. A call whose effect is still to come counts as well. */
function isFelt(call: Call): boolean {
  return call.truth === null ? call.cutAt !== null : call.truth.felt
}

/** When Usher was done with a call. */
function endOf(call: Call | undefined): number {
  return call?.endedAt ?? call?.startedAt ?? 0
}

export function waitingCount(facts: Pick<Facts, 'rows'>): number {
  return (
    facts.rows<{ count: number }>(
      `SELECT count(*) AS count FROM deliveries WHERE state = 'queued' OR state = 'unknown'`,
    )[0]?.count ?? 0
  )
}

function deliveryOf(facts: Facts, seq: number): { groupName: string; people: number[] } {
  const row = facts.rows<{ name: string | null; contacts: string }>(
    'SELECT name, contacts FROM deliveries LEFT JOIN groups ON groups.id = group_id WHERE seq = ?',
    seq,
  )[0]
  return {
    groupName: row?.name ?? '',
    people: row === undefined ? [] : storedPeople(row.contacts).map(({ person }) => person),
  }
}

function storedPeople(contacts: string): { person: number; state: string }[] {
  const stored: { digits: string; state: string }[] = JSON.parse(contacts)
  return stored.map(({ digits, state }) => ({ person: personAt(digits), state }))
}
