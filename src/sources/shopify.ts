/** Shopify: orders, customers and whatever else a shop announces. */

import * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import { hmac } from '../schemes/hmac.ts'
import { optionalText, titledIn, withAnswers } from './shared/payload.ts'
import { ANSWERS, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** `orders/cancelled`, `customers/delete`, and the requests for erasure or a copy of data that every app gets. */
const NOT_JOINING = /\/(?:cancelled|delete|redact|data_request)$/

/** Of orders whose money went back, or never came. `pending` may be paid on delivery. */
const NOT_PAID = new Set(['voided', 'refunded', 'expired'])

const body = v.looseObject({
  /** An order placed through a test gateway, or the sample order of a test notification. */
  test: v.nullish(v.boolean()),
  /** When an order was cancelled: `orders/updated` comes for that as well. */
  cancelled_at: optionalText,
  financial_status: optionalText,
  /** What cart and products asked, as `{ name, value }`. */
  note_attributes: v.optional(v.unknown()),
  line_items: v.optional(v.unknown()),
  /** Only in a request to erase a customer, which carries their phone number. */
  orders_to_redact: v.optional(v.unknown()),
})

export const shopify = defineSource({
  name: 'shopify',
  title: 'Shopify',
  kind: 'shop',
  scheme: hmac({ header: 'X-Shopify-Hmac-Sha256', encoding: 'base64' }),
  payload: body,
  submissions: (order, headers) => {
    const skip = reasonToSkip(order, headers)
    const lines: unknown[] = Array.isArray(order.line_items) ? order.line_items : []
    const fields = withAnswers(
      order,
      titledIn(order.note_attributes, 'name'),
      lines.flatMap((line) => titledIn(valueAt(line, 'properties'), 'name')),
    )
    return [{ id: eventId(headers), fields, skip }]
  },
  // Only the body is signed; ids, topic and test mark are headers.
  unsignedId: true,
  sample: jsonSample(order, {
    answers: ANSWERS,
    headers: (id, now) => ({
      'X-Shopify-Topic': 'orders/create',
      'X-Shopify-Shop-Domain': 'usher-sample.myshopify.com',
      'X-Shopify-API-Version': '2026-07',
      'X-Shopify-Event-Id': id,
      'X-Shopify-Webhook-Id': id,
      'X-Shopify-Triggered-At': new Date(now).toISOString(),
    }),
  }),
  setup: [
    'In the Shopify admin open Settings, then Notifications, then Webhooks, and choose “Create webhook”.',
    'Choose one event, for example “Order payment”, and JSON as the format.',
    'Paste {url} as the URL and choose the newest stable API version.',
    'Below the list Shopify shows the key that signs all webhooks made there: store it as {secret}. For an app’s webhooks it is the app’s client secret.',
    'The number may be in the shipping address, the order, its customer or the billing address: firstOf(…) takes the first that is there.',
    'What the cart or a product asks (note attributes, line item properties) is read by name, as answers.batch and the like.',
    'Test notifications, orders of test gateways, and orders that are cancelled, voided or refunded are acknowledged and skipped; try it with a real order.',
  ],
  fails: [
    'Shopify waits 5 seconds, and takes no redirect.',
    'It tries again eight times within four hours. Then it removes a webhook that an app made.',
  ],
  example: `hook({
  source: shopify,
  consent: { attested: 'Ticked at checkout: “Add me to the WhatsApp group”' },
  fields: firstOf(
    'phone',
    ['shipping_address', 'phone', 'customer', 'billing_address'],
    v.object({
      phone: phone('IN'),
      line_items: v.array(v.object({ title: v.string() })),
    }),
  ),
  invite: ({ phone, line_items }) => ({
    groupName: line_items[0]?.title ?? 'Buyers',
    contacts: [phone],
    create: true,
  }),
})`,
  docs: 'https://shopify.dev/docs/apps/build/webhooks',
  unconfirmed: [
    'How long the old secret goes on signing after a rotation: keep both, one per line, for a day.',
  ],
})

/** One event reaches several subscriptions under one event id, hence the topic; the older id is of the delivery. */
function eventId(headers: Headers): string | null {
  const id = headers.get('X-Shopify-Event-Id') ?? headers.get('X-Shopify-Webhook-Id')
  return id === null ? null : `${headers.get('X-Shopify-Topic') ?? ''}:${id}`
}

/**
 * Live orders and tests come with the same secret, so that nothing but these marks keeps the invented customer of a
 * test out of a real group.
 */
function reasonToSkip(fields: v.InferOutput<typeof body>, headers: Headers): string | null {
  if (fields.test === true) return 'a test order'
  if (headers.get('X-Shopify-Test') === 'true') return 'a test notification'
  if (fields.orders_to_redact !== undefined) return 'a request to erase a customer'
  if (fields.cancelled_at) return 'an order that is cancelled'
  const { financial_status } = fields
  if (financial_status && NOT_PAID.has(financial_status))
    return `an order that is ${financial_status}`
  const topic = headers.get('X-Shopify-Topic') ?? ''
  return NOT_JOINING.test(topic) ? `${topic} adds no person` : null
}

function order(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  const address = {
    name: 'Asha Rao',
    phone: '+91 98000 00001',
    city: 'Pune',
    country_code: 'IN',
  }
  return {
    id: serial(id),
    name: '#1001',
    created_at: new Date(now).toISOString(),
    email: 'asha@example.com',
    phone: null,
    test: false,
    financial_status: 'paid',
    currency: 'INR',
    total_price: '170.00',
    buyer_accepts_marketing: true,
    tags: '',
    note: null,
    note_attributes: [
      ...asked.map(([name, value]) => ({ name, value })),
      { name: 'group', value: 'Pune Batch 7' },
    ],
    customer: {
      id: serial(`customer of ${id}`),
      first_name: 'Asha',
      last_name: 'Rao',
      email: 'asha@example.com',
      phone: null,
      tags: '',
      sms_marketing_consent: { state: 'subscribed' },
      default_address: address,
    },
    billing_address: address,
    shipping_address: address,
    line_items: [
      {
        id: 1,
        product_id: 7001,
        title: 'Pune Batch 7',
        sku: 'PUNE-7',
        quantity: 1,
        properties: [],
      },
    ],
  }
}
