/** Freshsales: the workflow action “Trigger webhook”, with the body that the workflow's author chose. */

import { token } from '../schemes/token.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const freshsales = defineSource({
  name: 'freshsales',
  title: 'Freshsales',
  kind: 'crm',
  scheme: token,
  // The encoding is a choice of the workflow's author.
  accepts: ['json', 'form'],
  payload: jsonObject,
  // No member is known to be an id.
  submissions: (fields) => [{ id: null, fields }],
  sample: jsonSample(ownBody),
  example: hookExample('freshsales', {
    attested: 'Asked by our team before the number is entered',
    phone: 'mobile',
    group: 'Freshsales {stage}',
    fields: { stage: "v.optional(v.string(), 'New')" },
  }),
  setup: [
    'In Freshsales open Admin Settings, then Workflows, and create a workflow for contacts, leads or deals.',
    'Add the action “Trigger webhook” with the request type POST and {url} as the callback URL.',
    'Add a custom header with the name x-usher-secret and the value of {secret}.',
    'Choose the encoding JSON and the content “Simple”, and tick the fields that the hook reads, with the record’s id and its “updated at”. The names you see in the first delivery are the names the hook reads.',
    'With the content “Advanced” you write the JSON yourself, such as {"mobile":…,"stage":…}, from placeholders. A quote in a person’s name then breaks it: use the form encoding where names may have any.',
    'Two people whose bodies are equal count as one event sent twice: the record’s id tells them apart.',
  ],
  docs: 'https://crmsupport.freshworks.com/support/solutions/articles/50000002418-how-to-use-workflows-with-webhooks-in-freshworks-crm-',
  fails: [
    'Nothing is said of retries: a webhook that did not arrive may be lost, and the workflow has to be run again for that record.',
  ],
  unconfirmed: [
    'How long Freshsales waits for an answer, whether it tries again, and what it calls a failure.',
    'What “Simple” content looks like: no sample of it is published. Whatever names it has, the hook reads them as they come.',
  ],
})

function ownBody(id: string, now: number) {
  return {
    id,
    first_name: 'Asha',
    last_name: 'Rao',
    email: 'asha@example.com',
    mobile: '+91 98000 00001',
    stage: 'Won',
    updated_at: new Date(now).toISOString(),
  }
}
