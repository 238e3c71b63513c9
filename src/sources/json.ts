/** Any program that can send JSON and a header: Zapier, Make, n8n, a script. */

import { token } from '../schemes/token.ts'
import { defineSource } from '../source.ts'
import { oneJsonObject } from './json-object.ts'
import { sampleInvite } from './sample-invite.ts'

export const json = defineSource({
  name: 'json',
  title: 'JSON',
  kind: 'automation',
  scheme: token,
  // Zapier's “POST” action sends a form unless told otherwise.
  accepts: ['json', 'form'],
  payload: oneJsonObject,
  // No name of a member means an id to everybody: callers that have one send Idempotency-Key.
  submissions: (fields) => [{ id: null, fields }],
  readsAnswer: true,
  speaksInvite: true,
  sample: ({ fields, id }) => ({
    body: JSON.stringify(sampleInvite(fields, id)),
    contentType: 'application/json',
    headers: { 'idempotency-key': id },
  }),
  setup: [
    'In Zapier (Webhooks, Custom Request), Make (HTTP, Make a request), n8n (HTTP Request) or your own program choose method POST and paste {url}.',
    'Add a header named Authorization with the value “Bearer ”, one space, and the value of {secret}. Where only your own header can be set, x-usher-secret takes the bare value.',
    'Send a JSON object such as {"groupName":"Webinar May","contacts":["919800000001"],"create":true}, or any members that the hook’s `fields` reads.',
    'To be safe when a step runs twice, add a header Idempotency-Key with what is unique to the event, such as the run’s or the row’s id. Without it two equal bodies count as one.',
    'If a field is wrong the answer is 422 and names it.',
  ],
  fails: [
    'Your own program or automation decides whether to try again: on 503, after the seconds in Retry-After, and with the same Idempotency-Key.',
  ],
  example: `hook({
  source: json,
  country: 'IN',
  consent: { attested: 'Our own lists; everybody on them agreed to join' },
})`,
  docs: 'https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps',
  unconfirmed: [
    'How Integrately and Pabbly Connect set headers: they were not looked into beyond that they can call a URL.',
  ],
})
