/** Jotform: multipart, unsigned, the answers in a JSON text of their own. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { answer, answers, jsonObject, skipped } from './shared/payload.ts'
import { CONSENT_BY_TEXT, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** `q34_phoneNumber`: the question's number, and the name that its author sees in its settings. */
const QUESTION = /^q\d+_(.+)$/s

/** What the form builder's preview sends along with the answers. */
const PREVIEW = v.union([v.literal('true'), v.literal(true), v.literal('1')])

const delivery = v.object({
  submissionID: v.pipe(v.string(), v.nonEmpty()),
  rawRequest: v.pipe(v.string(), v.parseJson(), jsonObject),
})

/** A drawn signature is a picture in the body. */
const MAX_BODY_BYTES = 1024 * 1024

export const jotform = defineSource({
  name: 'jotform',
  title: 'Jotform',
  kind: 'form',
  // It signs nothing and sets no header.
  scheme: urlToken,
  accepts: ['multipart'],
  maxBodyBytes: MAX_BODY_BYTES,
  payload: delivery,
  submissions: ({ submissionID, rawRequest }) => {
    if (v.is(PREVIEW, rawRequest.preview)) return [skipped('a preview of the form')]
    // What is not a question is the form's own: path, event_id, uploads …
    const asked = Object.entries(rawRequest).filter(([key]) => QUESTION.test(key))
    const byKey = asked.map(([key, value]) => [key, answer(value)] as const)
    const byName = byKey.map(([key, value]) => [QUESTION.exec(key)?.[1] ?? '', value] as const)
    return [{ id: submissionID, fields: answers(byKey, byName) }]
  },
  sample: ({ fields, id, now }) => {
    const asked = sampleAnswers(fields).map(([name, value], at) => [
      `q${at + 3}_${name}`,
      /^\+[\d ]+$/.test(value) ? { full: value } : value,
    ])
    const boundary = 'usher-sample-6e1f0c'
    const parts = {
      formID: '261234567890123',
      submissionID: id,
      formTitle: 'Join',
      ip: '203.0.113.9',
      username: 'acme',
      type: 'WEB',
      rawRequest: JSON.stringify({
        slug: 'submit/261234567890123/',
        ...Object.fromEntries(asked),
        event_id: `${now}_261234567890123_sample`,
        path: '/submit/261234567890123',
      }),
    }
    return {
      body: multipart(parts, boundary),
      contentType: `multipart/form-data; boundary=${boundary}`,
    }
  },
  setup: [
    'In Jotform open the form’s Settings, then Integrations, and choose WebHooks.',
    'Paste {url} with a slash and the value of {secret} at its end. Jotform cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Add it once only: the same URL twice means every submission twice.',
    'The hook reads answers by the question’s unique name (its properties, Advanced), such as phoneNumber, or with its number, q34_phoneNumber.',
    'What is sent from the form builder’s preview is skipped: try it at the form’s own address.',
    'A phone question with a mask gives no country code: give the hook its country.',
    CONSENT_BY_TEXT,
  ],
  fails: ['Nothing is known of retries: count on none.'],
  docs: 'https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/',
  unconfirmed: [
    'How long Jotform waits for an answer, and whether it tries again.',
    'What a terms-and-conditions question sends.',
    'The members of a phone answer other than “full”: all are joined in the order they come.',
  ],
})

function multipart(parts: Readonly<Record<string, string>>, boundary: string): string {
  const all = Object.entries(parts).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return `${all.join('')}--${boundary}--\r\n`
}
