/** Alerts of what is held: also of a lead that came before those that were told of. */

import { expect, it } from 'vitest'
import { outboxOnDisk } from './outbox-on-disk.ts'

const HOUR = 3_600_000

it('tells of a lead that is held later than one that came after it', async () => {
  const { account, held, leads, pass, told } = outboxOnDisk({
    env: { ALERT_URL: 'https://alerts.example' },
    addToGroup: async () => ({ kind: 'missing', message: 'Group not found' }),
  })
  await account.pause('test')
  await leads('Missing', 1, { create: false })
  await held('{}')
  await pass(2 * HOUR)
  expect(told).toEqual([expect.stringContaining('1 delivery is held')])
  await account.resume('test')
  await pass(2 * HOUR)
  expect(told.slice(1)).toEqual([expect.stringContaining('held and need a decision')])
  await pass(48 * HOUR)
  expect(told).toHaveLength(2)
})
