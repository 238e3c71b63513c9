/** PhonePe Payment Gateway: payment links and standard checkout. */

import * as v from 'valibot'
import { decode, digest, encode, utf8 } from '../lib/bytes.ts'
import { hmac } from '../schemes/hmac.ts'
import { type Incoming, reject, type Scheme, VERIFIED, type Verdict } from '../schemes/scheme.ts'
import { isOneOf, newSecret, refuseSecret } from '../schemes/secret.ts'
import { idText, optionalId, optionalText, unlessNamed, unlessStatus } from './shared/payload.ts'
import { checkoutExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SIGNATURE = 'x-phonepe-checksum-signature'
const SHA256_BYTES = 32
/** Some deliveries are said to put this word before the hash; the vendor's SDK does not take it. */
const WORD_BEFORE = /^SHA256 (?=[0-9a-f]{64}$)/i
const USER = 'usher_hook'
/** Letters and digits, of which the dashboard takes 20. */
const PASSWORD_LENGTH = 20

const PAID = /^(?:paylink|checkout|pg)\.order\.completed$|^(?:CHECKOUT|PG)_ORDER_COMPLETED$/i
const COMPLETED = 'COMPLETED'

const event = v.looseObject({
  event: optionalText,
  /** The older name of the event, which stands beside it or alone. */
  type: optionalText,
  payload: v.looseObject({
    orderId: optionalId,
    state: optionalText,
  }),
})

const checksum = hmac({ header: SIGNATURE, encoding: 'hex' })

/** The dashboard offers two proofs. Where both arrive the signature decides: it covers the body. */
const scheme: Scheme = {
  title: `HMAC-SHA256 of the body in ${SIGNATURE}, or SHA-256 of user:password in Authorization where that is absent`,
  refuseSecret: (secret) => refuseSecret(secret),
  newSecret: () => `${USER}:${newSecret().slice(0, PASSWORD_LENGTH)}`,
  verify: (incoming, secrets) =>
    incoming.headers.has(SIGNATURE)
      ? checksum.verify(incoming, secrets)
      : verifyPassword(incoming, secrets),
  sign: (outgoing, secret) => checksum.sign(outgoing, secret),
}

export const phonePe = defineSource({
  name: 'phonePe',
  title: 'PhonePe',
  kind: 'shop',
  scheme,
  payload: event,
  submissions: (fields) => {
    const name = fields.event ?? fields.type ?? ''
    const { orderId, state } = fields.payload
    const order = idText(orderId)
    // https://developer.phonepe.com/v1/reference/handling-webhooks-standard-checkout: only the state tells how it ended.
    const skip =
      unlessNamed(name, PAID, 'completed order') ??
      unlessStatus(state, COMPLETED, 'an order whose state')
    return [{ id: order === null ? null : `${name}:${order}`, fields, skip }]
  },
  sample: jsonSample(completedLink),
  setup: [
    'In the PhonePe Business Dashboard switch Test Mode off, open Developer Settings, then Webhook, and choose “Create Webhook”.',
    'Choose HMAC as the authentication type, paste {url} as the Webhook URL and tick paylink.order.completed (for a checkout of your own: checkout.order.completed). Create it, copy the secret key that is shown and store it as {secret}.',
    'Where only user and password are offered, choose both yourself (letters and digits, the password at least 10) and store them in one line as {secret}: the user, a colon, the password.',
    'PhonePe sends no phone number. A program that creates the order or link must put the number, and what tells the group, into metaInfo.udf1 to udf5: they come back in payload.metaInfo. Links typed in the dashboard cannot do that.',
    'Only completed orders are taken. Failed ones, refunds, settlements and disputes are acknowledged and skipped.',
  ],
  fails: [
    'PhonePe waits 3 to 5 seconds for an answer of 2xx.',
    'It announces that an event may come more than once: an order counts once.',
  ],
  phoneless:
    'PhonePe’s webhook has no number in it but the one that your program put into metaInfo.udf1 to udf5 when it created the order.',
  example: checkoutExample('phonePe', {
    phone: 'payload.metaInfo.udf1',
    group: '{payload.metaInfo.udf2}',
  }),
  docs: 'https://developer.phonepe.com/payment-gateway/payment-links/api-reference-payment-links/webhook',
  unconfirmed: [
    'How often PhonePe tries again, and whether it switches a webhook off.',
    'The header of the HMAC: the vendor’s page names the method, and only receivers of others name x-phonepe-checksum-signature.',
    'Whether Authorization ever has the word SHA256 before the hash: it is taken with and without.',
  ],
})

/** https://developer.phonepe.com/v1/docs/handling-webhooks: the hash alone, without Basic or Bearer before it. */
async function verifyPassword({ headers }: Incoming, secrets: readonly string[]): Promise<Verdict> {
  const authorization = headers.get('authorization')
  if (authorization === null) return reject('missing')
  const shown = decode(authorization.replace(WORD_BEFORE, ''), 'hex')
  if (shown?.length !== SHA256_BYTES) return reject('malformed')
  const usable = secrets.filter((secret) => scheme.refuseSecret(secret) === null)
  const hashes = await Promise.all(usable.map((secret) => digest('SHA-256', utf8(secret))))
  const isKnown = await isOneOf(
    encode(shown, 'hex'),
    hashes.map((hash) => encode(hash, 'hex')),
  )
  return isKnown ? VERIFIED : reject('mismatch')
}

function completedLink(id: string, now: number) {
  return {
    event: 'paylink.order.completed',
    payload: {
      merchantId: 'USHERSAMPLE',
      merchantOrderId: id,
      orderId: `OMO-${id}`,
      state: COMPLETED,
      amount: 49900,
      expireAt: now,
      metaInfo: { udf1: '+919800000001', udf2: 'Pune Batch 7' },
      paymentDetails: [
        {
          transactionId: `OM-${id}`,
          paymentMode: 'UPI_INTENT',
          timestamp: now,
          amount: 49900,
          state: COMPLETED,
        },
      ],
    },
  }
}
