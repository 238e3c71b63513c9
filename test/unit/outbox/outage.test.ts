/** Blame over days: an EazyBe that fails for all people parks none, and a bad number is found, alone and among others. */

import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/eazybe/client.ts'
import { outboxAnswering, outboxOnDisk } from './outbox-on-disk.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const OUTAGE_MS = 48 * HOUR_MS
const ANSWERS = {
  500: { kind: 'ambiguous', status: 500, message: 'Failed to create group and add chat IDs.' },
  400: { kind: 'invalid', message: 'Invalid data provided.' },
} as const satisfies Record<number, Outcome>

/** An EazyBe that says the same to everything for two days, and knows whether the group is there. */
function failingEazybe(answer: Outcome) {
  let works = false
  let made = false
  const outbox = outboxOnDisk({
    addToGroup: async ({ create }) => {
      if (!works) return answer
      if (!made && !create) return { kind: 'missing', message: 'Group not found' }
      made = true
      return { kind: 'accepted' }
    },
  })
  return {
    ...outbox,
    recover: () => {
      works = true
    },
  }
}

describe.each([500, 400] as const)(
  'an EazyBe that answers %s to everything for two days',
  (status) => {
    it.each([3, 9, 40])(
      'parks none of %s leads, and takes all of them by itself',
      async (people) => {
        const outbox = failingEazybe(ANSWERS[status])
        await outbox.leads('Batch 7', people)
        await outbox.pass(OUTAGE_MS)
        expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(0)
        expect(outbox.count(`account WHERE key = 'state' AND value LIKE '%"failing"%'`)).toBe(1)
        outbox.recover()
        await outbox.pass(4 * DAY_MS)
        expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(people)
      },
    )
  },
)

