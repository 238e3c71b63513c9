/** The end of a history: the world works again, everything must settle, and then retention must delete what is old. */

import type { Facts } from './facts.ts'
import { pace, waitingCount } from './invariants/inquiries.ts'
import type { Stories } from './invariants/invariant.ts'
import { quietMs } from './local-time.ts'
import type { Operator } from './operator.ts'
import { isTeammate } from './people.ts'
import type { Process } from './process.ts'
import type { Requests } from './requests.ts'
import type { Senders } from './senders.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const TEAM_PLACES = 2
/** Longer than this, retention is not waited for. */
const LONG_DAYS = 30

/** What the ending needs of the simulation. */
export interface Stage {
  readonly facts: Facts
  readonly world: World
  readonly process: Process
  readonly operator: Operator
  readonly requests: Requests
  readonly senders: Senders
  /** Lets things happen in their order until `done` says so. */
  until(done: () => boolean): Promise<void>
  /** Stores a new token, which ends the process. */
  newToken(): void
  say(line: string): void
}

/** Nothing fails from now on, in the world and in the process. */
export async function mend({
  world,
  process,
  operator,
  requests,
  senders,
  ...stage
}: Stage): Promise<void> {
  process.crashAfter = null
  process.exceptions = null
  requests.crashAt = null
  senders.failing = { until: Number.NEGATIVE_INFINITY, oneIn: 1 }
  const along = [...process.atRing.splice(0), ...requests.atAnswer.splice(0)]
  await Promise.all(along.map((start) => start()))
  world.mend()
  stage.newToken()
  stage.say('THE WORLD WORKS AGAIN')
  // Only the operator's own pause needs an operator: those that EazyBe caused must end by themselves.
  const overview = await process.ask(({ account }) => account.overview())
  if (overview?.pause?.reason === 'operator') await operator.pause(false)
  await operator.view('list', 0)
}

/** Waits until nothing waits for a call or a look-up. Gives how that went. */
export async function settleAll({
  facts,
  process,
  until,
}: Stage): Promise<NonNullable<Facts['ending']>> {
  const before = process.alarms
  const ending = { since: facts.at, bound: progressBound(facts), callsBefore: facts.calls.length }
  await until(() => waitingCount(facts) === 0 || facts.at - ending.since > ending.bound)
  return { ...ending, alarms: process.alarms - before }
}

/** The state of every lead, as its sender would be told. */
export async function storiesOf({ process, senders }: Stage): Promise<Stories> {
  const stories = new Map<number, { state: string; reason: string | null }>()
  for (const { seq } of senders.leads.values()) {
    const story = await process.ask(({ deliveries }) => deliveries.story(seq))
    if (story !== null) stories.set(seq, story)
  }
  return stories
}

/** Waits until all that is kept for days is old, and was swept. */
export async function growOld({ facts, until }: Stage): Promise<void> {
  const { rowDays, consentDays } = facts.retention
  if (rowDays > LONG_DAYS) return
  const at = facts.at + (Math.max(rowDays, consentDays) + 3) * DAY_MS
  await until(() => facts.at >= at)
}

/** How long it may take until everything has settled, by what waits and what the pace allows. */
function progressBound(facts: Facts): number {
  const current = pace(facts)
  const waiting = facts
    .rows<{ person: string; group_id: number; capacity: string | null }>(
      `SELECT person, group_id, hook AS capacity FROM memberships JOIN groups ON groups.id = group_id
       WHERE status IN ('waiting', 'maybe', 'blocked')`,
    )
    .map(({ person, ...row }) => ({ ...row, person: facts.personBehind(person) }))
  const lookUps = new Set(
    facts
      .rows<{ seq: number }>('SELECT seq FROM deliveries WHERE look_up_at IS NOT NULL')
      .map(({ seq }) => seq),
  )
  // Who is in them is not in the tables yet.
  const lookedUp = [...facts.senders.leads.values()].flatMap(({ key, seq }) =>
    lookUps.has(seq) ? facts.senders.peopleOf(key) : [],
  )
  const people = waiting.length + lookedUp.length
  const groups = new Set(waiting.map(({ group_id }) => group_id)).size + lookUps.size
  // One of the hook's own people fails every group anew.
  const bad = new Set([
    ...waiting.flatMap(({ person, group_id }) =>
      facts.isBad(person) ? [`${person} ${isTeammate(person) ? group_id : ''}`] : [],
    ),
    ...lookedUp.flatMap((person) => (facts.isBad(person) ? [`${person} looked up`] : [])),
  ]).size
  const awake = current.quiet === null ? DAY_MS : DAY_MS - quietMs(current.quiet)
  const callMs = current.addGapMs + current.addJitterMs + MINUTE_MS
  const createMs = current.createGapMs + current.createJitterMs + MINUTE_MS
  const perDay = Math.min(
    current.peoplePerDay,
    (current.peoplePerHour * awake) / HOUR_MS / 2,
    awake / callMs,
  )
  const capacity = Math.min(...Object.values(facts.hooks).map((hook) => hook.capacity ?? 1_000))
  // Each part of a group is a creation of its own, and the hook's own people take places in all of them.
  const parts = groups + people / Math.max(1, capacity - TEAM_PLACES)
  const createsPerDay = Math.min(
    current.createsPerDay,
    (current.createsPerHour * awake) / HOUR_MS / 2,
    awake / createMs,
  )
  // A bad number takes its company along a few times, and a creation that fails for it waits up to a day each time.
  const days = 5 + (people * (bad > 0 ? 8 : 2)) / perDay + (4 * parts) / createsPerDay
  const throttled = Math.max(0, ...facts.calls.map((call) => call.retryAfterMs ?? 0))
  // Failures are excused for a week, and eight creations follow, each after a day and the two hours of a probe.
  return (days + bad * 11) * DAY_MS + throttled
}
