/** Which call comes next, or until when there is none: a pure function of the state, the pace and the clock. */

import type {
  AccountState,
  Call,
  CallKind,
  Member,
  PartQueue,
  PartStatus,
  PauseReason,
  Spent,
} from '../model.ts'
import type { Budget } from './budget.ts'
import { creationBudgets, freeAt, peopleBudgets, peopleOf, room, shareFreeAt } from './budget.ts'
import type { Pace } from './pace.ts'
import { DAY_MS, HOUR_MS, quietUntil } from './pace.ts'

export interface PlanInput {
  readonly account: AccountState
  readonly pace: Pace
  readonly spent: Spent
  /** Parts that are due first: a bounded number. */
  readonly parts: readonly PartQueue[]
  /** The hooks of the account: a part of each cap is kept for those that used little. */
  readonly hooks: readonly string[]
}

/** Why nothing may be sent now; the console says it in words. */
export type WaitReason =
  | 'nothing'
  | 'paused'
  | 'throttled'
  | 'unreachable'
  | 'pace'
  | 'quiet'
  | 'peopleCap'
  | 'createPace'
  | 'createCap'
  | 'coalesce'
  | 'rest'
  | 'backoff'

export type Plan =
  | { readonly kind: 'call'; readonly call: Call }
  /** `until` is epoch milliseconds; null: until something arrives or an operator acts. */
  | { readonly kind: 'wait'; readonly until: number | null; readonly why: WaitReason }
  /** The part has no room for the head of its queue, who goes to the next part. */
  | { readonly kind: 'rollOver'; readonly partId: number }

export interface Obstacle {
  readonly until: number | null
  readonly why: WaitReason
}

/** The next call of an account. One call is open at a time, so this is asked only when none is. */
export function plan(input: PlanInput, now: number): Plan {
  const parts = partsInOrder(input, now)
  if (parts.length === 0) return wait({ until: null, why: 'nothing' })
  const account = accountObstacle(input, now)
  if (account !== null) return wait(account)
  // Adds and creations have budgets of their own: a group that may not be created yet does not stop the others.
  let soonest: Obstacle | null = null
  for (const part of parts) {
    if (hasNoRoomForHead(part)) return { kind: 'rollOver', partId: part.id }
    const call = nextCall(part, Math.max(1, mostPeople(part.hook, input, now)), now)
    const obstacle = partObstacle(part, call, input, now)
    if (obstacle === null) return { kind: 'call', call }
    if (soonest === null || isSooner(obstacle.until, soonest.until)) soonest = obstacle
  }
  return wait(soonest ?? { until: null, why: 'nothing' })
}

/**
 * Those with something to call. Hooks take turns: of those that are due, the one with the fewest people in the last day comes
 * first. A failing EazyBe is asked for those who wait longest, whether for an add or a creation.
 */
function partsInOrder({ account, parts, spent }: PlanInput, now: number): PartQueue[] {
  const waiting = parts.filter((part) => part.waiting.length > 0)
  const dueAt = ({ waiting: [head], restUntil }: PartQueue) => Math.max(head?.dueAt ?? 0, restUntil)
  if (account.pause?.reason === 'failing')
    return waiting.toSorted(
      (one, other) => one.lastCallAt - other.lastCallAt || dueAt(one) - dueAt(other),
    )
  const used = peopleOf(spent)
  const isLater = (part: PartQueue) => Number(dueAt(part) > now)
  return waiting.toSorted(
    (one, other) => isLater(one) - isLater(other) || used(one.hook) - used(other.hook),
  )
}

/** People of this hook that the next call may carry. A failing EazyBe is asked with one person at a time. */
function mostPeople(hook: string, { account, pace, ...input }: PlanInput, now: number): number {
  const budgets = peopleBudgets({ ...input, pace }, hook)
  const allowance = Math.min(...budgets.map((budget) => room(budget, now)))
  return account.pause?.reason === 'failing' ? 1 : Math.min(pace.batchSize, allowance)
}

type AccountInput = Omit<PlanInput, 'parts' | 'hooks'>

