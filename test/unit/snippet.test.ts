/** The snippet for `src/config.ts`: what it reads, and that nothing a sender names can break out of it. */

import { describe, expect, it } from 'vitest'
import { fieldList } from '../../src/operator/field-list.ts'
import { type Choices, snippet } from '../../src/operator/snippet.ts'

const base: Choices = {
  hook: 'webinar',
  source: 'typeform',
  phone: ['phone'],
  country: 'IN',
  consent: ['whatsapp_ok'],
  prefix: 'Webinar',
  named: [['cohort']],
}

describe('the snippet', () => {
  it('reads flat fields by their names', () => {
    expect(snippet(base)).toBe(`webinar: hook({
  source: typeform,
  consent: { field: 'whatsapp_ok' },
  fields: v.object({
    phone: phone('IN'),
    cohort: v.pipe(v.string(), v.nonEmpty()),
  }),
  invite: (lead) => ({
    groupName: \`Webinar \${lead.cohort}\`,
    contacts: [lead.phone],
    create: true,
  }),
}),`)
  })

  it('reads nested ones, and places of lists', () => {
    const text = snippet({
      ...base,
      phone: ['customer', 'phones', 1],
      named: [['customer', 'city name']],
      consent: null,
      country: null,
    })
    expect(text).toContain('contacts: [lead.customer.phones[1]]')
    expect(text).toContain("{lead.customer['city name']}`")
    expect(text).toContain('v.looseTuple([\n        v.unknown(),\n        phone(),\n      ])')
    expect(text).toContain('attested:')
  })

  it('needs no field for a name that is always the same', () => {
    expect(snippet({ ...base, named: [] })).toContain("groupName: 'Webinar',")
  })

  it.each([
    ["a'] }), evil(), x['"],
    ['`$' + '{evil()}`'],
    ['line\u2028break\nbreak'],
    ['\\'],
    ['\u202eturned'],
    ['*/ evil() /*'],
  ])('takes %j as a name, and no more than that', (name) => {
    const text = snippet({
      ...base,
      prefix: name,
      phone: [name],
      named: [[name, 'x']],
      consent: [name],
    })
    const asked: string[] = []
    const read = new Function('hook', 'v', 'phone', 'typeform', 'evil', `return { ${text} }`)
    const any: unknown = new Proxy(() => any, { get: () => any, apply: () => any })
    const { webinar } = read(
      (options: unknown) => options,
      any,
      () => null,
      null,
      () => asked.push('evil'),
    )
    const { groupName } = webinar.invite({ [name]: { x: 'there' } })
    expect(groupName).toBe(`${name.trim()} there`)
    expect(webinar.consent.field).toBe(name)
    expect(asked).toEqual([])
    expect(text).not.toMatch(/[\u2028\u202e]/)
  })
})

describe('the list of fields', () => {
  it('has every single value, with the way to it', () => {
    const fields = { phone: '98', tags: ['a', 'b'], of: { it: null, n: 7, yes: true }, none: {} }
    expect(fieldList(fields)).toEqual([
      { path: ['phone'], value: '98' },
      { path: ['tags', 0], value: 'a' },
      { path: ['tags', 1], value: 'b' },
      { path: ['of', 'it'], value: null },
      { path: ['of', 'n'], value: 7 },
      { path: ['of', 'yes'], value: true },
    ])
  })

  it('ends, however much there is', () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, nth) => [`f${nth}`, nth]))
    expect(fieldList(wide)).toHaveLength(200)
    let deep: unknown = 1
    for (let nth = 0; nth < 100; nth++) deep = { deep }
    expect(fieldList(deep)).toEqual([])
  })
})
