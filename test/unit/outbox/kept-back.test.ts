/** People who are not to be called, and who is told of it. */

import { expect, it } from 'vitest'
import { EVERY_DELIVERY } from '../../../src/outbox/store/search.ts'
import { ok, outboxAnswering } from './outbox-on-disk.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const DAY = 24 * HOUR
const P = (n: number) => String(919_800_000_000 + n)

it('does not call held leads of a paused hook when their group is found', async () => {
  let there = false
  const outbox = outboxAnswering(() => (there ? ok() : { kind: 'missing', message: '404' }))
  await outbox.lead('G', [P(1)], { hook: 'a', create: false })
  await outbox.pass(HOUR)
  expect(outbox.count(`deliveries WHERE reason = 'group missing'`)).toBe(1)
  await outbox.hooks.pause('a', 'api')
  there = true
  await outbox.lead('G', [P(2)], { hook: 'b', create: false })
  await outbox.pass(HOUR)
  expect(outbox.sent.filter((c) => c.contacts.includes(P(1)))).toHaveLength(1)
})

it('does not call leads of a paused hook again once their group is known to be absent', async () => {
  const outbox = outboxAnswering(({ create }) =>
    create
      ? { kind: 'ambiguous', message: '500', status: 500 }
      : { kind: 'missing', message: '404' },
  )
  await outbox.lead('G', [P(1)], { hook: 'a' })
  await outbox.pass(MIN)
  expect(outbox.sent).toHaveLength(1)
  await outbox.hooks.pause('a', 'api')
  await outbox.pass(DAY)
  expect(outbox.sent.filter((c) => c.create)).toHaveLength(1)
})

it('finds a lead by its unread number behind many that are held for another reason', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.held(JSON.stringify({ phone: '9812345678' }), 'mapping')
  await outbox.hooks.pause('webinar', 'api')
  await outbox.leads('G', 45)
  const known = await outbox.people.known('919812345678', 'api')
  expect(known.leads).toHaveLength(1)
})

it('does not call a person for another event who was accepted, sent again and refused', async () => {
  let bad = false
  const outbox = outboxAnswering(() => (bad ? { kind: 'invalid', message: 'no' } : ok()))
  const id = await outbox.lead('G', [P(1)])
  await outbox.pass(HOUR)
  bad = true
  await outbox.deliveries.act([id], { kind: 'exact', agreed: true }, 'api')
  await outbox.pass(HOUR)
  const n = outbox.sent.length
  await outbox.lead('G', [P(1)])
  await outbox.pass(HOUR)
  expect(outbox.sent.length).toBe(n)
})

it('answers a caller who waits for a lead when its person is suppressed', async () => {
  const outbox = outboxAnswering(ok)
  const id = await outbox.lead('G', [P(1)])
  let done = false
  const waiting = outbox.deliveries.settled([id], 3_000).then(() => {
    done = true
  })
  await outbox.people.suppress(P(1), null, 'api')
  await new Promise((r) => setTimeout(r, 50))
  expect(done).toBe(true)
  await waiting
})

it('tells the operator that a person who asked never to be sent is not sent again', async () => {
  const outbox = outboxAnswering(ok)
  const id = await outbox.lead('G', [P(1)])
  await outbox.people.suppress(P(1), null, 'api')
  const every = { ...EVERY_DELIVERY, limit: 10, before: null }
  const { outcomes } = await outbox.deliveries.foresee(every, 'exact')
  const [done] = await outbox.deliveries.act([id], { kind: 'exact' }, 'api')
  expect([outcomes, done?.result]).toEqual([['skipped'], 'skipped'])
  await outbox.pass(HOUR)
  expect(outbox.sent).toEqual([])
})

it('sends again where one of two people is not suppressed', async () => {
  const outbox = outboxAnswering(ok)
  const id = await outbox.lead('G', [P(1), P(2)])
  await outbox.people.suppress(P(1), null, 'api')
  const [done] = await outbox.deliveries.act([id], { kind: 'exact' }, 'api')
  expect(done?.result).toBe('queued')
  await outbox.pass(HOUR)
  expect(outbox.sent.map(({ contacts }) => contacts)).toEqual([[P(2)]])
})

it('sends no person again for a lead that shares another person with one that is sent again', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 2 } },
  })
  const one = await outbox.lead('G', [P(1)])
  const both = await outbox.lead('G', [P(1), P(2)])
  await outbox.pass(MIN)
  // There is no room for the third of them: their lead is not done.
  const three = await outbox.lead('G', [P(1), P(2), P(3)])
  const all = [one, three]
  await outbox.deliveries.act(all, { kind: 'exact', agreed: true }, 'api')
  await outbox.pass(HOUR)
  const times = (n: number) => outbox.sent.filter(({ contacts }) => contacts.includes(P(n))).length
  expect([times(1), times(2), times(3)]).toEqual([2, 1, 1])
  expect(await outbox.deliveries.story(both)).toMatchObject({ state: 'accepted' })
})
