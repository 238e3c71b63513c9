/** Shops state the outcome of a payment in a member of the event, not in its name: an unpaid event is skipped. */

import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeFrom } from '../../../src/lib/decode.ts'
import {
  calendly,
  cashfree,
  eventbrite,
  goHighLevel,
  gumroad,
  lemonSqueezy,
  paddle,
  razorpay,
  shopify,
  stripe,
  wooCommerce,
} from '../../../src/sources/index.ts'
import type { Source, Submission } from '../../../src/sources/source.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')

/** The source's own sample with these values in their places. */
async function submissionOf(
  source: Source,
  fields: Readonly<Record<string, string>>,
  topic?: string,
): Promise<Submission<unknown> | undefined> {
  const sample = source.sample({ fields, id: 'event-1', now: NOW })
  const decoded = await decodeFrom(utf8(sample.body), sample.contentType, source.accepts)
  if (!decoded.ok) throw new TypeError(decoded.message)
  const headers = new Headers(sample.headers)
  if (topic !== undefined) headers.set('X-Shopify-Topic', topic)
  const reading = source.read(decoded.value, headers)
  if (!reading.ok) throw new TypeError('The body is of another shape')
  return reading.submissions[0]
}

type Row = readonly [source: Source, title: string, fields: Record<string, string>, topic?: string]

function titled(rows: readonly Row[]): [title: string, row: Row][] {
  return rows.map((row) => [`${row[0].name}: ${row[1]}`, row])
}

const FORM = { type: 'PAYMENT_FORM_ORDER_WEBHOOK' }
const LINK = { type: 'PAYMENT_LINK_EVENT', 'data.link_id': 'evening_8' }

describe('a paid event is taken', () => {
  const rows: readonly Row[] = [
    [cashfree, 'a payment', {}],
    [cashfree, 'a payment link', { ...LINK, 'data.link_status': 'PAID' }],
    [razorpay, 'a payment', {}],
    [razorpay, 'a subscription', { 'payload.subscription.entity.status': 'active' }],
    [razorpay, 'a QR code', { 'payload.qr_code.entity.status': 'active' }],
    [shopify, 'an order', {}],
    [shopify, 'an order paid on delivery', { financial_status: 'pending' }],
    [
      shopify,
      'an order of which a part was given back',
      { financial_status: 'partially_refunded' },
    ],
    [wooCommerce, 'an order', {}],
    [wooCommerce, 'an order that is done', { status: 'completed' }],
    [wooCommerce, "a plugin's own status", { status: 'packed' }],
    [stripe, 'a checkout', {}],
    [stripe, 'a free checkout', { 'data.object.payment_status': 'no_payment_required' }],
    [stripe, 'a customer', { 'data.object.object': 'customer', 'data.object.status': 'open' }],
    [stripe, 'a trial', { 'data.object.object': 'subscription', 'data.object.status': 'trialing' }],
    [paddle, 'a transaction', {}],
    [paddle, 'a subscription', { event_type: 'subscription.created', 'data.status': 'trialing' }],
    [lemonSqueezy, 'an order', {}],
    [lemonSqueezy, 'a trial', { 'data.attributes.status': 'on_trial' }],
    [lemonSqueezy, 'a license key', { 'data.attributes.status': 'inactive' }],
    [gumroad, 'a sale', {}],
    [gumroad, 'a sale whose dispute was won', { disputed: 'true', dispute_won: 'true' }],
    [goHighLevel, 'an order', { type: 'OrderCreate', status: 'completed' }],
    [goHighLevel, 'a contact', { status: 'pending' }],
    [calendly, 'a booking', { 'WhatsApp number': '+91 98000 00041' }],
  ]
  it.each(titled(rows))('%s', async (_, [source, , fields]) => {
    expect((await submissionOf(source, fields))?.skip).toBeUndefined()
  })
})

