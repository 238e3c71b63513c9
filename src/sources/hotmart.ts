/** Hotmart: purchases of courses and other digital products, by webhook 2.0.0. */

import * as v from 'valibot'
import { headerToken } from '../schemes/token.ts'
import { idText, optionalId, optionalObject, optionalText, unlessNamed } from './shared/payload.ts'
import { checkoutExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** Also sent when the guarantee ends, as PURCHASE_COMPLETE: the same sale again. */
const PAID = 'PURCHASE_APPROVED'
/** The product of the deliveries that the test button makes up. */
const TEST_PRODUCT = '0'
const TEST_BUYER = /^testecomprador.*@example\.com$/i

const event = v.looseObject({
  id: optionalId,
  event: v.string(),
  data: v.looseObject({
    product: optionalObject({ id: optionalId }),
    buyer: optionalObject({
      email: optionalText,
      checkout_phone_code: optionalId,
      checkout_phone: optionalId,
      address: optionalObject({ country_iso: optionalText }),
    }),
    purchase: optionalObject({
      transaction: optionalText,
      checkout_country: optionalObject({ iso: optionalText }),
    }),
  }),
})

export const hotmart = defineSource({
  name: 'hotmart',
  title: 'Hotmart',
  kind: 'shop',
  scheme: headerToken('X-HOTMART-HOTTOK'),
  secretMembers: ['hottok'],
  payload: event,
  submissions: (body) => {
    // The token that proves the request may stand in the body as well.
    const { hottok: _, ...fields } = body
    const { product, buyer, purchase } = body.data
    const isTest = idText(product?.id) === TEST_PRODUCT || TEST_BUYER.test(buyer?.email ?? '')
    const phone = [buyer?.checkout_phone_code, buyer?.checkout_phone].map((part) => part ?? '')
    const country = buyer?.address?.country_iso ?? purchase?.checkout_country?.iso ?? null
    return [
      {
        id: idText(body.id) ?? idText(purchase?.transaction),
        // With the country in which it is dialled, as `phone()` reads it.
        fields: { ...fields, buyer_phone: { phone: phone.join(''), country } },
        skip: unlessNamed(body.event, PAID, 'approved purchase') ?? (isTest ? 'a test' : null),
      },
    ]
  },
  sample: jsonSample(approved, { moved: { 'buyer_phone.phone': 'data.buyer.checkout_phone' } }),
  setup: [
    'In Hotmart open Tools, then Webhook (API and notifications), and register a new webhook: choose the product, version 2.0.0 and the event “Purchase approved” alone.',
    'Paste {url} as the URL for receiving the data.',
    'Copy the account’s Hottok, which the same page shows, and store it as {secret}. Hotmart sends it with every request; only its support can change it.',
    'The hook reads buyer_phone, the number that the buyer gave at the checkout with the buyer’s country, and the body as Hotmart sends it: data.product.name tells what was bought.',
    'Refunds, chargebacks, cancellations, printed boletos, abandoned carts and the test button are acknowledged and skipped. A purchase counts when it is approved; when its guarantee ends Hotmart tells of it again, which is skipped.',
  ],
  fails: [
    'Answers other than 2xx are listed as failures in the webhook’s history, which is kept for 60 days.',
  ],
  example: checkoutExample('hotmart', {
    phone: 'buyer_phone',
    country: 'BR',
    group: '{data.product.name}',
  }),
  docs: 'https://developers.hotmart.com/docs/en/2.0.0/webhook/purchase-webhook',
  unconfirmed: [
    'When and how often Hotmart tries again, and how long it waits.',
    'Whether checkout_phone_code is the country’s code or a Brazilian area code: what stands in it is put before the number, and phone() reads both.',
    'How a renewal of a subscription is told from its first payment: it comes as PURCHASE_APPROVED, too, and adds no person twice.',
    'Where exactly the dashboard shows the Hottok.',
  ],
})

function approved(id: string, now: number) {
  return {
    id,
    creation_date: now,
    event: PAID,
    version: '2.0.0',
    data: {
      product: { id: 700001, name: 'Turma 7' },
      buyer: {
        name: 'Ana Souza',
        first_name: 'Ana',
        last_name: 'Souza',
        email: 'ana@example.com',
        checkout_phone_code: '',
        checkout_phone: '11912345601',
        address: { country: 'Brasil', country_iso: 'BR' },
      },
      purchase: {
        transaction: `HP-${id}`,
        status: 'APPROVED',
        approved_date: now,
        price: { value: 499, currency_value: 'BRL' },
        checkout_country: { name: 'Brasil', iso: 'BR' },
      },
    },
  }
}
