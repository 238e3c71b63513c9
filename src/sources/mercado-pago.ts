/** Mercado Pago: payments in Latin America. The webhook has only ids; the payment is looked up. */

import * as v from 'valibot'
import { textOf, utf8 } from '../lib/bytes.ts'
import { hmac, type SignedParts } from '../schemes/hmac.ts'
import { type Incoming, type Outgoing, reject, type Scheme } from '../schemes/scheme.ts'
import { askVendor } from './shared/ask-vendor.ts'
import {
  idIn,
  idSchema,
  idText,
  type JsonObject,
  jsonObject,
  numberId,
  onlyEvent,
  optionalId,
  optionalText,
  unlessStatus,
} from './shared/payload.ts'
import { checkoutExample, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const TITLE = 'Mercado Pago'
const API = 'https://api.mercadopago.com/v1/payments'
const SIGNATURE = 'x-signature'
const REQUEST_ID = 'x-request-id'
const ID = 'data.id'
const EVENT = 'payment'
const APPROVED = 'approved'
/** The vendor's SDK reads seconds; samples with milliseconds are about. */
const MILLISECONDS = /(?:^|,)ts=\d{13}(?:,|$)/
/** Retries come for days, and no page says that they are signed anew. A replay changes nothing: the payment is looked up. */
const TOLERANCE_SECONDS = 4 * 24 * 3600

/** https://www.mercadopago.com/developers/en/docs/checkout-pro/payment-notifications: what is missing is left out with its name. */
const inSeconds = manifest('s')
const inMilliseconds = manifest('ms')

/** The body is not signed: what is read of it must be what the signed query says. */
const scheme: Scheme = {
  ...inSeconds,
  async verify(incoming, secrets, toleranceSeconds) {
    const isMs = MILLISECONDS.test(incoming.headers.get(SIGNATURE) ?? '')
    const verdict = await (isMs ? inMilliseconds : inSeconds).verify(
      incoming,
      secrets,
      toleranceSeconds,
    )
    if (!verdict.ok) return verdict
    return idOf(incoming) === signedId(incoming.url) ? verdict : reject('mismatch')
  },
  async sign(outgoing, secret) {
    const id = idOf(outgoing)
    if (id === undefined) throw new TypeError('The body names nothing by data.id')
    const query = { [ID]: id, type: EVENT }
    const headers = new Headers(outgoing.headers)
    const requestId = headers.get(REQUEST_ID) ?? outgoing.id
    headers.set(REQUEST_ID, requestId)
    const url = `${outgoing.url}?${new URLSearchParams(query)}`
    const proof = await inSeconds.sign({ ...outgoing, url, headers }, secret)
    return { headers: { ...proof.headers, [REQUEST_ID]: requestId }, query }
  },
}

/** Of other events too, whose ids may have letters. */
const named = v.pipe(v.string(), v.parseJson(), v.object({ data: v.object({ id: idSchema }) }))

const notification = v.looseObject({
  id: optionalId,
  live_mode: v.nullish(v.boolean(), true),
  action: optionalText,
  data: v.looseObject({ id: numberId }),
})

/** What of a payment is kept: who paid for what, and nothing of the card. */
const PAYMENT_NAMES = [
  'id',
  'status',
  'status_detail',
  'description',
  'external_reference',
  'metadata',
  'payer',
  'additional_info',
  'transaction_amount',
  'currency_id',
] as const

export const mercadoPago = defineSource({
  name: 'mercadoPago',
  title: TITLE,
  kind: 'shop',
  scheme,
  payload: onlyEvent('type', EVENT, notification),
  submissions: (event) => {
    if ('other' in event) return [{ id: null, fields: {}, skip: `${event.other} is no payment` }]
    const { id: own, action, live_mode, data } = event.ours
    return [
      {
        // A payment changes more than once under one action: the notification’s own id tells which.
        id: [data.id, action ?? '', idText(own) ?? ''].join(':'),
        fields: event.ours,
        skip: live_mode === false ? 'a payment of test mode' : null,
      },
    ]
  },
  async lookUp(fields, tools) {
    const read = v.safeParse(notification, fields)
    if (!read.success) return { ok: false, message: `${TITLE} named no payment.` }
    const { payment: _, ...said } = read.output
    const url = `${API}/${said.data.id}`
    const found = await askVendor(tools, {
      title: TITLE,
      url,
      what: 'a payment',
      shape: jsonObject,
    })
    if (!found.ok) return found
    const skip = unlessStatus(idIn(found.value, 'status'), APPROVED, 'a payment whose status')
    const payment = paymentOf(found.value, skip === null)
    return { ok: true, fields: { ...said, payment }, skip }
  },
  sample: jsonSample(updated),
  setup: [
    'In Mercado Pago’s developer panel open “Your integrations”, your application, then Webhooks, then “Configure notifications”. Paste {url} as the production URL and tick Payments alone.',
    'Copy the secret signature that the same page shows and store it as {secret}.',
    'Under “Production credentials” copy the Access Token and store it as {apiToken}: the webhook has only an id, and Usher looks the payment up.',
    'The payer’s phone is mostly empty. Let your program put the number into the preference’s metadata when it creates it, such as metadata.whatsapp, and what tells the group into external_reference: the hook reads them in payment.metadata and payment.external_reference.',
    'Keep the `when` of the example. A payment that is not approved, or was refunded, is told without its person, so that no hook can invite from it; without the `when` it is held.',
    'Payments of test mode are acknowledged and skipped.',
  ],
  fails: [
    'Mercado Pago wants 200 or 201. It is said to wait 22 seconds and to try again for some days.',
    'Notifications of QR codes are not signed, and are refused.',
  ],
  phoneless:
    'Mercado Pago’s webhook carries an id only, and its payments seldom have a phone. With an access token Usher looks the payment up and reads what your program put into its metadata.',
  example: checkoutExample('mercadoPago', {
    phone: 'payment.metadata.whatsapp',
    country: 'MX',
    group: '{payment.external_reference}',
  }),
  docs: 'https://www.mercadopago.com/developers/en/docs/checkout-pro/payment-notifications',
  unconfirmed: [
    'How long Mercado Pago waits and how often it tries again, and whether a retry is signed with a new time: one of the same time is taken for four days.',
    'Whether the time is ever in milliseconds: its length decides.',
    'That ids with letters are signed in lower case, which others report; payments have digits only.',
  ],
})

/** What of a payment is told: of one that is not approved only its status, so that no hook can invite from it. */
function paymentOf(payment: JsonObject, isApproved: boolean): JsonObject {
  const names = isApproved ? PAYMENT_NAMES : PAYMENT_NAMES.slice(0, 3)
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(payment, name)).map((name) => [name, payment[name]]),
  )
}

