/** However much waits in an outbox, one alarm or one request of its operator does a bounded part of it. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { assembleOutbox } from '../../src/outbox/assemble.ts'
import { retentionOf } from '../../src/outbox/retention.ts'
import { Disk } from '../simulation/disk.ts'
import { quickenCrypto } from '../simulation/quick-crypto.ts'
import { storageOn } from '../simulation/storage.ts'

const BEGIN = Date.UTC(2026, 10, 20, 12)
const AT_ONCE = 100

let restore: () => void
beforeAll(() => {
  restore = quickenCrypto()
})
afterAll(() => restore())

function largeOutbox() {
  const disk = new Disk()
  let at = BEGIN
  let number = 0
  const parts = assembleOutbox({
    storage: storageOn(disk, () => {}),
    now: () => at,
    random: () => 0,
    addToGroup: async () => ({ kind: 'accepted' }),
    sendAlert: async () => true,
    config: {
      accounts: { default: { pace: 'steady', peoplePerHour: 1e6, peoplePerDay: 1e6 } },
      hooks: {},
      retention: retentionOf(),
      publicUrl: null,
    },
    env: { EAZYBE_TOKEN: 'token' },
  })
  const { intake, rounds } = parts
  return {
    ...parts,
    disk,
    /** That many leads for one group, each of its own person or all of one. */
    async leads(groupName: string, count: number, { create = true, samePerson = false } = {}) {
      for (let from = 0; from < count; from += AT_ONCE) {
        const items = Array.from({ length: AT_ONCE }, () => {
          const digits = String(919_000_000_000 + (samePerson ? 0 : ++number))
          const invite = { groupName, contacts: [digits], teammates: [], create }
          const mapped = { kind: 'invite' as const, invite, consent: null }
          return { key: crypto.randomUUID(), fields: '{}', mapped }
        })
        const webhook = { hook: 'webinar', source: 'json', bodyKey: null, fingerprint: 'f' }
        await intake.accept({ account: 'default', ...webhook, items })
      }
    },
    /** The next alarm. Gives how long it had to be waited for, in milliseconds. */
    async ring(): Promise<number> {
      const due = disk.alarmAt ?? Number.POSITIVE_INFINITY
      const waited = due - at
      at = Math.max(at, due)
      disk.alarmAt = null
      await rounds.alarm()
      return waited
    },
    pass(ms: number) {
      at += ms
    },
    count: (where: string) =>
      disk.rows<{ count: number }>(`SELECT count(*) AS count FROM deliveries WHERE ${where}`)[0]
        ?.count ?? 0,
  }
}

it('moves a crowd out of a full group in many alarms, one right after the other', async () => {
  const { leads, disk, ring, count } = largeOutbox()
  await leads('Full', 12_000)
  disk.run(`UPDATE groups SET status = 'exists', members = 1000`, [])
  await ring()
  const moved = count('group_id = 2')
  expect(moved).toBeGreaterThan(0)
  expect(moved).toBeLessThanOrEqual(5_000)
  expect(await ring()).toBe(0)
  expect(await ring()).toBe(0)
  expect(count('group_id = 1')).toBe(0)
  expect(count(`state = 'accepted'`)).toBe(10)
})

it('leaves out a crowd that asked for one person in many alarms, one right after the other', async () => {
  const { leads, ring, count } = largeOutbox()
  await leads('Same', 1_200, { samePerson: true })
  while (count(`state = 'accepted'`) === 0) await ring()
  while (count(`state = 'skipped'`) === 0) await ring()
  const left = count(`state = 'queued'`)
  expect(left).toBeGreaterThanOrEqual(600)
  expect(await ring()).toBe(0)
  expect(count(`state = 'queued'`)).toBeLessThan(left)
})

it.each([
  ['a call that finds it', async ({ leads }: ReturnType<typeof largeOutbox>) => leads('Late', 100)],
  [
    'its operator’s word',
    ({ groupDesk }: ReturnType<typeof largeOutbox>) =>
      groupDesk.change(1, { kind: 'exists' }, 'api'),
  ],
])(
  'releases a crowd that is held for want of its group little by little: on %s',
  async (_, found) => {
    const large = largeOutbox()
    const { leads, disk, ring, count, pass } = large
    await leads('Late', 2_500, { create: false })
    disk.run(
      `UPDATE deliveries SET state = 'held', reason = 'group missing', settled_at = ?, due_at = NULL`,
      [BEGIN],
    )
    disk.run('UPDATE groups SET due_at = NULL', [])
    pass(60_000)
    await found(large)
    while (count(`state = 'held'`) === 2_500) await ring()
    expect(count(`state = 'held'`)).toBe(1_500)
    for (let rang = 0; rang < 5 && count(`state = 'held'`) > 0; rang++) await ring()
    expect(count(`state = 'held'`)).toBe(0)
  },
)
