/** Creations that fail: with bad numbers, with WhatsApp's limit, and with broken connections. Few are tried, and others wait for none of them. */

import { expect, it } from 'vitest'
import type { GroupCall, Outcome } from '../../../src/eazybe/client.ts'
import { BEGIN, outboxAnswering } from './outbox-on-disk.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const DAY = 24 * HOUR
const lead = (n: number) => String(919_800_000_000 + n)
const TEAMMATE = '917712345678'
const isBad = (digits: string) => digits === TEAMMATE || Number(digits.slice(-6)) < 100
const MISSING = { kind: 'missing', message: 'Group not found' } as const
const FAILED = { kind: 'ambiguous', status: 500, message: 'Failed to create group.' } as const
const MANY = { webinar: { source: { kind: 'form' }, newGroupsPerDay: 1000 } } as const

/** An EazyBe that fails for bad numbers. `first`: what it looks at first, which is not known. */
function eazybeWithBad(first: 'group' | 'numbers') {
  const made = new Set<string>()
  return ({ groupName, create, contacts }: GroupCall): Outcome => {
    const isMissing = !made.has(groupName) && !create
    if (first === 'group' && isMissing) return MISSING
    if (contacts.some(isBad)) return FAILED
    if (isMissing) return MISSING
    made.add(groupName)
    return { kind: 'accepted' }
  }
}

it('are few in a day where each breaks the connection, and the probe finds no group', async () => {
  const outbox = outboxAnswering(({ create }) =>
    create ? { kind: 'unreachable', message: 'reset' } : MISSING,
  )
  await outbox.lead('G', [lead(500)])
  await outbox.pass(DAY)
  expect(outbox.sent.filter(({ create }) => create).length).toBeLessThanOrEqual(5)
})

it('are few in a day under a limit of WhatsApp, though a lead for a new group comes every hour', async () => {
  const outbox = outboxAnswering(({ create }) => (create ? FAILED : MISSING), { hooks: MANY })
  for (let hour = 0; hour < 48; hour++) {
    await outbox.lead(`Batch ${hour}`, [lead(500 + hour)])
    await outbox.pass(HOUR)
  }
  const created = (from: number, to: number) =>
    outbox.count(`calls WHERE kind = 'create' AND started_at BETWEEN ${from} AND ${to}`)
  expect(created(BEGIN, BEGIN + DAY)).toBeLessThanOrEqual(7)
  expect(created(BEGIN + DAY, BEGIN + 2 * DAY)).toBeLessThanOrEqual(4)
})

it('with a bad teammate hold up no group for more than hours', async () => {
  const outbox = outboxAnswering(eazybeWithBad('group'), { hooks: MANY })
  for (let n = 0; n < 6; n++) {
    await outbox.lead(`Batch ${n}`, [lead(500 + n)], { teammates: [TEAMMATE] })
  }
  await outbox.pass(6 * HOUR)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(6)
})

it('do not hold up a lead that comes five minutes after a bad one', async () => {
  const outbox = outboxAnswering(eazybeWithBad('numbers'))
  await outbox.lead('Batch 7', [lead(1)])
  await outbox.pass(5 * MIN)
  await outbox.lead('Batch 7', [lead(200)])
  await outbox.pass(HOUR / 2)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
})

it('do not hold up a lead that comes ten hours after six bad ones', async () => {
  const outbox = outboxAnswering(eazybeWithBad('group'))
  for (let n = 1; n <= 6; n++) {
    await outbox.lead('Batch 7', [lead(n)])
    await outbox.pass(5 * MIN)
  }
  await outbox.pass(10 * HOUR)
  await outbox.lead('Batch 7', [lead(200)])
  await outbox.pass(HOUR / 2)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
})

it('do not hide a new lead that still waits for others of its group', async () => {
  const outbox = outboxAnswering(eazybeWithBad('group'))
  await outbox.lead('G', [lead(1)])
  await outbox.pass(10 * HOUR)
  // Another job rings before the lead is due.
  const at = (outbox.disk.alarmAt ?? 0) - 5_000
  outbox.setClock(at)
  await outbox.lead('G', [lead(500)])
  const { nextCallAt } = await outbox.account.overview()
  expect(nextCallAt).toBe(new Date(at + 20_000).toISOString())
  await outbox.pass(HOUR / 2)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
})

it('are not told of a lead that was in none', async () => {
  const outbox = outboxAnswering(eazybeWithBad('group'))
  await outbox.lead('G', [lead(1)])
  await outbox.pass(MIN)
  const seq = await outbox.lead('G', [lead(500)])
  await outbox.pass(10 * MIN)
  const story = await outbox.deliveries.story(seq)
  expect(story?.timeline.map(({ event }) => event)).toEqual(['received'])
})

it.each([
  { first: 'numbers', bad: 1, hours: 1 },
  { first: 'numbers', bad: 2, hours: 2 },
  { first: 'numbers', bad: 5, hours: 2 },
  { first: 'numbers', bad: 12, hours: 8 },
  // Only a creation tells a bad number here, and these are pauses of 15 minutes, an hour and six.
  { first: 'group', bad: 1, hours: 2 },
  { first: 'group', bad: 2, hours: 8 },
] as const)(
  'hold up a lead that came together with $bad bad ones for $hours hours at most, where EazyBe looks at the $first first',
  async ({ first, bad, hours }) => {
    // The good one is the first that is tried, or the last.
    for (const place of [0, bad]) {
      const outbox = outboxAnswering(eazybeWithBad(first))
      const people = Array.from({ length: bad }, (_, n) => lead(n)).toSpliced(place, 0, lead(200))
      for (const one of people) await outbox.lead('Batch 7', [one])
      await outbox.pass(hours * HOUR)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
    }
  },
)

it('are made without a bad teammate, though EazyBe failed for everybody before', async () => {
  let works = false
  const made = new Set<string>()
  const outbox = outboxAnswering(({ groupName, create, contacts }: GroupCall): Outcome => {
    if (!works || contacts.includes(TEAMMATE)) return { kind: 'invalid', message: 'no' }
    if (!made.has(groupName) && !create) return MISSING
    made.add(groupName)
    return { kind: 'accepted' }
  })
  await outbox.lead('A', [lead(1)], { teammates: [TEAMMATE] })
  await outbox.lead('B', [lead(2)], { teammates: [TEAMMATE] })
  await outbox.pass(HOUR)
  works = true
  await outbox.pass(DAY)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(2)
})

it('park no person whom the probe carried for the creation of another', async () => {
  const outbox = outboxAnswering(({ groupName, create }) =>
    groupName !== 'G' ? { kind: 'accepted' } : create ? FAILED : MISSING,
  )
  for (let n = 200; n < 204; n++) await outbox.lead('G', [lead(n)])
  const parked = () => outbox.count(`memberships WHERE status = 'refused'`)
  for (let days = 0; outbox.count('memberships WHERE attempts >= 4') < 4 && days < 60; days++)
    await outbox.pass(DAY)
  expect(outbox.count('memberships WHERE attempts >= 4')).toBe(4)
  expect(parked()).toBe(0)
  // EazyBe creates another group: from now on a creation of the first one that fails speaks against its person.
  await outbox.lead('H', [lead(300)])
  await outbox.pass(MIN)
  const creations = () => outbox.sent.filter((call) => call.groupName === 'G' && call.create).length
  const before = creations()
  while (creations() === before) await outbox.pass(MIN)
  await outbox.pass(5 * MIN)
  expect(creations()).toBe(before + 1)
  expect(parked()).toBe(1)
})
