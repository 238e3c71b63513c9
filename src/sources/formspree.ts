/** Formspree: one event for each submission of a form on any web page. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answers, jsonObject, membersOf } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const formspree = defineSource({
  name: 'formspree',
  title: 'Formspree',
  kind: 'form',
  scheme: hmac({
    header: 'Formspree-Signature',
    encoding: 'hex',
    timestamp: { pair: 't', signature: 'v1' },
  }),
  payload: v.object({ submission: jsonObject }),
  // No id is known: the body, which holds the submission’s `_date`, is the same on every try.
  submissions: ({ submission }) => [{ id: null, fields: answers(membersOf(submission)) }],
  sample: ({ fields, id, now }) =>
    jsonBody({
      form: 'xayz1234',
      submission: {
        _date: new Date(now).toISOString().replace('Z', '000+00:00'),
        ...Object.fromEntries(sampleAnswers(fields)),
        sample: id,
      },
    }),
  setup: [
    'Webhooks come with Formspree’s paid plans. In Formspree open the form, then Plugins, and choose Webhooks.',
    'Choose a Simple webhook. A REST hook wants a handshake and a build hook sends nothing: neither works here.',
    'Paste {url} as the URL.',
    'Copy the signing secret that Formspree shows and store it as {secret}.',
    'The hook reads answers by the name of the input on the page: <input name="phone"> is phone.',
    'A phone comes as it was typed: give the hook its country.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://help.formspree.io/hc/en-us/articles/360015234873-Webhooks',
  fails: [
    'Formspree is said to try again by itself, ever more slowly; how often and for how long is not known.',
  ],
  unconfirmed: [
    'How the signature is made: receivers that work agree on time, dot and body, while the vendor’s own page on it could not be read.',
    'Whether a retry is signed with a new time. If it is not, give the hook a tolerance of 86400 seconds.',
    'Whether a submission has an id, how long Formspree waits for an answer and how often it tries again.',
    'Whether a submission taken for spam is sent.',
  ],
})
