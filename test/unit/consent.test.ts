/** Who agreed to join a group, as the tools that people tick boxes in say it. */

import { describe, expect, it } from 'vitest'
import { consentIn } from '../../src/consent.ts'

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
    ['one ticked box, whose text is the author’s', ['Add me to the WhatsApp group']],
    ['one ticked box that names the way out', ['I agree. I can opt out at any time']],
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
    ['a box that declines', ['Decline']],
    ['a box that declines within its sentence', ['I do not want to be added']],
    ['a box with an apostrophe', ['Please don’t add me']],
    ['a box in the negative', ['I have not agreed']],
    ['a box to be taken off', ['Unsubscribe me']],
    ['a box that opts out', ['Opt-out of WhatsApp']],
    ['a box in Portuguese', ['Não, obrigado']],
    ['a box in Portuguese, decomposed', ['Na\u0303o']],
    ['a box in German', ['Ich möchte nicht']],
    ['a box in Hindi', ['मैं सहमत नहीं हूँ']],
    ['a box in Turkish', ['Hayır']],
    ['a box in Arabic', ['لا شكرا']],
    ['a box in Russian', ['Нет']],
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
    [
      'several answers',
      FIELD,
      ['Yes', 'Add me'],
      { basis: 'field', what: 'whatsapp_ok', given: 'Yes, Add me', at: AT },
    ],
    [
      'a long answer, cut',
      FIELD,
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
