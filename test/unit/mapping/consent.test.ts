/** Who agreed to join a group, as the tools that people tick boxes in say it. */

import { describe, expect, it, vi } from 'vitest'
import { consentIn } from '../../../src/mapping/consent.ts'
import { MAX_TEXT_UNITS } from '../../../src/mapping/invite.ts'

const NOW = Date.UTC(2026, 10, 20, 9, 15)
const AT = '2026-11-20T09:15:00.000Z'
const FIELD = { field: 'whatsapp_ok' }

function agrees(answer: unknown, accept?: string[]): boolean {
  const consent = accept === undefined ? FIELD : { ...FIELD, accept }
  return consentIn(consent, { whatsapp_ok: answer }, NOW) !== null
}

describe('an answer that agrees', () => {
  it.each<[sentence: string, answer: unknown]>([
    ['a yes/no question', true],
    ['a yes/no question as a number', 1],
    ['a yes/no question as a text', 'true'],
    ['a checkbox of HTML', 'on'],
    ['a dropdown', 'Yes'],
    ['a dropdown with blanks', ' I Agree '],
    ['Hindi in Latin letters', 'Haan'],
    ['Hindi', 'हाँ'],
    ['Spanish', 'Sí'],
    ['Arabic', 'نعم'],
    ['a yes with a courtesy', 'Yes, please'],
    ['a yes with an exclamation mark', 'yes!'],
    ['a sentence', 'I consent'],
    ['a longer sentence', 'I agree to be added'],
    ['OK', 'OK'],
    ['a verb in Spanish', 'Acepto'],
    ['a yes and a verb', 'Sí, acepto'],
    ['a yes that begins as a decomposed letter', 'Si\u0301'],
    ['Russian', 'Да'],
    ['Hindi with a dot in place of the moon', 'हां'],
    ['full-width letters', 'ＹＥＳ'],
    ['a yes with invisible characters', '\u200by\u2060e\u034fs\ufe0f\u{e0041}'],
    ['Turkish in capitals', 'KATILIYORUM'],
    ['a ticked box of Contact Form 7', '1'],
    ['what a program calls a consent', 'opt_in'],
    ['a list with a yes', ['Yes']],
    ['a list with true', [true]],
  ])('is %s', (_, answer) => {
    expect(agrees(answer)).toBe(true)
  })

  it('is what the hook accepts besides, without regard to case', () => {
    expect(agrees('Add me', ['add ME '])).toBe(true)
    expect(agrees('No thanks, email only', ['add me'])).toBe(false)
    expect(agrees(['Please do not hesitate to add me'], ['please do not hesitate to add me'])).toBe(
      true,
    )
    expect(agrees(['Add me', 'Yes'], ['add me'])).toBe(true)
    expect(agrees(['Add me', 'Email only'], ['add me'])).toBe(false)
    expect(agrees('👍', ['👍'])).toBe(true)
    expect(agrees('…', ['Add me'])).toBe(false)
  })
})

describe('an answer that does not', () => {
  it.each<[sentence: string, answer: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['blanks', '  '],
    ['an empty list', []],
    ['a list of an empty text', ['']],
    ['false', false],
    ['zero', 0],
    ['two', 2],
    ['"false"', 'false'],
    ['No', 'No'],
    ['a free text', 'Whatever you like'],
    ['a yes with a condition', 'yes, but not now'],
    ['an object', { agreed: true }],
    ['a list of lists', [['Yes']]],
    ['a list with an object', [{ label: 'Yes' }]],
    ['a box that says no', ['No, thanks']],
    ['two boxes that contradict each other', ['Yes', 'No']],
    ['a text that is in no list', ['Add me to the WhatsApp group']],
    ['a refusal that no list knows', ['Ahora no']],
    ['another choice', ['Email only']],
    ['the id of a choice', ['00000000-1111-4222-8333-444444444444']],
    ['a yes in Polish that is a no in Malay', 'Tak'],
    ['a question', 'Yes?'],
    ['an empty box beside the word', '[ ] Yes'],
    ['a word that is struck through', 'y\u0336e\u0336s\u0336'],
    ['a negative number', '-1'],
    ['the first of a list', '①'],
    ['a yes that goes on beyond what is compared', `yes${' '.repeat(2_000)}not now`],
    ['a yes of endless accents', `yes${'\u0301'.repeat(60_000)}`],
  ])('is %s', (_, answer) => {
    expect(agrees(answer)).toBe(false)
  })
})

describe('where the answer is', () => {
  it.each<[sentence: string, field: string, fields: unknown, found: boolean]>([
    ['under the question’s name', 'ok', { ok: true }, true],
    ['under a label with dots', 'I agree. Add me.', { 'I agree. Add me.': true }, true],
    [
      'at a path',
      'properties.whatsapp.value',
      { properties: { whatsapp: { value: 'yes' } } },
      true,
    ],
    ['in a list', 'answers.0.ok', { answers: [{ ok: true }] }, true],
    ['below a name with dots', 'data.v1.2.ok', { data: { 'v1.2': { ok: true } } }, true],
    ['nowhere', 'ok', { other: true }, false],
    ['below a text', 'ok.length', { ok: 'yes' }, false],
    ['in what every object inherits', 'constructor.name', {}, false],
    ['in fields that are no object', 'ok', 'ok', false],
    ['in fields that are null', 'ok', null, false],
  ])('%s', (_, field, fields, found) => {
    expect(consentIn({ field }, fields, NOW) !== null).toBe(found)
  })
})

describe('the evidence', () => {
  it.each([
    ['an answer', FIELD, 'Yes', { basis: 'field', what: 'whatsapp_ok', given: 'Yes', at: AT }],
    ['a ticked box', FIELD, true, { basis: 'field', what: 'whatsapp_ok', given: 'true', at: AT }],
    [
      'several answers',
      FIELD,
      ['Yes', 'I agree'],
      { basis: 'field', what: 'whatsapp_ok', given: 'Yes, I agree', at: AT },
    ],
    [
      'a long answer, cut',
      { ...FIELD, accept: ['Add me '.repeat(100)] },
      ['Add me '.repeat(100)],
      { basis: 'field', what: 'whatsapp_ok', given: 'Add me '.repeat(100).slice(0, 200), at: AT },
    ],
    [
      'the operator’s word',
      { attested: 'Terms §4' },
      undefined,
      { basis: 'attested', what: 'Terms §4', given: null, at: AT },
    ],
    ['nothing', 'none', undefined, { basis: 'none', what: 'not asked', given: null, at: AT }],
  ] as const)('is %s, with the time', (_, consent, answer, evidence) => {
    expect(consentIn(consent, { whatsapp_ok: answer }, NOW)).toEqual(evidence)
  })
})

describe('time', () => {
  it('is bounded: no more of an answer is normalised than a yes can have', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    const attacks = [`y${'\u0301'.repeat(60_000)}`, `${'\u200b'.repeat(250_000)}yes`]
    for (const answer of [...attacks, [...attacks, 'Yes']]) agrees(answer, ['Add me'])
    const lengths = normalize.mock.contexts.map((text) => String(text).length)
    normalize.mockRestore()
    expect(lengths.length).toBeGreaterThan(0)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_TEXT_UNITS)
  })
})
