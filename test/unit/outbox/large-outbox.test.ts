/** However much waits in an outbox, one alarm or one request of its operator does a bounded part of it. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { quickenCrypto } from '../../simulation/quick-crypto.ts'
import { BEGIN, type DiskOutbox, outboxOnDisk } from './outbox-on-disk.ts'

const DAY = 24 * 3_600_000

let restore: () => void
beforeAll(() => {
  restore = quickenCrypto()
})
afterAll(() => restore())

it('moves a crowd out of a full group in many alarms, one right after the other', async () => {
  const { leads, disk, ring, count } = outboxOnDisk()
  await leads('Full', 12_000)
  disk.run(`UPDATE parts SET status = 'exists', members = 1000`, [])
  await ring()
  const moved = count('deliveries WHERE part_id = 2')
  expect(moved).toBeGreaterThan(0)
  expect(moved).toBeLessThanOrEqual(5_000)
  expect(await ring()).toBe(0)
  expect(await ring()).toBe(0)
  expect(count('deliveries WHERE part_id = 1')).toBe(0)
  await ring()
  expect(count(`deliveries WHERE state = 'accepted'`)).toBe(10)
})

it('settles a crowd of deliveries that ask for one person with the one call that takes that person', async () => {
  const { leads, ring, count } = outboxOnDisk()
  await leads('Same', 1_200, { samePerson: true })
  expect(count('memberships')).toBe(1)
  while (count(`deliveries WHERE state = 'queued'`) > 0) await ring()
  expect(count(`deliveries WHERE state = 'accepted'`)).toBe(1_200)
  expect(count('calls')).toBe(1)
})

it.each([
  ['a call that finds it', async ({ leads }: DiskOutbox) => leads('Late', 100)],
  ['its operator’s word', ({ groups }: DiskOutbox) => groups.change(1, { kind: 'exists' }, 'api')],
])(
  'releases a crowd that is held for want of its group little by little: on %s',
  async (_, found) => {
    const large = outboxOnDisk()
    const { leads, disk, ring, count, pass } = large
    await leads('Late', 2_500, { create: false })
    disk.run(`UPDATE memberships SET status = 'blocked', reason = 'group missing'`, [])
    disk.run(`UPDATE deliveries SET state = 'held', reason = 'group missing', settled_at = ?`, [
      BEGIN,
    ])
    disk.run('UPDATE parts SET due_at = NULL', [])
    await pass(60_000)
    await found(large)
    while (count(`deliveries WHERE state = 'held'`) === 2_500) await ring()
    expect(count(`deliveries WHERE state = 'held'`)).toBe(1_500)
    for (let rang = 0; rang < 5 && count(`deliveries WHERE state = 'held'`) > 0; rang++)
      await ring()
    expect(count(`deliveries WHERE state = 'held'`)).toBe(0)
  },
)

it.each([
  ['that may create it', true, false],
  ['that may not', false, true],
])(
  'adds to a group that is there while new groups wait for another day, also those whose first lead is one %s',
  async (_, first, second) => {
    const { leads, count, pass } = outboxOnDisk({
      account: { createsPerDay: 1, createsPerHour: 1, newGroupsPerDay: 100 },
    })
    await leads('There', 1)
    await pass(3_600_000)
    for (let n = 1; n <= 30; n++) {
      await leads(`New ${n}`, 1, { create: first })
      await leads(`New ${n}`, 1, { create: second })
    }
    await pass(3_600_000)
    await leads('There', 1)
    await pass(3_600_000)
    expect(count(`deliveries WHERE state = 'accepted'`)).toBe(2)
  },
)

it('forgets people within a day after their year is over, however many others it remembers', async () => {
  const { leads, disk, count, pass } = outboxOnDisk()
  await leads('A', 1)
  await pass(DAY)
  disk.run(
    `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9000)
     INSERT INTO memberships (person, group_id, part_id, status, creates, accepted_at, due_at, asked_at, mask)
     SELECT printf('%06d', n), 1, 1, 'accepted', 0, CASE WHEN n < 8999 THEN ? ELSE 0 END, 0, 0, '' FROM n`,
    [BEGIN],
  )
  await pass(2 * DAY)
  expect(count('memberships WHERE accepted_at = 0')).toBe(0)
  expect(count('memberships')).toBe(8_999)
})

it('looks for a person in what senders said, a bounded part at a time, and misses nothing', async () => {
  const { held, people, count } = outboxOnDisk()
  const much = 'x'.repeat(200_000)
  for (let n = 0; n < 60; n++) await held(JSON.stringify({ phone: `98000000${10 + n}`, much }))
  const first = await people.erase('919800000010', null, 'api')
  expect(first).toMatchObject({ erased: 0, before: expect.any(Number) })
  expect(first.before).toBeGreaterThan(1)
  let { before } = first
  let steps = 1
  for (; before !== null; steps++)
    before = (await people.erase('919800000010', before, 'api')).before
  expect(steps).toBeLessThan(10)
  expect(count(`deliveries WHERE reason = 'erased'`)).toBe(1)
})

it.each(['steady', 'instant'] as const)(
  'counts what was sent within the day under %s',
  async (preset) => {
    const env = preset === 'instant' ? { USHER_SANDBOX: '1', USHER_PACE: 'instant' } : {}
    const outbox = outboxOnDisk({ env })
    await outbox.leads('Batch 7', 3)
    await outbox.pass(10 * 60_000)
    const { used } = await outbox.account.overview()
    expect(used).toMatchObject({ peopleDay: 3, createsDay: 1 })
  },
)
