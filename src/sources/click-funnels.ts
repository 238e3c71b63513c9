/** ClickFunnels 2.0: contacts, submitted forms and orders of a workspace. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { idText, optionalId, optionalObject, optionalText } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** https://developers.myclickfunnels.com/docs/signature-verification */
const TOLERANCE_SECONDS = 600
const NOT_JOINING =
  /delete|destroy|fail|refund|cancel|suspend|void|expire|dispute|chargeback|unsubscribe|abandon|churn/i

const person = optionalObject({ phone_number: optionalText, phone: optionalText })

const event = v.looseObject({
  event_id: optionalId,
  id: optionalId,
  event_type: v.string(),
  data: v.looseObject({
    phone_number: optionalText,
    /** Of an order or a form, whose person nests; and of a booking. */
    contact: person,
    primary_contact: person,
  }),
})

export const clickFunnels = defineSource({
  name: 'clickFunnels',
  title: 'ClickFunnels 2.0',
  kind: 'crm',
  scheme: hmac({
    header: 'X-Webhook-ClickFunnels-Signature',
    encoding: 'hex',
    timestamp: { header: 'X-Webhook-ClickFunnels-Timestamp', toleranceSeconds: TOLERANCE_SECONDS },
  }),
  payload: event,
  submissions: (body) => {
    const { event_type: name, data } = body
    const own = idText(body.event_id) ?? idText(body.id)
    const people = [data.contact, data.primary_contact]
    const nested = people.flatMap((one) => [one?.phone_number, one?.phone])
    return [
      {
        id: own === null ? null : `${name}:${own}`,
        fields: { ...body, contact_phone: [data.phone_number, ...nested].find(Boolean) ?? null },
        skip: NOT_JOINING.test(name) ? `${name} is no sign-up and no purchase` : null,
      },
    ]
  },
  sample: jsonSample(createdContact, { moved: { contact_phone: 'data.phone_number' } }),
  setup: [
    'In ClickFunnels 2.0 open Workspace Settings, then Webhooks, and add an endpoint: paste {url} as its URL.',
    'Choose one event type: contact.created or form_submission.created for sign-ups, one-time-order.completed for purchases.',
    'The endpoint’s page shows its secret: store it as {secret}.',
    'The hook reads contact_phone and the body as ClickFunnels sends it, with the contact, form or order in data. Require the phone in the form.',
    'Failed and refunded payments, and what was cancelled, deleted or suspended, are acknowledged and skipped. Webhooks of a single funnel in ClickFunnels Classic are not signed: let Zapier post them to a hook of the source json.',
  ],
  fails: ['Nothing is known of how often ClickFunnels tries again: answers of 200 end it.'],
  example: hookExample('clickFunnels', {
    attested: 'Ticked on the opt-in page: “Add me to the WhatsApp group”',
    when: "(event) => event.event_type === 'contact.created'",
    phone: 'contact_phone',
    group: 'Webinar May',
  }),
  docs: 'https://developers.myclickfunnels.com/docs/signature-verification',
  unconfirmed: [
    'Where data has the number: phone_number is read, and that of data.contact and data.primary_contact.',
    'Which member has the event’s id: event_id is read before id; without either two equal bodies count as one.',
    'How often ClickFunnels tries again, and whether a retry is signed with a new time: one of the same time is refused after ten minutes.',
  ],
})

function createdContact(id: string, now: number) {
  return {
    id,
    event_type: 'contact.created',
    created_at: new Date(now).toISOString(),
    data: {
      id: 85,
      first_name: 'Asha',
      last_name: 'Rao',
      email_address: 'asha@example.com',
      phone_number: '+919800000001',
    },
  }
}
