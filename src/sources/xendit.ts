/** Xendit: paid invoices and payment links. The webhook has no number; the invoice is looked up. */

import * as v from 'valibot'
import { encode, utf8 } from '../lib/bytes.ts'
import { headerToken } from '../schemes/token.ts'
import { askVendor } from './shared/ask-vendor.ts'
import { idIn, jsonObject, onlyEvent, unlessStatus } from './shared/payload.ts'
import { checkoutExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const TITLE = 'Xendit'
const API = 'https://api.xendit.co/v2/invoices'
/** SETTLED is the same invoice again, once its money was paid out. */
const PAID = /^(?:PAID|SETTLED)$/i
const WHOSE = 'an invoice whose status'
/** As it goes into a path. */
const ID = /^[A-Za-z0-9_-]{1,64}$/

const invoice = v.looseObject({
  id: v.pipe(v.string(), v.regex(ID, 'Expected the id of an invoice')),
  status: v.string(),
})

export const xendit = defineSource({
  name: 'xendit',
  title: TITLE,
  kind: 'shop',
  scheme: headerToken('x-callback-token'),
  payload: onlyEvent('status', PAID, invoice),
  submissions: (event) => {
    if ('other' in event) {
      return [{ id: null, fields: {}, skip: unlessStatus(event.other, PAID, WHOSE) }]
    }
    return [{ id: event.ours.id, fields: event.ours }]
  },
  async lookUp(fields, tools) {
    const found = v.safeParse(invoice, fields)
    if (!found.success) return { ok: false, message: `${TITLE} named no invoice.` }
    const { id } = found.output
    const headers = { authorization: `Basic ${encode(utf8(`${tools.token}:`), 'base64')}` }
    const url = `${API}/${id}`
    const asked = { title: TITLE, url, headers, what: 'an invoice', shape: jsonObject }
    const answer = await askVendor(tools, asked)
    if (!answer.ok) return answer
    // Of what was found before nothing stays but what the webhook said.
    const { invoice: _, ...said } = found.output
    // Nothing of the webhook is signed: the API's word decides.
    const skip = unlessStatus(idIn(answer.value, 'status'), PAID, WHOSE)
    return { ok: true, fields: { ...said, id, invoice: answer.value }, skip }
  },
  sample: jsonSample(paidInvoice),
  setup: [
    'In the Xendit dashboard open Settings, then Webhooks. Paste {url} for “Invoices paid” and save it with “Test and save”; the test’s invoice cannot be looked up and is held once.',
    'On the same page copy the Webhook Verification Token and store it as {secret}.',
    'Under API Keys make a secret key that may read money-in products alone, and store it as {apiToken}: the webhook has no number, and Usher looks the invoice up.',
    'The hook reads the webhook’s members and invoice, the invoice as Xendit’s API gives it: the number is invoice.customer.mobile_number where the invoice or payment link asked for it, and description or external_id tells the group.',
    'Invoices that expired are acknowledged and skipped.',
  ],
  fails: ['Xendit waits 30 seconds and tries again for a day.'],
  phoneless:
    'Xendit’s webhook has no number in it. With a secret key Usher looks the invoice up, and the number is there where the invoice has a customer.',
  example: checkoutExample('xendit', {
    phone: 'invoice.customer.mobile_number',
    country: 'ID',
    group: '{description}',
  }),
  docs: 'https://docs.xendit.co/apidocs/set-webhook-url',
  unconfirmed: [
    'The 30 seconds and the day of retries, which a page on payouts tells.',
    'What exactly the dashboard’s test sends.',
    'Events of the newer Payments API have another shape: they are held.',
  ],
})

function paidInvoice(id: string, now: number) {
  const at = new Date(now).toISOString()
  return {
    id,
    external_id: `order-${id}`,
    user_id: 'usher-sample',
    status: 'PAID',
    merchant_name: 'Usher',
    amount: 250000,
    paid_amount: 250000,
    payer_email: 'sari@example.com',
    description: 'Jakarta Batch 7',
    created: at,
    updated: at,
    paid_at: at,
    currency: 'IDR',
    payment_method: 'QR_CODE',
    payment_channel: 'QRIS',
  }
}
