/** The outbox's one alarm: written only when it must be, and never believed where storage may not have it. */

import { beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../../src/outbox/jobs/alarm.ts'
import { Alarm, AlarmClock } from '../../../src/outbox/jobs/alarm.ts'
import type { OutboxPorts, OutboxStorage } from '../../../src/outbox/ports.ts'
import { outboxOnDisk } from './outbox-on-disk.ts'

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

const alarmOnly: Pick<OutboxStorage, 'getAlarm' | 'setAlarm'> = {
  getAlarm: async () => stored,
  setAlarm: async (at) => {
    if (refuses) throw new Error('storage is away')
    stored = Number(at)
    writes.push(Number(at))
  },
}
const storage = alarmOnly as OutboxStorage

function clock(): AlarmClock {
  return new AlarmClock(storage)
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

it.each([
  { title: 'the earlier one first', times: [NOW + SECOND, NOW + 60 * SECOND] },
  { title: 'the later one first', times: [NOW + 60 * SECOND, NOW + SECOND] },
])('two that come at once: the earlier time counts, $title', async ({ times }) => {
  stored = NOW + 3600 * SECOND
  const alarm = clock()
  await Promise.all(times.map((at) => alarm.noLaterThan(at, NOW)))
  expect(stored).toBe(NOW + SECOND)
})

it('two that come at once: the second sets the alarm where storage refused the first', async () => {
  const alarm = clock()
  refuses = true
  const first = alarm.noLaterThan(NOW + SECOND, NOW).finally(() => {
    refuses = false
  })
  const [one, other] = await Promise.allSettled([first, alarm.noLaterThan(NOW + 60 * SECOND, NOW)])
  expect([one.status, other.status]).toEqual(['rejected', 'fulfilled'])
  expect(stored).toBe(NOW + 60 * SECOND)
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

describe('wakeBy, while a job is a day late', () => {
  const dueAt = NOW - 24 * 60 * 60 * SECOND
  const job: Job = { name: 'retention', run: async () => {}, nextAt: () => dueAt }

  it.each([
    { title: 'a lost alarm rings at once, not with what came', before: dueAt, at: NOW + SECOND },
    { title: 'a lost alarm rings at once where nothing came', before: dueAt, at: null },
    { title: 'a process that has just begun sets the alarm', before: null, at: NOW + SECOND },
  ])('$title', async ({ before, at }) => {
    stored = before
    await new Alarm({ storage, now: () => NOW } as OutboxPorts, [job]).wakeBy(at, NOW)
    expect(stored).toBe(NOW)
  })

  it('an alarm that is lost later rings at once as well', async () => {
    let now = dueAt - SECOND
    const alarm = new Alarm({ storage, now: () => now } as OutboxPorts, [job])
    await alarm.wakeBy(null, now)
    expect(stored).toBe(dueAt)
    now = NOW
    await alarm.wakeBy(NOW + SECOND, now)
    expect(stored).toBe(NOW)
  })
})

it('an alarm that must be checked is checked, though a check was under way', async () => {
  let armed = false
  let look: Promise<void> = Promise.resolve()
  const outbox = outboxOnDisk({
    step: (when, what) => {
      if (armed && when === 'before' && what === 'BEGIN') {
        outbox.context.alarm.invalidate()
        look = outbox.context.alarm.ensure()
      }
      if (armed && when === 'after' && what === 'COMMIT') {
        armed = false
        throw new Error('away')
      }
    },
  })
  await outbox.leads('G', 1)
  await outbox.pass(3600 * SECOND)
  armed = true
  await expect(outbox.lead('G', ['919800000077'])).rejects.toThrow('away')
  await look
  await outbox.account.overview()
  await outbox.pass(3600 * SECOND)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(2)
})
