/** Random histories on a virtual clock: every invariant holds, and a rule that is broken is found by its own. And one webinar. */

import { describe, expect, it } from 'vitest'
import { PACES } from '../../../src/outbox/dispatch/pace.ts'
import { explore } from '../../simulation/explore.ts'
import { invariants } from '../../simulation/invariants.ts'
import { limitsOf } from '../../simulation/limits.ts'
import { mutations } from '../../simulation/mutations.ts'
import { webinar } from '../../simulation/webinar.ts'

const SEED = 8
const RUNS = 80
/** Another seed each time finds what the fixed one never will. */
const FRESH_SEED = Math.floor(Math.random() * 2 ** 31)
const FRESH_RUNS = 10
/** Until a broken rule is noticed. */
const MOST_RUNS = 150
const TIMEOUT_MS = 60_000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

describe('the outbox, through random histories', () => {
  it('keeps every invariant', { timeout: TIMEOUT_MS }, async () => {
    const { failure } = await explore({ seed: SEED, runs: RUNS })
    expect(failure?.violation ?? null).toBeNull()
  })

  it(`keeps every invariant, seed ${FRESH_SEED}`, { timeout: TIMEOUT_MS }, async () => {
    console.log(`npm run simulate -- --seed ${FRESH_SEED} --runs ${FRESH_RUNS}`)
    const { failure } = await explore({ seed: FRESH_SEED, runs: FRESH_RUNS })
    expect(failure?.violation ?? null).toBeNull()
  })

  it('has a way to break every invariant', () => {
    const broken = new Set(mutations.map(({ breaks }) => breaks))
    expect(broken).toEqual(new Set(invariants().map(({ name }) => name)))
  })

  it.each(mutations.map((mutation) => [mutation.breaks, mutation.name, mutation] as const))(
    'finds by "%s" that %s',
    { timeout: TIMEOUT_MS },
    async (breaks, _, mutation) => {
      const { failure } = await explore({ seed: SEED, runs: MOST_RUNS, mutation })
      expect(failure?.violation.invariant).toBe(breaks)
    },
  )
})

describe('a webinar: 400 people within a minute', async () => {
  const account = { pace: 'steady', timeZone: 'Asia/Kolkata' } as const
  // Half an hour before the night.
  const begin = Date.parse('2026-06-08T20:30:00+05:30')
  const { pace, calls, accepted, lastAt, limits, violation } = await webinar({
    people: 400,
    account,
    begin,
    seed: SEED,
  })

  it('takes all of them, ten a call, in four days and nights', () => {
    expect(violation).toBeNull()
    expect(accepted).toBe(400)
    expect(calls).toHaveLength(40)
    expect(Number(lastAt) - begin).toBeLessThan(4 * DAY_MS)
  })

  it.each(limits.map((limit) => [limit.name, limit] as const))('keeps the %s', (_, limit) => {
    expect(limit).toMatchObject({ held: true })
  })

  it('would see a limit that was broken', () => {
    const stricter = limitsOf(calls, {
      ...pace,
      ...PACES.newNumber,
      batchSize: 9,
      addGapMs: 10 * MINUTE_MS,
      restAfterCreateMs: 10 * MINUTE_MS,
      quiet: { from: '08:00', to: '09:00', timeZone: 'Asia/Kolkata' },
    })
    expect(stricter.flatMap(({ name, held }) => (held ? [] : [name]))).toEqual([
      'people in a call',
      'gap between calls',
      'rest after the create',
      'people an hour',
      'people a day',
      'quiet hours',
    ])
  })
})
