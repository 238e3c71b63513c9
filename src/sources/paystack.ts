/** Paystack: payments, payment pages and invoices in Africa. */

import * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import { hmac } from '../schemes/hmac.ts'
import { newSecret } from '../schemes/secret.ts'
import {
  answers,
  idText,
  optionalId,
  optionalText,
  titledIn,
  unlessNamed,
  unlessStatus,
} from './shared/payload.ts'
import { hookExample, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const PAID_EVENT = 'charge.success'
const PAID = 'success'
const TEST = 'test'
/** Where a hook reads the answers of a payment page; Paystack has them in a list. */
const ANSWERS = 'custom_fields.'
const SECRET_KEY = /^sk_(?:live|test)_/

const event = v.looseObject({
  event: v.string(),
  data: v.looseObject({
    id: optionalId,
    domain: optionalText,
    status: optionalText,
    /** An object where there is any, else null or an empty text. */
    metadata: v.optional(v.unknown()),
  }),
})

const scheme = hmac({
  header: 'x-paystack-signature',
  encoding: 'hex',
  hash: 'SHA-512',
  flawOf: (secret) =>
    SECRET_KEY.test(secret)
      ? null
      : 'is no secret key of Paystack, which starts with sk_live_ or sk_test_',
  newSecret: () => `sk_test_${newSecret()}`,
})

export const paystack = defineSource({
  name: 'paystack',
  title: 'Paystack',
  kind: 'shop',
  scheme,
  payload: event,
  submissions: (body) => {
    const { event: name, data } = body
    const charge = idText(data.id)
    // Variable names, which the author chose, come before labels.
    const asked = valueAt(data.metadata, 'custom_fields')
    const custom_fields = answers(titledIn(asked, 'variable_name'), titledIn(asked, 'display_name'))
    const skip =
      unlessNamed(name, PAID_EVENT, 'successful charge') ??
      unlessStatus(data.status, PAID, 'a charge whose status') ??
      (data.domain === TEST ? 'a payment of test mode' : null)
    const id = charge === null ? null : `${name}:${charge}`
    return [{ id, fields: { ...body, custom_fields }, skip }]
  },
  sample: jsonSample(charge, { answers: ANSWERS }),
  setup: [
    'In the Paystack dashboard open Settings, then API Keys & Webhooks, and paste {url} as the Live Webhook URL.',
    'On the same page copy the Live Secret Key and store it as {secret}: Paystack signs with it, and has no other secret for webhooks. This key can move money: store it nowhere else and share it with no one.',
    'Paystack seldom knows the customer’s phone. Add a custom field to the payment page, such as whatsapp, and require it: the hook reads it as custom_fields.whatsapp, by its variable name or its label. Where the customer has a number it is data.customer.phone.',
    'Numbers come as they were typed, mostly without a country code: give phone() your country.',
    'Only successful charges are taken. Refunds, disputes, transfers, failed invoices and everything in test mode are acknowledged and skipped.',
  ],
  fails: [
    'Paystack takes 200 only. Live, it tries again every 3 minutes four times, and then every hour for 72 hours.',
  ],
  example: hookExample('paystack', {
    attested: 'Asked on the payment page: “Add me to the WhatsApp group”',
    phone: 'custom_fields.whatsapp',
    country: 'NG',
    group: '{custom_fields.cohort}',
  }),
  docs: 'https://paystack.com/docs/payments/webhooks/',
  unconfirmed: [
    'That all custom fields of a payment page arrive in data.metadata.custom_fields.',
    'How long Paystack waits for an answer in live mode; in test mode it is 30 seconds.',
  ],
})

function charge(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  const answered = Object.fromEntries(asked)
  const custom = { whatsapp: '+2348031234501', cohort: 'Lagos Cohort 7', ...answered }
  return {
    event: PAID_EVENT,
    data: {
      id: serial(id),
      domain: 'live',
      status: PAID,
      reference: id,
      amount: 500000,
      currency: 'NGN',
      paid_at: new Date(now).toISOString(),
      channel: 'card',
      metadata: {
        custom_fields: Object.entries(custom).map(([variable_name, value]) => ({
          display_name: variable_name,
          variable_name,
          value,
        })),
      },
      customer: {
        first_name: 'Ada',
        last_name: 'Obi',
        email: 'ada@example.com',
        customer_code: 'CUS_ushersample',
        phone: null,
      },
    },
  }
}
