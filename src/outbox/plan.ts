/** Which call comes next, or until when there is none: a pure function of the state, the pace and the clock. */

import type { Pace } from './pace.ts'
import { DAY_MS, HOUR_MS, quietUntil } from './pace.ts'
import type {
  AccountState,
  Call,
  CallKind,
  CallPart,
  GroupQueue,
  Spent,
  Waiting,
  WaitingContact,
} from './state.ts'

export interface PlanInput {
  readonly account: AccountState
  readonly pace: Pace
  /** Calls of the last 24 hours, oldest first. */
  readonly spent: readonly Spent[]
  /** Groups with something waiting, those due first in front; the outbox loads a bounded number. */
  readonly groups: readonly GroupQueue[]
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
  /** `until` is epoch milliseconds; null: until something arrives or a hand helps. */
  | { readonly kind: 'wait'; readonly until: number | null; readonly why: WaitReason }
  /** A group is full for those who wait in it: they go to its next part. */
  | { readonly kind: 'rollOver'; readonly groupId: number }

interface Obstacle {
  readonly until: number | null
  readonly why: WaitReason
}

/** The next call of an account. One call is in flight at a time, so this is asked only when none is. */
export function plan(input: PlanInput, now: number): Plan {
  if (input.groups.length === 0) return wait({ until: null, why: 'nothing' })
  const account = accountObstacle(input, now)
  if (account !== null) return wait(account)

  // Adds and creations have budgets of their own: a group that may not be made yet does not stop the others.
  const allowance = Math.min(
    room(people(input.spent), HOUR_MS, input.pace.peoplePerHour, now),
    room(people(input.spent), DAY_MS, input.pace.peoplePerDay, now),
  )
  let soonest: Obstacle | null = null
  for (const group of input.groups) {
    if (isFullFor(group)) return { kind: 'rollOver', groupId: group.id }
    const call = nextCall(group, Math.min(input.pace.batchSize, allowance))
    const obstacle = groupObstacle(group, call, input, now)
    if (obstacle === null) return { kind: 'call', call }
    if (soonest === null || isSooner(obstacle.until, soonest.until)) soonest = obstacle
  }
  return wait(soonest ?? { until: null, why: 'nothing' })
}

/** What stands in the way of every call of the account, whatever its group; null: nothing. */
export function accountObstacle(
  { account, pace, spent }: Omit<PlanInput, 'groups'>,
  now: number,
): Obstacle | null {
  if (account.pause !== null) {
    const { probeAt } = account.pause
    if (probeAt === null || probeAt > now) return { until: probeAt, why: 'paused' }
    // A probe of a paused account is a real call with the head item, so it keeps the gap and the quiet hours as well.
  }
  if (account.nextCallAt > now) return { until: account.nextCallAt, why: account.nextCallWhy }
  const quiet = quietUntil(pace.quiet, now)
  if (quiet !== null) return { until: quiet, why: 'quiet' }
  const until = Math.max(
    freeAt(people(spent), HOUR_MS, pace.peoplePerHour, now),
    freeAt(people(spent), DAY_MS, pace.peoplePerDay, now),
  )
  return until > now ? { until, why: 'peopleCap' } : null
}

/** What stands in the way of this call of this group; null: it may go now. */
function groupObstacle(
  group: GroupQueue,
  call: Call,
  input: PlanInput,
  now: number,
): Obstacle | null {
  const head = group.waiting[0]
  if (head === undefined || call.parts.length === 0) return { until: null, why: 'nothing' }
  if (group.restUntil > now) return { until: group.restUntil, why: 'rest' }
  if (head.dueAt > now && !isComplete(group, input.pace)) {
    return { until: head.dueAt, why: head.attempts > 0 ? 'backoff' : 'coalesce' }
  }
  return call.kind === 'create' ? createObstacle(input, now) : null
}

/** What stands in the way of every creation of the account beside that; null: nothing. */
export function createObstacle(
  { account, pace, spent }: Omit<PlanInput, 'groups'>,
  now: number,
): Obstacle | null {
  if (account.nextCreateAt > now) return { until: account.nextCreateAt, why: 'createPace' }
  const until = Math.max(
    freeAt(creations(spent), HOUR_MS, pace.createsPerHour, now),
    freeAt(creations(spent), DAY_MS, pace.createsPerDay, now),
  )
  return until > now ? { until, why: 'createCap' } : null
}

/** A batch that is full need not wait for more company. */
function isComplete(group: GroupQueue, pace: Pace): boolean {
  let people = 0
  for (const waiting of group.waiting) {
    if (waiting.attempts > 0 || waiting.limit !== null) return false
    people += waiting.contacts.length
    if (people >= pace.batchSize) return true
  }
  return false
}

/** Whether whoever waits first finds no place. */
function isFullFor(group: GroupQueue): boolean {
  const head = group.waiting[0]
  return (
    head !== undefined &&
    !fits(head.contacts.filter(takesRoom(head)).length, placesOf(group), group)
  )
}

/** A delivery goes whole or not at all, so that its people stay together; only one that is larger than any group is split. */
function fits(people: number, taken: number, { capacity }: GroupQueue): boolean {
  return people === 0 || taken + people <= capacity || taken === 0
}

/** Who is in the group, or may be. */
function placesOf({ members, reserved }: GroupQueue): number {
  return members + reserved
}

/** Who may be in the group already has a place in it; nor do the hook's own people need one, who are in every part. */
function takesRoom({ mayBeIn }: Waiting): (contact: WaitingContact) => boolean {
  return (contact) => !mayBeIn && !contact.team
}

/** The call that the head of a group's queue asks for, with as many others as may travel along. */
function nextCall(group: GroupQueue, most: number): Call {
  const kind = callKind(group)
  const size = Math.min(group.waiting[0]?.limit ?? most, most)
  const travelling = [...travellers(group, kind)]
  // A bad number fails a whole creation, and the hook's own people are known to be good: the group begins with them alone,
  // or without them where they turned out not to be for whoever waits longest. A probe asks with the people of the creation.
  const seeds = travelling[0]?.contacts.some(isTeam) === true
  const people = new Map<string, string>()
  const parts: CallPart[] = []
  let taken = placesOf(group)
  for (const waiting of travelling) {
    const needsRoom = takesRoom(waiting)
    const contacts =
      kind === 'create' || kind === 'probe'
        ? waiting.contacts.filter((contact) => isTeam(contact) === seeds)
        : waiting.contacts
    const going = withinOneGroup({ ...waiting, contacts }, group)
    if (!fits(going.filter(needsRoom).length, taken, group)) continue
    const indices: number[] = []
    for (const contact of going) {
      // The same person in two deliveries travels once, and settles both.
      if (!people.has(contact.person)) {
        if (people.size >= size || (needsRoom(contact) && taken >= group.capacity)) continue
        people.set(contact.person, contact.digits)
        if (needsRoom(contact)) taken++
      }
      indices.push(contact.index)
    }
    if (indices.length > 0) parts.push({ seq: waiting.seq, contacts: indices })
  }
  return { groupId: group.id, groupName: group.name, kind, people: [...people.values()], parts }
}

/** Of a failed call with a delivery that is larger than any group, only the first ones can be in. */
function withinOneGroup(
  { contacts, mayBeIn }: Waiting,
  { capacity, members }: GroupQueue,
): readonly WaitingContact[] {
  const isTooLarge = mayBeIn && contacts.length > capacity
  return isTooLarge ? contacts.slice(0, Math.max(1, capacity - members)) : contacts
}

function isTeam(contact: WaitingContact): boolean {
  return contact.team
}

function callKind(group: GroupQueue): CallKind {
  if (group.status === 'exists') return 'add'
  if (group.status === 'doubtful') return 'probe'
  return group.waiting[0]?.create === true ? 'create' : 'add'
}

/** Who may share a call with the head: those due, and under the same suspicion, so that a bad number fails nobody new. */
function* travellers(group: GroupQueue, kind: CallKind): Generator<Waiting> {
  const head = group.waiting[0]
  if (head === undefined) return
  for (const waiting of group.waiting) {
    if (waiting.limit !== head.limit) continue
    // Without leave to create, a lead neither makes a group nor is held for one that another lead makes.
    if (group.status === 'new' && waiting.create !== head.create) continue
    // A backing-off lead does not ride along before its time; one that only waits for company does.
    if (waiting.attempts > 0 && waiting.dueAt > head.dueAt && kind !== 'probe') continue
    yield waiting
  }
}

interface Use {
  readonly at: number
  readonly count: number
}

function people(spent: readonly Spent[]): Use[] {
  return spent.map((call) => ({ at: call.at, count: call.people }))
}

function creations(spent: readonly Spent[]): Use[] {
  return spent.filter((call) => call.created).map((call) => ({ at: call.at, count: 1 }))
}

/** How much a cap still allows within the window that ends now. */
function room(uses: readonly Use[], windowMs: number, cap: number, now: number): number {
  return uses.reduce((left, use) => (use.at > now - windowMs ? left - use.count : left), cap)
}

/** When the window has room for one more: `now` where it has. */
function freeAt(uses: readonly Use[], windowMs: number, cap: number, now: number): number {
  let left = room(uses, windowMs, cap, now)
  if (left > 0) return now
  for (const use of uses) {
    if (use.at <= now - windowMs) continue
    left += use.count
    if (left > 0) return use.at + windowMs
  }
  return now + windowMs
}

function wait({ until, why }: Obstacle): Plan {
  return { kind: 'wait', until, why }
}

/** Whether one time comes before another; null is never. */
function isSooner(one: number | null, other: number | null): boolean {
  return one !== null && (other === null || one < other)
}
