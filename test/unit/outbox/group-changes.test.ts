/** What is known of a group, and what an operator says of it: never made twice, never mixed up, never forgotten under a call. */

import { expect, it } from 'vitest'
import { ok, outboxAnswering } from './outbox-on-disk.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const DAY = 24 * HOUR
const P = (n: number) => String(919_800_000_000 + n)
const T = '917712345678'

it('does not create a group in doubt once more when another of its leads may create it', async () => {
  let gone = false
  const outbox = outboxAnswering(({ create }) => {
    if (!gone) return ok()
    return create
      ? { kind: 'ambiguous', message: '500', status: 500 }
      : { kind: 'missing', message: '404' }
  })
  await outbox.lead('G', [P(1)])
  await outbox.pass(HOUR)
  gone = true
  const one = await outbox.lead('G', [P(2)], { create: false })
  await outbox.pass(3 * HOUR)
  const two = await outbox.lead('G', [P(3)], { create: false })
  await outbox.pass(HOUR)
  expect(outbox.count(`deliveries WHERE reason = 'group gone'`)).toBe(2)
  await outbox.deliveries.act([one], { kind: 'create', agreed: true }, 'api')
  await outbox.pass(MIN)
  expect(outbox.count(`parts WHERE status = 'doubtful'`)).toBe(1)
  await outbox.deliveries.act([two], { kind: 'create', agreed: true }, 'api')
  await outbox.pass(10 * MIN)
  expect(outbox.sent.filter((c) => c.create)).toHaveLength(2)
})

// Marks of people are random, and so is their order: one try in three took the wrong part.
it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'lets the part be created that is gone, not another one of the delivery: try %s',
  async () => {
    let gone = ''
    const outbox = outboxAnswering(
      ({ groupName, create }) =>
        groupName === gone && !create ? { kind: 'missing', message: '404' } : ok(),
      { hooks: { webinar: { source: { kind: 'form' }, capacity: 2 } } },
    )
    await outbox.lead('G', [P(1), P(2), P(3)])
    await outbox.pass(HOUR)
    expect(outbox.count(`parts WHERE status = 'exists'`)).toBe(2)
    gone = 'G 2'
    // The operator counts: a person left the first part, and the second was deleted.
    outbox.disk.run(`UPDATE parts SET open = 0`, [])
    outbox.disk.run(`UPDATE parts SET open = 1 WHERE id = 1`, [])
    await outbox.groups.change(1, { kind: 'count', members: 1 }, 'api')
    const id = await outbox.lead('G', [P(4), P(5)], { create: false })
    await outbox.pass(5 * HOUR)
    expect(outbox.count(`deliveries WHERE seq = ${id} AND reason = 'group gone'`)).toBe(1)
    await outbox.deliveries.act([id], { kind: 'create', agreed: true }, 'api')
    expect(outbox.disk.rows(`SELECT name, status FROM parts ORDER BY id`)).toEqual([
      { name: 'G', status: 'exists' },
      { name: 'G 2', status: 'new' },
    ])
  },
)

it('keeps a part to which a call is under way', async () => {
  const holder: { during?: () => Promise<unknown> } = {}
  const outbox = outboxAnswering(async (call) => {
    if (call.contacts.includes(P(9))) return { kind: 'invalid', message: 'bad' }
    const { during } = holder
    if (during !== undefined && call.contacts.length === 1 && call.contacts[0] === T) {
      delete holder.during
      await during()
    }
    return ok()
  })
  const seq = await outbox.lead('Typo', [P(9)], { teammates: [T], create: false })
  let result: unknown
  holder.during = async () => {
    result = await outbox.deliveries.act(
      [seq],
      { kind: 'edit', agreed: true, contacts: null, groupName: 'Right', create: null },
      'api',
    )
  }
  await outbox.pass(HOUR)
  await outbox.lead('Other', [P(20)])
  await outbox.pass(2 * HOUR)
  expect(result).toEqual([{ seq, result: 'queued' }])
  expect(outbox.count(`calls WHERE ended_at IS NULL`)).toBe(0)
  expect(outbox.sent.some((c) => c.contacts.includes(P(20)))).toBe(true)
})

