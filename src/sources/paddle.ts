/** Paddle Billing: transactions and subscriptions. */

import * as v from 'valibot'
import { hmac, timestampThenBody } from '../schemes/hmac.ts'
import { newSecret } from '../schemes/secret.ts'
import { optionalText } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SECRET_PREFIX = 'pdl_ntfset_'
/** Keys of the API, and tokens of a website: what people paste by mistake. */
const API_KEY = /^(?:pdl_(?:live|sdbx)_|live_|test_)/
const NOT_JOINING = /\.(?:canceled|paused|past_due|payment_failed)$|^adjustment\./

/** Of transactions and subscriptions: `transaction.updated` comes for each. */
const NOT_PAID = new Set(['draft', 'ready', 'billed', 'past_due', 'canceled', 'paused'])

const event = v.looseObject({
  event_id: v.pipe(v.string(), v.nonEmpty()),
  event_type: v.string(),
  data: v.looseObject({ status: optionalText }),
})

// The whole text is the key, prefix and all. The vendor's SDK allows 5 s, which a slow network or a clock that is off would use up.
const scheme = hmac({
  header: 'Paddle-Signature',
  encoding: 'hex',
  signed: timestampThenBody(':'),
  timestamp: { pair: 'ts', signature: 'h1', separator: ';' },
  flawOf: (secret) =>
    API_KEY.test(secret)
      ? `is an API key; the secret of a destination starts with ${SECRET_PREFIX}`
      : null,
  newSecret: () => SECRET_PREFIX + newSecret(),
})

export const paddle = defineSource({
  name: 'paddle',
  title: 'Paddle',
  kind: 'shop',
  scheme,
  payload: event,
  // Not `notification_id`: each destination has one of its own for the same event.
  submissions: (fields) => {
    const { event_id: id, event_type: name, data } = fields
    const isUnpaid = data.status && NOT_PAID.has(data.status)
    const unpaid = isUnpaid ? `${name} with the status ${data.status}` : null
    return [{ id, fields, skip: NOT_JOINING.test(name) ? `${name} adds no person` : unpaid }]
  },
  sample: jsonSample(completedTransaction),
  setup: [
    'In Paddle open Developer tools, then Notifications, and choose “New destination” of the type webhook.',
    'Paste {url} as the URL and choose the event transaction.completed.',
    'Save, open the destination again, copy its secret key (it starts with pdl_ntfset_) and store it as {secret}.',
    'Paddle asks for no phone number. Ask for it on your own page, and hand it to the checkout: Paddle.Checkout.open({ items, customData: { phone, group } }). It comes back as data.custom_data.',
  ],
  fails: [
    'Paddle waits 5 seconds, and takes only 200 for an answer.',
    'It tries again for three days, up to 60 times; in its sandbox three times in a quarter of an hour.',
  ],
  phoneless:
    'Paddle’s customers have no phone number: your own page asks for it and hands it to the checkout as customData.',
  example: hookExample('paddle', {
    attested: 'Ticked beside the number: “Add me to the WhatsApp group”',
    when: "(event) => event.event_type === 'transaction.completed'",
    phone: 'data.custom_data.phone',
    group: '{data.custom_data.group}',
  }),
  docs: 'https://developer.paddle.com/webhooks/signature-verification',
  unconfirmed: [
    'Whether a retry is signed with a new time. If it is not, give the hook a tolerance of 259200 seconds: retries go on for three days.',
    'By what a simulated event can be told from a real one: use a destination of its own for the simulator.',
  ],
})

function completedTransaction(id: string, now: number) {
  const time = new Date(now).toISOString()
  return {
    event_id: `evt_${id}`,
    event_type: 'transaction.completed',
    occurred_at: time,
    notification_id: `ntf_${id}`,
    data: {
      id: `txn_${id}`,
      status: 'completed',
      customer_id: 'ctm_01ushersample',
      currency_code: 'INR',
      custom_data: { phone: '+919800000001', group: 'Pune Batch 7' },
      items: [{ price: { product_id: 'pro_01ushersample' }, quantity: 1 }],
      created_at: time,
    },
  }
}
