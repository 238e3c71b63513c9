/** Attempts and blame: only EazyBe's own refusals count, only a cause parks, and no person is parked for the number of another, or for an outage. */

import type { Call, Facts } from '../facts.ts'
import { callsTo, DAY_MS, endOf, isFailure, isRefusal } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

const CONTRASTED_REFUSALS = 4
const LONE_REFUSALS = 8
const CALLS_APART = 3
const GIVEN_UP_MS = 7 * DAY_MS
const NO_CONNECTION = 'no connection for 7 days'
const ELSEWHERE = 'refused in another group'
/** Calls that one bad number may fail once EazyBe works: it is searched among ten, forgiven twice, and tried alone eight times. */
const MOST_SPOILT = 40

/** A delivery that was not discarded asks for the membership. */
const WANTED = `EXISTS (SELECT 1 FROM asks AS a JOIN deliveries ON seq = delivery WHERE a.person = memberships.person
  AND a.group_id = memberships.group_id AND a.team_part = memberships.team_part AND closed IS NULL AND frozen IS NULL)`

interface Member {
  readonly key: string
  readonly person: number
  readonly team: boolean
  /** Of a teammate: a membership for each part. */
  readonly teamPart: number
  readonly groupName: string
  readonly attempts: number
  readonly reason: string | null
  readonly askedAt: number
  readonly failingSince: number | null
  readonly forgiven: number
  readonly kept: boolean
}

function membersWhere(facts: Facts, condition: string): Member[] {
  return facts
    .rows<{
      mark: string
      group_id: number
      team_part: number
      name: string
      attempts: number
      reason: string | null
      asked_at: number
      failing_since: number | null
      forgiven: number
      kept: number
    }>(
      `SELECT person AS mark, memberships.group_id, team_part, name, attempts, reason, asked_at, failing_since, forgiven, digits IS NOT NULL AS kept
       FROM memberships JOIN parts ON parts.id = part_id WHERE ${condition}`,
    )

    .map(
      ({
        mark,
        group_id,
        team_part,
        name,
        attempts,
        reason,
        asked_at,
        failing_since,
        forgiven,
        kept,
      }) => ({
        key: `${mark} ${group_id} ${team_part}`,
        person: facts.personBehind(mark),
        team: team_part !== 0,
        teamPart: team_part,
        groupName: name,
        attempts,
        reason,
        askedAt: asked_at,
        failingSince: failing_since,
        forgiven,
        kept: kept === 1,
      }),
    )
}

/** Whether a call carried this very membership. */
function carries(facts: Facts, call: Call, { person, team, teamPart, groupName }: Member): boolean {
  const { names } = facts
  const { claim } = call
  if (team) return claim?.partId === teamPart && claim.team.includes(person)
  return (
    claim?.leads.includes(person) === true &&
    names.groupOf(call.groupName) === names.groupOf(groupName)
  )
}

export function attemptsByRefusalsOnly(): Invariant {
  let before = new Map<string, number>()
  return {
    name: 'attempts are consumed by refusals only',
    looked: (facts) => {
      const members = membersWhere(facts, 'attempts > 0')
      const last = before
      before = new Map(members.map(({ key, attempts }) => [key, attempts]))
      return every(members, (member) => {
        const more = member.attempts - (last.get(member.key) ?? 0)
        if (more <= 0) return good
        const refusals = facts.justRecorded.filter(
          (call) => isRefusal(call) && carries(facts, call, member),
        )
        return must(more <= refusals.length, () => {
          const told = facts.justRecorded.map((call) => `${call.n} ${call.answer}`).join(', ')
          return `${member.person} of ${member.groupName} lost ${more} attempts to ${told || 'nothing'}`
        })
      })
    },
  }
}

