/** The chart's hours are those of the account's own clock: in India they begin at half past an hour of UTC. */

import { expect, it } from 'vitest'
import { outboxOnDisk } from '../outbox/outbox-on-disk.ts'

const MINUTE = 60_000
/** The test begins at 12:00 UTC. */
const rows: readonly [timeZone: string | undefined, minutes: string, hours: [string, string]][] = [
  ['Asia/Kolkata', '30', ['11:30', '12:30']],
  ['Asia/Kathmandu', '15', ['11:15', '12:15']],
  ['America/St_Johns', '30', ['11:30', '12:30']],
  ['America/New_York', '00', ['12:00', '12:00']],
  [undefined, '00', ['12:00', '12:00']],
]

it.each(rows)('in %s they begin at minute %s of UTC', async (timeZone, minutes, [first, last]) => {
  const account = { quietHours: false, ...(timeZone !== undefined && { timeZone }) } as const
  const { account: admin, leads, held, pass } = outboxOnDisk({ account })
  await leads('A', 2)
  await held('{}')
  await pass(40 * MINUTE)
  await leads('A', 1)
  await held('{}')
  await pass(5 * MINUTE)
  const { hours } = await admin.overview()
  expect(hours).toHaveLength(24)
  for (const { hour } of hours)
    expect(new Date(hour).toISOString().slice(14)).toBe(`${minutes}:00.000Z`)
  expect(hours.at(-1)?.hour).toBe(`2026-11-20T${last}:00.000Z`)
  const counts = new Map<string, { accepted: number; held: number }>()
  for (const { hour, accepted, held } of hours) {
    if (accepted + held > 0) counts.set(hour.slice(11, 16), { accepted, held })
  }
  expect(Object.fromEntries(counts)).toEqual(
    first === last
      ? { [first]: { accepted: 3, held: 2 } }
      : { [first]: { accepted: 2, held: 1 }, [last]: { accepted: 1, held: 1 } },
  )
})
