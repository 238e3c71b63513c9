/** Fields become an invite or are held with a reason, whatever the mapping does; and no reason repeats what a person typed. */

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../../src/mapping/hook.ts'
import { issuesOf } from '../../../src/mapping/issues.ts'
import type { Mapped } from '../../../src/mapping/map.ts'
import { isWanted, mapFields, teammatesIn } from '../../../src/mapping/map.ts'
import { hook, json, phone, typeform } from '../../../src/usher.ts'

const NOW = Date.UTC(2026, 10, 20)
const LEAD = { phone: '98000 00001', cohort: 'May', whatsapp_ok: 'yes' }

const webinar = hook({
  source: typeform,
  consent: { field: 'whatsapp_ok' },
  fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
  invite: ({ phone, cohort }) => ({
    groupName: `Webinar ${cohort}`,
    contacts: [phone],
    create: true,
  }),
})

const NO_CONSENT = {
  path: 'whatsapp_ok',
  message: 'does not say that the person agreed to join a group',
}

/** The hook with another mapping, of any type: the file need not have seen a compiler. */
function mappedBy(invite: (values: never) => unknown): Hook {
  return Object.assign({}, webinar, { invite })
}

function issuesIn(mapped: Mapped): unknown {
  return mapped.kind === 'held' ? mapped.issues : []
}

describe('teammates', () => {
  it.each<[sentence: string, values: unknown, contacts: string[], teammates: string[]]>([
    [
      'are whom no event brings',
      { phone: '919800000001' },
      ['919800000001', '919811112222'],
      ['919811112222'],
    ],
    [
      'are not people whom it spells in another way',
      { a: ['+91 98000 00001'] },
      ['919800000001'],
      [],
    ],
    [
      'are not people to whose numbers a mapping added a country code',
      { n: 9800000001 },
      ['919800000001'],
      [],
    ],
    [
      'are told from texts that are no numbers',
      { n: '22', city: 'Pune 411001' },
      ['919811112222'],
      ['919811112222'],
    ],
    [
      'are not whom it spells with Mexico’s old 1',
      { phone: '+5215512345678' },
      ['525512345678'],
      [],
    ],
    [
      'are not whom it spells with a zero in brackets',
      { phone: '+44 (0)7911 123456' },
      ['447911123456'],
      [],
    ],
    [
      'are not whom it names before somebody else',
      { phone: '9800000001 / 9800000002' },
      ['919800000001'],
      [],
    ],
    [
      'are not people whom it spells in another script',
      { phone: '९८००००००१' },
      ['91980000001'],
      [],
    ],
  ])('%s', (_, values, contacts, teammates) => {
    expect(teammatesIn(contacts, values)).toEqual(teammates)
  })
})

describe('fields that fit', () => {
  it('become an invite with its evidence of consent', () => {
    expect(mapFields(webinar, LEAD, NOW)).toEqual({
      kind: 'invite',
      invite: { groupName: 'Webinar May', contacts: ['919800000001'], teammates: [], create: true },
      consent: {
        basis: 'field',
        what: 'whatsapp_ok',
        given: 'yes',
        at: '2026-11-20T00:00:00.000Z',
      },
    })
  })

  it('become an invite without evidence where the hook needs none', () => {
    const spoken = { groupName: 'Alumni', contacts: '98000 00001', create: 'true' }
    expect(mapFields(hook({ source: json, country: 'IN' }), spoken, NOW)).toEqual({
      kind: 'invite',
      invite: { groupName: 'Alumni', contacts: ['919800000001'], teammates: [], create: true },
      consent: null,
    })
  })
})

describe('a body of JSON', () => {
  const good = { groupName: 'Alumni', contacts: ['98000 00001'], create: true }

  it.each<[sentence: string, body: unknown, read: boolean]>([
    ['is one object', good, true],
    ['is a list of one object', [good], true],
    ['is no list of two', [good, good], false],
    ['is no list of a list', [[good]], false],
    ['is no empty list', [], false],
  ])('%s', (_, body, read) => {
    const reading = json.read(body, new Headers())
    expect(reading.ok).toBe(read)
    if (!reading.ok) return
    const mapped = mapFields(
      hook({ source: json, country: 'IN' }),
      reading.submissions[0]?.fields,
      NOW,
    )
    expect(mapped).toMatchObject({ kind: 'invite', invite: { contacts: ['919800000001'] } })
  })
})

