/** Whose turn it is: no hook, group or cap keeps the leads of others waiting. */

import { expect, it } from 'vitest'
import { BEGIN, ok, outboxAnswering } from './outbox-on-disk.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const DAY = 24 * HOUR
const P = (n: number) => String(919_800_000_000 + n)

it.each(['missing', 'invalid'] as const)(
  'lets other hooks go on beside one whose calls EazyBe answers as %s',
  async (kind) => {
    const outbox = outboxAnswering(
      ({ groupName }) => (groupName.startsWith('No ') ? { kind, message: 'no' } : ok()),
      {
        hooks: { crm: { source: { kind: 'crm' } }, shop: { source: { kind: 'shop' } } },
        account: { peoplePerHour: 30, peoplePerDay: 100 },
      },
    )
    await outbox.lead('Yes', [P(1)], { hook: 'shop' })
    await outbox.pass(HOUR)
    for (let n = 0; n < 400; n++) {
      const groupName = kind === 'missing' ? `No ${n}` : 'No 1'
      await outbox.lead(groupName, [P(100 + n)], { hook: 'crm', create: false })
    }
    await outbox.pass(MIN)
    const seq = await outbox.lead('Yes', [P(2)], { hook: 'shop' })
    await outbox.pass(HOUR)
    expect(outbox.count(`deliveries WHERE seq = ${seq} AND state = 'accepted'`)).toBe(1)
  },
)

it('adds to a group without waiting for creations once no one who may create it is left', async () => {
  const outbox = outboxAnswering(ok, {
    account: { createsPerDay: 1, createsPerHour: 1, newGroupsPerDay: 100 },
  })
  await outbox.leads('First', 1)
  await outbox.pass(HOUR)
  for (let n = 1; n <= 30; n++) await outbox.leads(`New ${n}`, 1)
  await outbox.pass(MIN)
  const one = await outbox.lead('There', [P(500)], { create: true })
  await outbox.lead('There', [P(500)], { create: false })
  await outbox.deliveries.act([one], { kind: 'discard' }, 'api')
  await outbox.pass(HOUR)
  expect(outbox.sent.some((c) => c.groupName === 'There')).toBe(true)
})

it('creates a group at once where only the eleventh of its people may create it', async () => {
  const outbox = outboxAnswering(({ create }) =>
    create ? ok() : { kind: 'missing', message: '404' },
  )
  for (let n = 1; n <= 10; n++) await outbox.lead('G', [P(n)], { create: false })
  await outbox.pass(1_000)
  await outbox.lead('G', [P(11)], { create: true })
  await outbox.ring()
  while (outbox.sent.length === 0) await outbox.ring()
  expect(outbox.sent[0]?.create).toBe(true)
  expect(outbox.count(`deliveries WHERE state = 'held'`)).toBe(0)
})

it.each(['ambiguous', 'invalid'] as const)(
  'lets other groups go on beside one that EazyBe answers as %s',
  async (kind) => {
    const outbox = outboxAnswering(({ groupName }) =>
      groupName === 'Broken'
        ? kind === 'ambiguous'
          ? { kind, message: '500', status: 500 }
          : { kind, message: 'no' }
        : ok(),
    )
    await outbox.lead('Broken', [P(1)])
    await outbox.lead('Yes', [P(2)])
    outbox.disk.run(`UPDATE parts SET status = 'exists', queue = 'add'`, [])
    await outbox.pass(HOUR)
    await outbox.leads('Broken', 100, { from: 1000 })
    await outbox.pass(10 * MIN)
    const seq = await outbox.lead('Yes', [P(3)])
    await outbox.pass(3 * HOUR)
    expect(outbox.count(`deliveries WHERE seq = ${seq} AND state = 'accepted'`)).toBe(1)
  },
)

it('calls within two days once a clock that was a month ahead is right', async () => {
  const outbox = outboxAnswering(ok, { account: { createsPerDay: 1, peoplePerDay: 1 } })
  outbox.setClock(BEGIN + 30 * DAY)
  await outbox.leads('G', 1)
  await outbox.pass(HOUR)
  expect(outbox.sent).toHaveLength(1)
  outbox.setClock(BEGIN)
  await outbox.leads('H', 1)
  await outbox.account.resume('api')
  await outbox.pass(2 * DAY)
  expect(outbox.sent).toHaveLength(2)
})
