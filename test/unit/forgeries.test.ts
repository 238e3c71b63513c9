/** Bursts of webhooks that prove nothing. */

import { describe, expect, it } from 'vitest'
import { Forgeries } from '../../src/receive/forgeries.ts'

const MINUTE = 60_000

function told(forgeries: Forgeries, hook: string, times: number, at: number): (number | null)[] {
  return Array.from({ length: times }, () => forgeries.add(hook, at))
}

describe('forgeries', () => {
  it('are told of when there are twenty, and again whenever they have doubled, each hook for itself', () => {
    const forgeries = new Forgeries()
    expect(told(forgeries, 'a', 19, 0)).toEqual(Array(19).fill(null))
    expect(forgeries.add('b', 0)).toBeNull()
    expect(forgeries.add('a', 4 * MINUTE)).toBe(20)
    expect(told(forgeries, 'a', 20, 4 * MINUTE)).toEqual([...Array(19).fill(null), 20])
    // A flood of thousands is told of a dozen times.
    const flood = told(forgeries, 'a', 20_000, 4 * MINUTE).filter((count) => count !== null)
    expect(flood.length).toBeLessThan(12)
  })

  it('are forgotten where they come one by one', () => {
    const forgeries = new Forgeries()
    told(forgeries, 'a', 19, 0)
    expect(forgeries.add('a', 6 * MINUTE)).toBeNull()
  })
})
