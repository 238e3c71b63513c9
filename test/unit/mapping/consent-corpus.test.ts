/** Every form's answers about consent: a ticked box agrees, a declining choice does not, and no phrase is a wrong yes. */

import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { type Consent, consentIn } from '../../../src/mapping/consent.ts'
import { mapFields } from '../../../src/mapping/map.ts'
import type { Source } from '../../../src/sources/source.ts'
import { hook, phone } from '../../../src/usher.ts'
import { CORPUS, fieldsOf, runCorpus } from '../../consent-corpus.ts'
import { everySource } from '../../every-source.ts'
import type { Submitted } from '../../fixtures/fixture.ts'
import { fixtures } from '../../fixtures/index.ts'

const phoneOfTally = {
  key: 'question_a',
  label: 'phone',
  type: 'INPUT_PHONE_NUMBER',
  value: '+919876543009',
}
const tally = (answer: object) => ({
  eventType: 'FORM_RESPONSE',
  data: {
    submissionId: 's1',
    fields: [phoneOfTally, { key: 'question_b', label: 'whatsapp_ok', ...answer }],
  },
})

/** Each was accepted, with the declining text as evidence. */
const HELD: readonly (readonly [source: string, answer: string, body: unknown])[] = [
  ['contactForm7', 'I decline', { phone: '98765 43004', whatsapp_ok: ['I decline'] }],
  [
    'typeform',
    'Ahora no',
    {
      event_type: 'form_response',
      form_response: {
        token: 't1',
        definition: { id: 'f', fields: [] },
        answers: [
          {
            type: 'phone_number',
            phone_number: '+919876543008',
            field: { id: 'p', type: 'phone_number', ref: 'phone' },
          },
          {
            type: 'choices',
            choices: { ids: ['c'], labels: ['Ahora no'], refs: ['r'] },
            field: { id: 'c', type: 'multiple_choice', ref: 'whatsapp_ok' },
          },
        ],
      },
    },
  ],
  [
    'tally',
    'Maybe later',
    tally({
      type: 'MULTI_SELECT',
      value: ['o2'],
      options: [
        { id: 'o1', text: 'Yes' },
        { id: 'o2', text: 'Maybe later' },
      ],
    }),
  ],
  [
    'tally',
    'an id without its text',
    tally({ type: 'CHECKBOXES', value: ['00000000-1111-4222-8333-444444444444'] }),
  ],
]

const forms = everySource.flatMap((source) => {
  const fixture = fixtures[source.name]
  return source.kind === 'form' && fixture !== undefined
    ? [{ name: source.name, source, fixture }]
    : []
})

test('the corpus holds 200 phrases and more, of which each language has a yes and a no', () => {
  const all = Object.values(CORPUS)
  expect(all.flatMap(({ yes, no }) => [...yes, ...no]).length).toBeGreaterThan(200)
  expect(all.length).toBeGreaterThan(30)
  for (const { yes, no } of all) expect([yes.length > 0, no.length > 0]).toEqual([true, true])
})

test('every form says how it asks for consent', () => {
  expect(forms.filter(({ fixture }) => fixture.consent === undefined)).toEqual([])
})

describe.each(forms)('$name', ({ source, fixture }) => {
  const asked = fixture.consent
  if (asked === undefined) return
  const { field, accept } = asked
  const consent: Consent = accept === undefined ? { field } : { field, accept }
  const evidence = async (submitted: Submitted) =>
    consentIn(consent, await fieldsOf(source, fixture, submitted), 0)

  test('agrees by a ticked box', async () => {
    expect(await evidence(asked.ticked)).toMatchObject({ basis: 'field', what: field })
  })

  test('declines by a choice, alone and in lists', async () => {
    const declining = [
      'No, thanks',
      'Maybe later',
      'I decline',
      '00000000-1111-4222-8333-444444444444',
    ]
    for (const choice of declining) {
      for (const choices of [choice, [choice], ['Add me to the group', choice]]) {
        const submitted = asked.chosen(choices)
        if (submitted !== null) expect(await evidence(submitted), choice).toBeNull()
      }
    }
  })

  test('takes no phrase of the corpus for a wrong yes, and knows every yes', async () => {
    const { wrongYes, missedYes, agreed, declined } = await runCorpus(source, fixture)
    expect({ wrongYes, missedYes }).toEqual({ wrongYes: [], missedYes: [] })
    expect(Math.min(agreed, declined)).toBeGreaterThan(200)
  })
})

describe('the bodies from the field that were taken for consent', () => {
  const webinar = (source: Source) =>
    hook({
      source,
      consent: { field: 'whatsapp_ok' },
      fields: v.object({ phone: phone('IN') }),
      invite: (lead) => ({ groupName: 'Webinar', contacts: [lead.phone] }),
    })

  test.each(HELD)('%s: %s', (name, _, body) => {
    const { source } = forms.find((form) => form.name === name) ?? {}
    if (source === undefined) throw new TypeError(`${name} is no form`)
    const reading = source.read(body, new Headers())
    const fields = reading.ok ? reading.submissions[0]?.fields : undefined
    expect(mapFields(webinar(source), fields, 0)).toMatchObject({
      kind: 'held',
      reasons: ['consent'],
    })
  })
})
