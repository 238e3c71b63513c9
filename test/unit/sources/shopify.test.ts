/** What Shopify sends that adds no person, and what tells it. */

import { expect, test } from 'vitest'
import { shopify } from '../../../src/sources/shopify.ts'

const order = { id: 1, phone: '+919800000011', test: false }
const redact = { shop_id: 1, customer: { phone: '+919800000011' }, orders_to_redact: [1] }

const rows: [title: string, body: object, headers: Record<string, string>, skipped: boolean][] = [
  ['an order is taken', order, { 'X-Shopify-Topic': 'orders/paid' }, false],
  ['an order without a topic is taken', order, {}, false],
  ['an order of a test gateway is skipped', { ...order, test: true }, {}, true],
  [
    'a test notification is skipped, whatever its body',
    { id: 1 },
    { 'X-Shopify-Test': 'true' },
    true,
  ],
  ['a mark that says it is no test is verified', order, { 'X-Shopify-Test': 'false' }, false],
  ['a deletion is skipped', { id: 1 }, { 'X-Shopify-Topic': 'customers/delete' }, true],
  [
    'a request for data is skipped',
    { id: 1 },
    { 'X-Shopify-Topic': 'customers/data_request' },
    true,
  ],
  ['a closed shop is skipped', { shop_id: 1 }, { 'X-Shopify-Topic': 'shop/redact' }, true],
  ['an erasure is skipped by what it asks, since its topic is not signed', redact, {}, true],
]

test.each(rows)('%s', (_, body, headers, skipped) => {
  const reading = shopify.read(body, new Headers(headers))
  expect(reading.ok).toBe(true)
  if (!reading.ok) return
  expect(reading.submissions).toHaveLength(1)
  expect(reading.submissions[0]?.skip !== undefined).toBe(skipped)
  expect(reading.submissions[0]?.fields).toEqual(body)
})
