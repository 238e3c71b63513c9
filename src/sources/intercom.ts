/** Intercom: contacts who are created, sign up or get a tag. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answerHead, optionalText } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const CONTACTS = 'contact.'
const NOT_JOINING = /\.(?:archived?|deleted|merged|unsubscribed)$/

const notification = v.looseObject({
  /** Null in a ping. */
  id: optionalText,
  topic: v.string(),
  /** `item` is the contact; where it was tagged, `item.contact` is. */
  data: v.nullish(v.looseObject({})),
})

export const intercom = defineSource({
  name: 'intercom',
  title: 'Intercom',
  kind: 'crm',
  scheme: hmac({
    header: 'X-Hub-Signature',
    prefix: 'sha1=',
    encoding: 'hex',
    // Intercom knows no other: https://developers.intercom.com/docs/webhooks/webhook-notifications
    hash: 'SHA-1',
  }),
  payload: notification,
  submissions: (fields) => {
    const skip = reasonToSkip(fields.topic)
    return [{ id: fields.id || null, fields, skip }]
  },
  handshake: answerHead,
  sample: jsonSample(createdLead),
  example: hookExample('intercom', {
    attested: 'Asked in the Messenger before the number is given',
    phone: 'data.item.phone',
    country: null,
    group: 'New leads',
  }),
  setup: [
    'In Intercom’s Developer Hub open your app (or make one for your own workspace), then Configure, then Webhooks.',
    'Paste {url} as the endpoint URL.',
    'Add the topics you want: contact.lead.created, contact.user.created, or contact.user.tag.created for a tag.',
    'Copy the client secret from the app’s Basic information and store it as {secret}.',
    'The number is data.item.phone. Where a contact was tagged it is data.item.contact.phone, and the tag is data.item.tag.name.',
    'Many contacts have no number: ask for it in a Messenger workflow before the tag is set.',
  ],
  docs: 'https://developers.intercom.com/docs/webhooks/setting-up-webhooks',
  fails: [
    'Intercom waits five seconds for 2xx.',
    'After more than 1,000 failures in a row within 15 minutes it pauses for 15 minutes; after seven days of failing it suspends the webhook, which is switched on again in the Developer Hub.',
  ],
  unconfirmed: [
    'How often Intercom tries again: one page says five times.',
    'That it tries the URL with HEAD when it is saved; Usher answers that.',
  ],
})

function reasonToSkip(topic: string): string | null {
  if (topic === 'ping') return 'a test of the URL'
  if (!topic.startsWith(CONTACTS)) return `${topic} is not of a contact`
  return NOT_JOINING.test(topic) ? `${topic} adds no person` : null
}

function createdLead(id: string, now: number) {
  const at = Math.floor(now / 1000)
  return {
    type: 'notification_event',
    app_id: 'usher123',
    data: {
      type: 'notification_event_data',
      item: {
        type: 'contact',
        id: `contact-${id}`,
        workspace_id: 'usher123',
        role: 'lead',
        email: 'asha@example.com',
        phone: '+919800000001',
        name: 'Asha Rao',
        custom_attributes: { city: 'Pune' },
        tags: { type: 'list', data: [], has_more: false },
        location: { type: 'location', country: 'India', city: 'Pune' },
      },
    },
    links: {},
    id: `notif_${id}`,
    topic: 'contact.lead.created',
    delivery_status: 'pending',
    delivery_attempts: 1,
    delivered_at: 0,
    first_sent_at: at,
    created_at: at,
    self: null,
  }
}
