/** Who waits for a delivery to settle: told at once, and forgotten when they have gone. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Watchers } from '../../../src/outbox/context.ts'

const PATIENCE_MS = 25_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a watcher', () => {
  it('is told when its delivery settles, and waits no more', async () => {
    const watchers = new Watchers()
    const both = Promise.all([watchers.wait(1, PATIENCE_MS), watchers.wait(1, PATIENCE_MS)])
    expect([watchers.has(1), watchers.has(2)]).toEqual([true, false])
    watchers.settled([2])
    expect(watchers.has(1)).toBe(true)
    watchers.settled([1])
    await both
    // Else a repeat under the same Idempotency-Key would be told for ever that the first is in progress.
    expect(watchers.has(1)).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes when its time is up, and leaves the others waiting', async () => {
    const watchers = new Watchers()
    const short = watchers.wait(1, 1_000)
    const long = watchers.wait(1, PATIENCE_MS)
    vi.advanceTimersByTime(1_000)
    await short
    expect(watchers.has(1)).toBe(true)
    watchers.settled([1])
    await long
    expect(watchers.has(1)).toBe(false)
  })
})