export function parkedForCause(): Invariant {
  let seen = new Set<string>()
  return {
    name: 'parked for a cause',
    looked: (facts) => {
      if (facts.justRecorded.length === 0) return undefined
      const refused = membersWhere(facts, `memberships.status = 'refused'`)
      const fresh = refused.filter(({ key }) => !seen.has(key))
      seen = new Set(refused.map(({ key }) => key))
      return every(fresh, (member) => {
        const { person, groupName, reason, attempts, failingSince } = member
        // A teammate who was refused in one part is not tried in the next one.
        if (reason === ELSEWHERE || (member.team && attempts === 0)) return good
        if (reason === NO_CONNECTION) {
          return must(isCutOff(facts, member.askedAt), () => `${person} is given up too early`)
        }
        const carrying = facts.calls.filter((call) => carries(facts, call, member))
        const last = carrying.at(-1)
        // A probe's 404 speaks of the creation that failed.
        const failed =
          last?.answer === 'missing'
            ? carrying.findLast((call) => call.create && call.claim?.partId === last.claim?.partId)
            : last
        const isAlone = failed?.people.length === 1
        const told = `${person} of ${groupName} is parked after ${attempts} attempts (${reason})`
        if (last?.answer === 'refused') return must(isAlone, () => `${told}, in company`)
        const contrast = facts.calls.some(
          (call) =>
            call.recorded === 'accepted' &&
            call.n < (failed?.n ?? 0) &&
            wallEnd(call) > (failingSince ?? 0),
        )
        return must(
          isAlone && attempts >= (contrast ? CONTRASTED_REFUSALS : LONE_REFUSALS),
          () => `${told}, ${isAlone ? '' : 'in company, '}${contrast ? '' : 'without contrast'}`,
        )
      })
    },
  }
}

/** When a call ended, by the clock of the process. */
function wallEnd(call: Call): number {
  return call.wallAt + endOf(call) - call.startedAt
}

/** Whether nothing but broken connections was seen for a week, in which the lead was there. */
function isCutOff(facts: Facts, askedAt: number): boolean {
  const answered = facts.calls.findLast(
    (call) => call.recorded !== null && !['unreachable', 'interrupted'].includes(call.recorded),
  )
  const since = facts.calls.find(
    (call) => call.recorded === 'unreachable' && call.n > (answered?.n ?? 0),
  )
  if (since === undefined) return false
  return facts.wall - Math.max(since.wallAt, askedAt) >= GIVEN_UP_MS * since.pace.waitScale
}

export function innocentsNotParked(): Invariant {
  let seen = new Set<string>()
  return {
    name: 'a bad number parks no other person',
    looked: (facts) => {
      if (facts.justRecorded.length === 0) return undefined
      const refused = membersWhere(facts, `memberships.status = 'refused'`)
      const fresh = refused.filter(({ key }) => !seen.has(key))
      seen = new Set(refused.map(({ key }) => key))
      return every(fresh, (member) => {
        const { person, groupName, reason, attempts, team } = member
        const elsewhere = reason === ELSEWHERE || (team && attempts === 0)
        if (facts.isBad(person) || reason === NO_CONNECTION || elsewhere) return good
        return must(
          facts.calls.some(
            (call) => carries(facts, call, member) && isTheirOwn(facts, call, person),
          ),
          () => `${person} of ${groupName} is parked (${reason}) for the number of another`,
        )
      })
    },
  }
}

/** A failure that no bad number explains may have been this person's own; so may the 404 after a creation that failed with them. */
function isTheirOwn(facts: Facts, call: Call, person: number): boolean {
  if (!isRefusal(call) || call.truth?.spoilt === true) return false
  if (call.answer !== 'missing') return true
  return callsTo(facts, call.groupName).some(
    (other) =>
      other.create &&
      other.n < call.n &&
      other.truth?.spoilt !== true &&
      other.people.includes(person),
  )
}

