/** Waits that are bounded: the value in time, the other one after, and no timer that outlives them. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { atMost } from '../../../src/lib/bytes.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('atMost', () => {
  it('gives what came in time, or throws what it threw, and leaves no timer behind', async () => {
    expect(await atMost(50, Promise.resolve('value'), null)).toBe('value')
    await expect(atMost(50, Promise.reject(new Error('broken')), null)).rejects.toThrow('broken')
    // A timer keeps an isolate's request open, and there is one with every webhook.
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives the other value once the time is up', async () => {
    const waiting = atMost(50, new Promise(() => {}), 'late')
    vi.advanceTimersByTime(50)
    expect(await waiting).toBe('late')
  })
})
