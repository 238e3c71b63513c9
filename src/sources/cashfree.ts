/** Cashfree: payments, payment links and payment forms. */

import * as v from 'valibot'
import { hmac, timestampThenBody } from '../schemes/hmac.ts'
import {
  idText,
  optionalId,
  optionalObject,
  optionalText,
  titledIn,
  withAnswers,
} from './shared/payload.ts'
import { ANSWERS, checkoutExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** No page names a window. Three retries come within 42 minutes, and no page says that they are signed anew. */
const TOLERANCE_SECONDS = 3600
/** Most of these carry the buyer's number, too. */
const NOT_JOINING = /FAILED|USER_DROPPED|REFUND|DISPUTE|SETTLEMENT|CANCELLED|EXPIRED/
/** The events of links and forms come for every outcome: only the status tells. */
const PAID = new Set(['SUCCESS', 'PAID'])

const order = optionalObject({
  order_id: optionalId,
  transaction_id: optionalId,
  order_status: optionalText,
  // Of a payment form: what it asked, as `{ title, value }`.
  customer_details: optionalObject({ customer_fields: v.optional(v.unknown()) }),
})

const event = v.looseObject({
  type: v.string(),
  data: v.looseObject({
    order,
    payment: optionalObject({ cf_payment_id: optionalId, payment_status: optionalText }),
    link_id: optionalId,
    link_status: optionalText,
    /** In the test that the dashboard sends. */
    test_object: v.optional(v.unknown()),
  }),
})

type CashfreeEvent = v.InferOutput<typeof event>

export const cashfree = defineSource({
  name: 'cashfree',
  title: 'Cashfree',
  kind: 'shop',
  scheme: hmac({
    header: 'x-webhook-signature',
    encoding: 'base64',
    // Nothing stands between the two, although one page writes them with a dot.
    signed: timestampThenBody(''),
    unseparated: true,
    timestamp: { header: 'x-webhook-timestamp', unit: 'ms', toleranceSeconds: TOLERANCE_SECONDS },
  }),
  payload: event,
  submissions: (event) => {
    const skip = reasonToSkip(event)
    const asked = event.data.order?.customer_details?.customer_fields
    const fields = withAnswers(event, titledIn(asked, 'title'))
    return [{ id: eventId(event), fields, skip }]
  },
  sample: jsonSample(paidOrder, {
    answers: ANSWERS,
    headers: () => ({ 'x-webhook-version': '2025-01-01', 'x-webhook-attempt': '1' }),
  }),
  setup: [
    'In the Cashfree dashboard open Payment Gateway, then Developers, then Webhooks, and choose “Add Webhook URL”.',
    'Paste {url}, choose the newest webhook version, and tick success payment only (for payment links or forms: theirs, which come for every outcome: unpaid ones are skipped).',
    'Cashfree signs with the client secret of your API keys (Developers, API Keys): store it as {secret}.',
    'The number is data.customer_details.customer_phone, of a payment form data.order.customer_details.customer_phone. It comes without a country code: the example reads it as Indian.',
    'Put what tells the group into the order’s order_tags when your program creates it; a payment link has link_notes, a payment form its fields, which the hook reads by title as answers.Batch and the like.',
  ],
  fails: [
    'Any answer other than 200, a redirect included, counts as a failure.',
    'Cashfree tries again three times, after 2, 10 and 30 minutes; up to ten tries can be set.',
  ],
  example: checkoutExample('cashfree', {
    when: "(event) => event.type === 'PAYMENT_SUCCESS_WEBHOOK'",
    phone: 'data.customer_details.customer_phone',
    group: '{data.order.order_tags.group}',
  }),
  docs: 'https://www.cashfree.com/docs/payments/online/webhooks/signature-verification',
  unconfirmed: [
    'How long Cashfree waits for an answer.',
    'Whether a retry is signed with a new time: one of the same time is taken for an hour.',
    'What exactly the dashboard’s test sends: a body with data.test_object is taken for it.',
  ],
})

/** The header x-idempotency-key is not signed; what was paid, and how it ended, is. */
function eventId({ type, data }: CashfreeEvent): string | null {
  const payment = idText(data.payment?.cf_payment_id)
  if (payment !== null) return `${type}:${payment}`
  const { link_id, link_status, order } = data
  // With its status: a form that failed may be paid at the next try.
  const parts = [link_id, link_status, order?.order_id, order?.transaction_id, order?.order_status]
  const paid = parts.map(idText).filter((part) => part !== null)
  return paid.length === 0 ? null : [type, ...paid].join(':')
}

function reasonToSkip({ type, data }: CashfreeEvent): string | null {
  if (data.test_object !== undefined) return 'a test'
  if (NOT_JOINING.test(type)) return `${type} is not a payment`
  const outcomes = [data.payment?.payment_status, data.link_status, data.order?.order_status]
  const unpaid = outcomes.find((outcome) => outcome && !PAID.has(outcome))
  return unpaid === undefined ? null : `${type} with the status ${unpaid}`
}

function paidOrder(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  const customer_fields = asked.map(([title, value]) => ({ title, value }))
  return {
    data: {
      order: {
        order_id: `order_${id}`,
        order_amount: 170,
        order_currency: 'INR',
        order_tags: { group: 'Pune Batch 7' },
        ...(asked.length === 0 ? {} : { customer_details: { customer_fields } }),
      },
      payment: {
        cf_payment_id: id,
        payment_status: 'SUCCESS',
        payment_amount: 170,
        payment_currency: 'INR',
        payment_group: 'upi',
      },
      customer_details: {
        customer_name: 'Asha Rao',
        customer_id: null,
        customer_email: 'asha@example.com',
        customer_phone: '9800000001',
      },
    },
    event_time: new Date(now).toISOString(),
    type: 'PAYMENT_SUCCESS_WEBHOOK',
  }
}
