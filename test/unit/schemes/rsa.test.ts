/** RSA signatures against node:crypto, and what is no key or too short a one. */

import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { isRsaPublicKey, rsaVerify } from '../../../src/schemes/rsa.ts'

const BODY = utf8('{"phone":"+919800000001"}')

function spkiOf(key: KeyObject): Uint8Array {
  return Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }))
}

test.each([2048, 3072, 4096])('a key of %i bits is one, and verified', async (modulusLength) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
  const spki = spkiOf(privateKey)
  const signature = Uint8Array.from(sign('sha256', BODY, privateKey))
  expect(isRsaPublicKey(spki)).toBe(true)
  expect(await rsaVerify(spki, signature, BODY)).toBe(true)
  expect(await rsaVerify(spki, signature, utf8('{}'))).toBe(false)
  expect(await rsaVerify(spki, signature.slice(1), BODY)).toBe(false)
  const otherHash = Uint8Array.from(sign('sha1', BODY, privateKey))
  expect(await rsaVerify(spki, otherHash, BODY)).toBe(false)
})

test.each([
  ['of 1024 bits', spkiOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
  ['of another kind', spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
  ['for RSA-PSS only', spkiOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)],
  ['of nothing', new Uint8Array()],
  ['of zeros', new Uint8Array(294)],
])('a key %s is none', (_, spki) => {
  expect(isRsaPublicKey(spki)).toBe(false)
})

test('what only begins like a key verifies nothing', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spki = spkiOf(privateKey).map((byte, at) => (at > 30 ? 0xff : byte))
  const signature = Uint8Array.from(sign('sha256', BODY, privateKey))
  expect(isRsaPublicKey(spki)).toBe(true)
  expect(await rsaVerify(spki, signature, BODY)).toBe(false)
})