/** What stands in the way of every call of the account; null: nothing. */
export function accountObstacle(
  { account, pace, spent }: AccountInput,
  now: number,
): Obstacle | null {
  if (account.pause !== null) {
    const { probeAt } = account.pause
    if (probeAt === null || probeAt > now) return { until: probeAt, why: 'paused' }
    // The probe of a paused account is a real call, so it keeps the gap, the caps and the quiet hours as well.
  }
  if (account.nextCallAt > now) return { until: account.nextCallAt, why: account.nextCallWhy }
  const quiet = quietUntil(pace.quiet, now)
  if (quiet !== null) return { until: quiet, why: 'quiet' }
  const until = Math.max(
    freeAt(spent.people, HOUR_MS, pace.peoplePerHour, now),
    freeAt(spent.people, DAY_MS, pace.peoplePerDay, now),
  )
  return until > now ? { until, why: 'peopleCap' } : null
}

/** What stands in the way of every creation of the account beside that; null: nothing. */
export function createObstacle(
  { account, pace, spent }: AccountInput,
  now: number,
): Obstacle | null {
  if (account.nextCreateAt > now) return { until: account.nextCreateAt, why: 'createPace' }
  const until = Math.max(
    freeAt(spent.creations, HOUR_MS, pace.createsPerHour, now),
    freeAt(spent.creations, DAY_MS, pace.createsPerDay, now),
  )
  return until > now ? { until, why: 'createCap' } : null
}

/** What stands in the way of this call of this part; null: it may go now. */
function partObstacle(part: PartQueue, call: Call, input: PlanInput, now: number): Obstacle | null {
  const head = leaderOf(part, now)
  if (head === undefined) return { until: null, why: 'nothing' }
  if (call.contacts.length === 0) {
    // Only people who have a place may travel, and none of them is due.
    const next = part.waiting.find(({ fixed, dueAt }) => fixed && dueAt > now)
    return { until: next?.dueAt ?? null, why: 'backoff' }
  }
  if (part.restUntil > now) return { until: part.restUntil, why: 'rest' }
  if (head.dueAt > now) {
    return { until: head.dueAt, why: head.attempts > 0 ? 'backoff' : 'coalesce' }
  }
  if (call.kind !== 'create')
    return shareObstacle(peopleBudgets(input, part.hook), 'peopleCap', now)
  return (
    createObstacle(input, now) ??
    shareObstacle(peopleBudgets(input, part.hook), 'peopleCap', now) ??
    shareObstacle(creationBudgets(input, part.hook), 'createCap', now)
  )
}

/** What is left of the caps is kept for other hooks; null: there is room for this one. */
function shareObstacle(budgets: readonly Budget[], why: WaitReason, now: number): Obstacle | null {
  const until = Math.max(...budgets.map((budget) => shareFreeAt(budget, now)))
  return until > now ? { until, why } : null
}

/** True where the head of the queue needs a place and there is none. */
function hasNoRoomForHead(part: PartQueue): boolean {
  const head = part.waiting[0]
  return head !== undefined && needsRoom(head) && part.members + part.maybes >= part.capacity
}

/** A person whose part is fixed has a place in it, and teammates are in every part. */
function needsRoom({ fixed, team }: Member): boolean {
  return !fixed && !team
}

/** The call that the head of a queue asks for, with as many others as may travel along. */
function nextCall(part: PartQueue, most: number, now: number): Call {
  const kind = callKind(part)
  const size = Math.min(leaderOf(part, now)?.limit ?? most, most)
  const members: Member[] = []
  const contacts = new Map<string, string>()
  let taken = part.members + part.maybes
  for (const member of travellers(part, kind, now)) {
    const known = contacts.has(member.person)
    if (!known && contacts.size >= size) continue
    if (needsRoom(member)) {
      if (taken >= part.capacity) continue
      taken++
    }
    members.push(member)
    // A lead who is a teammate as well travels once, and both memberships settle.
    if (!known) contacts.set(member.person, member.digits)
  }
  return {
    partId: part.id,
    groupId: part.groupId,
    hook: part.hook,
    groupName: part.name,
    kind,
    members: members.map(({ person, team }) => ({ person, team })),
    contacts: [...contacts.values()],
    fresh: members.filter(({ counted, team }) => !counted && !team).length,
  }
}

