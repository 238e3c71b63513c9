/** Who travels in the next call of a part: the person it is made for, and those who may share it. */

import type { AccountState, CallKind, Member, PartQueue } from '../model.ts'
import { isUntried } from './blame.ts'

/** What the next call of a part may do. */
export function callKind({ status, queue }: PartQueue): CallKind {
  if (status === 'exists') return 'add'
  if (status === 'doubtful') return 'probe'
  return queue
}

/** Of so many probes of a failing EazyBe, the first two are made with untried people. */
const PROBES_IN_TURN = 3
const UNTRIED_PROBES = 2

/**
 * The member that a call is made for: the head of the queue, with three exceptions. A group is created for an untried person, or else
 * for people in turn. A probe is made for a person who may be in, if one is due. A failing EazyBe is asked for people in turn, once
 * that probe failed.
 */
export function leaderOf(part: PartQueue, account: AccountState, now: number): Member | undefined {
  const kind = callKind(part)
  const isFailing = account.pause?.reason === 'failing'
  const asksFirst = ({ status, dueAt, triedAt }: Member) =>
    status === 'maybe' && dueAt <= now && (!isFailing || triedAt === part.triedAt)
  return (
    untriedOf(part, account, now) ??
    (kind === 'probe' ? part.waiting.find(asksFirst) : undefined) ??
    (kind === 'create' || isFailing ? inTurn(part, now) : undefined) ??
    part.waiting[0]
  )
}

/** Those who are due and have a place. */
function readyIn(part: PartQueue, now: number): Member[] {
  const hasRoom = part.members + part.maybes < part.capacity
  return part.waiting.filter((member) => member.dueAt <= now && (hasRoom || !needsRoom(member)))
}

/**
 * The person whose last call failed longest ago. For a creation leads come first, and of these the one who failed alone least often:
 * a bad number must not take the turn of people who failed beside it.
 */
function inTurn(part: PartQueue, now: number): Member | undefined {
  const creates = callKind(part) === 'create'
  const isLast = ({ team }: Member) => Number(creates && team)
  const failures = ({ attempts }: Member) => (creates ? attempts : 0)
  return readyIn(part, now).toSorted(
    (one, other) =>
      isLast(one) - isLast(other) ||
      failures(one) - failures(other) ||
      (one.triedAt ?? 0) - (other.triedAt ?? 0),
  )[0]
}

/** Whether the next probe of a failing EazyBe is one for untried people. */
export function isForUntried({ pause }: AccountState): boolean {
  return pause?.reason === 'failing' && pause.probes % PROBES_IN_TURN < UNTRIED_PROBES
}

/** The first untried person, for a creation and for such a probe; undefined: there is none, or the call is another one. */
export function untriedOf(part: PartQueue, account: AccountState, now: number): Member | undefined {
  if (!isForUntried(account) && callKind(part) !== 'create') return undefined
  return readyIn(part, now).find(isUntried)
}

/** Members who may share a call with the head: those due, and under the same suspicion, so that a bad number fails no new people. */
export function travellers(
  part: PartQueue,
  head: Member,
  { createFailures, pause }: AccountState,
  now: number,
): Member[] {
  const kind = callKind(part)
  const others = part.waiting.filter(
    (member) =>
      member !== head &&
      member.limit === head.limit &&
      (member.attempts === 0 || member.dueAt <= Math.max(now, head.dueAt)) &&
      (kind === 'add' || isUntried(member) === isUntried(head)),
  )
  const alike = [head, ...others]
  if (kind === 'add') return alike
  // One bad number fails a whole creation. Teammates are known to be good, so a group begins with them alone; where a creation
  // failed it begins with the leads, since the teammates of many groups are the same, and a probe asks with the people of the creation.
  const team = alike.filter((member) => member.team)
  const leads = alike.filter((member) => !member.team)
  const asks = pause?.reason === 'failing' ? head : alike.find(({ status }) => status === 'maybe')
  const first = kind === 'probe' ? asks : undefined
  const isAlone = kind === 'create' && !isUntried(head)
  const seedTeam =
    first?.team ?? (isAlone ? head.team : part.createFailures === 0 && createFailures === 0)
  const [seeds, rest] = seedTeam ? [team, leads] : [leads, team]
  return seeds.length > 0 ? seeds : rest
}

/** A person whose part is fixed has a place in it, and teammates are in every part. */
export function needsRoom({ fixed, team }: Member): boolean {
  return !fixed && !team
}
