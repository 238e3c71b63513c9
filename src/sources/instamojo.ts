/** Instamojo: payment requests, and the payment links of older accounts. */

import * as v from 'valibot'
import { hmacSign, utf8 } from '../lib/bytes.ts'
import { formSignature, type SignedForm } from '../schemes/form-signature.ts'
import {
  answer,
  answers,
  idIn,
  type JsonObject,
  jsonObject,
  type NamedAnswer,
  unlessStatus,
} from './shared/payload.ts'
import { checkoutExample, formBody } from './shared/sample.ts'
import { defineSource } from './source.ts'

const PAID = 'Credit'
const SHA1_BYTES = 20

const scheme = formSignature({
  title: 'HMAC-SHA1 of the sorted values in mac',
  member: 'mac',
  length: SHA1_BYTES,
  signature: (form, salt) => hmacSign('SHA-1', utf8(salt), utf8(signedText(form))),
})

/** Only values are signed, in the order of their names: these must be there under their own. */
const body = v.pipe(
  jsonObject,
  v.check(
    (form) => idIn(form, 'payment_id') !== null && idIn(form, 'status') !== null,
    'Expected payment_id and status',
  ),
)

const customFields = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(
    v.string(),
    v.object({ label: v.nullish(v.string(), ''), value: v.optional(v.unknown()) }),
  ),
)

export const instamojo = defineSource({
  name: 'instamojo',
  title: 'Instamojo',
  kind: 'shop',
  scheme,
  accepts: ['form'],
  payload: body,
  submissions: ({ mac: _, ...form }) => {
    const skip = unlessStatus(idIn(form, 'status'), PAID, 'a payment whose status')
    const fields = { ...form, custom_fields: answersIn(form) }
    return [{ id: idIn(form, 'payment_id'), fields, skip }]
  },
  sample: ({ fields, id }) => formBody({ ...paidRequest(id), ...fields }),
  setup: [
    'In the Instamojo dashboard open API & Plugins (or instamojo.com/developers), copy the Private Salt and store it as {secret}.',
    'Where your program or plugin makes a payment request, give it {url} as its webhook. A payment link of an older account has a field for the webhook’s URL in its advanced settings.',
    'The hook reads buyer_phone and buyer_name; purpose, or offer_title of a link, tells what was paid for. Questions of a link are in custom_fields by their label.',
    'Payments that failed are acknowledged and skipped.',
  ],
  example: checkoutExample('instamojo', { phone: 'buyer_phone', group: '{purpose}' }),
  docs: 'https://docs.instamojo.com/docs/payments-api',
  fails: ['Nothing is known of how often Instamojo tries again: answers of 200 end it.'],
  unconfirmed: [
    'How long Instamojo waits, how often it tries again, and whether it switches a webhook off.',
    'Whether a refund sends anything: what has another status than Credit is skipped.',
    'How the JSON of Smart Links and Smart Pages is signed: it is not taken here. docs/recipes.md has a hook of the source json for it.',
    'Where exactly the dashboard of today shows the webhook of a payment link.',
  ],
})

/** https://github.com/shivasurya/instamojo-webhook: the decoded values in the order of their names, without regard to case. */
function signedText(form: SignedForm): string {
  return [...form]
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
    .map(([, value]) => value)
    .join('|')
}

/** What a link asked, by the field's own name and by its label; a text in JSON. */
function answersIn({ custom_fields }: JsonObject) {
  const read = v.safeParse(customFields, custom_fields)
  if (!read.success) return {}
  const asked = Object.entries(read.output)
  return answers(
    asked.map(([name, { value }]): NamedAnswer => [name, answer(value)]),
    asked.map(([, { label, value }]): NamedAnswer => [label ?? '', answer(value)]),
  )
}

function paidRequest(id: string) {
  return {
    amount: '499.00',
    buyer: 'asha@example.com',
    buyer_name: 'Asha Rao',
    buyer_phone: '+919800000001',
    currency: 'INR',
    fees: '9.98',
    longurl: 'https://www.instamojo.com/@usher/sample',
    payment_id: `MOJO-${id}`,
    payment_request_id: `request-${id}`,
    purpose: 'Pune Batch 7',
    shorturl: '',
    status: PAID,
  }
}
