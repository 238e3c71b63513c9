/** The hook’s own people: who come along, sign up themselves, ask never to be sent, or are erased. */

import { expect, it } from 'vitest'
import { accept } from '../../../src/outbox/accept.ts'
import { ok, outboxAnswering } from './outbox-on-disk.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const P = (n: number) => String(919_800_000_000 + n)
const T = '917712345678'

it('does not call a suppressed teammate for the next part', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 1 } },
  })
  await outbox.lead('G', [P(1)], { teammates: [T] })
  await outbox.pass(HOUR)
  expect(outbox.sent.flatMap((c) => c.contacts)).toContain(T)
  await outbox.people.suppress(T, null, 'api')
  const before = outbox.sent.length
  await outbox.lead('G', [P(2)], { teammates: [T] })
  await outbox.pass(HOUR)
  expect(outbox.sent.slice(before).flatMap((c) => c.contacts)).toEqual([P(2)])
})

it('creates no group for teammates alone once its only lead is suppressed', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.lead('G', [P(1)], { teammates: [T] })
  await outbox.people.suppress(P(1), null, 'api')
  await outbox.pass(HOUR)
  expect(outbox.sent).toEqual([])
})

it('keeps what leads said when a teammate who came along with them is erased', async () => {
  const outbox = outboxAnswering(ok)
  for (let n = 0; n < 20; n++) await outbox.lead('G', [P(n)], { teammates: [T] })
  await outbox.pass(HOUR)
  await outbox.people.erase(T, null, 'api')
  expect(outbox.count(`deliveries WHERE fields IS NOT NULL`)).toBe(20)
})

it('counts a teammate who signed up among those who wait', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.lead('G', [P(1)], { teammates: [T] })
  await outbox.lead('G', [T])
  await outbox.people.suppress(P(1), null, 'api')
  const { backlog } = await outbox.account.overview()
  expect(outbox.count(`deliveries WHERE state = 'queued'`)).toBe(1)
  expect(backlog.queued).toBe(1)
})

it('knows repeats of leads after a teammate who came along was erased', async () => {
  const outbox = outboxAnswering(ok)
  const invite = { groupName: 'G', contacts: [P(1), T], teammates: [T], create: true }
  const items = [
    { key: 'k', fields: '{}', mapped: { kind: 'invite' as const, invite, consent: null } },
  ]
  const arrival = {
    account: 'default',
    hook: 'webinar',
    source: 'json',
    bodyKey: null,
    fingerprint: 'f',
    items,
  }
  await accept(outbox.context, arrival)
  await outbox.pass(HOUR)
  await outbox.people.erase(T, null, 'api')
  const [again] = await accept(outbox.context, arrival)
  expect(again?.duplicate).toBe(true)
})

it('creates no further part by the leave of a teammate who signed up and was moved to another group', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 1, groups: 'any' } },
  })
  await outbox.lead('G', [P(1)], { teammates: [T], create: false })
  const signUp = await outbox.lead('G', [T])
  await outbox.lead('G', [P(2)], { teammates: [T], create: false })
  const isMoved = () => outbox.count(`memberships WHERE part_id = 2`) > 0
  while (!isMoved()) await outbox.ring()
  const edit = { kind: 'edit', agreed: true, contacts: null, groupName: 'H', create: null } as const
  await outbox.deliveries.act([signUp], edit, 'api')
  await outbox.pass(24 * HOUR)
  expect(outbox.sent.filter(({ groupName, create }) => groupName === 'G 2' && create)).toEqual([])
})

it('does not call a teammate for a group that its lead was moved from', async () => {
  const outbox = outboxAnswering(() => ({ kind: 'ambiguous', status: 500, message: 'no' }), {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 2, groups: 'any' } },
  })
  // Three people of one lead are in two parts, and their teammate was called for both.
  const seq = await outbox.lead('G', [P(1), P(2), P(3)], { teammates: [T], create: false })
  while (new Set(outbox.sent.map(({ groupName }) => groupName)).size < 2) await outbox.ring()
  const { people } = (await outbox.deliveries.story(seq)) ?? {}
  expect(people).toHaveLength(4)
  const edit = { kind: 'edit', agreed: true, contacts: null, groupName: 'H', create: null } as const
  await outbox.deliveries.act([seq], edit, 'api')
  const before = outbox.sent.length
  await outbox.pass(24 * HOUR)
  expect(new Set(outbox.sent.slice(before).map(({ groupName }) => groupName))).toEqual(
    new Set(['H', 'H 2']),
  )
})

it('does not send a teammate of a part once more when their own lead is moved there', async () => {
  let isDoubtful = true
  const outbox = outboxAnswering(
    ({ groupName, create }) => {
      if (outbox.sent.length === 1) return { kind: 'missing', message: 'Group not found' }
      if (groupName === 'G' && (create || isDoubtful))
        return { kind: 'ambiguous', status: 500, message: 'no' }
      return { kind: 'accepted' }
    },
    { hooks: { webinar: { source: { kind: 'form' }, capacity: 3, groups: 'any' } } },
  )
  // Their lead is held in part 1, which three people fill who may be in.
  await outbox.lead('G', [T], { create: false })
  await outbox.pass(HOUR)
  await outbox.leads('G', 3)
  await outbox.pass(MIN)
  await outbox.lead('G', [P(8)])
  await outbox.pass(8 * MIN)
  await outbox.lead('G', [P(9)], { teammates: [T] })
  await outbox.pass(8 * MIN)
  isDoubtful = false
  await outbox.pass(24 * HOUR)
  const times = outbox.sent.filter(
    ({ groupName, contacts }) => groupName === 'G 2' && contacts.includes(T),
  )
  expect(times).toHaveLength(1)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(6)
})

