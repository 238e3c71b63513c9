/** Paperform: one event for each submission of a form. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { answer, answers, skipped } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const TRIGGER = 'submission'

const submission = v.object({
  // Null in a partial submission.
  submission_id: v.nullable(v.pipe(v.string(), v.nonEmpty())),
  // Not in every version of the payload.
  trigger: v.nullish(v.string(), TRIGGER),
  data: v.array(
    v.object({
      title: v.nullish(v.string(), ''),
      key: v.nullish(v.string(), ''),
      custom_key: v.nullish(v.string(), ''),
      value: v.optional(v.unknown()),
    }),
  ),
})

export const paperform = defineSource({
  name: 'paperform',
  title: 'Paperform',
  kind: 'form',
  // It signs nothing, and its page says that headers can be neither added nor changed.
  scheme: urlToken,
  payload: submission,
  submissions: ({ submission_id, trigger, data }) => {
    if (submission_id === null || trigger !== TRIGGER) return [skipped('a form not submitted yet')]
    const values = data.map((one) => ({ ...one, value: answer(one.value) }))
    return [
      {
        id: submission_id,
        fields: answers(
          values.map((one) => [one.custom_key, one.value]),
          values.map((one) => [one.key, one.value]),
          values.map((one) => [one.title, one.value]),
        ),
      },
    ]
  },
  sample: ({ fields, id, now }) =>
    jsonBody({
      data: sampleAnswers(fields).map(([name, value], at) => ({
        title: name,
        description: null,
        type: /^\+[\d ]+$/.test(value) ? 'phone' : 'text',
        key: `k${at + 1}`,
        custom_key: name,
        value,
      })),
      form_id: '650000000000000000000021',
      slug: 'join',
      submission_id: id,
      created_at: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
      ip_address: '203.0.113.9',
      charge: null,
      trigger: TRIGGER,
    }),
  setup: [
    'In Paperform open the form, then After Submission, then Integrations & Webhooks, and add a webhook.',
    'Paste {url} with a slash and the value of {secret} at its end. Paperform cannot sign or set a header: anyone who knows this URL can send, so keep it secret.',
    'Choose the trigger “New submission”: partial submissions are skipped.',
    'Mind the button “Test”: it sends the newest real submission again, and who is in it is added like any other.',
    'Give every question a custom key (phone, whatsapp_ok …) in its settings: the hook reads answers by it, by Paperform’s own key, or by the question’s text.',
    CONSENT_BY_TEXT,
  ],
  fails: ['A webhook that failed can be sent again by hand.'],
  docs: 'https://paperform.co/help/articles/how-to-use-webhooks/',
  unconfirmed: [
    'How long Paperform waits for an answer, and whether it tries again by itself.',
    'What a yes/no question, several choices and a hidden field send: a text, a yes or no and a list are all read.',
  ],
})
