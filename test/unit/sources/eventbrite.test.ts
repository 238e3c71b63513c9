/** Eventbrite's address of an order: only its number is used, and the token goes to one host. */

import { expect, it } from 'vitest'
import { eventbrite } from '../../../src/sources/eventbrite.ts'

function read(api_url: unknown, action = 'order.placed') {
  return eventbrite.read({ api_url, config: { action } }, new Headers())
}

it.each([
  'https://www.eventbriteapi.com/v3/orders/7/',
  'https://www.eventbriteapi.com/v3/orders/7',
])('%s is an order', async (api_url) => {
  const reading = read(api_url)
  expect(reading).toMatchObject({ ok: true, submissions: [{ id: 'order.placed 7' }] })
})

it.each([
  'https://evil.example/v3/orders/7/',
  'https://www.eventbriteapi.com.evil.example/v3/orders/7/',
  'https://www.eventbriteapi.com@evil.example/v3/orders/7/',
  'http://www.eventbriteapi.com/v3/orders/7/',
  'https://www.eventbriteapi.com/v3/orders/../users/me/',
  'https://www.eventbriteapi.com/v3/orders/7/?token=x',
  'https://www.eventbriteapi.com/v3/events/7/',
  'https://www.eventbriteapi.com/v3/orders/7/\n',
  '',
  null,
])('%j is none, and is held', (api_url) => {
  expect(read(api_url)).toMatchObject({ ok: false })
})
