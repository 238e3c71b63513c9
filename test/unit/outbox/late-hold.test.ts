/** Alerts at odd moments: of a lead that came before those that were told of, and of what is over meanwhile. */

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

it('does not try an alert again that was cancelled while it was sent', async () => {
  let refused = true
  let first = true
  const told: string[] = []
  const outbox = outboxOnDisk({
    env: { ALERT_URL: 'https://alerts.example' },
    addToGroup: async () =>
      refused ? { kind: 'unauthorized', message: 'no' } : { kind: 'accepted' },
  })
  Object.assign(outbox.context.ports, {
    sendAlert: async (_: string, text: string) => {
      if (!first) return told.push(text) > 0
      first = false
      refused = false
      await outbox.account.resume('api')
      return false
    },
  })
  await outbox.lead('G', ['919800000001'])
  await outbox.pass(HOUR)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
  expect(told).toEqual([])
})
