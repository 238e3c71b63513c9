/** Zoho Forms: the fields that its author chose, under the names that its author gave them. */

import { token } from '../schemes/token.ts'
import { answers, idIn, jsonObject, membersOf } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const ID = 'entry_id'

export const zohoForms = defineSource({
  name: 'zohoForms',
  title: 'Zoho Forms',
  kind: 'form',
  // It signs nothing, and sets any header.
  scheme: token,
  accepts: ['json', 'form', 'multipart'],
  // Answers stand beside the id, under the names that the form's author gave them.
  visitorWritesId: true,
  payload: jsonObject,
  submissions: (body) => [{ id: idIn(body, ID), fields: answers(membersOf(body)) }],
  sample: ({ fields, id }) => jsonBody({ ...Object.fromEntries(sampleAnswers(fields)), [ID]: id }),
  setup: [
    'In Zoho Forms open the form’s Integrations tab, choose Webhooks on the left, then “Configure Webhook”.',
    'Paste {url} as the webhook URL, and choose application/json as the content type.',
    'Under custom headers add one with the name x-usher-secret and, as its value, the value of {secret}.',
    'Under payload parameters choose the fields to send and name them phone, whatsapp_ok and so on: the hook reads answers by these names.',
    `If the form has a field that is different in every entry, such as a unique ID, send it under the name ${ID}: it tells two entries apart. Without it only equal bodies count as one event sent twice.`,
    CONSENT_BY_TEXT,
  ],
  docs: 'https://www.zoho.com/forms/help/integrations/webhooks.html',
  unconfirmed: [
    'How long Zoho Forms waits for an answer, and whether it tries again.',
    'How a phone, a choice, a decision box and a name are written: texts, lists, a yes or no and objects of parts are all read.',
    'Whether an edited entry is sent again.',
  ],
})
