/** Flutterwave: charges of its versions 3 and 4 in Africa. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import type { Scheme } from '../schemes/scheme.ts'
import { headerToken } from '../schemes/token.ts'
import { idText, optionalId, optionalText, unlessNamed, unlessStatus } from './shared/payload.ts'
import { checkoutExample, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SIGNATURE = 'flutterwave-signature'
const SHOWN = 'verif-hash'
const PAID_EVENT = 'charge.completed'
/** A completed charge may have failed: version 3 spells success in the first way, version 4 in the second. */
const IS_PAID = /^(?:successful|succeeded)$/i

const event = v.looseObject({
  /** Version 3. */
  event: optionalText,
  /** Version 4. */
  type: optionalText,
  data: v.looseObject({
    id: optionalId,
    status: optionalText,
  }),
})

const signed = hmac({ header: SIGNATURE, encoding: 'base64' })
const shown = headerToken(SHOWN)

/** Where both arrive the signature decides: it covers the body. */
const scheme: Scheme = {
  ...shown,
  title: `HMAC-SHA256 of the body in ${SIGNATURE}, or the secret in ${SHOWN} where that is absent`,
  verify: (incoming, secrets) =>
    incoming.headers.has(SIGNATURE)
      ? signed.verify(incoming, secrets)
      : shown.verify(incoming, secrets),
  sign: (outgoing, secret) => signed.sign(outgoing, secret),
}

export const flutterwave = defineSource({
  name: 'flutterwave',
  title: 'Flutterwave',
  kind: 'shop',
  scheme,
  payload: event,
  submissions: (fields) => {
    const name = fields.event ?? fields.type ?? ''
    const { id, status } = fields.data
    const charge = idText(id)
    const skip =
      unlessNamed(name, PAID_EVENT, 'completed charge') ??
      unlessStatus(status, IS_PAID, 'a charge whose status')
    return [{ id: charge === null ? null : `${name}:${charge}:${status ?? ''}`, fields, skip }]
  },
  sample: jsonSample(completedCharge),
  setup: [
    'In the Flutterwave dashboard switch to Live, open Settings, then Webhooks, and paste {url} as the URL.',
    'As the secret hash paste the value of {secret}, switch retries on if the page offers it, and save.',
    'Ask for the phone number at the checkout: the hook reads data.customer.phone_number. What tells the group your program puts into tx_ref (version 3), reference or meta (version 4).',
    'Numbers come as they were typed, mostly without a country code: give phone() your country.',
    'A completed charge counts only when its status says that it was paid. Failed charges, refunds, chargebacks and transfers are acknowledged and skipped.',
  ],
  fails: ['Flutterwave takes 200, and tries again only where retries are switched on.'],
  example: checkoutExample('flutterwave', {
    phone: 'data.customer.phone_number',
    country: 'NG',
    group: 'Lagos Cohort 7',
  }),
  docs: 'https://developer.flutterwave.com/docs/webhooks',
  unconfirmed: [
    'How long Flutterwave waits; a time-out of 60 seconds and three retries half an hour apart have been named.',
    'Where version 4 has the customer’s number: its samples have none. Let your program put it into meta.',
    'Whether version 4 shows the secret in verif-hash where it does not sign: both are taken.',
  ],
})

function completedCharge(id: string, now: number) {
  return {
    event: PAID_EVENT,
    data: {
      id: serial(id),
      tx_ref: id,
      flw_ref: `FLW-${id}`,
      amount: 5000,
      currency: 'NGN',
      status: 'successful',
      payment_type: 'card',
      created_at: new Date(now).toISOString(),
      customer: {
        id: 1,
        name: 'Ada Obi',
        phone_number: '08031234501',
        email: 'ada@example.com',
        created_at: new Date(now).toISOString(),
      },
    },
  }
}
