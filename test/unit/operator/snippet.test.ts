/** The snippet for `src/config.ts`: what it reads, and that nothing a sender names can break out of it. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../../src/mapping/hook.ts'
import { mapFields } from '../../../src/mapping/map.ts'
import { type Choices, fieldList, snippet } from '../../../src/operator/snippet.ts'
import type { Source } from '../../../src/sources/source.ts'
import { hook, phone } from '../../../src/usher.ts'
import { fieldsOf } from '../../consent-corpus.ts'
import { everySource } from '../../every-source.ts'
import { fixtures } from '../../fixtures/index.ts'

const base: Choices = {
  hook: 'webinar',
  source: 'typeform',
  phone: ['phone'],
  country: 'IN',
  consent: ['whatsapp_ok'],
  prefix: 'Webinar',
  named: [['cohort']],
}

const LEAD = { phone: '98000 00001', cohort: 'May', whatsapp_ok: 'Yes' }

describe('the snippet', () => {
  it('reads flat fields by their names', () => {
    expect(snippet(base, LEAD)).toBe(`webinar: hook({
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
    const text = snippet(
      {
        ...base,
        phone: ['customer', 'phones', 1],
        named: [['customer', 'city name']],
        consent: null,
        country: null,
      },
      {},
    )
    expect(text).toContain('contacts: [lead.customer.phones[1]]')
    expect(text).toContain("{lead.customer['city name']}`")
    expect(text).toContain('v.looseTuple([\n        v.unknown(),\n        phone(),\n      ])')
    expect(text).toContain('attested:')
  })

  it('needs no field for a name that is always the same', () => {
    expect(snippet({ ...base, named: [] }, LEAD)).toContain("groupName: 'Webinar',")
  })

  it.each([
    ["a'] }), evil(), x['"],
    ['`$' + '{evil()}`'],
    ['line\u2028break\nbreak'],
    ['\\'],
    ['\u202eturned'],
    ['*/ evil() /*'],
  ])('takes %j as a name, and no more than that', (name) => {
    const text = snippet(
      { ...base, prefix: name, phone: [name], named: [[name, 'x']], consent: [name] },
      { [name]: name },
    )
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
    expect(webinar.consent).toEqual({ field: name, accept: [name] })
    expect(asked).toEqual([])
    expect(text).not.toMatch(/[\u2028\u202e]/)
  })
})

describe('the consent it proposes', () => {
  const proposed = (consent: Choices['consent'], fields: object) =>
    snippet({ ...base, consent }, fields).match(/(?:\/\/.*\n\s+)?consent: .*/)?.[0]

  it('is the question alone where the answer is a known yes', () => {
    expect(proposed(['ok'], { ok: true })).toBe("consent: { field: 'ok' },")
    expect(proposed(['ok', 1], { ok: ['Yes', 'I agree'] })).toBe("consent: { field: 'ok' },")
    expect(proposed(['a.b', 'c.d'], { 'a.b': { 'c.d': 'OK' } })).toBe(
      "consent: { field: 'a.b.c.d' },",
    )
  })

  it('names the texts of another answer, and asks whether they mean yes', () => {
    expect(proposed(['ok', 0], { ok: ['Add me', 'News'] })).toBe(
      `// What this lead answered. Keep it in accept only if it means yes.
  consent: { field: 'ok', accept: ['Add me', 'News'] },`,
    )
  })

  it('says of a lead that did not agree that it will be held', () => {
    for (const ok of [false, null, '', 2, []]) {
      expect(proposed(['ok'], { ok })).toBe(
        `// This lead did not agree, and will be held.
  consent: { field: 'ok' },`,
      )
    }
  })
})

describe('every proposal', () => {
  const forms = everySource.flatMap((source) => {
    const fixture = fixtures[source.name]
    return source.kind === 'form' && fixture !== undefined
      ? [{ name: source.name, source, fixture }]
      : []
  })

  it.each(forms)('over a payload of $name maps that payload', async ({ name, source, fixture }) => {
    const { consent, rows } = fixture
    if (consent === undefined) throw new TypeError(`The fixture of ${name} asks for no consent`)
    const choices = ['Yes', 'Add me to the group', ['Add me to the group', 'Send news']]
    const submitted = [consent.ticked, ...choices.map(consent.chosen)].filter((one) => one !== null)
    const sent = rows.filter((row) => row.submissions.some(({ invite }) => invite !== undefined))
    let proposals = 0
    for (const one of [...submitted, ...sent]) {
      const fields = await fieldsOf(source, fixture, one)
      const listed = fieldList(fields)
      const numbered = listed.find(({ value }) => v.is(phone('IN'), value))
      // Of a look-up that the row does not hold.
      if (numbered === undefined) continue
      for (const { path, value } of listed) {
        if (value === null || value === '') continue
        const text = snippet(
          { ...base, source: name, phone: numbered.path, consent: path, named: [path] },
          fields,
        )
        const mapped = mapFields(hookIn(text, name, source), fields, 0)
        const agreed = typeof value === 'string' || value === true || value === 1
        const place = path.join('.')
        if (agreed)
          expect(mapped, place).toMatchObject({ kind: 'invite', consent: { basis: 'field' } })
        else expect(mapped, place).toMatchObject({ kind: 'held', reasons: ['consent'] })
        proposals++
      }
    }
    expect(proposals).toBeGreaterThan(3)
  })
})

/** The hook that the text makes when it is pasted. */
function hookIn(text: string, name: string, source: Source): Hook {
  const made = new Function('hook', 'v', 'phone', name, `return { ${text} }`)
  return made(hook, v, phone, source).webinar
}

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
