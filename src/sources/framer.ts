/** Framer: one event for each submission of a form on a site. */

import { concat, utf8 } from '../lib/bytes.ts'
import { hmac } from '../schemes/hmac.ts'
import { answers, jsonObject, membersOf } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const ID_HEADER = 'Framer-Webhook-Submission-Id'
/** A UUID; whatever it may become, no character of it can stand at the end of a JSON object. */
const ID = /^[A-Za-z0-9_-]{1,128}$/

export const framer = defineSource({
  name: 'framer',
  title: 'Framer',
  kind: 'form',
  scheme: hmac({
    header: 'Framer-Signature',
    prefix: 'sha256=',
    encoding: 'hex',
    // Nothing stands between the two, so the form of the id is what keeps one from lending the other its letters.
    signed: ({ body, headers }) => {
      const id = headers.get(ID_HEADER) ?? ''
      return ID.test(id) ? concat(body, utf8(id)) : null
    },
    unseparated: true,
    title: 'HMAC-SHA256 of body and submission id in Framer-Signature',
  }),
  payload: jsonObject,
  submissions: (body, headers) => [
    { id: headers.get(ID_HEADER), fields: answers(membersOf(body)) },
  ],
  sample: ({ fields, id }) =>
    jsonBody({ ...Object.fromEntries(sampleAnswers(fields)), sample: id }, { [ID_HEADER]: id }),
  setup: [
    'In Framer select the form on the canvas, choose “Add…” next to “Send To” on the right, then Webhook.',
    'Paste {url}. Framer wants https.',
    'Paste the value of {secret} as the webhook’s secret: without one Framer does not sign, and nothing gets in.',
    'Publish the site. The hook reads answers by the name of each input, such as Phone.',
    'A phone comes as it was typed: give the hook its country.',
    CONSENT_BY_TEXT,
  ],
  fails: [
    'Framer takes any answer but a 2xx for a failure, a redirect too, and tries again up to five times.',
  ],
  docs: 'https://www.framer.com/help/articles/framer-form-webhook-setup',
  unconfirmed: [
    'How long Framer waits for an answer, and how long it lets pass between its tries.',
    'What a ticked checkbox sends: “on”, “true” and true are all read as a yes.',
  ],
})
