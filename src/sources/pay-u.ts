/** PayU India: payment links, buttons and checkouts. */

import * as v from 'valibot'
import { digest, utf8 } from '../lib/bytes.ts'
import { formSignature, type SignedForm } from '../schemes/form-signature.ts'
import { idIn, jsonObject, unlessStatus } from './shared/payload.ts'
import { checkoutExample, formBody } from './shared/sample.ts'
import { defineSource } from './source.ts'

const PAID = 'success'
const SHA512_BYTES = 64
/** Salts of older accounts are as short as that. */
const MIN_SALT_LENGTH = 8
const FEE = ['additional_charges', 'additionalCharges'] as const
const SPLIT = ['splitInfo', 'split_info'] as const
/** Behind the status, where five members are reserved and empty. */
const AFTER_RESERVED = ['udf5', 'udf4', 'udf3', 'udf2', 'udf1', 'email', 'firstname'] as const
const LAST = ['productinfo', 'amount', 'txnid', 'key'] as const

const scheme = formSignature({
  title: 'SHA-512 of salt and members in hash',
  member: 'hash',
  length: SHA512_BYTES,
  minSecretLength: MIN_SALT_LENGTH,
  signature: (form, salt) => digest('SHA-512', utf8(signedText(form, salt))),
})

const body = v.pipe(
  jsonObject,
  v.check(
    (form) => idIn(form, 'txnid') !== null && idIn(form, 'status') !== null,
    'Expected txnid and status',
  ),
)

export const payU = defineSource({
  name: 'payU',
  title: 'PayU India',
  kind: 'shop',
  scheme,
  accepts: ['form'],
  payload: body,
  submissions: ({ hash: _, ...fields }) => {
    const skip = unlessStatus(idIn(fields, 'status'), PAID, 'a payment whose status')
    // Not mihpayid, which is not signed: the payer's browser gets the same signed members, and could send them
    // again with another id and another phone.
    return [{ id: idIn(fields, 'txnid'), fields, skip }]
  },
  sample: ({ fields, id, now }) => formBody({ ...paid(id, now), ...fields }),
  setup: [
    'In the PayU dashboard switch from Test Mode to Live Mode, open Developers, then Webhooks, and choose “Create Webhook”.',
    'Choose the type Payments and the event Successful, paste {url} as the Webhook URL and create it.',
    'Copy the merchant salt from Developers, API Details, and store it as {secret}.',
    'The hook reads phone and firstname; productinfo tells what was paid for, and udf1 to udf5 hold what your program added.',
    'PayU’s signature does not cover phone: who paid could send the same payment again with another number. A payment counts once, so one payment brings one person. If your program makes the payments, put the number into udf1 and read it there: that is signed.',
    'Payments that failed or are pending, refunds and disputes are acknowledged and skipped.',
  ],
  example: checkoutExample('payU', { phone: 'phone', group: '{productinfo}' }),
  docs: 'https://docs.payu.in/docs/webhook-events-and-sample-payloads',
  fails: ['The dashboard lists what was sent, under Developers, Webhooks, Logs.'],
  unconfirmed: [
    'How long PayU waits for an answer, how often it tries again, and whether it switches a webhook off.',
    'How split payments spell their member: splitInfo and split_info are tried.',
    'Whether webhooks of partners come as JSON: only forms are taken.',
  ],
})

/** https://docs.payu.in/docs/webhook-events-and-sample-payloads: the request’s text backwards; what is missing is empty. */
function signedText(form: SignedForm, salt: string): string {
  const of = (name: string) => form.get(name) ?? ''
  const given = (names: readonly string[]) =>
    names.flatMap((name) => form.get(name) || []).slice(0, 1)
  return [
    ...given(FEE),
    salt,
    of('status'),
    ...given(SPLIT),
    ...['', '', '', '', ''],
    ...AFTER_RESERVED.map(of),
    ...LAST.map(of),
  ].join('|')
}

function paid(id: string, now: number) {
  return {
    mihpayid: `403993${id}`,
    mode: 'UPI',
    status: PAID,
    key: 'usherK',
    txnid: `T-${id}`,
    amount: '499.00',
    addedon: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
    productinfo: 'Pune Batch 7',
    firstname: 'Asha',
    lastname: 'Rao',
    email: 'asha@example.com',
    phone: '919800000001',
    udf1: '',
    udf2: '',
    udf3: '',
    udf4: '',
    udf5: '',
    error: 'E000',
    error_Message: 'No Error',
  }
}
