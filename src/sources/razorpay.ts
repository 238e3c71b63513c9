/** Razorpay: payments, payment links, payment pages, orders and subscriptions. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { checkoutExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const EVENT_ID = 'x-razorpay-event-id'
/** These carry the payer's number, too: `payment.failed`, `refund.processed`, `subscription.halted` … */
const NOT_PAYING = /failed|refund|dispute|cancelled|expired|halted/

/** The outcome stands in the entity: an event such as `payment.authorized` does not say that the money came. */
const PAID: Readonly<Record<string, ReadonlySet<string>>> = {
  payment: new Set(['captured']),
  payment_link: new Set(['paid']),
  order: new Set(['paid']),
  invoice: new Set(['paid']),
  subscription: new Set(['authenticated', 'active', 'completed']),
}
const outcome = v.object({ entity: v.object({ status: v.string() }) })

const event = v.looseObject({
  event: v.string(),
  /** By entity: `payment.entity`, `payment_link.entity`. Their `notes` are `[]` when there are none, else an object. */
  payload: v.looseObject({}),
})

export const razorpay = defineSource({
  name: 'razorpay',
  title: 'Razorpay',
  kind: 'shop',
  scheme: hmac({ header: 'X-Razorpay-Signature', encoding: 'hex' }),
  payload: event,
  submissions: (fields, headers) => {
    const skip = reasonToSkip(fields)
    return [{ id: headers.get(EVENT_ID), fields, skip }]
  },
  // The body says neither which event it is nor which delivery; the header that does is not signed.
  unsignedId: true,
  sample: jsonSample(capturedPayment, { headers: (id) => ({ [EVENT_ID]: id }) }),
  setup: [
    'In the Razorpay Dashboard open Account & Settings, then Webhooks, and choose “Add new webhook”.',
    'Paste {url} as the Webhook URL and the value of {secret} as the Secret, which must have 16 characters at least, although Razorpay takes fewer. Without a secret Razorpay does not sign, and nothing is let in.',
    'Tick one event only, payment.captured or payment_link.paid: one purchase fires several. Payments that failed or are not captured, refunds, and what is paid in part, expired or cancelled are acknowledged and skipped.',
    'The phone number is payload.payment.entity.contact; extra fields of a payment page are in payload.payment.entity.notes.',
    'When you change the secret, keep the old one too, one per line: retries of old events are still signed with it.',
  ],
  fails: [
    'Razorpay waits 5 seconds.',
    'It tries again for a day, ever more seldom. Then it disables the webhook and writes a mail.',
  ],
  example: checkoutExample('razorpay', {
    when: "(event) => event.event === 'payment.captured'",
    phone: 'payload.payment.entity.contact',
    group: '{payload.payment.entity.description}',
  }),
  docs: 'https://razorpay.com/docs/webhooks/',
  unconfirmed: ['That all custom fields of a payment page arrive in the notes of the payment.'],
})

function reasonToSkip({ event: name, payload }: v.InferOutput<typeof event>): string | null {
  if (NOT_PAYING.test(name)) return `${name} is not a payment`
  for (const [kind, paid] of Object.entries(PAID)) {
    const entity = v.safeParse(outcome, payload[kind])
    if (!entity.success || paid.has(entity.output.entity.status)) continue
    return `the ${kind} is ${entity.output.entity.status}`
  }
  return null
}

function capturedPayment(id: string, now: number) {
  const at = Math.floor(now / 1000)
  return {
    entity: 'event',
    account_id: 'acc_UsherSample01',
    event: 'payment.captured',
    contains: ['payment'],
    payload: {
      payment: {
        entity: {
          id: `pay_${id}`,
          entity: 'payment',
          amount: 17000,
          currency: 'INR',
          status: 'captured',
          order_id: null,
          method: 'upi',
          captured: true,
          description: 'Pune Batch 7',
          email: 'asha@example.com',
          contact: '+919800000001',
          notes: [],
          created_at: at,
        },
      },
    },
    created_at: at,
  }
}
