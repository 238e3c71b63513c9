/** Ed25519 by WebCrypto: verifying, signing with a seed, and the public keys that must not be trusted. */

import { type Bytes, concat, decode, encode } from '../lib/bytes.ts'

export const ED25519_KEY_BYTES = 32
export const ED25519_SIGNATURE_BYTES = 64

/** `SubjectPublicKeyInfo` around a public key (RFC 8410, section 4): what stands in a file `.pem`. */
const SPKI_PREFIX = Uint8Array.from([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
])
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
  const key = await importSeed(seed, false)
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message))
}

/** The public key of a seed. */
export async function ed25519PublicKey(seed: Bytes): Promise<Bytes> {
  const jwk = await crypto.subtle.exportKey('jwk', await importSeed(seed, true))
  const x = 'x' in jwk ? (jwk.x ?? '') : ''
  return decode(`${x.replaceAll('-', '+').replaceAll('_', '/')}=`, 'base64') ?? new Uint8Array()
}

/** A key as files and pages spell it (DER, before its base64), taken out of what stands around it; null where it is no key of this kind. */
export function readEd25519Key(
  der: Bytes,
): { readonly kind: 'public' | 'seed'; readonly bytes: Bytes } | null {
  const publicKey = after(SPKI_PREFIX, der)
  if (publicKey !== null) return { kind: 'public', bytes: publicKey }
  const seed = after(PKCS8_PREFIX, der)
  return seed === null ? null : { kind: 'seed', bytes: seed }
}

/** A fresh private key as DER. */
export function newEd25519Key(): Bytes {
  return concat(PKCS8_PREFIX, crypto.getRandomValues(new Uint8Array(ED25519_KEY_BYTES)))
}

/** Whether signatures for this public key can be made without its private half. WebCrypto imports such keys all the same. */
export function isLowOrder(publicKey: Bytes): boolean {
  const unsigned = publicKey.slice(0, -1)
  const last = (publicKey.at(-1) ?? 0) & 0x7f
  return LOW_ORDER.has(encode(concat(unsigned, Uint8Array.of(last)), 'hex'))
}

function importSeed(seed: Bytes, extractable: boolean): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', concat(PKCS8_PREFIX, seed), 'Ed25519', extractable, [
    'sign',
  ])
}

/** The 32 bytes behind a prefix, and nothing behind them; null where these are not so. */
function after(prefix: Bytes, der: Bytes): Bytes | null {
  const isSo = der.length === prefix.length + ED25519_KEY_BYTES
  return isSo && prefix.every((byte, at) => byte === der[at]) ? der.slice(prefix.length) : null
}