export function outageParksNone(): Invariant {
  /** The call that parked each, and who was forgiven too often by then to be a sign of an outage. */
  const parkedBy = new Map<string, { call: Call; forgiven: ReadonlySet<number> }>()
  return {
    name: 'an outage parks no person',
    looked: (facts) => {
      if (facts.justRecorded.length === 0) return undefined
      const refused = membersWhere(facts, `memberships.status = 'refused'`)
      const keys = new Set(refused.map(({ key }) => key))
      for (const key of parkedBy.keys()) if (!keys.has(key)) parkedBy.delete(key)
      for (const member of refused) {
        const call = facts.justRecorded.findLast((one) => carries(facts, one, member))
        if (call !== undefined) parkedBy.set(member.key, { call, forgiven: forgivenTwice(facts) })
      }
      return good
    },
    ended: (facts) =>
      every(membersWhere(facts, `memberships.status = 'refused' AND ${WANTED}`), (member) => {
        const { call, forgiven } = parkedBy.get(member.key) ?? {}
        // A number that was deleted on schedule cannot be sent again.
        if (
          forgiven === undefined ||
          call?.outage !== true ||
          facts.isBad(member.person) ||
          !member.kept
        )
          return good
        const streak = streakAround(facts, call)
        if (isExplained(facts, streak)) return good
        const apart = callsApart(facts, streak, forgiven)
        return must(
          apart < CALLS_APART,
          () =>
            `${member.person} of ${member.groupName} is parked by call ${call.n} (${member.reason}), though ${apart} calls around it failed for others`,
        )
      }),
  }
}

/** The failed calls around this one, with no acceptance between. */
function streakAround(facts: Facts, { n }: Call): Call[] {
  const accepted = facts.calls.filter(({ recorded }) => recorded === 'accepted')
  const from = accepted.findLast((call) => call.n < n)?.n ?? 0
  const to = accepted.find((call) => call.n > n)?.n ?? Number.POSITIVE_INFINITY
  return facts.calls.filter((call) => isFailure(call) && call.n > from && call.n < to)
}

/** The operator resumed within, or it lasted for longer than EazyBe is excused. */
function isExplained(facts: Facts, streak: readonly Call[]): boolean {
  const [first] = streak
  const last = streak.at(-1)
  if (first === undefined || last === undefined) return true
  const lasted = last.startedAt - first.startedAt
  const resumed = facts.operator.resumes.some((at) => at >= first.startedAt && at <= last.startedAt)
  return resumed || lasted > GIVEN_UP_MS * first.pace.waitScale
}

function forgivenTwice(facts: Facts): Set<number> {
  return new Set(membersWhere(facts, 'forgiven >= 2').map(({ person }) => person))
}

/** How many of these calls share no person, of those that carried a person with a good number. */
function callsApart(facts: Facts, calls: readonly Call[], forgiven: ReadonlySet<number>): number {
  const isEvidence = (one: number) => !facts.isBad(one) && !forgiven.has(one)
  return apartFrom(calls.filter(({ people }) => people.some(isEvidence)))
}

/** How many of these calls share no person. */
function apartFrom(calls: readonly Call[]): number {
  const apart: Call[] = []
  for (const call of calls.toSorted((one, other) => one.people.length - other.people.length)) {
    const isApart = apart.every((other) => !other.people.some((one) => call.people.includes(one)))
    if (isApart) apart.push(call)
  }
  return apart.length
}

/** Three bad numbers with no acceptance between look like a failing EazyBe, which is excused for a week. */
function isExcused(facts: Facts, call: Call): boolean {
  const before = facts.calls.filter(({ n }) => n < call.n)
  const accepted = before.findLast(({ recorded }) => recorded === 'accepted')?.n ?? 0
  const streak = before.filter((one) => one.n > accepted && isFailure(one))
  const [first] = streak
  if (first === undefined || apartFrom(streak) < CALLS_APART) return false
  return call.startedAt - first.startedAt <= GIVEN_UP_MS * first.pace.waitScale
}

export const badNumberFound: Invariant = {
  name: 'a bad number is found and parked',
  ended: (facts) => {
    const since = facts.ending?.callsBefore ?? 0
    // Where only bad numbers wait, there is no contrast for days.
    const works = facts.calls.find(({ n, recorded }) => n > since && recorded === 'accepted')
    const spoilt = facts.calls.filter(({ n, truth }) => n > (works?.n ?? Infinity) && truth?.spoilt)
    const open = `memberships.status IN ('waiting', 'maybe', 'refused') AND team_part = 0`
    return every(membersWhere(facts, open), (member) => {
      const { person, groupName } = member
      if (!facts.isBad(person)) return good
      const own = spoilt.filter((call) => carries(facts, call, member))
      const failed = own.filter((call) => !isExcused(facts, call)).length
      return must(failed <= MOST_SPOILT, () => `${person} of ${groupName} failed ${failed} calls`)
    })
  },
}
