/** The outbox's one alarm: written only when it must be, and never believed where storage may not have it. */

import { beforeEach, describe, expect, it } from 'vitest'
import { AlarmClock } from '../../../src/outbox/jobs/alarm.ts'
import type { OutboxStorage } from '../../../src/outbox/ports.ts'

const NOW = Date.UTC(2026, 10, 25, 9)
const SECOND = 1_000

let stored: number | null
let writes: number[]
let refuses: boolean

beforeEach(() => {
  stored = null
  writes = []
  refuses = false
})

function clock(): AlarmClock {
  const alarm: Pick<OutboxStorage, 'getAlarm' | 'setAlarm'> = {
    getAlarm: async () => stored,
    setAlarm: async (at) => {
      if (refuses) throw new Error('storage is away')
      stored = Number(at)
      writes.push(Number(at))
    },
  }
  return new AlarmClock(alarm as OutboxStorage)
}

describe('noLaterThan', () => {
  it.each([
    {
      title: 'sets one where there is none',
      before: null,
      at: NOW + SECOND,
      writes: [NOW + SECOND],
    },
    { title: 'leaves an earlier one', before: NOW + SECOND, at: NOW + 2 * SECOND, writes: [] },
    {
      title: 'brings a later one forward',
      before: NOW + 2 * SECOND,
      at: NOW + SECOND,
      writes: [NOW + SECOND],
    },
    {
      title: 'leaves one that is a little late: it is about to ring',
      before: NOW - 29 * SECOND,
      at: NOW + SECOND,
      writes: [],
    },
    {
      title: 'takes the place of one that was lost for good',
      before: NOW - 31 * SECOND,
      at: NOW + SECOND,
      writes: [NOW + SECOND],
    },
  ])('$title', async ({ before, at, writes: expected }) => {
    stored = before
    await clock().noLaterThan(at, NOW)
    expect(writes).toEqual(expected)
  })
})

it('writes the same time once', async () => {
  const alarm = clock()
  await alarm.set(NOW)
  await alarm.set(NOW)
  expect(writes).toEqual([NOW])
  alarm.rang()
  await alarm.set(NOW)
  expect(writes).toEqual([NOW, NOW])
})

it('believes nothing that storage refused', async () => {
  const alarm = clock()
  refuses = true
  await expect(alarm.set(NOW)).rejects.toThrow('storage is away')
  refuses = false
  expect(await alarm.isMissing(NOW)).toBe(true)
  await alarm.set(NOW)
  expect(writes).toEqual([NOW])
  expect(await alarm.isMissing(NOW)).toBe(false)
})
