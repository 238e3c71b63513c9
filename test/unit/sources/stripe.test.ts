/** Stripe's header when a secret is being rolled, and what people paste in place of the secret. */

import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { stripe } from '../../../src/sources/stripe.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const OLD_SECRET = 'whsec_AbKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NOW = Date.parse('2026-11-20T09:15:04Z')
const BODY = '{"id":"evt_1"}'

const t = `t=${NOW / 1000}`
const [v1, old] = [SECRET, OLD_SECRET].map((secret) => {
  const options = { payload: BODY, secret, timestamp: NOW / 1000 }
  return Stripe.webhooks.generateTestHeaderString(options).split(',')[1] ?? ''
})

const rows: [title: string, header: string, verdict: object][] = [
  ['one signature', `${t},${v1}`, { ok: true }],
  ['two, the right one last', `${t},${old},${v1}`, { ok: true }],
  ['two, the right one first', `${t},${v1},${old}`, { ok: true }],
  ['one of a version for tests beside it', `${t},${v1},v0=${'0'.repeat(64)}`, { ok: true }],
  [
    'only one of another version',
    `${t},${v1?.replace('v1', 'v0')}`,
    { ok: false, reason: 'malformed' },
  ],
  ['only that of another secret', `${t},${old}`, { ok: false, reason: 'mismatch' }],
  ['no time', `${v1}`, { ok: false, reason: 'malformed' }],
  ['two times', `${t},${t},${v1}`, { ok: false, reason: 'malformed' }],
  ['a time of another name', `T${t.slice(1)},${v1}`, { ok: false, reason: 'malformed' }],
  ['nothing but words', 'bad_header', { ok: false, reason: 'malformed' }],
]

test.each(rows)('a header with %s', async (_, header, verdict) => {
  const incoming = {
    method: 'POST',
    url: 'https://usher.example/hooks/checkout',
    headers: new Headers({ 'Stripe-Signature': header }),
    body: utf8(BODY),
    urlSecret: null,
    now: NOW,
  }
  expect(await stripe.scheme.verify(incoming, [SECRET])).toEqual(verdict)
})

test('an API key is not taken for the signing secret', () => {
  for (const key of ['sk_live_', 'rk_test_', 'pk_live_']) {
    expect(stripe.scheme.refuseSecret(`${key}51MfKQ9r8GKYqrTwjUPD8ILP`)).toContain('API key')
  }
  expect(stripe.scheme.refuseSecret(SECRET)).toBeNull()
  expect(stripe.scheme.newSecret()).toMatch(/^whsec_[0-9a-f]{64}$/)
})
