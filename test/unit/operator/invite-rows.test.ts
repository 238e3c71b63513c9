/** `npm run invite`: what a file of people says, and what would become of each of them. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../../src/mapping/hook.ts'
import { checkColumns, outcomesOf, planOf } from '../../../src/operator/invite-rows.ts'
import { readPeople } from '../../../src/operator/people-file.ts'
import { eventbrite, hook, json, phone, razorpay, tally } from '../../../src/usher.ts'

const NOW = Date.UTC(2026, 10, 28)
const HEAD = 'phone,cohort,whatsapp_ok'
const webinar = hook({
  source: tally,
  consent: { field: 'whatsapp_ok' },
  fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
  invite: ({ phone, cohort }) => ({
    groupName: `Webinar ${cohort}`,
    contacts: [phone, '919811112222'],
  }),
})

const to = (one: Hook) => ({ name: 'webinar', hook: one, key: 'secret-of-the-hook' })

describe('a file of people', () => {
  it.each([
    ['commas', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['semicolons and a byte order mark', '\uFEFFa;b\r\n1;2,5\r\n', [{ a: '1', b: '2,5' }]],
    ['tabs', 'a\tb\n1\t2', [{ a: '1', b: '2' }]],
    ['quotes', 'a,b\n"1,\n2","say ""yes"""', [{ a: '1,\n2', b: 'say "yes"' }]],
    [
      'short and empty lines',
      'a,b\n1\n\n,\n3, 4 ',
      [
        { a: '1', b: '' },
        { a: '3', b: '4' },
      ],
    ],
  ])('is read with %s', (_, text, rows) => {
    expect(readPeople(text).rows).toEqual(rows)
  })

  it.each([
    ['a column without a name', 'a,\n1,2', /must name each column once, and "" is not/],
    ['a column twice', 'a,a\n1,2', /"a" is not such a name/],
    ['a line that is too long', 'a,b\n1,2\n1,2,3', /Row 2 has 3 cells/],
    ['a quote without an end', 'a,b\n"1,2', /never closed/],
  ])('is refused with %s', (_, text, says) => {
    expect(() => readPeople(text)).toThrow(says)
  })
})

describe('the outcome of a person', () => {
  const outcome = async (row: string, one = webinar, head = HEAD) => {
    const [made] = await outcomesOf(to(one), readPeople(`${head}\n${row}`), NOW)
    return made
  }

  it('is the group that the hook’s own mapping says', async () => {
    const { joins } = (await outcome('98000 00001,June,yes')) ?? {}
    expect(joins).toEqual({ group: 'Webinar June', people: ['919800000001'] })
  })

  it.each([
    ['98000 00001,June,no', /would be held: whatsapp_ok does not say that the person agreed/],
    ['98000 00001,June,', /would be held: whatsapp_ok does not say/],
    ['12,June,yes', /would be held: phone /],
    ['98000 00001,July,yes', /would be held: cohort must be "May" or "June"/],
  ])('of %s is to be left out', async (row, because) => {
    expect(await outcome(row)).toMatchObject({
      joins: null,
      because: expect.stringMatching(because),
    })
  })

  it('is told once where a row comes twice', async () => {
    const people = readPeople(`${HEAD}\n98000 00001,May,yes\n98000 00001,May,yes`)
    const outcomes = await outcomesOf(to(webinar), people, NOW)
    expect(outcomes.map(({ because }) => because)).toEqual([null, 'is an earlier row once more'])
  })

  it('has the same id at every run, and another for another hook or secret', async () => {
    const people = readPeople(`${HEAD}\n98000 00001,May,yes`)
    const ids = await Promise.all([
      outcomesOf(to(webinar), people, NOW),
      outcomesOf(to(webinar), people, NOW + 60_000),
      outcomesOf({ ...to(webinar), name: 'signup' }, people, NOW),
      outcomesOf({ ...to(webinar), key: 'another secret' }, people, NOW),
    ])
    const [one, again, ...others] = ids.map(([first]) => first?.id)
    expect(again).toBe(one)
    expect(new Set([one, ...others]).size).toBe(3)
  })

  it('is never that of the sample’s own number', async () => {
    const loose = hook({
      source: json,
      fields: v.looseObject({ who: v.string() }),
      invite: (lead) => ({ groupName: 'A', contacts: [`+${Number(lead.phone)}`] }),
    })
    expect(await outcome('Asha', loose, 'who')).toMatchObject({
      joins: null,
      because: 'would add a number that is not in the row',
    })
    expect((await outcome('Asha,919800000007', loose, 'who,phone'))?.joins?.people).toEqual([
      '919800000007',
    ])
  })
})

describe('the columns', () => {
  it.each([
    ['consent', webinar, 'phone,cohort', /reads whatsapp_ok, and the file has no such column/],
    ['an answer', webinar, 'phone,whatsapp_ok', /reads cohort, .* It has: phone, whatsapp_ok/],
    ['an invite', hook({ source: json }), 'name', /reads groupName, contacts/],
    ['what is looked up', { ...webinar, source: eventbrite }, HEAD, /sends ids only/],
    [
      'a nested member',
      hook({
        source: razorpay,
        fields: v.object({ payload: v.object({ phone: phone('IN') }) }),
        invite: ({ payload }) => ({ groupName: 'A', contacts: [payload.phone] }),
      }),
      'phone',
      /reads payload\.phone/,
    ],
  ])('must hold %s: no sample’s answer stands in for a person’s', (_, one, head, says) => {
    expect(() => checkColumns('webinar', one, readPeople(`${head}\n`))).toThrow(says)
  })

  it('may hold more than the hook reads', () => {
    expect(() => checkColumns('webinar', webinar, readPeople(`${HEAD},note\n`))).not.toThrow()
  })
})

describe('the plan', () => {
  it.each([
    { people: 1, account: {}, days: 1 },
    { people: 250, account: {}, days: 3 },
    { people: 250, account: { pace: 'newNumber' }, days: 9 },
    { people: 250, account: { peoplePerDay: 1_000, peoplePerHour: 10 }, days: 2 },
    {
      people: 250,
      account: { peoplePerDay: 1_000, peoplePerHour: 10, timeZone: 'Asia/Kolkata' },
      days: 2,
    },
  ] as const)(
    'of $people people under $account takes $days days',
    async ({ people, account, days }) => {
      const rows = Array.from({ length: people }, (_, nth) => `${9_800_000_000 + nth},May,yes`)
      const outcomes = await outcomesOf(to(webinar), readPeople(`${HEAD}\n${rows.join('\n')}`), NOW)
      expect(planOf(outcomes, webinar, account)).toMatchObject({ people, groups: 1, days })
    },
  )
})