describe('an unpaid event is skipped', () => {
  const rows: readonly Row[] = [
    [cashfree, 'a payment form that failed', { ...FORM, 'data.order.order_status': 'FAILED' }],
    [cashfree, 'a payment form that waits', { ...FORM, 'data.order.order_status': 'ACTIVE' }],
    [cashfree, 'a link paid in part', { ...LINK, 'data.link_status': 'PARTIALLY_PAID' }],
    [cashfree, 'a payment that waits', { 'data.payment.payment_status': 'PENDING' }],
    [
      razorpay,
      'a payment not captured',
      { event: 'payment.authorized', 'payload.payment.entity.status': 'authorized' },
    ],
    [razorpay, 'a payment given back', { 'payload.payment.entity.status': 'refunded' }],
    [
      razorpay,
      'a link paid in part',
      {
        event: 'payment_link.partially_paid',
        'payload.payment_link.entity.status': 'partially_paid',
      },
    ],
    [razorpay, 'an invoice', { 'payload.invoice.entity.status': 'issued' }],
    [razorpay, 'a subscription that waits', { 'payload.subscription.entity.status': 'pending' }],
    [shopify, 'an order voided', { financial_status: 'voided' }, 'orders/updated'],
    [shopify, 'an order given back', { financial_status: 'refunded' }, 'orders/updated'],
    [shopify, 'an order cancelled', { cancelled_at: '2026-11-27T10:00:00Z' }, 'orders/updated'],
    [shopify, 'an order cancelled at once', { cancelled_at: '2026-11-27T10:00:00Z' }],
    ...['pending', 'on-hold', 'failed', 'cancelled', 'refunded', 'checkout-draft', 'trash'].map(
      (status): Row => [wooCommerce, status, { status }],
    ),
    [stripe, 'a checkout that waits', { 'data.object.payment_status': 'unpaid' }],
    [
      stripe,
      'an invoice sent',
      { type: 'invoice.finalized', 'data.object.object': 'invoice', 'data.object.status': 'open' },
    ],
    [
      stripe,
      'a payment begun',
      { 'data.object.object': 'payment_intent', 'data.object.status': 'processing' },
    ],
    [
      stripe,
      'a charge that waits',
      { 'data.object.object': 'charge', 'data.object.status': 'pending' },
    ],
    [
      stripe,
      'a subscription begun',
      { 'data.object.object': 'subscription', 'data.object.status': 'incomplete' },
    ],
    ...['draft', 'ready', 'billed', 'past_due', 'canceled', 'paused'].map(
      (status): Row => [
        paddle,
        status,
        { event_type: 'transaction.updated', 'data.status': status },
      ],
    ),
    ...['pending', 'failed', 'refunded', 'fraudulent', 'unpaid', 'past_due', 'void'].map(
      (status): Row => [lemonSqueezy, status, { 'data.attributes.status': status }],
    ),
    [gumroad, 'a sale in dispute', { disputed: 'true' }],
    [goHighLevel, 'an order not paid yet', { type: 'OrderCreate', status: 'pending' }],
    [goHighLevel, 'an order cancelled', { type: 'OrderStatusUpdate', status: 'cancelled' }],
    [
      goHighLevel,
      'an invoice paid in part',
      { type: 'InvoicePartiallyPaid', status: 'partially_paid' },
    ],
  ]
  it.each(titled(rows))('%s', async (_, [source, , fields, topic]) => {
    expect((await submissionOf(source, fields, topic))?.skip).toMatch(/^[^ ].{5,}/)
  })
})

it('a booking whose payment failed is skipped', () => {
  const { body } = calendly.sample({ fields: {}, id: 'booking-1', now: NOW })
  const read = (payment: object) => {
    const booking = JSON.parse(body)
    const reading = calendly.read(
      { ...booking, payload: { ...booking.payload, payment } },
      new Headers(),
    )
    return reading.ok ? reading.submissions[0]?.skip : 'not read'
  }
  expect(read({ amount: 20, currency: 'USD', successful: true })).toBeUndefined()
  expect(read({ amount: 20, currency: 'USD', successful: false })).toContain('paid')
})

it('a form that failed is skipped, and is a new event when it is paid', () => {
  const read = (order_status: string) => {
    const order = {
      order_id: 'CFPay_case_1',
      order_amount: '99.00',
      order_status,
      transaction_id: 112,
      customer_details: { customer_phone: '9876561002' },
    }
    const body = { ...FORM, data: { form: { form_id: 'my-form' }, order } }
    const reading = cashfree.read(body, new Headers())
    return reading.ok ? reading.submissions[0] : undefined
  }
  expect(read('FAILED')?.skip).toContain('FAILED')
  expect(read('PAID')?.skip).toBeUndefined()
  expect(read('PAID')?.id).not.toBe(read('FAILED')?.id)
})

describe('an order that Eventbrite is asked for', () => {
  const token = 'a-private-token'
  const attendee = { cancelled: false, refunded: false, profile: { cell_phone: '+919800000061' } }

  async function lookUp(order: object) {
    const { body } = eventbrite.sample({ fields: {}, id: 'order-1', now: NOW })
    return eventbrite.lookUp?.(JSON.parse(body), {
      token,
      fetch: async () => Response.json(order),
    })
  }

  it('is there without the tickets that were given back', async () => {
    const back = [
      { ...attendee, cancelled: true },
      { ...attendee, refunded: true },
    ]
    const found = await lookUp({ status: 'placed', attendees: [attendee, ...back] })
    expect(found).toMatchObject({ ok: true, fields: { attendees: [attendee] } })
  })

  it.each(['cancelled', 'refunded', 'deleted', 'unpaid'])(
    'is skipped when it is %s',
    async (status) => {
      const found = await lookUp({ status, attendees: [attendee] })
      expect(found).toMatchObject({ ok: true, skip: `an order that is ${status}` })
    },
  )
})
