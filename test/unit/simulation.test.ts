/** Random histories on a virtual clock: every invariant holds, and a rule that is broken is found by its own. */

import { describe, expect, it } from 'vitest'
import { explore } from '../simulation/explore.ts'
import { invariants } from '../simulation/invariants.ts'
import { mutations } from '../simulation/mutations.ts'

const SEED = 8
const RUNS = 200
/** Until a broken rule is noticed. */
const MOST_RUNS = 60
const TIMEOUT_MS = 60_000

describe('the outbox, through random histories', () => {
  it('keeps every invariant', { timeout: TIMEOUT_MS }, async () => {
    const { failure } = await explore({ seed: SEED, runs: RUNS })
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
