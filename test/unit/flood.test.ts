/** A flood at one form: the other hooks keep their share, and the operator knows within a minute. */

import { describe, expect, it } from 'vitest'
import { outboxOnDisk } from './outbox-on-disk.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const FORM = { source: { kind: 'form' } }
const SHOP = { source: { kind: 'shop' } }
const STEADY = { peoplePerHour: 30, peoplePerDay: 100 }

/** One hook was flooded, and has used what it can of the day. */
async function floodedOutbox(options: { flood?: number; groups?: number } = {}) {
  const { flood = 400, groups = 1 } = options
  const calls: { groupName: string; people: number }[] = []
  const outbox = outboxOnDisk({
    account: STEADY,
    env: { ALERT_URL: 'https://alerts.example' },
    hooks: { form: FORM, shop: SHOP },
    addToGroup: async ({ groupName, contacts }) => {
      calls.push({ groupName, people: contacts.length })
      return { kind: 'accepted' }
    },
  })
  const peopleOf = (name: string) =>
    calls
      .filter(({ groupName }) => groupName.startsWith(name))
      .reduce((sum, { people }) => sum + people, 0)
  for (let group = 0; group < groups; group++)
    await outbox.leads(`Free ${group}`, flood / groups, { hook: 'form' })
  return { ...outbox, peopleOf }
}

describe('a paid lead, while a form is flooded', () => {
  it.each([
    ['as it begins', 0],
    ['when the flood has used its hour', 30 * MINUTE_MS],
    ['when the flood has used its day', 12 * HOUR_MS],
    ['on the second day', 30 * HOUR_MS],
  ])('goes within the hour: %s', async (_, later) => {
    const outbox = await floodedOutbox()
    await outbox.pass(later)
    await outbox.leads('Paid', 1, { hook: 'shop' })
    await outbox.pass(HOUR_MS)
    expect(outbox.peopleOf('Paid')).toBe(1)
  })

  it('goes within the hour where the flood waits for more groups than a plan looks at', async () => {
    const outbox = await floodedOutbox({ groups: 5 })
    for (let group = 0; group < 40; group++)
      await outbox.leads(`Known ${group}`, 5, { hook: 'form', create: false })
    await outbox.pass(HOUR_MS)
    await outbox.leads('Paid', 1, { hook: 'shop', create: false })
    await outbox.pass(HOUR_MS)
    expect(outbox.peopleOf('Paid')).toBe(1)
  })
})

describe('the caps', () => {
  it('leave a fifth of the day to hooks that used little', async () => {
    const outbox = await floodedOutbox()
    await outbox.pass(DAY_MS - MINUTE_MS)
    expect(outbox.peopleOf('Free')).toBe(80)
    await outbox.leads('Paid', 30, { hook: 'shop' })
    await outbox.pass(50 * MINUTE_MS)
    expect(outbox.peopleOf('Paid')).toBeGreaterThanOrEqual(20)
  })

  it('are one hook’s alone where it is the only one', async () => {
    const outbox = outboxOnDisk({ account: STEADY, hooks: { form: FORM } })
    await outbox.leads('Free', 200, { hook: 'form' })
    await outbox.pass(DAY_MS - MINUTE_MS)
    expect(outbox.count(`memberships WHERE status = 'accepted'`)).toBe(100)
  })

  it('are shared evenly by two hooks that have much to send', async () => {
    const outbox = await floodedOutbox()
    await outbox.leads('Paid', 400, { hook: 'shop' })
    await outbox.pass(DAY_MS - MINUTE_MS)
    expect(outbox.peopleOf('Free') + outbox.peopleOf('Paid')).toBe(100)
    expect(Math.abs(outbox.peopleOf('Free') - outbox.peopleOf('Paid'))).toBeLessThanOrEqual(10)
  })
})
