/** Which call comes next, or until when there is none: a pure function of the state, the pace and the clock. */

import type { AccountState, Call, Member, PartQueue, Spent } from '../model.ts'
import { isUntried } from './blame.ts'
import type { Budget } from './budget.ts'
import { creationBudgets, freeAt, peopleBudgets, peopleOf, room, shareFreeAt } from './budget.ts'
import type { Pace } from './pace.ts'
import { DAY_MS, HOUR_MS, quietUntil } from './pace.ts'
import { callKind, isForUntried, leaderOf, needsRoom, travellers, untriedOf } from './travellers.ts'

export interface PlanInput {
  readonly account: AccountState
  readonly pace: Pace
  readonly spent: Spent
  /** Parts that are due first: a bounded number. */
  readonly parts: readonly PartQueue[]
  /** The hooks of the account: a part of each cap is kept for those that used little. */
  readonly hooks: readonly string[]
}

/** Why nothing may be sent now; `admin/waits.ts` says it in words. */
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
    if (lacksRoom(part, now)) return { kind: 'rollOver', partId: part.id }
    const head = leaderOf(part, input.account, now)
    const call = nextCall(part, head, input, now)
    const obstacle = partObstacle(part, head, call, input, now)
    if (obstacle === null) return { kind: 'call', call }
    if (soonest === null || isSooner(obstacle.until, soonest.until)) soonest = obstacle
  }
  return wait(soonest ?? { until: null, why: 'nothing' })
}

/**
 * Those with something to call. Hooks take turns: of those that are due, the one with the fewest people in the last day comes
 * first. A failing EazyBe is asked most often for untried people, where there are some, since the fault may be with the others; else
 * for those who wait longest, whether for an add or a creation.
 */
function partsInOrder({ account, parts, spent }: PlanInput, now: number): PartQueue[] {
  const waiting = parts.filter((part) => part.waiting.length > 0)
  const dueAt = ({ waiting: [head], restUntil }: PartQueue) => Math.max(head?.dueAt ?? 0, restUntil)
  if (account.pause?.reason === 'failing') {
    // A probe of a group in doubt decides how long all creations wait, so it is not left for later.
    const isFirst = (part: PartQueue) =>
      isForUntried(account)
        ? untriedOf(part, account, now) !== undefined
        : part.status === 'doubtful'
    return waiting.toSorted(
      (one, other) =>
        Number(isFirst(other)) - Number(isFirst(one)) ||
        one.lastCallAt - other.lastCallAt ||
        dueAt(one) - dueAt(other),
    )
  }
  const used = peopleOf(spent)
  const isLater = (part: PartQueue) => Number(dueAt(part) > now)
  // Few creations are tried again in a day. People who failed alone least often come first.
  const failures = (part: PartQueue) =>
    part.queue === 'create' ? (leaderOf(part, account, now)?.attempts ?? 0) : 0
  return waiting.toSorted(
    (one, other) =>
      isLater(one) - isLater(other) ||
      failures(one) - failures(other) ||
      used(one.hook) - used(other.hook),
  )
}

/** People of this hook that the next call may carry. A failing EazyBe is asked with one person at a time. */
function mostPeople(hook: string, { account, pace, ...input }: PlanInput, now: number): number {
  const budgets = peopleBudgets({ ...input, pace }, hook)
  const allowance = Math.min(...budgets.map((budget) => room(budget, now)))
  return account.pause?.reason === 'failing' ? 1 : Math.min(pace.batchSize, allowance)
}

export type AccountInput = Omit<PlanInput, 'parts' | 'hooks'>

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

/** What stands in the way of every creation of the account beside that; null: nothing. `untried`: it is one with untried people. */
export function createObstacle(
  { account, pace, spent }: AccountInput,
  untried: boolean,
  now: number,
): Obstacle | null {
  const nextAt = untried ? account.othersCreateAt : account.nextCreateAt
  if (nextAt > now) return { until: nextAt, why: 'createPace' }
  const until = Math.max(
    freeAt(spent.creations, HOUR_MS, pace.createsPerHour, now),
    freeAt(spent.creations, DAY_MS, pace.createsPerDay, now),
  )
  return until > now ? { until, why: 'createCap' } : null
}

/** What stands in the way of this call of this part; null: it may go now. */
function partObstacle(
  part: PartQueue,
  head: Member | undefined,
  call: Call,
  input: PlanInput,
  now: number,
): Obstacle | null {
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
  const obstacle =
    createObstacle(input, isUntried(head), now) ??
    shareObstacle(peopleBudgets(input, part.hook), 'peopleCap', now) ??
    shareObstacle(creationBudgets(input, part.hook), 'createCap', now)
  // An untried person who is not due yet does not wait as long as these people.
  const later = part.waiting.find((member) => isUntried(member) && member.dueAt > now)
  return obstacle !== null && later !== undefined && isSooner(later.dueAt, obstacle.until)
    ? { until: later.dueAt, why: 'coalesce' }
    : obstacle
}

/** What is left of the caps is kept for other hooks; null: there is room for this one. */
function shareObstacle(budgets: readonly Budget[], why: WaitReason, now: number): Obstacle | null {
  const until = Math.max(...budgets.map((budget) => shareFreeAt(budget, now)))
  return until > now ? { until, why } : null
}

/** True where there is no place for the head of the queue, or for one behind it who is due. */
function lacksRoom({ waiting, members, maybes, capacity }: PartQueue, now: number): boolean {
  const isLeftOut = (member: Member, place: number) =>
    needsRoom(member) && (place === 0 || member.dueAt <= now)
  return members + maybes >= capacity && waiting.some(isLeftOut)
}

/** The call that the head of a queue asks for, with as many others as may travel along. */
function nextCall(part: PartQueue, head: Member | undefined, input: PlanInput, now: number): Call {
  const kind = callKind(part)
  // A group needs one good number, and a bad one fails the whole creation. So after a failure one person creates it alone.
  const alone = kind === 'create' && head !== undefined && !isUntried(head)
  const most = alone ? 1 : Math.max(1, mostPeople(part.hook, input, now))
  const size = Math.min(head?.limit ?? most, most)
  const members: Member[] = []
  const contacts = new Map<string, string>()
  let taken = part.members + part.maybes
  for (const member of head === undefined ? [] : travellers(part, head, input.account, now)) {
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

function wait({ until, why }: Obstacle): Plan {
  return { kind: 'wait', until, why }
}

/** Whether one time comes before another; null is never. */
function isSooner(one: number | null, other: number | null): boolean {
  return one !== null && (other === null || one < other)
}
