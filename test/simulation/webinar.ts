/** A webinar: hundreds of people sign up within a minute, and the real parts of the outbox take them into one new group over days. */

import type { AccountOptions, Pace } from '../../src/outbox/dispatch/pace.ts'
import { paceOf } from '../../src/outbox/dispatch/pace.ts'
import type { Call } from './facts.ts'
import { PLAIN, PLAIN_HOOK } from './history.ts'
import type { Limit } from './limits.ts'
import { limitsOf } from './limits.ts'
import { simulate } from './simulate.ts'
import type { Violation } from './watcher.ts'

const MINUTE_MS = 60_000
/** The webinar's hook is the only one of its account: no share of the day is kept for others. */
const ELSEWHERE = { ...PLAIN_HOOK, account: 'elsewhere' }

export interface WebinarOptions {
  readonly people: number
  readonly account: AccountOptions
  /** When the first of them signs up, in epoch milliseconds. */
  readonly begin: number
  readonly seed: number
}

export interface Webinar {
  readonly pace: Pace
  readonly calls: readonly Call[]
  /** How many people EazyBe accepted, by its own books. */
  readonly accepted: number
  /** When the last of them was; null: none was. */
  readonly lastAt: number | null
  readonly limits: readonly Limit[]
  /** An invariant of the simulation that did not hold. */
  readonly violation: Violation | null
}

export async function webinar({ people, account, begin, seed }: WebinarOptions): Promise<Webinar> {
  const { calls, violation } = await simulate({
    account,
    ...PLAIN,
    hooks: [PLAIN_HOOK, ELSEWHERE, ELSEWHERE],
    instant: account.pace === 'instant',
    begin,
    seed,
    events: [
      {
        kind: 'burst',
        hook: 0,
        group: 0,
        first: 0,
        count: people,
        everyMs: Math.floor(MINUTE_MS / people),
        create: true,
        afterMs: 0,
      },
    ],
  })
  const taken = calls.filter(({ answer }) => answer === 'accepted')
  const pace = paceOf(account)
  return {
    pace,
    calls,
    accepted: new Set(taken.flatMap(({ truth }) => truth?.added ?? [])).size,
    lastAt: taken.at(-1)?.endedAt ?? null,
    limits: limitsOf(calls, pace),
    violation,
  }
}
