/** What a delivery waits for, in the words of the console. */

import type { AccountInput, WaitReason } from '../dispatch/plan.ts'
import { accountObstacle, createObstacle } from '../dispatch/plan.ts'
import type { PartStatus, PauseReason } from '../model.ts'

/** Of a delivery: what may hold it back beside its account. Times are epoch milliseconds. */
export interface Waiter {
  readonly partStatus: PartStatus | null
  readonly restUntil: number | null
  readonly dueAt: number | null
  readonly attempts: number
  readonly creates: boolean
  /** Whether one of its people is untried. */
  readonly untried: boolean
}

export interface Wait {
  readonly what: string
  readonly until: number | null
}

/** Says what a queued delivery waits for. The account's own obstacles are found once for all deliveries of a page. */
export function waitTeller(input: AccountInput, now: number): (waiter: Waiter) => Wait {
  const { pause } = input.account
  const account = accountObstacle(input, now)
  return ({ partStatus, restUntil, dueAt, attempts, creates, untried }) => {
    if (pause !== null) return { what: PAUSED[pause.reason], until: pause.probeAt }
    if (restUntil !== null && restUntil > now) return { what: WAITING.rest, until: restUntil }
    if (dueAt !== null && dueAt > now) {
      return { what: attempts > 0 ? WAITING.backoff : WAITING.coalesce, until: dueAt }
    }
    const obstacle =
      account ?? (partStatus === 'new' && creates ? createObstacle(input, untried, now) : null)
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
