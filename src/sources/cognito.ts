/** Cognito Forms: one event for each entry that is submitted. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import {
  answer,
  answers,
  idSchema,
  jsonObject,
  membersOf,
  type NamedAnswer,
  optionalText,
  skipped,
} from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const entry = v.objectWithRest(
  {
    Id: v.nullish(idSchema, null),
    Form: v.nullish(v.object({ Id: v.nullish(idSchema) })),
    Entry: v.nullish(v.object({ Number: v.nullish(idSchema), Status: optionalText })),
  },
  v.unknown(),
)

/** A name comes in its parts and once more as a whole. */
const person = v.object({ FirstAndLast: v.string() })

export const cognito = defineSource({
  name: 'cognito',
  title: 'Cognito Forms',
  kind: 'form',
  // It documents no signature and no header of one's own.
  scheme: urlToken,
  payload: entry,
  submissions: ({ Id, Form, Entry, ...asked }) => {
    if (Entry?.Status === 'Incomplete') return [skipped('an entry not submitted yet')]
    // Numbers start anew in every form.
    const id = Form?.Id && Entry?.Number ? `${Form.Id}-${Entry.Number}` : Id
    return [{ id, fields: answers(wholesOf(asked), partsOf(asked)) }]
  },
  sample: ({ fields, id, now }) => {
    const number = serial(id)
    return jsonBody({
      Form: { Id: '12', InternalName: 'Join', Name: 'Join' },
      ...Object.fromEntries(sampleAnswers(fields)),
      Entry: {
        Number: number,
        DateSubmitted: new Date(now).toISOString(),
        Status: 'Submitted',
      },
      Id: `12-${number}`,
    })
  },
  setup: [
    'In Cognito Forms open the form’s Settings and switch on “Post JSON Data to a Website”. It takes a paid plan.',
    'Paste {url} with a slash and the value of {secret} at its end as the Submit Entry Endpoint. Cognito Forms cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Leave the Update Entry Endpoint empty.',
    'The hook reads answers by the field’s internal name, such as Phone, and parts of a field as Name.First or Address.City.',
    'A phone without a country code needs the hook’s country.',
    CONSENT_BY_TEXT,
  ],
  fails: ['The entry’s audit log in Cognito Forms shows whether a webhook failed, and why.'],
  docs: 'https://www.cognitoforms.com/support/66/data-integration/webhooks',
  unconfirmed: [
    'The names of what stands beside the answers: Form.Id, Entry.Number, Entry.Status and Id. Where they are missing, equal bodies count as one event sent twice.',
    'How a phone, a choice and a yes/no field are written: texts, lists and a yes or no are all read.',
    'How long Cognito Forms waits for an answer, and whether it tries again.',
  ],
})

function wholesOf(asked: Readonly<Record<string, unknown>>): NamedAnswer[] {
  return Object.entries(asked).map(([name, value]) => [
    name,
    answer(v.is(person, value) ? value.FirstAndLast : value),
  ])
}

function partsOf(asked: Readonly<Record<string, unknown>>): NamedAnswer[] {
  return Object.entries(asked).flatMap(([name, value]) => {
    if (!v.is(jsonObject, value)) return []
    return membersOf(value).map(([part, text]): NamedAnswer => [`${name}.${part}`, text])
  })
}
