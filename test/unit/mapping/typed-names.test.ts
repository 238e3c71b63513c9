/** Which hooks let a visitor type the name of a group. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import config from '../../../src/config.ts'
import { typedName } from '../../../src/mapping/typed-names.ts'
import { calendly, hook, phone, shopify, typeform } from '../../../src/usher.ts'

const COHORTS: Readonly<Record<string, string>> = { may: 'May', june: 'June' }

type Naming = (values: Record<string, unknown>) => string
type Row = readonly [what: string, fields: v.ObjectEntries, name: Naming]

function form(fields: v.ObjectEntries, groupName: Naming) {
  return hook({
    source: typeform,
    consent: 'none',
    fields: v.object({ phone: phone('IN'), ...fields }),
    invite: ({ phone, ...values }) => ({ groupName: groupName(values), contacts: [phone] }),
  })
}

describe('a name that a visitor can type', () => {
  it.each<Row>([
    ['a text', { name: v.string() }, ({ name }) => `Course ${name}`],
    ['a short one', { name: v.pipe(v.string(), v.maxLength(3)) }, ({ name }) => `${name}`],
    ['in capitals', { name: v.pipe(v.string(), v.toUpperCase()) }, ({ name }) => `${name}`],
    ['an optional one', { name: v.optional(v.string()) }, ({ name }) => `Course ${name ?? 'A'}`],
    ['a number', { batch: v.number() }, ({ batch }) => `Batch ${batch}`],
    ['an e-mail address', { mail: v.pipe(v.string(), v.email()) }, ({ mail }) => `Of ${mail}`],
    ['one of a list', { tags: v.array(v.string()) }, ({ tags }) => `Tags ${String(tags)}`],
    ['nested', { a: v.object({ b: v.string() }) }, ({ a }) => `A ${JSON.stringify(a)}`],
    [
      'an alternative beside fixed ones',
      { cohort: v.union([v.literal('May'), v.string()]) },
      ({ cohort }) => `Cohort ${cohort}`,
    ],
    ['unknown', { any: v.unknown() }, ({ any }) => `Any ${String(any)}`],
  ])('is found: %s', (_, fields, name) => {
    expect(typedName(form(fields, name))).toBe('yes')
  })

  it.each([
    ['a pattern', { code: v.pipe(v.string(), v.regex(/^[A-Z]{3}-\d$/)) }],
    [
      'a mapping that throws',
      {
        code: v.pipe(
          v.string(),
          v.transform(() => JSON.parse('{')),
        ),
      },
    ],
  ])('is taken for one where nothing made up fits: %s', (_, fields) => {
    expect(typedName(form(fields, ({ code }) => `Code ${code}`))).toBe('unknown')
  })

  it('is that of a calendar too', () => {
    const fields = v.object({ name: v.string(), phone: phone('IN') })
    const invite = (one: v.InferOutput<typeof fields>) => ({
      groupName: one.name,
      contacts: [one.phone],
    })
    expect(typedName(hook({ source: calendly, fields, invite }))).toBe('yes')
  })
})

describe('a name that no visitor can type', () => {
  it.each<Row>([
    ['a literal', { name: v.string() }, () => 'Course'],
    ['a picklist', { cohort: v.picklist(['May', 'June']) }, ({ cohort }) => `Cohort ${cohort}`],
    ['a table', { name: v.string() }, ({ name }) => COHORTS[String(name)] ?? 'Other'],
    [
      'a choice',
      { name: v.string() },
      ({ name }) => (String(name).startsWith('M') ? 'May' : 'June'),
    ],
    ['a ticked box', { vip: v.boolean() }, ({ vip }) => (vip ? 'Gold' : 'Silver')],
  ])('is found: %s', (_, fields, name) => {
    expect(typedName(form(fields, name))).toBe('no')
  })

  it('is that of a shop, whatever its products are called', () => {
    const fields = v.object({ name: v.string() })
    expect(
      typedName(
        hook({
          source: shopify,
          fields,
          invite: ({ name }) => ({ groupName: name, contacts: [] }),
        }),
      ),
    ).toBe('no')
  })
})

describe('the config that comes with Usher', () => {
  it('asks each hook once, and knows no other', () => {
    for (const [name, own] of Object.entries(config.hooks))
      expect(config.canTypeName(name)).toBe(typedName(own) !== 'no')
    expect(config.canTypeName('constructor')).toBe(false)
  })
})
