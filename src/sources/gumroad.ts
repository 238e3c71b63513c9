/** Gumroad: its Ping, a form for each sale. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { bracketForm, bracketSample } from './shared/brackets.ts'
import type { JsonObject } from './shared/payload.ts'
import { hookExample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SALE = 'sale'
/** A label with brackets of its own: no nesting, but still an answer. */
const CUSTOM_FIELD = /^custom_fields\[(.+)\]$/s

const ping = v.pipe(
  bracketForm,
  v.transform(withCustomFields),
  v.looseObject({
    // Also the name of a custom field that the seller may have made: then it is not for us to guess which is which.
    sale_id: v.pipe(v.string(), v.nonEmpty()),
    resource_name: v.optional(v.string(), SALE),
    test: v.optional(v.string()),
    refunded: v.optional(v.string()),
    disputed: v.optional(v.string()),
    dispute_won: v.optional(v.string()),
    is_recurring_charge: v.optional(v.string()),
  }),
)

export const gumroad = defineSource({
  name: 'gumroad',
  title: 'Gumroad',
  kind: 'shop',
  // It signs nothing and sets no header.
  scheme: urlToken,
  accepts: ['form'],
  payload: ping,
  submissions: (fields) => {
    const skip = reasonToSkip(fields)
    // `retry_count` grows from try to try, and is no part of it.
    const id = `${fields.resource_name}:${fields.sale_id}`
    return [{ id, fields, skip }]
  },
  sample: bracketSample(sale),
  setup: [
    'In Gumroad open Settings, then Advanced, and paste {url} with a slash and the value of {secret} at its end as the Ping endpoint. Gumroad cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Edit the product’s checkout and add a text field, such as “WhatsApp number”, and a checkbox for the consent. The hook reads them as custom_fields, by their labels.',
    '“Send test ping” is acknowledged and skipped: try it with a purchase of your own, with a discount code for 100%.',
  ],
  fails: [
    'Gumroad waits 5 seconds.',
    'Do not count on a retry: its page says once an hour for three hours, while its code tries again only after a few kinds of errors, within a quarter of an hour.',
  ],
  phoneless:
    'Gumroad asks buyers for no phone number by itself: add a custom field to the product’s checkout.',
  example: hookExample('gumroad', {
    field: 'custom_fields.Add me to the WhatsApp group',
    phone: 'custom_fields.WhatsApp number',
    group: '{product_name}',
  }),
  docs: 'https://gumroad.com/ping',
  unconfirmed: [
    'What a ticked checkbox is sent as: true, on and its label would all do.',
    'Whether and when Gumroad tries again: its page and its code differ.',
  ],
})

function withCustomFields(form: JsonObject): JsonObject {
  const { custom_fields: nested, ...rest } = form
  const labelled = Object.entries(rest).flatMap(([name, value]) => {
    const label = CUSTOM_FIELD.exec(name)?.[1]
    return label === undefined ? [] : [[label, value] as const]
  })
  if (labelled.length === 0) return form
  const own = typeof nested === 'object' && nested !== null ? Object.entries(nested) : []
  return { ...rest, custom_fields: Object.fromEntries([...labelled, ...own]) }
}

function reasonToSkip(fields: v.InferOutput<typeof ping>): string | null {
  if (fields.test === 'true') return 'a test'
  if (fields.resource_name !== SALE) return `${fields.resource_name} adds no person`
  if (fields.refunded === 'true') return 'a sale that was refunded'
  if (fields.disputed === 'true' && fields.dispute_won !== 'true') return 'a sale in dispute'
  return fields.is_recurring_charge === 'true' ? 'a renewal: the buyer joined at first' : null
}

function sale(id: string, now: number) {
  return {
    seller_id: 'usher-sample-seller==',
    sale_id: id,
    sale_timestamp: new Date(now).toISOString(),
    order_number: '700123456',
    product_id: 'usher-sample-product==',
    product_name: 'Pune Batch 7',
    permalink: 'pune7',
    email: 'asha@example.com',
    full_name: 'Asha Rao',
    price: '17000',
    currency: 'inr',
    quantity: '1',
    refunded: 'false',
    resource_name: SALE,
    custom_fields: {
      'WhatsApp number': '98000 00001',
      'Add me to the WhatsApp group': 'true',
    },
  }
}
