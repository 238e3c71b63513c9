/** Gravity Forms: what the Webhooks Add-On sends of a WordPress form, as a whole entry or as chosen fields. */

import * as v from 'valibot'
import { token } from '../schemes/token.ts'
import { answers, jsonObject, membersOf, skipped } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const text = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty())

/** “All Fields” sends this among the answers; with “Select Fields” the author may call anything `id`. */
const entry = v.object({
  id: text,
  form_id: text,
  date_created: text,
  status: v.optional(v.unknown()),
})

export const gravityForms = defineSource({
  name: 'gravityForms',
  title: 'Gravity Forms',
  kind: 'form',
  // It signs nothing, and sets any header.
  scheme: token,
  accepts: ['json', 'form'],
  // Answers stand beside the id, under the names that the form's author gave them.
  visitorWritesId: true,
  payload: jsonObject,
  submissions: (body) => {
    const fields = answers(membersOf(body))
    const whole = v.safeParse(entry, body)
    // Without an entry's id the body's digest serves: nothing is sent again on its own.
    if (!whole.success) return [{ id: null, fields }]
    const { id, form_id, date_created, status } = whole.output
    if (status === 'spam' || status === 'trash') return [skipped(`an entry marked as ${status}`)]
    // Two sites count their entries alike: with the second of its making it is one of a kind.
    return [{ id: `${form_id}:${id}:${date_created}`, fields }]
  },
  sample: ({ fields, id, now }) =>
    jsonBody({
      id,
      form_id: '3',
      date_created: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
      status: 'active',
      ...Object.fromEntries(sampleAnswers(fields)),
    }),
  setup: [
    'The Webhooks Add-On comes with the Elite license. In the form open Settings, then Webhooks, and choose “Add New”.',
    'Paste {url} as the Request URL, and choose POST as the Request Method and JSON as the Request Format.',
    'Under Request Headers choose “Add Custom Key” with the name x-usher-secret and, as its value, “Add Custom Value” with the value of {secret}.',
    'Under Request Body choose Select Fields and give each a key of your own (phone, whatsapp_ok, group …): the hook reads answers by it. Add the keys id, form_id and date_created for the entry’s ID, form ID and date, so that an entry that is sent again is known again.',
    'With All Fields the names are the numbers of the fields: 3 for a field in one part, 5.1 for the first box of field 5.',
    'A phone in the format “International” is taken as typed: give the hook its country.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://docs.gravityforms.com/triggering-webhooks-form-submissions/',
  fails: [
    'Gravity Forms sends in the background and takes any answer for a success, even 500: it does not try again.',
    'Only a connection that fails is an error in the entry’s notes; WordPress gives up after 5 seconds unless told otherwise.',
    'After an outage, choose the entries in the list and have their feeds processed again: those that had arrived are told as repeats.',
  ],
  unconfirmed: [
    'The time-out of 5 seconds, which is WordPress’s own default.',
    'How an entry that is marked as spam could reach a webhook at all: if it does, it is skipped.',
  ],
})