describe('fields that are held', () => {
  it.each<[sentence: string, hook: Hook, fields: unknown, reason: string, issues: unknown]>([
    ['without consent', webinar, { ...LEAD, whatsapp_ok: 'no' }, 'consent', [NO_CONSENT]],
    [
      'with nothing said of consent',
      webinar,
      { phone: LEAD.phone, cohort: 'May' },
      'consent',
      [NO_CONSENT],
    ],
    [
      'with an answer missing',
      webinar,
      { cohort: 'May', whatsapp_ok: 'yes' },
      'mapping',
      [{ path: 'phone', message: 'is missing' }],
    ],
    [
      'with a no and a phone that cannot be read',
      webinar,
      { ...LEAD, phone: '98000', whatsapp_ok: 'no' },
      'consent mapping',
      [NO_CONSENT, { path: 'phone', message: 'has too few digits for a phone number' }],
    ],
    [
      'with a no and a mapping that throws',
      mappedBy(() => {
        throw new TypeError('Cannot read the group of undefined')
      }),
      { ...LEAD, whatsapp_ok: false },
      'consent mapping',
      [
        NO_CONSENT,
        { path: '', message: 'invite threw TypeError: Cannot read the group of undefined' },
      ],
    ],
    [
      'with an answer that is none of those expected',
      webinar,
      { ...LEAD, cohort: 'July' },
      'mapping',
      [{ path: 'cohort', message: 'must be "May" or "June"' }],
    ],
    [
      'with an answer of another kind',
      webinar,
      { ...LEAD, cohort: 5 },
      'mapping',
      [{ path: 'cohort', message: 'must be "May" or "June"' }],
    ],
    [
      'with a phone that cannot be read',
      webinar,
      { ...LEAD, phone: '98000' },
      'mapping',
      [{ path: 'phone', message: 'has too few digits for a phone number' }],
    ],
    [
      'that are no object',
      webinar,
      null,
      'consent mapping',
      [NO_CONSENT, { path: '', message: 'Expected Object but received null' }],
    ],
    [
      'by a mapping that throws',
      mappedBy(() => {
        throw new TypeError('Cannot read the group of undefined')
      }),
      LEAD,
      'mapping',
      [{ path: '', message: 'invite threw TypeError: Cannot read the group of undefined' }],
    ],
    [
      'by a mapping that throws nonsense',
      mappedBy(() => {
        throw 'no'
      }),
      LEAD,
      'mapping',
      [{ path: '', message: 'invite threw what is not an Error' }],
    ],
    [
      'by a mapping that throws what was typed',
      mappedBy(() => {
        throw new Error('What is May 98000 00001?')
      }),
      LEAD,
      'mapping',
      [{ path: '', message: 'invite threw Error' }],
    ],
    [
      'by a mapping that throws what was read',
      mappedBy(() => {
        throw new Error('919800000001 is taken')
      }),
      LEAD,
      'mapping',
      [{ path: '', message: 'invite threw Error' }],
    ],
    [
      'by a mapping that parses what was typed',
      mappedBy(() => JSON.parse('98000 00001')),
      LEAD,
      'mapping',
      [{ path: '', message: 'invite threw SyntaxError' }],
    ],
    [
      'by a mapping that gives nothing',
      mappedBy(() => undefined),
      LEAD,
      'mapping',
      [{ path: 'invite', message: 'Expected Object but received nothing' }],
    ],
    [
      'by a mapping that gives a name and no more',
      mappedBy(() => ({ groupName: 'A' })),
      LEAD,
      'mapping',
      [{ path: 'invite.contacts', message: 'is missing' }],
    ],
    [
      'by a mapping that gives what was typed',
      mappedBy(() => ({ groupName: 'A', contacts: ['98000 00001'] })),
      LEAD,
      'mapping',
      [
        {
          path: 'invite.contacts.0',
          message: 'must be an international number: read what people type with phone(country)',
        },
      ],
    ],
    [
      'by a mapping that answers later',
      mappedBy(async () => ({ groupName: 'A', contacts: ['919800000001'] })),
      LEAD,
      'mapping',
      [{ path: 'invite', message: 'must not be asynchronous' }],
    ],
    [
      'by a mapping that fails later',
      mappedBy(() => Promise.reject(new Error('late'))),
      LEAD,
      'mapping',
      [{ path: 'invite', message: 'must not be asynchronous' }],
    ],
    [
      'by a schema that throws',
      Object.assign({}, webinar, {
        fields: v.pipe(
          v.unknown(),
          v.transform(() => {
            throw new RangeError('out of bounds')
          }),
        ),
      }),
      LEAD,
      'mapping',
      [{ path: '', message: 'the mapping threw RangeError: out of bounds' }],
    ],
    [
      'by a `when` that throws',
      Object.assign({}, webinar, {
        when: () => {
          throw new TypeError('no plan')
        },
      }),
      LEAD,
      'mapping',
      [{ path: '', message: 'the mapping threw TypeError: no plan' }],
    ],
    [
      'by a `when` that was mended and says no',
      Object.assign({}, webinar, { when: () => false }),
      LEAD,
      'mapping',
      [{ path: '', message: 'is an event that `when` does not want' }],
    ],
  ])('are so %s', (_, hook, fields, reason, issues) => {
    const mapped = mapFields(hook, fields, NOW)
    expect(mapped).toMatchObject({ kind: 'held', reasons: reason.split(' '), issues })
    // Evidence of a yes is kept also while held.
    expect(mapped.consent !== null).toBe(!reason.includes('consent'))
  })
})

