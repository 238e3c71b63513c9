/** Ed25519 by WebCrypto: verifying, signing with a seed, and the public keys that must not be trusted. */

import { type Bytes, concat, encode } from '../bytes.ts'

export const ED25519_KEY_BYTES = 32
export const ED25519_SIGNATURE_BYTES = 64

/** PKCS #8 around a seed (RFC 8410, section 7): the only form of private key that WebCrypto imports. */
const PKCS8_PREFIX = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
])

/** Points of order 1, 2, 4, 8 and 8 without their sign bit, then other spellings of the first and the third. */
const LOW_ORDER: ReadonlySet<string> = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether the holder of the private key signed `message`; false for a key that is no point, never a throw. */
export async function ed25519Verify(
  publicKey: Bytes,
  signature: Bytes,
  message: Bytes,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, signature, message)
  } catch {
    // Not every 32 bytes are a point, and runtimes differ in when they notice.
    return false
  }
}

/** Signs with a 32-byte seed. */
export async function ed25519Sign(seed: Bytes, message: Bytes): Promise<Bytes> {
  const pkcs8 = concat(PKCS8_PREFIX, seed)
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message))
}

/** Whether anybody can make signatures that verify with this public key. WebCrypto imports such keys all the same. */
export function isLowOrder(publicKey: Bytes): boolean {
  const unsigned = publicKey.slice(0, -1)
  const last = (publicKey.at(-1) ?? 0) & 0x7f
  return LOW_ORDER.has(encode(concat(unsigned, Uint8Array.of(last)), 'hex'))
}
