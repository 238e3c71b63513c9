/** A flood at one form: the other hooks keep their share, and the operator knows within a minute. */

import { describe, expect, it } from 'vitest'
import type { HookRules } from '../../../src/outbox/ports.ts'
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

describe('a webhook that storage refuses', () => {
  it('counts as no lead of its hook: the sender’s retries are no burst', async () => {
    const outbox = outboxOnDisk({ hooks: { form: { source: { kind: 'form' }, leadsPerDay: 10 } } })
    outbox.disk.run(
      `CREATE TRIGGER full BEFORE INSERT ON deliveries
      WHEN (SELECT count(*) FROM groups WHERE name = 'Refused') > 0 BEGIN SELECT raise(ABORT, 'full'); END`,
      [],
    )
    for (let nth = 0; nth < 12; nth++) {
      await expect(outbox.leads('Refused', 1, { hook: 'form' })).rejects.toThrow('full')
    }
    await outbox.leads('Taken', 5, { hook: 'form' })
    expect(outbox.count(`deliveries WHERE state = 'held'`)).toBe(0)
    expect(outbox.count(`deliveries WHERE state = 'queued'`)).toBe(5)
  })
})

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

describe('a flood of 2,000 at one form', () => {
  it('is admitted up to five days of people; the rest is held as a burst, and the operator knows within a minute', async () => {
    const outbox = await floodedOutbox({ flood: 2_000 })
    await outbox.pass(MINUTE_MS)
    expect(outbox.count(`deliveries WHERE state = 'held' AND reason = 'burst'`)).toBe(1_500)
    expect(outbox.told.filter((text) => text.includes('burst'))).toEqual([
      expect.stringContaining('/hooks/form'),
    ])
    await outbox.leads('Paid', 1, { hook: 'shop' })
    await outbox.pass(HOUR_MS)
    expect(outbox.peopleOf('Paid')).toBe(1)
  })

  it('leaves room for a fifth a day later, and remembers across a new process', async () => {
    const outbox = await floodedOutbox({ flood: 600 })
    await outbox.pass(MINUTE_MS)
    expect(outbox.count(`hooks WHERE hook = 'form' AND level > 490`)).toBe(1)
    await outbox.pass(DAY_MS / 5)
    await outbox.leads('Free 0', 150, { hook: 'form' })
    expect(outbox.count(`deliveries WHERE reason = 'burst'`)).toBe(150)
  })

  it('goes when the operator releases it, and no burst is counted for that', async () => {
    const outbox = await floodedOutbox({ flood: 510 })
    const held = outbox.disk.rows<{ seq: number }>(
      `SELECT seq FROM deliveries WHERE reason = 'burst'`,
    )
    expect(held).toHaveLength(10)
    const results = await outbox.deliveries.act(
      held.map(({ seq }) => seq),
      { kind: 'release' },
      'test',
    )
    expect(results.every(({ result }) => result === 'queued')).toBe(true)
    expect(outbox.count(`deliveries WHERE reason = 'burst'`)).toBe(0)
  })

  it('lets a person in who comes by another hook as well', async () => {
    const outbox = outboxOnDisk({
      account: STEADY,
      hooks: { form: { ...FORM, leadsPerDay: 0 }, shop: SHOP },
    })
    await outbox.leads('Both', 1, { hook: 'form', samePerson: true })
    expect(outbox.count(`deliveries WHERE state = 'held' AND reason = 'burst'`)).toBe(1)
    await outbox.leads('Both', 1, { hook: 'shop', samePerson: true })
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(2)
  })
})

describe('new names', () => {
  it.each([
    ['form', 5],
    ['calendar', 5],
    ['ads', 5],
    ['crm', 20],
    ['shop', 20],
    ['automation', 20],
  ])('of a hook of the kind %s are held after %s a day', async (kind, most) => {
    const outbox = outboxOnDisk({ hooks: { one: { source: { kind } } } })
    for (let name = 0; name < most + 3; name++)
      await outbox.leads(`New ${name}`, 1, { hook: 'one' })
    expect(outbox.count(`deliveries WHERE reason = 'too many new groups'`)).toBe(3)
  })
})

