/** Close: contacts and leads as they change. */

import * as v from 'valibot'
import { hmac, timestampThenBody } from '../schemes/hmac.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const NOT_JOINING = new Set(['deleted', 'merged'])

const delivery = v.looseObject({
  event: v.looseObject({
    id: v.pipe(v.string(), v.nonEmpty()),
    object_type: v.nullish(v.string(), 'object'),
    action: v.string(),
  }),
})

export const close = defineSource({
  name: 'close',
  title: 'Close',
  kind: 'crm',
  scheme: hmac({
    header: 'close-sig-hash',
    encoding: 'hex',
    // The key is the bytes that the hex spells, not its text.
    key: 'hex',
    signed: timestampThenBody(''),
    unseparated: true,
    timestamp: { header: 'close-sig-timestamp' },
  }),
  payload: delivery,
  submissions: (fields) => {
    const { id, object_type, action } = fields.event
    const skip = NOT_JOINING.has(action) ? `${object_type}.${action} adds no person` : null
    return [{ id, fields, skip }]
  },
  sample: jsonSample(createdContact),
  example: hookExample('close', {
    attested: 'Asked by our team before the number is entered',
    phone: 'event.data.phones.0.phone',
    country: null,
    group: 'Customers',
  }),
  setup: [
    'Close makes webhooks through its API. In Close open Settings, then Developer, then API Keys, and make a key.',
    'Make the webhook: curl -X POST https://api.close.com/api/v1/webhook/ -u "API_KEY:" -H "Content-Type: application/json" -d \'{"url":"{url}","events":[{"object_type":"contact","action":"created"}]}\'',
    'The answer shows signature_key, once and never again: store it as {secret}.',
    'A contact’s numbers are event.data.phones, in international form. For leads (object_type lead) they are in event.data.contacts, each with its own phones.',
    'Opportunities carry no number: subscribe to contacts or leads, and use the lead’s status (event.data.status_label) to choose the group.',
  ],
  docs: 'https://developer.close.com/api/resources/webhooks/',
  fails: [
    'Close tries again for 72 hours, at most 20 minutes apart, until the answer is 2xx.',
    'It pauses the subscription after three days of failing, or when 100,000 events wait: then set its status to active again through the API.',
    'Updates and deletions come late, since Close puts several of them together.',
  ],
  unconfirmed: [
    'How long Close waits for an answer.',
    'Which age of a timestamp Close expects to be refused, and whether a retry is signed with a new one. If retries are refused as stale, give the hook a tolerance of 259200 seconds.',
  ],
})

function createdContact(id: string, now: number) {
  const time = new Date(now).toISOString()
  return {
    subscription_id: 'whsub_UsherSample',
    event: {
      id: `ev_${id}`,
      object_type: 'contact',
      object_id: `cont_${id}`,
      lead_id: `lead_${id}`,
      action: 'created',
      date_created: time,
      date_updated: time,
      organization_id: 'orga_UsherSample',
      user_id: 'user_UsherSample',
      request_id: `req_${id}`,
      changed_fields: [],
      previous_data: {},
      meta: {},
      data: {
        id: `cont_${id}`,
        lead_id: `lead_${id}`,
        name: 'Asha Rao',
        title: '',
        emails: [{ email: 'asha@example.com', type: 'office' }],
        phones: [
          {
            phone: '+919800000001',
            phone_formatted: '+91 98000 00001',
            type: 'mobile',
            country: 'IN',
          },
        ],
      },
    },
  }
}
