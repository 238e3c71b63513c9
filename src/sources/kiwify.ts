/** Kiwify: sales of courses and other digital products. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import type { Incoming, Scheme } from '../schemes/scheme.ts'
import {
  idSchema,
  optionalObject,
  optionalText,
  unlessNamed,
  unlessStatus,
} from './shared/payload.ts'
import { checkoutExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SIGNATURE = 'signature'
/** Kiwify makes tokens of 11 characters; longer ones can be typed. */
const TOKEN_LENGTH = 11
const APPROVED = 'order_approved'
const PAID = 'paid'
/** Of the orders that the panel's test makes up. */
const TEST_EMAIL = 'johndoe@example.com'

const order = v.looseObject({
  order_id: idSchema,
  order_status: optionalText,
  webhook_event_type: optionalText,
  Customer: optionalObject({ email: optionalText }),
})

/** Some deliveries put the order into a member of that name. */
const body = v.union([
  order,
  v.pipe(
    v.object({ order }),
    v.transform((wrapped) => wrapped.order),
  ),
])

const digest = hmac({
  header: SIGNATURE,
  encoding: 'hex',
  hash: 'SHA-1',
  title: 'HMAC-SHA1 of the body, as signature in the URL',
  minSecretLength: TOKEN_LENGTH,
})

/** The HMAC of a header, read from the query: https://docs.kiwify.com.br/api-reference/webhooks/receiving */
const scheme: Scheme = {
  ...digest,
  verify: (incoming, secrets) => digest.verify(withSignature(incoming), secrets),
  sign: async (outgoing, secret) => ({
    headers: {},
    query: (await digest.sign(outgoing, secret)).headers,
  }),
}

export const kiwify = defineSource({
  name: 'kiwify',
  title: 'Kiwify',
  kind: 'shop',
  scheme,
  payload: body,
  submissions: (fields) => {
    const { webhook_event_type: name, order_id, order_status, Customer } = fields
    const skip =
      unlessNamed(name, APPROVED, 'approved purchase') ??
      unlessStatus(order_status, PAID, 'an order whose status') ??
      (Customer?.email === TEST_EMAIL ? 'a test' : null)
    return [{ id: `${name ?? ''}:${order_id}`, fields, skip }]
  },
  sample: jsonSample(approvedOrder),
  setup: [
    'In the Kiwify dashboard open Apps, then Webhooks, and create one: paste {url} as the URL.',
    'As the token paste the value of {secret}. Kiwify’s own tokens have 11 characters; a long one of yours is safer.',
    'Choose the products and the event “Compra aprovada” alone.',
    'The hook reads Customer.mobile and Customer.full_name; Product.product_name tells what was bought.',
    'Refused and refunded purchases, chargebacks, generated boletos and Pix, abandoned carts, renewals and the panel’s test are acknowledged and skipped.',
  ],
  fails: ['Kiwify follows no redirect. Its panel can send an event again, which changes nothing.'],
  example: checkoutExample('kiwify', {
    phone: 'Customer.mobile',
    country: 'BR',
    group: '{Product.product_name}',
  }),
  docs: 'https://docs.kiwify.com.br/api-reference/webhooks/receiving',
  unconfirmed: [
    'How often Kiwify tries again, and how long it waits.',
    'Where exactly the dashboard has its webhooks.',
    'Which deliveries put the order into a member named order: both are read.',
  ],
})

function withSignature(incoming: Incoming): Incoming {
  const shown = new URL(incoming.url).searchParams.getAll(SIGNATURE)
  // Headers that are sent twice are joined like this, and then refused.
  const headers = new Headers(shown.length === 0 ? {} : { [SIGNATURE]: headerText(shown) })
  return { ...incoming, headers }
}

/** What no header could carry is no signature either. */
function headerText(shown: readonly string[]): string {
  return shown.join(', ').replaceAll(/[^!-~ ]/g, '?')
}

function approvedOrder(id: string, now: number) {
  const at = new Date(now).toISOString().slice(0, 16).replace('T', ' ')
  return {
    order_id: id,
    order_ref: `ref-${id}`,
    order_status: PAID,
    webhook_event_type: APPROVED,
    payment_method: 'pix',
    approved_date: at,
    created_at: at,
    Product: { product_id: 'product-7', product_name: 'Turma 7' },
    Customer: {
      full_name: 'Ana Souza',
      email: 'ana@example.com',
      mobile: '+5511912345601',
    },
    Commissions: { charge_amount: 49900, currency: 'BRL' },
    TrackingParameters: { s1: null, src: null, utm_source: null },
  }
}