describe('an EazyBe that answers 500 to everything for two days', () => {
  it.each([1, 2])('parks none of %s leads, and takes all of them by itself', async (people) => {
    const outbox = failingEazybe(ANSWERS[500])
    await outbox.leads('Batch 7', people)
    await outbox.pass(OUTAGE_MS)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(0)
    outbox.recover()
    await outbox.pass(4 * DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(people)
  })

  it('takes leads of a group that is there', async () => {
    const outbox = failingEazybe(ANSWERS[500])
    outbox.recover()
    await outbox.leads('Batch 7', 1)
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
  })
})

describe('an EazyBe that answers 400 to everything', () => {
  it.each([1, 2])(
    'parks each of %s leads at once: that looks like a bad number',
    async (people) => {
      const outbox = failingEazybe(ANSWERS[400])
      await outbox.leads('Batch 7', people)
      await outbox.pass(HOUR_MS)
      expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(people)
    },
  )

  it.each([HOUR_MS, 2 * DAY_MS])(
    'takes the parked ones back once three leads, each %s ms after the other, show that it fails for everybody',
    async (apartMs) => {
      const outbox = failingEazybe(ANSWERS[400])
      await outbox.leads('Batch 7', 1)
      await outbox.pass(apartMs)
      await outbox.leads('Batch 8', 1)
      await outbox.pass(apartMs)
      expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(2)
      await outbox.leads('Batch 9', 1)
      await outbox.pass(HOUR_MS)
      expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(0)
      outbox.recover()
      await outbox.pass(DAY_MS)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(3)
    },
  )

  it('keeps the people of failed calls until a later call is accepted', async () => {
    const outbox = failingEazybe(ANSWERS[400])
    await outbox.leads('Batch 7', 1)
    await outbox.pass(9 * DAY_MS)
    expect(outbox.count(`calls WHERE leads <> '[]'`)).toBe(1)
    outbox.recover()
    await outbox.leads('Batch 8', 1)
    await outbox.pass(4 * DAY_MS)
    expect(outbox.count(`calls WHERE leads <> '[]'`)).toBe(0)
  })
})

describe('three failed calls that share no person are an outage', () => {
  const people = [1, 2, 3].map((n) => String(919_800_000_000 + n))

  it('also where the group of the first was forgotten when its lead was edited', async () => {
    const outbox = outboxAnswering(() => ANSWERS[400])
    const seq = await outbox.lead('Mistyped', people.slice(0, 1), { create: false })
    await outbox.pass(60_000)
    const contacts = people.slice(1)
    const edit = {
      kind: 'edit',
      agreed: true,
      contacts,
      groupName: 'Batch 7',
      create: null,
    } as const
    await outbox.deliveries.act([seq], edit, 'test')
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(0)
  })

  it('also where its session was inactive meanwhile, or its operator paused during the third', async () => {
    for (const between of ['session', 'operator'] as const) {
      let answer: Outcome = ANSWERS[400]
      const outbox = outboxOnDisk({
        addToGroup: async ({ contacts: [first] }) => {
          if (between === 'operator' && first === people[2] && answer.kind !== 'accepted') {
            await outbox.account.pause('test')
          }
          return answer
        },
      })
      for (const [n, digits] of people.entries()) {
        await outbox.lead(`Batch ${n}`, [digits])
        if (n === 2 && between === 'session') {
          answer = { kind: 'inactive', message: 'Cloud session is not active or working.' }
          await outbox.pass(60_000)
          answer = ANSWERS[500]
        }
        await outbox.pass(5 * 60_000)
      }
      answer = { kind: 'accepted' }
      await outbox.account.resume('test')
      await outbox.pass(DAY_MS)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`), between).toBe(3)
    }
  })
})

/** An EazyBe that takes all people except one. */
function eazybeWithout(bad: string, answer: Outcome) {
  return outboxOnDisk({
    addToGroup: async ({ contacts }) => (contacts.includes(bad) ? answer : { kind: 'accepted' }),
  })
}

describe.each([500, 400] as const)('a bad number, answered %s', (status) => {
  // The fifth lead of an outbox on disk.
  const bad = '919800000005'

  it('is found among ten and parked, and the others are accepted', async () => {
    const outbox = eazybeWithout(bad, ANSWERS[status])
    await outbox.leads('Batch 7', 10)
    await outbox.pass(14 * DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(9)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(1)
    const refused = `memberships WHERE status = 'refused' AND mask LIKE '%5'`
    expect(outbox.count(refused)).toBe(1)
  })

  it('is parked when it is alone', async () => {
    const outbox = eazybeWithout('919800000001', ANSWERS[status])
    await outbox.leads('Batch 7', 1)
    await outbox.pass(14 * DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(1)
  })
})

describe('creations that fail for weeks', () => {
  it('are held against no person, once the creation of another group is accepted', async () => {
    let works = false
    const made = new Set<string>()
    const outbox = outboxOnDisk({
      addToGroup: async ({ groupName, create }) => {
        if (create && !works) return ANSWERS[500]
        if (!made.has(groupName) && !create) return { kind: 'missing', message: 'Group not found' }
        made.add(groupName)
        return { kind: 'accepted' }
      },
    })
    const groups = Array.from({ length: 6 }, (_, at) => `Batch ${at}`)
    for (const group of groups) await outbox.leads(group, 1)
    await outbox.pass(17 * DAY_MS)
    works = true
    // By then each has failed alone as often as is parked where others were accepted meanwhile.
    await outbox.pass(DAY_MS)
    expect(outbox.count(`memberships WHERE attempts >= 4`)).toBeGreaterThan(0)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(0)
    await outbox.pass(7 * DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(groups.length)
  })
})

describe('an EazyBe that fails again and again', () => {
  it('parks no person who failed in two outages before', async () => {
    let failing: (contact: string) => boolean = () => false
    const outbox = outboxAnswering(
      ({ contacts }) => (contacts.some(failing) ? ANSWERS[500] : { kind: 'accepted' }),
      { account: { batchSize: 2 } },
    )
    const only = (digits: string) => (contact: string) => contact !== digits
    await outbox.leads('Batch 7', 1)
    await outbox.pass(HOUR_MS)
    await outbox.leads('Batch 7', 7)
    for (let outages = 0; outages < 2; outages++) {
      failing = () => true
      await outbox.pass(2 * HOUR_MS)
      expect(outbox.count(`account WHERE key = 'state' AND value LIKE '%"failing"%'`)).toBe(1)
      const [waits] = outbox.disk.rows<{ digits: string }>(
        `SELECT digits FROM memberships WHERE status <> 'accepted' ORDER BY forgiven LIMIT 1`,
      )
      failing = only(waits?.digits ?? '')
      await outbox.pass(8 * HOUR_MS)
    }
    // Each has failed once more by now, another is accepted, and the third outage begins.
    failing = only('919800000009')
    await outbox.leads('Batch 8', 1)
    await outbox.pass(2 * HOUR_MS)
    failing = () => true
    await outbox.pass(DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(4)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(0)
    failing = () => false
    await outbox.pass(4 * DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(9)
  })
})

describe.each([500, 400] as const)('three bad numbers, answered %s', (status) => {
  it('are found while new leads keep coming, and hold up none for more than a day', async () => {
    const bad = ['919800000003', '919800000013', '919800000023']
    const outbox = outboxAnswering(({ contacts }) =>
      bad.some((one) => contacts.includes(one)) ? ANSWERS[status] : { kind: 'accepted' },
    )
    await outbox.leads('Batch 7', 30)
    for (let hours = 0; hours < 24; hours++) {
      await outbox.pass(HOUR_MS)
      await outbox.leads('Batch 7', 3)
    }
    await outbox.pass(DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(27 + 72)
    await outbox.pass(DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(3)
    for (const one of bad) {
      expect(outbox.sent.filter(({ contacts }) => contacts.includes(one)).length).toBeLessThan(40)
    }
  })
})

describe.each([500, 400] as const)('bad numbers among sixty leads, answered %s', (status) => {
  it.each([3, 6, 12])('%s of them are parked once a few later leads go', async (count) => {
    const isBad = (contact: string) => (Number(contact) - 1) % (60 / count) === 0
    const outbox = outboxAnswering(({ contacts }) =>
      contacts.some(isBad) ? ANSWERS[status] : { kind: 'accepted' },
    )
    await outbox.leads('Batch 7', 60)
    await outbox.pass(2 * DAY_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(60 - count)
    for (let later = 0; later < 6; later++) {
      await outbox.lead('Batch 7', [String(919_811_000_002 + 60 * later)])
      await outbox.pass(12 * HOUR_MS)
    }
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(66 - count)
    expect(outbox.count(`deliveries WHERE state = 'parked'`)).toBe(count)
  })
})

describe('a new lead behind bad numbers, and an EazyBe that works', () => {
  const isBad = (digits: string) => Number(digits.slice(-6)) < 100
  const lead = (n: number) => String(919_800_000_000 + n)

  // What EazyBe looks at first is not known: the group of an add, or the numbers.
  it.each([
    { group: 'new', first: 'group', status: 500, bad: 1 },
    { group: 'new', first: 'group', status: 500, bad: 3 },
    { group: 'new', first: 'numbers', status: 500, bad: 1 },
    { group: 'new', first: 'numbers', status: 500, bad: 12 },
    { group: 'new', first: 'numbers', status: 400, bad: 6 },
    { group: 'old', first: 'group', status: 500, bad: 12 },
    { group: 'old', first: 'numbers', status: 400, bad: 6 },
  ] as const)(
    'waits for half an hour at most: $group group, $first first, $status, $bad of them since the night',
    async ({ group, first, status, bad }) => {
      let made = false
      const outbox = outboxAnswering(({ contacts, create }): Outcome => {
        const missing = { kind: 'missing', message: 'Group not found' } as const
        if (first === 'group' && !made && !create) return missing
        if (contacts.some(isBad)) return ANSWERS[status]
        if (!made && !create) return missing
        made = true
        return { kind: 'accepted' }
      })
      if (group === 'old') {
        await outbox.lead('Batch 7', [lead(300)])
        await outbox.pass(HOUR_MS)
      }
      for (let n = 1; n <= bad; n++) {
        await outbox.lead('Batch 7', [lead(n)])
        await outbox.pass(HOUR_MS / 12)
      }
      await outbox.pass(10 * HOUR_MS)
      // That one of those who wait may create the group is enough.
      await outbox.lead('Batch 7', [lead(200)], { create: bad > 1 })
      await outbox.pass(HOUR_MS / 2)
      const taken = outbox.sent.some(({ contacts }) => contacts.join() === lead(200))
      expect(taken && made).toBe(true)
    },
  )
})

it('forgives a teammate whose lead was discarded meanwhile: they sign up and are sent', async () => {
  let works = false
  const outbox = outboxAnswering(() => (works ? { kind: 'accepted' } : ANSWERS[400]))
  const teammate = '917712345678'
  const discarded = await outbox.lead('Batch 7', ['919800000001'], { teammates: [teammate] })
  await outbox.pass(10 * 60_000)
  expect(outbox.count(`memberships WHERE status = 'refused'`)).toBe(2)
  await outbox.deliveries.act([discarded], { kind: 'discard' }, 'api')
  await outbox.lead('Batch 8', ['919800000002'])
  await outbox.pass(HOUR_MS)
  expect((await outbox.account.overview()).pause?.reason).toBe('failing')
  await outbox.lead('Batch 7', [teammate])
  works = true
  await outbox.pass(DAY_MS)
  expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(2)
})

const TEAMMATE = '917712345678'
const lead = (n: number) => String(919_800_000_000 + n)

it.each(['bad', 'good'])(
  'tries leads without room though a %s teammate is at the head of a failing part',
  async (teammate) => {
    const bad = new Set([lead(1), lead(2), lead(3), ...(teammate === 'bad' ? [TEAMMATE] : [])])
    let down = false
    const outbox = outboxAnswering(
      ({ contacts }) =>
        down || contacts.some((one) => bad.has(one)) ? ANSWERS[500] : { kind: 'accepted' },
      { hooks: { webinar: { source: { kind: 'form' }, capacity: 4 } } },
    )
    await outbox.lead('G', [lead(9)])
    await outbox.pass(HOUR_MS)
    down = true
    await outbox.lead('G', [lead(1)], { teammates: [TEAMMATE] })
    await outbox.pass(HOUR_MS / 6)
    await outbox.lead('G', [lead(2)])
    await outbox.lead('G', [lead(3)])
    await outbox.pass(2 * HOUR_MS)
    down = false
    await outbox.lead('G', [lead(20)])
    await outbox.pass(DAY_MS)
    expect(outbox.sent.flatMap(({ contacts }) => contacts)).toContain(lead(20))
  },
)
