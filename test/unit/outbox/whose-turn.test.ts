/** Good leads and the numbers of others: whose turn it is, and who keeps a place, over days. */

import { expect, it } from 'vitest'
import type { GroupCall, Outcome } from '../../../src/eazybe/client.ts'
import { type DiskOutboxOptions, outboxAnswering } from './outbox-on-disk.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const num = (n: number) => String(919_800_000_000 + n)
const FAILED = { kind: 'ambiguous', status: 500, message: 'Failed to create group.' } as const
const INVALID = { kind: 'invalid', message: 'Invalid data provided.' } as const
const INACTIVE = { kind: 'inactive', message: 'Cloud session is not active or working.' } as const
const MISSING = { kind: 'missing', message: 'Group not found' } as const

/** An EazyBe that looks at the group first, and says `bad` to numbers below 100. It notes when it took each person. */
function eazybeSaying(bad: Outcome, options: DiskOutboxOptions = {}) {
  const takenAt = new Map<string, number>()
  const made = new Set<string>()
  const inactive = { from: 0, to: 0 }
  const outbox = outboxAnswering(({ groupName, create, contacts }: GroupCall): Outcome => {
    const now = outbox.context.ports.now()
    if (inactive.from <= now && now < inactive.to) return INACTIVE
    if (!made.has(groupName) && !create) return MISSING
    if (contacts.some((one) => Number(one.slice(-6)) < 100)) return bad
    made.add(groupName)
    for (const one of contacts) if (!takenAt.has(one)) takenAt.set(one, now)
    return { kind: 'accepted' }
  }, options)
  const hoursOf = (n: number, since: number) =>
    ((takenAt.get(num(n)) ?? Number.POSITIVE_INFINITY) - since) / HOUR
  return { ...outbox, hoursOf, inactive, now: () => outbox.context.ports.now() }
}

it.each([
  { what: 'a bad number and 500', bad: FAILED, inactiveMs: 0 },
  { what: 'a bad number and 400', bad: INVALID, inactiveMs: 0 },
  { what: 'an inactive session', bad: null, inactiveMs: 3 * MINUTE },
])(
  'people whose call met $what keep their place before those who came later',
  async ({ bad, inactiveMs }) => {
    const account = { peoplePerHour: 30, peoplePerDay: 100 }
    const outbox = eazybeSaying(bad ?? FAILED, { account })
    await outbox.lead('Webinar', [num(500)])
    await outbox.pass(5 * MINUTE)
    const began = outbox.now()
    outbox.inactive.from = began + 20_000
    outbox.inactive.to = began + inactiveMs
    for (let n = 0; n < 400; n++) {
      await outbox.lead('Webinar', [n === 5 && bad !== null ? num(1) : num(1000 + n)])
      await outbox.pass(25)
    }
    await outbox.pass(8 * DAY)
    const first = [0, 1, 2, 3, 4, 6, 7, 8, 9].map((n) => outbox.hoursOf(1000 + n, began))
    expect(Math.max(...first)).toBeLessThan(3)
  },
)

it('a bad number that was parked a month ago holds up no new group', async () => {
  const outbox = eazybeSaying(FAILED)
  await outbox.lead('Customers', [num(500)])
  await outbox.pass(HOUR)
  await outbox.lead('Misprint', [num(1)])
  for (let day = 0; day < 30; day++) {
    await outbox.pass(DAY)
    await outbox.lead('Customers', [num(600 + day)])
  }
  await outbox.pass(HOUR)
  expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(1)
  const began = outbox.now()
  for (const n of [2, 701, 702, 703, 704, 705, 706]) await outbox.lead('Webinar', [num(n)])
  await outbox.pass(5 * DAY)
  expect(Math.min(...[701, 702, 703].map((n) => outbox.hoursOf(n, began)))).toBeLessThan(8)
})

it('a group is created with people who failed beside others, before one who failed alone', async () => {
  const first: number[] = []
  for (let times = 0; times < 7; times++) {
    const outbox = eazybeSaying(FAILED)
    await outbox.lead('Webinar', [num(1)])
    await outbox.pass(5 * MINUTE)
    const began = outbox.now()
    for (const n of [2, 501, 502, 503, 504, 505, 506, 507, 508])
      await outbox.lead('Webinar', [num(n)])
    await outbox.pass(5 * DAY)
    const waits = [501, 502, 503, 504, 505, 506, 507, 508].map((n) => outbox.hoursOf(n, began))
    first.push(Math.min(...waits))
  }
  // One of the nine is bad, and is sometimes the one that is tried.
  expect(first.toSorted((one, other) => one - other)[3]).toBeLessThan(3)
})