function manifest(unit: 's' | 'ms'): Scheme {
  return hmac({
    header: SIGNATURE,
    encoding: 'hex',
    signed: signedText,
    timestamp: { pair: 'ts', signature: 'v1', unit, toleranceSeconds: TOLERANCE_SECONDS },
    title: 'HMAC-SHA256 of payment, request and time in x-signature',
  })
}

function signedText({ url, headers, timestamp }: SignedParts) {
  const parts = [
    ['id', signedId(url)],
    ['request-id', headers.get(REQUEST_ID)],
    ['ts', timestamp],
  ]
  return utf8(parts.map(([name, value]) => (value === null ? '' : `${name}:${value};`)).join(''))
}

/** Null where the query has none, or two. */
function signedId(url: string): string | null {
  const [only, ...others] = new URL(url).searchParams.getAll(ID)
  return only === undefined || others.length > 0 ? null : only.toLowerCase()
}

/** The id in the body, as the query would have it; undefined where there is none. */
function idOf({ body }: Incoming | Outgoing): string | undefined {
  const read = v.safeParse(named, textOf(body))
  return read.success ? read.output.data.id.toLowerCase() : undefined
}

function updated(sample: string, now: number) {
  return {
    id: serial(`notification ${sample}`),
    live_mode: true,
    type: EVENT,
    date_created: new Date(now).toISOString(),
    user_id: 44444,
    api_version: 'v1',
    action: 'payment.updated',
    data: { id: String(serial(sample)) },
  }
}
