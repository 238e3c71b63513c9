/** Lemon Squeezy: orders and subscriptions. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { newSecret } from '../schemes/secret.ts'
import { idText, optionalText } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const MAX_SECRET_LENGTH = 40
const NOT_JOINING = /_(?:refunded|cancelled|expired|paused|failed)$/

/** Of orders, subscriptions and their invoices: `order_created` comes for one that failed, too. */
const NOT_PAID =
  /^(?:pending|failed|refunded|fraudulent|void|unpaid|past_due|paused|cancelled|expired)$/

const event = v.looseObject({
  meta: v.looseObject({ event_name: v.string() }),
  data: v.looseObject({
    id: v.union([v.string(), v.number()]),
    attributes: v.looseObject({
      updated_at: optionalText,
      status: optionalText,
    }),
  }),
})

const scheme = hmac({
  header: 'X-Signature',
  encoding: 'hex',
  flawOf: (secret) =>
    secret.length > MAX_SECRET_LENGTH
      ? `is longer than the ${MAX_SECRET_LENGTH} characters that Lemon Squeezy takes`
      : null,
  newSecret: () => newSecret().slice(0, MAX_SECRET_LENGTH),
})

export const lemonSqueezy = defineSource({
  name: 'lemonSqueezy',
  title: 'Lemon Squeezy',
  kind: 'shop',
  scheme,
  payload: event,
  // Events of test mode are taken: the number in a test checkout is the tester's.
  submissions: (fields) => {
    const { event_name: name } = fields.meta
    const { status, updated_at } = fields.data.attributes
    const about = idText(fields.data.id)
    // A delivery has no id; what it is about, and when that last changed, does not repeat.
    const id = about === null || !updated_at ? null : `${name}:${about}:${updated_at}`
    const unpaid = status && NOT_PAID.test(status) ? `${name} with the status ${status}` : null
    return [{ id, fields, skip: NOT_JOINING.test(name) ? `${name} adds no person` : unpaid }]
  },
  sample: jsonSample(createdOrder, { headers: () => ({ 'X-Event-Name': 'order_created' }) }),
  setup: [
    'In Lemon Squeezy open Settings, then Webhooks, and add one.',
    'Paste {url} as the callback URL and the value of {secret} as the signing secret; it takes no more than 40 characters.',
    'Choose the event order_created.',
    'Lemon Squeezy asks for no phone number. Ask for it on your own page, and add it to the checkout link: ?checkout[custom][phone]=+919800000001&checkout[custom][group]=Pune. It comes back as meta.custom_data.',
  ],
  fails: [
    'Lemon Squeezy takes only 200 for an answer.',
    'It tries again three times, after 5, 25 and 125 seconds, and then no more: after that, “Resend” in its list of deliveries.',
  ],
  phoneless:
    'Lemon Squeezy’s orders have no phone number: your own page asks for it and hands it to the checkout as custom data.',
  example: hookExample('lemonSqueezy', {
    attested: 'Ticked beside the number: “Add me to the WhatsApp group”',
    when: "(event) => event.meta.event_name === 'order_created'",
    phone: 'meta.custom_data.phone',
    group: '{meta.custom_data.group}',
  }),
  docs: 'https://docs.lemonsqueezy.com/help/webhooks/signing-requests',
  unconfirmed: ['How long Lemon Squeezy waits for an answer.'],
})

function createdOrder(id: string, now: number) {
  const time = new Date(now).toISOString()
  return {
    meta: {
      event_name: 'order_created',
      test_mode: false,
      custom_data: { phone: '+919800000001', group: 'Pune Batch 7' },
    },
    data: {
      type: 'orders',
      id,
      attributes: {
        user_name: 'Asha Rao',
        user_email: 'asha@example.com',
        status: 'paid',
        currency: 'INR',
        total: 17000,
        first_order_item: { product_id: 7001, product_name: 'Pune Batch 7' },
        test_mode: false,
        created_at: time,
        updated_at: time,
      },
    },
  }
}
