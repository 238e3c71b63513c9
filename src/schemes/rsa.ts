/** RSA signatures (PKCS #1 v1.5 over SHA-256) by WebCrypto, under public keys of at least 2048 bits. */

import { type Bytes, concat } from '../lib/bytes.ts'

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
/** `rsaEncryption` without parameters, as every such key names its algorithm (RFC 3279, section 2.3.1). */
const RSA_ENCRYPTION = Uint8Array.from([
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
])
/** A sequence whose length takes two bytes; shorter keys than these are none. */
const SEQUENCE = Uint8Array.from([0x30, 0x82])
const LENGTH_BYTES = 2
/** The public key of 2048 bits with the exponent 65537. */
const MIN_SPKI_BYTES = 294

/** Whether these bytes are a public key (`SubjectPublicKeyInfo`) of RSA that is long enough. */
export function isRsaPublicKey(spki: Bytes): boolean {
  const head = concat(SEQUENCE, spki.slice(SEQUENCE.length, SEQUENCE.length + LENGTH_BYTES))
  const start = concat(head, RSA_ENCRYPTION)
  return spki.length >= MIN_SPKI_BYTES && start.every((byte, at) => byte === spki[at])
}

/** Whether the holder of the private key signed `message`; false for a key that is none, never a throw. */
export async function rsaVerify(spki: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('spki', spki, ALGORITHM, false, ['verify'])
    return await crypto.subtle.verify(ALGORITHM.name, key, signature, message)
  } catch {
    // What looks like a key need not be one.
    return false
  }
}
