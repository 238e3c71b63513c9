/** HubSpot's signatures where several stand side by side, where URLs have escapes, and against a hash's own weakness. */

import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../../src/lib/bytes.ts'
import type { Incoming } from '../../../src/schemes/scheme.ts'
import { hubspotSignature, hubspotWorkflow } from '../../../src/sources/hubspot.ts'

const SECRET = '2f6c1c3e-54d1-4b7e-9a52-6ad3c0f1b7d8'
const NOW = Date.parse('2026-11-20T09:15:04Z')
const OLD = NOW - 3_600_000
const BODY = '[{"eventId":1}]'
const URL_OF_HOOK = 'https://usher.example/hooks/crm'

function incoming(headers: Record<string, string>, changes: Partial<Incoming> = {}): Incoming {
  return {
    method: 'POST',
    url: URL_OF_HOOK,
    headers: new Headers(headers),
    body: utf8(BODY),
    urlSecret: null,
    now: NOW,
    ...changes,
  }
}

function v3(time: number, signedUrl = URL_OF_HOOK, secret = SECRET) {
  const text = `POST${signedUrl}${BODY}${time}`
  return {
    'X-HubSpot-Request-Timestamp': String(time),
    'X-HubSpot-Signature-v3': createHmac('sha256', secret).update(text).digest('base64'),
  }
}

function hash(version: string, text: string) {
  return {
    'X-HubSpot-Signature-Version': version,
    'X-HubSpot-Signature': createHash('sha256').update(text).digest('hex'),
  }
}

const V1 = hash('v1', SECRET + BODY)
const V2 = hash('v2', `${SECRET}POST${URL_OF_HOOK}${BODY}`)

describe('of several signatures', () => {
  const rows: [title: string, headers: Record<string, string>, verdict: object][] = [
    ['v3 alone is verified', v3(NOW), { ok: true }],
    ['v1 alone is verified', V1, { ok: true }],
    ['v2 alone is verified', V2, { ok: true }],
    ['v3 is verified beside v1, as HubSpot sends them', { ...v3(NOW), ...V1 }, { ok: true }],
    [
      'v3 is verified beside a wrong v1',
      { ...v3(NOW), ...hash('v1', 'something else') },
      { ok: true },
    ],
    [
      'a stale v3 is not rescued by the v1 beside it',
      { ...v3(OLD), ...V1 },
      { ok: false, reason: 'stale' },
    ],
    [
      'a wrong v3 is not rescued by the v1 beside it',
      { ...v3(NOW, URL_OF_HOOK, 'of-somebody-else-altogether'), ...V1 },
      { ok: false, reason: 'mismatch' },
    ],
    [
      'an empty v3 is not rescued by the v1 beside it',
      { ...V1, 'X-HubSpot-Signature-v3': '' },
      { ok: false, reason: 'malformed' },
    ],
    [
      'v3 without its time is not rescued by the v1 beside it',
      { ...V1, 'X-HubSpot-Signature-v3': v3(NOW)['X-HubSpot-Signature-v3'] },
      { ok: false, reason: 'malformed' },
    ],
    [
      'a hash of one version is not taken for the other',
      { ...V1, 'X-HubSpot-Signature-Version': 'v2' },
      { ok: false, reason: 'mismatch' },
    ],
    [
      'a version that nobody knows is refused',
      { ...V1, 'X-HubSpot-Signature-Version': 'v0' },
      { ok: false, reason: 'malformed' },
    ],
    [
      'a hash cut short is not even compared',
      { ...V1, 'X-HubSpot-Signature': V1['X-HubSpot-Signature'].slice(1) },
      { ok: false, reason: 'malformed' },
    ],
    [
      'no version at all is refused',
      { 'X-HubSpot-Signature': V1['X-HubSpot-Signature'] },
      { ok: false, reason: 'malformed' },
    ],
  ]

  test.each(rows)('%s', async (_, headers, verdict) => {
    expect(await hubspotSignature.verify(incoming(headers), [SECRET])).toEqual(verdict)
  })
})

describe('of URLs', () => {
  const rows: [title: string, received: string, signed: string, ok: boolean][] = [
    ['as it stands', '?a=b&c=d', '?a=b&c=d', true],
    [
      'with every escape that HubSpot undoes',
      '?u=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B',
      "?u=:/?@!$'()*,;",
      true,
    ],
    ['with those escapes in small letters', '?u=%3a%2f', '?u=:/', true],
    ['with escapes that it leaves alone', '?u=%20%25%26%3D%23', '?u=%20%25%26%3D%23', true],
    ['with an escape that it undoes, signed as if it did not', '?u=%3A', '?u=%3A', false],
    ['with an escape that it leaves alone, signed as if it did not', '?u=%20', '?u= ', false],
    ['with an escaped escape, undone once', '?u=%253A', '?u=%253A', true],
  ]

  test.each(rows)('%s', async (_, received, signed, ok) => {
    const headers = v3(NOW, URL_OF_HOOK + signed)
    const verdict = await hubspotSignature.verify(
      incoming(headers, { url: URL_OF_HOOK + received }),
      [SECRET],
    )
    expect(verdict.ok).toBe(ok)
  })
})

test('a plain hash that was carried on past its end is refused', async () => {
  // An attacker who knows only the length of secret and body goes on hashing from the hash they saw; the
  // bytes they had to put between are SHA-256's padding. Here they are made with the secret, to be right.
  const signed = utf8(SECRET + BODY)
  const bits = new Uint8Array(8)
  new DataView(bits.buffer).setBigUint64(0, BigInt(signed.length * 8))
  const zeros = new Uint8Array((119 - (signed.length % 64)) % 64)
  const padding = concat(Uint8Array.of(0x80), zeros, bits)
  expect((signed.length + padding.length) % 64).toBe(0)
  const body = concat(utf8(BODY), padding, utf8(',{"eventId":2}]'))
  const headers = {
    'X-HubSpot-Signature-Version': 'v1',
    'X-HubSpot-Signature': createHash('sha256').update(SECRET).update(body).digest('hex'),
  }
  const verdict = await hubspotSignature.verify(incoming(headers, { body }), [SECRET])
  expect(verdict).toEqual({ ok: false, reason: 'mismatch' })
})

describe('a workflow proves itself', () => {
  const token = { authorization: `Bearer ${SECRET}` }
  const wrong = { authorization: 'Bearer of-somebody-else-altogether' }
  const rows: [title: string, headers: Record<string, string>, verdict: object][] = [
    ['by its API key', token, { ok: true }],
    ['by its signature', V2, { ok: true }],
    [
      'by its API key beside the signature of some other app',
      { ...token, ...hash('v2', 'x') },
      { ok: true },
    ],
    ['by its signature beside the API key of something else', { ...wrong, ...V2 }, { ok: true }],
    ['not by two wrong ones', { ...wrong, ...hash('v2', 'x') }, { ok: false, reason: 'mismatch' }],
    ['not by a wrong key alone', wrong, { ok: false, reason: 'mismatch' }],
    ['not by nothing', {}, { ok: false, reason: 'missing' }],
  ]

  test.each(rows)('%s', async (_, headers, verdict) => {
    expect(await hubspotWorkflow.scheme.verify(incoming(headers), [SECRET])).toEqual(verdict)
  })
})
