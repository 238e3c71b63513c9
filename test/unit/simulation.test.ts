/** Random histories on a virtual clock: every invariant holds, and a rule that is broken is found by its own. */

import { describe, expect, it } from 'vitest'
import { explore } from '../simulation/explore.ts'
import { mutations } from '../simulation/mutations.ts'

const SEED = 3
const RUNS = 40
const TIMEOUT_MS = 60_000

describe('the outbox, through random histories', () => {
  it('keeps every invariant', { timeout: TIMEOUT_MS }, async () => {
    const { failure } = await explore({ seed: SEED, runs: RUNS })
    expect(failure?.violation ?? null).toBeNull()
  })

  it.each(mutations.map((mutation) => [mutation.breaks, mutation] as const))(
    'is found out by "%s" when that is broken',
    { timeout: TIMEOUT_MS },
    async (breaks, mutation) => {
      const { failure } = await explore({ seed: SEED, runs: RUNS, mutation })
      expect(failure?.violation.invariant).toBe(breaks)
    },
  )
})
