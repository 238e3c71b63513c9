/** Key pairs in the runtime where they are used: WebCrypto differs from one to the next. */

import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { isRsaPublicKey, rsaVerify } from '../../../src/schemes/rsa.ts'
import { goHighLevel } from '../../../src/sources/go-high-level.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')

test('a private key of Ed25519 signs a sample, and its public half verifies it', async () => {
  const { scheme } = goHighLevel
  const sample = goHighLevel.sample({ fields: {}, id: 'sample-1', now: NOW })
  const outgoing = {
    method: 'POST',
    url: 'https://usher.example/hooks/clinic',
    headers: new Headers(),
    body: utf8(sample.body),
    id: 'sample-1',
    now: NOW,
  }
  const secret = scheme.newSecret()
  const { headers } = await scheme.sign(outgoing, secret)
  const incoming = { ...outgoing, headers: new Headers(headers), urlSecret: null }
  expect(await scheme.verify(incoming, [secret])).toEqual({ ok: true })
  expect(await scheme.verify(incoming, [scheme.newSecret()])).toMatchObject({ ok: false })
})

test('a public key of RSA verifies what its private half signed, and nothing else', async () => {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('A pair was to be made')
  const exported = await crypto.subtle.exportKey('spki', pair.publicKey)
  if (!(exported instanceof ArrayBuffer)) throw new TypeError('Bytes were to be exported')
  const spki = new Uint8Array(exported)
  const body = utf8('{"phone":"+919800000001"}')
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm.name, pair.privateKey, body))
  expect(isRsaPublicKey(spki)).toBe(true)
  expect(await rsaVerify(spki, signature, body)).toBe(true)
  expect(await rsaVerify(spki, signature, utf8('{}'))).toBe(false)
  expect(await rsaVerify(new Uint8Array(294), signature, body)).toBe(false)
})
