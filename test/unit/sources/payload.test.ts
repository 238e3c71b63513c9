/** Answers of forms: one flat map by the author's names and the labels, whatever the tool nests. */

import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../../../src/lib/decode.ts'
import {
  calendly,
  elementor,
  jotform,
  netlify,
  tally,
  typeform,
  webflow,
  wpforms,
} from '../../../src/sources/index.ts'
import { answer, answers } from '../../../src/sources/shared/payload.ts'
import type { Source } from '../../../src/sources/source.ts'
import type { Fixture } from '../../fixtures/fixture.ts'
import { fixtures } from '../../fixtures/index.ts'

describe('answer', () => {
  let deep: unknown = 'bottom'
  for (let depth = 0; depth < 50_000; depth++) deep = { deeper: deep }

  test.each([
    ['a text', 'June', 'June'],
    ['a number', 919800000001, 919800000001],
    ['yes', true, true],
    ['no', false, false],
    ['null', null, null],
    ['nothing', undefined, null],
    ['a list of texts', ['a', 'b'], ['a', 'b']],
    ['an empty list', [], []],
    ['a list with odd members', [1, true, null, '', { x: 'y' }], ['1', 'true', 'y']],
    ['the parts of a name', { first: 'Asha', middle: '', last: 'Rao' }, 'Asha Rao'],
    ['the parts of a phone', { country: 91, phone: '98000 00001' }, '91 98000 00001'],
    ['parts within parts', { a: { b: ['c', { d: 'e' }] } }, 'c e'],
    ['an empty object', {}, ''],
    ['what nests beyond all forms', deep, ''],
    ['what nests in a list', [deep], []],
  ])('of %s', (_, value, expected) => {
    expect(answer(value)).toEqual(expected)
  })
})

describe('answers', () => {
  test('belong to the first list that has the name, then to the first answer', () => {
    expect(
      answers(
        [
          ['phone', '1'],
          ['phone', '2'],
        ],
        [
          ['phone', '3'],
          ['city', null],
        ],
        [['city', 'Pune']],
      ),
    ).toEqual({ phone: '1', city: null })
  })

  test('have trimmed names, and none that is empty', () => {
    expect(
      answers([
        [' phone ', '1'],
        ['', '2'],
        ['  ', '3'],
      ]),
    ).toEqual({ phone: '1' })
  })

  test('reach no prototype', () => {
    const fields = answers([
      ['__proto__', 'evil'],
      ['constructor', 'of houses'],
      ['toString', 'a text'],
    ])
    expect(Object.entries(fields)).toEqual([
      ['constructor', 'of houses'],
      ['toString', 'a text'],
    ])
    expect(Object.getPrototypeOf(Object.assign({}, fields))).toBe(Object.prototype)
  })
})

