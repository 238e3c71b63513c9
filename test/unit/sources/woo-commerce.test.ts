/** WooCommerce's unsigned ping, which gets 200 and nothing else, and its secrets, whose entities are decoded. */

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import type { Incoming } from '../../../src/schemes/scheme.ts'
import { wooCommerce } from '../../../src/sources/woo-commerce.ts'

const FORM = 'application/x-www-form-urlencoded'

function post(body: string, headers: Record<string, string>, method = 'POST'): Incoming {
  return {
    method,
    url: 'https://usher.example/hooks/shop',
    headers: new Headers(headers),
    body: utf8(body),
    urlSecret: null,
    now: Date.parse('2026-11-20T09:15:04Z'),
  }
}

describe('the ping', () => {
  const form = { 'content-type': FORM }
  test.each([
    ['a webhook’s number', 'webhook_id=4', form],
    ['a long number', 'webhook_id=18446744073709551615', form],
    ['a charset', 'webhook_id=4', { 'content-type': `${FORM}; charset=UTF-8` }],
  ])('with %s is answered 200, without a word', async (_, body, headers) => {
    const answer = await wooCommerce.handshake?.(post(body, headers), [])
    expect(answer?.status).toBe(200)
    expect(await answer?.text()).toBe('')
    expect([...(answer?.headers ?? [])]).toEqual([])
  })

  const signed = { ...form, 'X-WC-Webhook-Signature': 'AAAA' }
  test.each([
    ['no number', 'webhook_id=', form],
    ['a word for a number', 'webhook_id=four', form],
    ['digits of another script', 'webhook_id=४', form],
    ['a number beyond all numbers', `webhook_id=${'9'.repeat(21)}`, form],
    ['something after it', 'webhook_id=4&id=5', form],
    ['something before it', 'id=5&webhook_id=4', form],
    ['a line after it', 'webhook_id=4\n', form],
    ['another name', 'webhook_ids=4', form],
    ['a name in capitals', 'WEBHOOK_ID=4', form],
    ['an escaped number', 'webhook_id=%34', form],
    ['nothing in it', '', form],
    ['a signature', 'webhook_id=4', signed],
    ['JSON as its type', 'webhook_id=4', { 'content-type': 'application/json' }],
    ['a type that only begins alike', 'webhook_id=4', { 'content-type': `${FORM}2` }],
    ['no type', 'webhook_id=4', {}],
    ['an order in it', '{"id":4}', { 'content-type': 'application/json' }],
  ])('with %s is no ping', (_, body, headers) => {
    expect(wooCommerce.handshake?.(post(body, headers), [])).toBeNull()
  })

  test('by another method is no ping', () => {
    expect(wooCommerce.handshake?.(post('webhook_id=4', form, 'PUT'), [])).toBeNull()
  })
})

test.each([
  ['of plain letters', 'abcdefghijklmnop', 'abcdefghijklmnop'],
  ['with named entities', 'key &amp; &lt;b&gt; &quot;c&quot; of clay', 'key & <b> "c" of clay'],
  [
    'with numbered entities',
    '&#039;&#39;&#x27;&#X27;&#034;&#x22;&#38;&#060; of clay',
    `''''""&< of clay`,
  ],
  [
    'whose entity is itself escaped, once',
    '&amp;lt; and so on, at length',
    '&lt; and so on, at length',
  ],
  [
    'with entities that WordPress leaves alone',
    '&AMP;&copy;&#65;&nbsp;&amp and so on',
    '&AMP;&copy;&#65;&nbsp;&amp and so on',
  ],
])('a secret %s is the key that WordPress signs with', async (_, secret, key) => {
  const signature = createHmac('sha256', key).update('{"id":4}').digest('base64')
  const incoming = post('{"id":4}', { 'X-WC-Webhook-Signature': signature })
  expect(await wooCommerce.scheme.verify(incoming, [secret])).toEqual({ ok: true })
  const outgoing = { ...incoming, id: '1' }
  expect((await wooCommerce.scheme.sign(outgoing, secret)).headers).toEqual({
    'X-WC-Webhook-Signature': signature,
  })
})

test('a secret that is long only for its entities is refused', () => {
  expect(wooCommerce.scheme.refuseSecret('&quot;&amp;&lt;&gt;&quot;')).not.toBeNull()
})
