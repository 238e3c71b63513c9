/** Stripe: checkouts, invoices and customers. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { newSecret } from '../schemes/secret.ts'
import { optionalObject, optionalText, titledIn, withAnswers } from './shared/payload.ts'
import { ANSWERS, checkoutExample, sampleObject } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** Secret, restricted and publishable keys of the API: what people paste by mistake. */
const API_KEY = /^(?:sk|rk|pk)_/
const SECRET_PREFIX = 'whsec_'
/** Some carry a number: `customer.deleted`, `checkout.session.expired`, `…async_payment_failed`, `charge.refunded` … */
const NOT_JOINING = /\.(?:deleted|expired|canceled|voided)$|failed$|refund|dispute/

/** By what the event is about: its name often says only that it changed. */
const PAID: Readonly<Record<string, ReadonlySet<string>>> = {
  'checkout.session': new Set(['complete']),
  payment_intent: new Set(['succeeded']),
  charge: new Set(['succeeded']),
  invoice: new Set(['paid']),
  subscription: new Set(['active', 'trialing']),
}

const event = v.looseObject({
  id: v.pipe(v.string(), v.nonEmpty()),
  object: v.string(),
  type: v.string(),
  // Not in a thin event.
  data: optionalObject({
    object: optionalObject({
      object: optionalText,
      status: optionalText,
      payment_status: optionalText,
      custom_fields: v.optional(v.unknown()),
    }),
  }),
})

// The whole text is the key, `whsec_` and all. Standard Webhooks has the same prefix and another key behind it.
const scheme = hmac({
  header: 'Stripe-Signature',
  encoding: 'hex',
  timestamp: { pair: 't', signature: 'v1' },
  flawOf: (secret) =>
    API_KEY.test(secret) ? 'is an API key; the signing secret starts with whsec_' : null,
  newSecret: () => SECRET_PREFIX + newSecret(),
})

export const stripe = defineSource({
  name: 'stripe',
  title: 'Stripe',
  kind: 'shop',
  scheme,
  payload: event,
  // Events of a sandbox are taken: they are signed with a secret of their own, so a hook that
  // stores it wants them, and the phone in a test checkout is the tester's.
  submissions: (event) => {
    const skip = reasonToSkip(event)
    const asked = event.data?.object?.custom_fields
    const values = ['text.value', 'numeric.value', 'dropdown.value']
    const fields = withAnswers(
      event,
      ...['key', 'label.custom'].map((name) => values.flatMap((path) => given(asked, name, path))),
    )
    return [{ id: event.id, fields, skip }]
  },
  sample: (input) => ({
    body: JSON.stringify(sampleObject(completedCheckout, { answers: ANSWERS }, input), null, 2),
    contentType: 'application/json; charset=utf-8',
  }),
  setup: [
    'In the Stripe Dashboard open Developers, then Webhooks, and add an endpoint (“destination”).',
    'Choose the event checkout.session.completed, with snapshot (not thin) payloads. For UPI, boleto and other slow methods add checkout.session.async_payment_succeeded: their checkout is completed before it is paid, and skipped until then.',
    'Paste {url} as the endpoint URL.',
    'Reveal the endpoint’s signing secret (it starts with whsec_) and store it as {secret}.',
    'Turn on phone number collection in the payment link or checkout, and put what tells the group into its metadata: line items are not sent. Custom fields of the checkout are read by key or label, as answers.batch and the like.',
    'What is not paid, refunds, and what expired or was cancelled are acknowledged and skipped.',
  ],
  fails: [
    'Stripe tries again for three days, ever more seldom; in a sandbox three times within hours.',
    'When nothing else than errors come back for days it writes a mail and disables the endpoint.',
  ],
  example: checkoutExample('stripe', {
    when: "(event) => event.type.startsWith('checkout.session.')",
    phone: 'data.object.customer_details.phone',
    group: '{data.object.metadata.group}',
  }),
  docs: 'https://docs.stripe.com/webhooks',
  unconfirmed: ['How long Stripe waits for an answer.'],
})

/** A field has its value under its type: of the other types there is none. */
function given(asked: unknown, name: string, path: string) {
  return titledIn(asked, name, path).filter(([, value]) => value !== null)
}

function reasonToSkip({ object, type, data }: v.InferOutput<typeof event>): string | null {
  if (object === 'v2.core.event') return 'a thin event carries no data'
  if (NOT_JOINING.test(type)) return `${type} adds no person`
  const { object: kind, status, payment_status } = data?.object ?? {}
  if (payment_status === 'unpaid') return 'a checkout that is not paid yet'
  const isPaid = !kind || !status || PAID[kind]?.has(status) !== false
  return isPaid ? null : `the ${kind} is ${status}`
}

function completedCheckout(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  return {
    id: `evt_${id}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(now / 1000),
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'checkout.session.completed',
    data: {
      object: {
        id: `cs_test_${id}`,
        object: 'checkout.session',
        amount_total: 17000,
        currency: 'inr',
        client_reference_id: null,
        consent: { promotions: 'opt_in', terms_of_service: null },
        custom_fields: asked.map(([key, value]) => ({
          key,
          label: { type: 'custom', custom: key },
          type: 'text',
          text: { value },
        })),
        customer: null,
        customer_details: {
          address: { city: 'Pune', country: 'IN' },
          email: 'asha@example.com',
          name: 'Asha Rao',
          phone: '+919800000001',
        },
        metadata: { group: 'Pune Batch 7' },
        payment_link: null,
        payment_status: 'paid',
        status: 'complete',
      },
    },
  }
}