const maps: readonly [source: Source, row: number, fields: object][] = [
  [
    typeform,
    0,
    {
      name: 'Asha Rao',
      // The ref, not the hidden field and not the question that is called so.
      phone: '+919800000001',
      '01HQ8-dropdown': 'June',
      interests: ['Excel', 'SQL', 'Python'],
      whatsapp_ok: true,
      city: 'Nashik',
      score: 4,
      winning: 'x1',
      f1: 'Asha Rao',
      f2: '+919800000001',
      f3: 'June',
      f4: ['Excel', 'SQL', 'Python'],
      f5: true,
      'Your name': 'Asha Rao',
      'WhatsApp number': '+919800000001',
      'Which cohort?': 'June',
      'Add me to the group': true,
    },
  ],
  [
    tally,
    0,
    {
      question_aaa111: 'Tara',
      question_bbb222: '+919800000011',
      question_ccc333: 'Pro',
      question_fff666: ['Sunday', 'Wednesday'],
      'question_fff666_d-wed': true,
      'question_fff666_d-sun': true,
      question_ddd444: true,
      'question_ddd444_o-yes': true,
      question_eee555: 'Pune Batch 7',
      'Your name': 'Tara',
      'WhatsApp number': '+919800000011',
      Plan: 'Pro',
      Days: ['Sunday', 'Wednesday'],
      'Days (Wednesday)': true,
      'Days (Sunday)': true,
      Consent: true,
      'Consent (Add me, please)': true,
      group: 'Pune Batch 7',
    },
  ],
  [
    tally,
    1,
    {
      question_aaa111: null,
      question_bbb222: '98000 00012',
      question_ccc333: 'Pro',
      question_fff666: null,
      'question_ddd444_o-yes': true,
      question_ggg777: 'c1 c2',
      question_hhh888: 'a label that is the key of another',
      'WhatsApp number': '98000 00012',
      Plan: 'Pro',
      Days: null,
      'Consent (Add me, please)': true,
      'Ask me': 'c1 c2',
    },
  ],
  [
    jotform,
    0,
    {
      q3_name: 'Asha Rao',
      q4_whatsappNumber: '(980) 000-0021',
      q5_consent: ['Add me to the group'],
      q6_plan: 'Pro',
      name: 'Asha Rao',
      whatsappNumber: '(980) 000-0021',
      consent: ['Add me to the group'],
      plan: 'Pro',
    },
  ],
  [
    webflow,
    0,
    {
      'Full Name': 'Asha Rao',
      'WhatsApp Number': 919800000031,
      City: 'Nashik',
      Consent: 'true',
    },
  ],
  [
    calendly,
    0,
    {
      name: 'Asha Rao',
      first_name: null,
      last_name: null,
      email: 'asha@example.com',
      timezone: 'Asia/Kolkata',
      text_reminder_number: '+91 98000 00099',
      utm_campaign: 'Pune Batch 7',
      utm_source: null,
      salesforce_uuid: null,
      phone: '+91 98000 00099',
      'WhatsApp number': '+91 98000 00041',
    },
  ],
  [
    elementor,
    0,
    {
      name: 'Asha Rao',
      phone: '+919800000121',
      consent: true,
      plan: 'Pro',
      Name: 'Asha Rao',
      'WhatsApp number': '+919800000121',
      Plan: 'Pro',
    },
  ],
  [
    elementor,
    1,
    {
      Name: 'Asha Rao',
      'WhatsApp number': '098000 00122',
      'No Label field_2c1d': 'on',
      field_2c1d: 'on',
      Date: 'November 20, 2026',
      Time: '9:16 am',
      'Page URL': 'https://example.com/join/',
      form_id: 'a1b2c3d',
      form_name: 'Join',
    },
  ],
  [
    netlify,
    0,
    {
      name: 'Asha Rao',
      // The input's name, and not the question that is called so.
      phone: '+919800000161',
      consent: 'on',
      city: 'Nashik',
      batch: 'Batch 7',
      ip: '203.0.113.9',
      user_agent: 'Mozilla/5.0',
      referrer: 'https://example.com/',
      Name: 'Asha Rao',
      'Your city': 'Nashik',
    },
  ],
  [
    wpforms,
    0,
    {
      name: 'Asha Rao',
      phone: '+91 98000 00101',
      whatsapp_ok: 'Add me to the group',
      days: ['Sunday', 'Wednesday'],
      group: 'Pune Batch 7',
      joined: '11/20/2026 9:15 AM',
      files: ['https://x.example/a.png'],
      entry_id: '4711',
    },
  ],
]

test.each(maps)(
  '$title gives the answers of its fixture by every name they have',
  async (...row) => {
    const [source, index, fields] = row
    expect(await fieldsOf(source, fixtures[source.name], index)).toEqual(fields)
  },
)

async function fieldsOf(source: Source, fixture: Fixture | undefined, index: number) {
  const row = fixture?.rows[index]
  const kind = contentKind(row?.contentType ?? null)
  if (row === undefined || kind === null) throw new TypeError('There is no such row')
  const decoded = await decodeBody(utf8(row.body), kind, row.contentType)
  if (!decoded.ok) throw new TypeError(decoded.message)
  const reading = source.read(decoded.value, new Headers(row.headers))
  return reading.ok ? reading.submissions[0]?.fields : reading.issues
}
