/** What the receiver tells the outbox of webhooks that prove nothing. */

import { describe, expect, it } from 'vitest'
import { Refusals } from '../../../src/receive/refusals.ts'

const MINUTE = 60_000

function told(refusals: Refusals, hook: string, times: number, at: number): (number | null)[] {
  return Array.from({ length: times }, () => refusals.add(hook, at))
}

describe('refused webhooks', () => {
  it('are told one by one at first, each hook for itself', () => {
    const refusals = new Refusals()
    expect(told(refusals, 'a', 10, 0)).toEqual(Array(10).fill(1))
    expect(refusals.add('b', 0)).toBe(1)
  })

  it('are told a dozen times when thousands come within a minute, and none is forgotten', () => {
    const refusals = new Refusals()
    const flood = told(refusals, 'a', 20_000, 0).filter((count) => count !== null)
    expect(flood.length).toBeLessThan(25)
    const later = refusals.add('a', 2 * MINUTE) ?? 0
    expect(flood.reduce((sum, count) => sum + count, later)).toBe(20_001)
  })
})