describe('a name made of an answer that is missing', () => {
  const batch = (fields: v.GenericSchema) =>
    Object.assign({}, webinar, {
      consent: 'none',
      fields,
      invite: ({ phone, cohort, day }: Record<string, unknown>) => ({
        groupName: day === 'unused' ? `Batch ${cohort}` : `Batch ${cohort} ${day}`,
        contacts: [phone],
      }),
    })
  const text = v.nullish(v.string())

  it.each<[sentence: string, fields: object, message: string | null]>([
    ['null', { cohort: null, day: 'unused' }, 'holds the word "null": cohort was not answered'],
    ['left out', { day: 'unused' }, 'holds the word "undefined": cohort was not answered'],
    [
      'one of several, left out',
      {},
      'holds the word "undefined": cohort and day were not answered',
    ],
    [
      'the text of a sender that had none',
      { cohort: 'null', day: 'unused' },
      'holds the word "null": cohort was not answered',
    ],
    ['within another word', { cohort: 'nullable', day: 'unused' }, null],
    ['a name of a person', { cohort: 'Nan', day: 'unused' }, null],
  ])('%s', (_, fields, message) => {
    const hook = batch(v.object({ phone: phone('IN'), cohort: text, day: text }))
    const mapped = mapFields(hook, { phone: LEAD.phone, ...fields }, NOW)
    expect(issuesIn(mapped)).toEqual(
      message === null ? [] : [{ path: 'invite.groupName', message }],
    )
  })

  it.each<[value: unknown, message: string]>([
    [Number.NaN, 'holds the word "NaN": cohort was not answered'],
    [{ of: 'June' }, 'holds the word "[object Object]"'],
    [new Date(Number.NaN), 'holds the word "Invalid Date"'],
    [[{ day: 1 }], 'holds the word "[object Object]"'],
  ])('%j', (value, message) => {
    const hook = batch(
      v.object({
        phone: phone('IN'),
        cohort: v.pipe(
          v.string(),
          v.transform(() => value),
        ),
        day: v.optional(v.string(), 'unused'),
      }),
    )
    expect(issuesIn(mapFields(hook, LEAD, NOW))).toEqual([{ path: 'invite.groupName', message }])
  })

  it('is no contact either', () => {
    for (const contact of ['undefined', 'null', 'NaN', '91undefined', '+null', '[object Object]']) {
      const made = mappedBy(() => ({ groupName: 'A', contacts: [contact] }))
      expect(mapFields(made, LEAD, NOW)).toMatchObject({ reasons: ['mapping'] })
      const spoken = { groupName: 'A', contacts: contact }
      expect(mapFields(hook({ source: json, country: 'IN' }), spoken, NOW)).toMatchObject({
        reasons: ['mapping'],
      })
    }
  })
})

describe('`when`', () => {
  it.each<[sentence: string, when: ((fields: unknown) => boolean) | undefined, wanted: boolean]>([
    ['is not there', undefined, true],
    ['says yes', () => true, true],
    ['says no', () => false, false],
    [
      'throws, and the event is kept for the operator',
      () => {
        throw new Error('no')
      },
      true,
    ],
  ])('%s', (_, when, wanted) => {
    expect(isWanted(hook({ source: json, ...(when && { when }) }), LEAD)).toBe(wanted)
  })
})

