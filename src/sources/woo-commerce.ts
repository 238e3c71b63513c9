/** WooCommerce: orders and customers of a WordPress shop. */

import * as v from 'valibot'
import { textOf } from '../lib/bytes.ts'
import { hmac } from '../schemes/hmac.ts'
import type { Incoming, Scheme } from '../schemes/scheme.ts'
import { optionalText, titledIn, withAnswers } from './shared/payload.ts'
import { ANSWERS, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SIGNATURE = 'X-WC-Webhook-Signature'
const TOPIC = 'X-WC-Webhook-Topic'
const PING = /^webhook_id=\d{1,20}$/
const FORM = /^application\/x-www-form-urlencoded(?:;|$)/i

/** `wp_specialchars_decode` with quotes: https://developer.wordpress.org/reference/functions/wp_specialchars_decode/ */
const ENTITY = /&(?:amp|lt|gt|quot|#0*(?:34|38|39|60|62)|#x0*(?:22|26|27));/gi
const NAMED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
}

/** Statuses of WooCommerce's own in which an order is not paid, or not any more. Plugins add others. */
const NOT_PAID =
  /^(?:pending|on-hold|failed|cancelled|refunded|trash|draft|auto-draft|checkout-draft)$/

const body = v.looseObject({
  id: v.optional(v.union([v.number(), v.string()])),
  date_modified_gmt: optionalText,
  /** Of an order. */
  status: optionalText,
  /** What plugins asked at the checkout, among other things, as `{ key, value }`. */
  meta_data: v.optional(v.unknown()),
})

const plain = hmac({ header: SIGNATURE, encoding: 'base64' })

/** The key is the secret with its HTML entities decoded: WordPress keeps `&` as `&amp;` and decodes before it signs. */
const scheme: Scheme = {
  ...plain,
  refuseSecret: (secret) => plain.refuseSecret(decodeEntities(secret)),
  verify: (incoming, secrets, toleranceSeconds) =>
    plain.verify(incoming, secrets.map(decodeEntities), toleranceSeconds),
  sign: (outgoing, secret) => plain.sign(outgoing, decodeEntities(secret)),
}

export const wooCommerce = defineSource({
  name: 'wooCommerce',
  title: 'WooCommerce',
  kind: 'shop',
  scheme,
  payload: body,
  submissions: (order, headers) => {
    const topic = headers.get(TOPIC) ?? ''
    const skip = reasonToSkip(topic, order)
    const fields = withAnswers(order, titledIn(order.meta_data, 'key'))
    return [{ id: eventId(topic, order), fields, skip }]
  },
  // Only the body is signed; the topic is a header.
  unsignedId: true,
  handshake: answerPing,
  sample: jsonSample(order, {
    answers: ANSWERS,
    headers: (id) => ({
      'X-WC-Webhook-Source': 'https://shop.example.com/',
      [TOPIC]: 'order.created',
      'X-WC-Webhook-Resource': 'order',
      'X-WC-Webhook-Event': 'created',
      'X-WC-Webhook-ID': '1',
      'X-WC-Webhook-Delivery-ID': id,
    }),
  }),
  setup: [
    'In WordPress open WooCommerce, then Settings, then Advanced, then Webhooks, and choose “Add webhook”.',
    'Set Status to Active and Topic to “Order updated”: an order is often paid after it was created. It fires many times per order, and each person is added once. Orders that are pending, on hold, failed, cancelled or refunded are skipped.',
    'Paste {url} as the Delivery URL and the value of {secret} as the Secret.',
    'Save. WooCommerce pings the URL once before it keeps the webhook.',
    'Make sure that the checkout asks for a phone number: the block checkout can hide it. Fields that a plugin added to it are read by their key, as answers.billing_batch and the like.',
  ],
  fails: [
    'WooCommerce waits 60 seconds and never tries again: an order that Usher did not take is lost to it.',
    'After some five failures in a row it switches the webhook off.',
  ],
  example: `hook({
  source: wooCommerce,
  consent: { attested: 'Ticked at checkout: “Add me to the WhatsApp group”' },
  fields: v.object({
    billing: v.object({ phone: phone('IN') }),
    line_items: v.array(v.object({ name: v.string() })),
  }),
  invite: ({ billing, line_items }) => ({
    groupName: line_items[0]?.name ?? 'Buyers',
    contacts: [billing.phone],
    create: true,
  }),
})`,
  docs: 'https://woocommerce.com/document/webhooks/',
  unconfirmed: [
    'After how many failures WooCommerce disables a webhook: its page says 5, its source says more than 5.',
  ],
})

function reasonToSkip(topic: string, { status }: v.InferOutput<typeof body>): string | null {
  if (topic.endsWith('.deleted')) return `${topic} adds no person`
  return status && NOT_PAID.test(status) ? `an order that is ${status}` : null
}

function decodeEntities(secret: string): string {
  return secret.replaceAll(ENTITY, (entity) => {
    const named = NAMED[entity]
    if (named !== undefined) return named
    const code = /^&#(x?)0*([0-9a-f]+);$/i.exec(entity)
    // A name in capitals (`&AMP;`) is none to WordPress either.
    if (code === null) return entity
    return String.fromCharCode(Number.parseInt(code[2] ?? '', code[1] === '' ? 10 : 16))
  })
}

/**
 * WooCommerce's Delivery-ID is made of webhook and second, so that two orders of one second share it.
 * What an order is and when it last changed does not repeat; without them the body's digest must serve.
 */
function eventId(topic: string, { id, date_modified_gmt }: v.InferOutput<typeof body>) {
  return id === undefined || !date_modified_gmt ? null : `${topic}:${id}:${date_modified_gmt}`
}

/** The unsigned ping before a webhook is kept wants exactly 200. It gets that, for this one body only, and no word more. */
function answerPing({ method, headers, body }: Incoming): Response | null {
  const isPing =
    method === 'POST' &&
    !headers.has(SIGNATURE) &&
    FORM.test(headers.get('content-type') ?? '') &&
    PING.test(textOf(body) ?? '')
  return isPing ? new Response(null, { status: 200 }) : null
}

function order(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  const number = serial(id)
  const at = new Date(now).toISOString().slice(0, 19)
  const person = { first_name: 'Asha', last_name: 'Rao', city: 'Pune', country: 'IN' }
  return {
    id: number,
    number: String(number),
    status: 'processing',
    currency: 'INR',
    date_created_gmt: at,
    date_modified_gmt: at,
    total: '170.00',
    customer_id: 0,
    customer_note: '',
    billing: { ...person, email: 'asha@example.com', phone: '98000 00001' },
    shipping: { ...person, phone: '' },
    payment_method: 'cod',
    meta_data: asked.map(([key, value], at) => ({ id: at + 1, key, value })),
    line_items: [{ id: 1, name: 'Pune Batch 7', product_id: 7001, sku: 'PUNE-7', quantity: 1 }],
    coupon_lines: [],
  }
}