it('gives no group a name that hooks of another group still use', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.lead('Old', [P(1)])
  await outbox.lead('Other', [P(2)])
  await outbox.pass(HOUR)
  await outbox.groups.change(1, { kind: 'rename', name: 'New' }, 'api')
  const change = { kind: 'rename', name: 'Old' } as const
  expect(await outbox.groups.change(2, change, 'api')).toBe('name_taken')
  await outbox.lead('Old', [P(3)])
  await outbox.pass(HOUR)
  expect(outbox.sent.at(-1)).toMatchObject({ groupName: 'New', contacts: [P(3)] })
})

it('takes the number from a new event where the old one was deleted on schedule', async () => {
  let there = false
  const outbox = outboxAnswering(() => (there ? ok() : { kind: 'missing', message: '404' }))
  await outbox.lead('G', [P(1)], { create: false })
  await outbox.pass(40 * DAY)
  expect(outbox.count(`memberships WHERE digits IS NULL`)).toBe(1)
  const id = await outbox.lead('G', [P(1)], { create: false })
  there = true
  await outbox.lead('G', [P(2)], { create: false })
  await outbox.pass(HOUR)
  expect(outbox.disk.rows(`SELECT state, reason FROM deliveries WHERE seq = ${id}`)).toEqual([
    { state: 'accepted', reason: null },
  ])
})

it('creates no further part of a lead that may no longer create', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 1, groups: 'any' } },
  })
  const seq = await outbox.lead('G', [P(1), P(2)])
  while (outbox.count('memberships WHERE part_id = 2') === 0) await outbox.ring()
  const edit = {
    kind: 'edit',
    agreed: true,
    contacts: null,
    groupName: null,
    create: false,
  } as const
  await outbox.deliveries.act([seq], edit, 'api')
  await outbox.pass(24 * HOUR)
  expect(outbox.sent.filter(({ groupName, create }) => groupName === 'G 2' && create)).toEqual([])
})

it('takes leads for a group that was renamed and that no lead named any more', async () => {
  const outbox = outboxAnswering(({ create }) =>
    create ? { kind: 'accepted' } : { kind: 'missing', message: 'Group not found' },
  )
  const seq = await outbox.lead('G', [P(1)], { create: false })
  await outbox.pass(HOUR)
  await outbox.groups.change(1, { kind: 'rename', name: 'H' }, 'api')
  await outbox.deliveries.act(
    [seq],
    { kind: 'edit', agreed: true, contacts: null, groupName: 'Other', create: true },
    'api',
  )
  expect(await outbox.lead('H', [P(2)], { create: false })).toBe(2)
})

it('erases a person whose group was forgotten', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.lead('G', [P(1)], { create: false })
  await outbox.pass(HOUR)
  await outbox.groups.change(1, { kind: 'create' }, 'api')
  await outbox.people.suppress(P(9), 1, 'api')
  await outbox.people.unsuppress(P(9), 1, 'api')
  await outbox.people.erase(P(1), null, 'api')
  expect(outbox.count('memberships')).toBe(0)
})

it('brings back nothing that was erased while a lead was mapped again', async () => {
  const outbox = outboxAnswering(ok)
  const seq = await outbox.lead('G', [P(1)])
  const kept = await outbox.deliveries.kept(seq)
  await outbox.people.erase(P(1), null, 'api')
  const invite = { groupName: 'G', contacts: [P(1)], teammates: [], create: true }
  const mapped = { kind: 'invite', invite, consent: null } as const
  await outbox.deliveries.remap(seq, { mapped, fields: kept?.fields ?? '' }, 'api')
  expect(outbox.count('memberships WHERE digits IS NOT NULL')).toBe(0)
  expect(outbox.count('deliveries WHERE fields IS NOT NULL')).toBe(0)
})