describe('issues', () => {
  it('are twenty at most', () => {
    const parsed = v.safeParse(
      v.array(v.number()),
      Array.from({ length: 50 }, () => 'x'),
    )
    expect(issuesOf(parsed.issues ?? [])).toHaveLength(20)
  })

  it.each<[sentence: string, schema: v.GenericSchema, input: unknown, message: string]>([
    ['a text for a number', v.number(), 'ninety', 'Expected number but received a string'],
    ['a number for a text', v.string(), 90, 'Expected string but received a number'],
    ['a list for a text', v.string(), ['Asha'], 'Expected string but received a list'],
    ['an object for a text', v.string(), {}, 'Expected string but received an object'],
    ['null', v.string(), null, 'Expected string but received null'],
    ['a text of another form', v.pipe(v.string(), v.email()), 'asha@', 'Is not valid'],
    [
      'a text that is too long',
      v.pipe(v.string(), v.maxLength(2)),
      'Asha',
      'Expected <=2 but received a string',
    ],
    ['an author’s own message', v.string('must be your name'), 5, 'must be your name'],
    [
      'an author’s message that repeats the text',
      v.pipe(
        v.string(),
        v.check(
          () => false,
          (issue) => `no ${issue.input} here`,
        ),
      ),
      'Asha',
      'Is not valid',
    ],
    [
      'an author’s message that repeats a member',
      v.pipe(
        v.object({ name: v.string() }),
        v.check(
          () => false,
          (issue) => `no ${issue.input.name}`,
        ),
      ),
      { name: 'Asha Rao' },
      'Is not valid',
    ],
    [
      'an author’s message for a very short text',
      v.pipe(
        v.string(),
        v.check(() => false, 'is a bad one'),
      ),
      'a',
      'is a bad one',
    ],
  ])('say of %s what was expected', (_, schema, input, message) => {
    const parsed = v.safeParse(schema, input)
    expect(issuesOf(parsed.issues ?? [])[0]?.message).toBe(message)
  })

  it('never repeat what a person typed, whatever that is and whatever the mapping makes of it', () => {
    // Marked, since a short text may stand in any sentence by chance.
    const typed = fc.string({ minLength: 1, maxLength: 30 }).map((text) => `¤¤${text}¤¤`)
    const hooks: Hook[] = [
      webinar,
      hook({ source: json, country: 'IN' }),
      Object.assign({}, webinar, {
        fields: v.record(v.string(), v.pipe(v.string(), v.regex(/^x$/))),
      }),
      Object.assign({}, webinar, {
        fields: v.object({
          cohort: v.pipe(
            v.string(),
            v.transform((text) => JSON.parse(text)),
          ),
        }),
      }),
      Object.assign({}, webinar, {
        fields: v.object({ cohort: v.string() }),
        invite: ({ cohort }: { cohort: string }) => ({ groupName: cohort, contacts: [cohort] }),
      }),
      Object.assign({}, webinar, {
        fields: v.object({ cohort: v.string() }),
        invite: ({ cohort }: { cohort: string }) => {
          throw new Error(`There is no ${cohort} `)
        },
      }),
    ]
    fc.assert(
      fc.property(typed, typed, fc.nat(hooks.length - 1), (phone, cohort, nth) => {
        const hook = hooks[nth] ?? webinar
        const fields = {
          ...LEAD,
          phone,
          cohort,
          groupName: cohort,
          contacts: [phone],
          create: cohort,
        }
        const said = JSON.stringify(issuesIn(mapFields(hook, fields, NOW)))
        expect(said).not.toBe('[]')
        expect(said).not.toContain('¤')
      }),
    )
  })
})

describe('an object that is none of several', () => {
  it('is told what each of them lacks', () => {
    const schema = v.union([v.object({ payload: v.string() }), v.object({ delivery: v.string() })])
    const messages = (input: unknown) => {
      const parsed = v.safeParse(schema, input)
      return parsed.success ? [] : issuesOf(parsed.issues).map(({ message }) => message)
    }
    expect(messages({ body: 'x' })).toEqual(['payload is missing, or delivery is missing'])
    expect(messages({ payload: 98000 })).toEqual([
      'payload Expected string but received a number, or delivery is missing',
    ])
    expect(messages('x')).toEqual(['Expected Object but received a string'])
  })
})