const ONCE_MORE = { kind: 'exact', agreed: true } as const
const callsOf = (digits: string, outbox: ReturnType<typeof outboxAnswering>, from: number) =>
  outbox.sent.slice(from).flatMap((call) => (call.contacts.includes(digits) ? call.groupName : []))

it('asks for a teammate in every part that a lead’s people are in, when it is sent again', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 2 } },
  })
  const seq = await outbox.lead('G', [P(1), P(2), P(3)], { teammates: [T] })
  await outbox.pass(HOUR)
  expect(callsOf(T, outbox, 0)).toEqual(['G', 'G 2'])
  const before = outbox.sent.length
  await outbox.deliveries.act([seq], ONCE_MORE, 'api')
  await outbox.pass(HOUR)
  for (const one of [P(1), P(2), P(3)])
    expect(callsOf(one, outbox, before)).toEqual(callsOf(one, outbox, 0).slice(0, 1))
  expect(callsOf(T, outbox, before)).toEqual(['G', 'G 2'])
  const { people } = (await outbox.deliveries.story(seq)) ?? {}
  expect(people).toHaveLength(4)
})

it('asks for a new teammate in the part that a new person goes to', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 1 } },
  })
  await outbox.lead('G', [P(1)])
  await outbox.lead('G', [P(2)])
  await outbox.pass(HOUR)
  const before = outbox.sent.length
  // The first of them is in part 1 already; the other one goes to part 3.
  await outbox.lead('G', [P(1), P(3)], { teammates: [T] })
  await outbox.pass(HOUR)
  expect(callsOf(P(3), outbox, before)).toEqual(['G 3'])
  expect(callsOf(T, outbox, before)).toContain('G 3')
})

it('sends a lead whose only number an operator changes into a teammate’s', async () => {
  const outbox = outboxAnswering(ok)
  const seq = await outbox.lead('G', [P(1)], { teammates: [T], create: false })
  const edit = { kind: 'edit', agreed: true, contacts: [T], groupName: 'H', create: true } as const
  expect(await outbox.deliveries.act([seq], edit, 'api')).toEqual([{ seq, result: 'queued' }])
  await outbox.pass(HOUR)
  expect(callsOf(T, outbox, 0)).toEqual(['H'])
})

it('does not call the teammate of a discarded lead for the next part', async () => {
  const outbox = outboxAnswering(ok, {
    hooks: { webinar: { source: { kind: 'form' }, capacity: 2 } },
  })
  const discarded = await outbox.lead('G', [P(1)], { teammates: [T] })
  await outbox.deliveries.act([discarded], { kind: 'discard' }, 'api')
  await outbox.leads('G', 2, { from: 10 })
  await outbox.pass(MIN)
  // The person of the discarded lead signs up once more, without a teammate, and there is no room for them in part 1.
  await outbox.lead('G', [P(1)])
  await outbox.pass(HOUR)
  expect(callsOf(P(1), outbox, 0)).toEqual(['G 2'])
  expect(callsOf(T, outbox, 0)).toEqual([])
})

it.each(['suppressed first', 'discarded first'])(
  'does not call a teammate whose leads are all gone, %s',
  async (order) => {
    const outbox = outboxAnswering(ok)
    const discarded = await outbox.lead('G', [P(1)], { teammates: [T] })
    await outbox.lead('G', [P(2)], { teammates: [T] })
    const suppress = () => outbox.people.suppress(P(2), null, 'api')
    if (order === 'suppressed first') await suppress()
    await outbox.deliveries.act([discarded], { kind: 'discard' }, 'api')
    if (order === 'discarded first') await suppress()
    await outbox.pass(HOUR)
    expect(outbox.sent).toEqual([])
  },
)

const ANY = { source: { kind: 'form' }, groups: 'any' } as const

it('calls no teammate of a paused hook for a lead who waits already', async () => {
  const outbox = outboxAnswering(ok, { hooks: { a: ANY, b: ANY } })
  await outbox.lead('G', [P(1)], { hook: 'a' })
  await outbox.hooks.pause('b', 'api')
  await outbox.lead('G', [P(1)], { hook: 'b', teammates: [T] })
  await outbox.pass(HOUR)
  expect(outbox.sent.flatMap(({ contacts }) => contacts)).toEqual([P(1)])
})

it('does not call a teammate who is held back for the next part', async () => {
  const rules = { ...ANY, capacity: 1 }
  const outbox = outboxAnswering(ok, { hooks: { a: rules, b: rules } })
  await outbox.lead('G', [P(9)], { hook: 'a' })
  await outbox.pass(HOUR)
  await outbox.lead('G', [P(1)], { hook: 'b', teammates: [T] })
  await outbox.lead('G', [P(1)], { hook: 'a' })
  await outbox.hooks.pause('b', 'api')
  await outbox.pass(HOUR)
  expect(outbox.sent.flatMap(({ contacts }) => contacts)).toEqual([P(9), P(1)])
})

it('does not call the teammate of two leads of one suppressed person', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.lead('G', [P(1)], { teammates: [T] })
  await outbox.lead('G', [P(1)], { teammates: [T] })
  await outbox.people.suppress(P(1), null, 'api')
  await outbox.pass(HOUR)
  expect(outbox.sent).toEqual([])
})

it('does not call the teammate of a lead whose only waiting person is erased', async () => {
  const outbox = outboxAnswering(ok)
  await outbox.lead('G', [P(1)])
  await outbox.pass(HOUR)
  await outbox.lead('G', [P(1), P(2)], { teammates: [T] })
  await outbox.people.erase(P(2), null, 'api')
  await outbox.pass(HOUR)
  expect(outbox.sent.map(({ contacts }) => contacts)).toEqual([[P(1)]])
})
