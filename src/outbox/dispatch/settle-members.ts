/** What an outcome makes of the members of a call. */

import type { AccountState, Member, Part } from '../model.ts'
import type { Line } from '../store/deliveries.ts'
import type { MemberChange } from '../store/memberships.ts'
import type { Step } from './settle-account.ts'

/** What becomes of one member of the call, and the line of the timelines. */
export interface Change extends MemberChange, Line {}

export interface Settlement {
  readonly account: AccountState
  readonly part: Part
  /** Null: EazyBe accepted all of them. */
  readonly changes: readonly Change[] | null
}

/** Why a person whose earlier call failed is asked for again. */
export const MAY_BE_IN = 'an earlier call may have worked'

/** A change, as a rule gives it: what it leaves out stays. */
export type ChangeOf = Pick<
  Change,
  'status' | 'reason' | 'attempts' | 'dueAt' | 'event' | 'detail'
> &
  Partial<Pick<Change, 'failingSince' | 'limit'>>

/** One change for each member of the call. */
export function changesOf({ input }: Step, change: (member: Member) => ChangeOf): Change[] {
  return input.members.map((member) => {
    const { person, team, failingSince, limit } = member
    return { person, team, failingSince, limit, ...change(member) }
  })
}

/** People who may be in stay so. */
export function stillWaits({ status }: Member): Pick<Change, 'status' | 'reason'> {
  return { status, reason: status === 'maybe' ? MAY_BE_IN : null }
}

/** A call with them failed, and may have worked. */
export function maybe(reason: string): Pick<Change, 'status' | 'reason'> {
  return { status: 'maybe', reason }
}

/** Half of a batch, rounded up: a bad number is searched this way. */
export function half(size: number): number {
  return Math.ceil(size / 2)
}