function callKind({ status, queue }: PartQueue): CallKind {
  if (status === 'exists') return 'add'
  if (status === 'doubtful') return 'probe'
  return queue
}

/** The member that a call is made for: the head of the queue. A probe is made for one who may be in, where one is due. */
function leaderOf({ status, waiting }: PartQueue, now: number): Member | undefined {
  const isDue = (member: Member) => member.status === 'maybe' && member.dueAt <= now
  return (status === 'doubtful' ? waiting.find(isDue) : undefined) ?? waiting[0]
}

/** Members who may share a call with the head: those due, and under the same suspicion, so that a bad number fails no new people. */
function travellers(part: PartQueue, kind: CallKind, now: number): Member[] {
  const head = leaderOf(part, now)
  if (head === undefined) return []
  const alike = part.waiting.filter(
    ({ limit, attempts, dueAt }) =>
      limit === head.limit && (attempts === 0 || dueAt <= Math.max(now, head.dueAt)),
  )
  if (kind === 'add') return alike
  // One bad number fails a whole creation. Teammates are known to be good, so a group begins with them alone; where that
  // failed it begins with the leads, and a probe asks with the people of the creation.
  const team = alike.filter((member) => member.team)
  const leads = alike.filter((member) => !member.team)
  const first = kind === 'probe' ? alike.find(({ status }) => status === 'maybe') : undefined
  const seedTeam = first?.team ?? part.createFailures === 0
  const [seeds, others] = seedTeam ? [team, leads] : [leads, team]
  return seeds.length > 0 ? seeds : others
}

function wait({ until, why }: Obstacle): Plan {
  return { kind: 'wait', until, why }
}

/** Whether one time comes before another; null is never. */
function isSooner(one: number | null, other: number | null): boolean {
  return one !== null && (other === null || one < other)
}

/** Of a delivery: what may hold it back beside its account. Times are epoch milliseconds. */
export interface Waiter {
  readonly partStatus: PartStatus | null
  readonly restUntil: number | null
  readonly dueAt: number | null
  readonly attempts: number
  readonly creates: boolean
}

export interface Wait {
  readonly what: string
  readonly until: number | null
}

/** Says what a queued delivery waits for. The account's own obstacles are found once for all deliveries of a page. */
export function waitTeller(input: AccountInput, now: number): (waiter: Waiter) => Wait {
  const { pause } = input.account
  const account = accountObstacle(input, now)
  const creation = createObstacle(input, now)
  return ({ partStatus, restUntil, dueAt, attempts, creates }) => {
    if (pause !== null) return { what: PAUSED[pause.reason], until: pause.probeAt }
    if (restUntil !== null && restUntil > now) return { what: WAITING.rest, until: restUntil }
    if (dueAt !== null && dueAt > now) {
      return { what: attempts > 0 ? WAITING.backoff : WAITING.coalesce, until: dueAt }
    }
    const obstacle = account ?? (partStatus === 'new' && creates ? creation : null)
    return obstacle === null
      ? { what: WAITING.nothing, until: null }
      : { what: WAITING[obstacle.why], until: obstacle.until }
  }
}

const PAUSED: Readonly<Record<PauseReason, string>> = {
  session: 'EazyBe’s cloud session is inactive',
  token: 'EazyBe refuses the token',
  operator: 'paused by the operator',
  failing: 'EazyBe fails for everybody',
}

const WAITING: Readonly<Record<WaitReason, string>> = {
  nothing: 'its turn',
  paused: 'the account is paused',
  throttled: 'EazyBe asked to wait',
  unreachable: 'no connection to EazyBe',
  pace: 'the pace of the account',
  quiet: 'quiet hours',
  peopleCap: 'the cap on people an hour or a day',
  createPace: 'the gap between new groups',
  createCap: 'the cap on new groups an hour or a day',
  coalesce: 'others for the same group',
  rest: 'the group rests',
  backoff: 'trying again later',
}