describe('a form whose visitors type the name of a group', () => {
  const typed = ['form']
  async function withGold(form: HookRules = FORM) {
    const hooks = { form, shop: SHOP }
    const outbox = outboxOnDisk({ typed, hooks })
    await outbox.leads('Course Gold', 1, { hook: 'shop' })
    await outbox.pass(HOUR_MS)
    return outbox
  }
  const foreign = `deliveries WHERE state = 'held' AND reason = 'group of another hook'`

  it('adds no person to the group of another hook', async () => {
    const outbox = await withGold()
    await outbox.leads('Course Gold', 1, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    expect(outbox.count(foreign)).toBe(1)
    expect(outbox.count(`memberships WHERE status = 'accepted'`)).toBe(1)
  })

  it('goes on with groups that it made itself', async () => {
    const outbox = await withGold()
    await outbox.leads('My own', 1, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    await outbox.leads('My own', 1, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE hook = 'form' AND state = 'accepted'`)).toBe(2)
  })

  it('names no group that is not there, where it may not make one', async () => {
    const outbox = await withGold()
    await outbox.leads('Made by hand', 1, { hook: 'form', create: false })
    await outbox.leads('Made by hand', 1, { hook: 'form', create: false })
    expect(outbox.count(foreign)).toBe(2)
  })

  it('uses it for good once the operator released one', async () => {
    const outbox = await withGold()
    await outbox.leads('Course Gold', 1, { hook: 'form' })
    const [held] = outbox.disk.rows<{ seq: number }>(`SELECT seq FROM ${foreign}`)
    await outbox.deliveries.act([held?.seq ?? 0], { kind: 'release' }, 'test')
    await outbox.leads('Course Gold', 1, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE hook = 'form' AND state = 'accepted'`)).toBe(2)
  })

  it('uses any from the start where its config says so', async () => {
    const outbox = await withGold({ ...FORM, groups: 'any' })
    await outbox.leads('Course Gold', 1, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE hook = 'form' AND state = 'accepted'`)).toBe(1)
  })
})

describe('a hook that an operator paused', () => {
  const heldBack = `deliveries WHERE state = 'held' AND reason = 'hook paused'`

  it('holds what waits for it alone and what comes, and the paid lead behind the flood in one group goes', async () => {
    const outbox = await floodedOutbox({ flood: 300 })
    await outbox.leads('Free 0', 1, { hook: 'shop' })
    expect(await outbox.hooks.pause('form', 'test')).toBe(300)
    expect(outbox.count(heldBack)).toBe(300)
    await outbox.leads('Free 0', 5, { hook: 'form' })
    await outbox.leads('Free 1', 5, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    expect(outbox.count(heldBack)).toBe(310)
    expect(outbox.peopleOf('Free')).toBe(1)
    expect((await outbox.hooks.states()).paused).toEqual(['form'])
  })

  it('keeps a person who is asked for by another hook too', async () => {
    const outbox = outboxOnDisk({ account: STEADY, hooks: { form: FORM, shop: SHOP } })
    for (const hook of ['form', 'shop']) await outbox.leads('Both', 1, { hook, samePerson: true })
    expect(await outbox.hooks.pause('form', 'test')).toBe(0)
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(2)
  })

  it('goes on when it is resumed; what was held is released together', async () => {
    const outbox = await floodedOutbox({ flood: 20 })
    await outbox.hooks.pause('form', 'test')
    await outbox.hooks.resume('form', 'test')
    await outbox.leads('Free 0', 3, { hook: 'form' })
    await outbox.pass(HOUR_MS)
    expect(outbox.peopleOf('Free')).toBe(3)
    const rows = outbox.disk.rows<{ seq: number }>(`SELECT seq FROM ${heldBack}`)
    const seqs = rows.map(({ seq }) => seq)
    await outbox.deliveries.act(seqs, { kind: 'release' }, 'test')
    await outbox.pass(HOUR_MS)
    expect(outbox.peopleOf('Free')).toBe(23)
    const { entries } = await outbox.account.audit(null, 100)
    expect(entries.map(({ action, target }) => `${action} ${target}`)).toEqual(
      expect.arrayContaining(['pause hook form', 'resume hook form']),
    )
  })

  it('is remembered by the next process', async () => {
    const outbox = await floodedOutbox({ flood: 1 })
    await outbox.hooks.pause('form', 'test')
    expect(outbox.count(`account WHERE key = 'pausedHooks' AND value = '["form"]'`)).toBe(1)
  })
})
