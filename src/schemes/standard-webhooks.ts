/** Standard Webhooks: v1 (HMAC) and v1a (Ed25519) over id, timestamp and body. */

import { type Bytes, concat, decode, encode, hmacSign, hmacVerify, utf8 } from '../lib/bytes.ts'
import {
  ED25519_KEY_BYTES,
  ED25519_SIGNATURE_BYTES,
  ed25519Sign,
  ed25519Verify,
  isLowOrder,
} from './ed25519.ts'
import { freshness, stamp, TIMESTAMP, TOLERANCE_SECONDS } from './freshness.ts'
import { reject, type Scheme } from './scheme.ts'
import { newSecret, refuseSecret } from './secret.ts'

const MIN_KEY_BYTES = 24
const MAX_KEY_BYTES = 64
const MAC_BYTES = 32
/** Room for some twenty signatures; each costs one verification. */
const MAX_LIST_LENGTH = 2048

const FAMILIES = ['webhook', 'svix'] as const
/** Visible ASCII, but a dot would move the border to the timestamp and a comma is the sign of a header sent twice. */
const ID = /^[!-+\-/-~]{1,256}$/
const SIGNATURES = /^[a-z0-9]+,[A-Za-z0-9+/=]+(?: [a-z0-9]+,[A-Za-z0-9+/=]+)*$/

/** Supabase shows its secrets with the version before them: `v1,whsec_…`. */
const VERSION = /^v1a?,/
const SYMMETRIC = 'whsec_'
const PUBLIC = 'whpk_'
const PRIVATE = 'whsk_'

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * The secret is `whsec_…`, with or without its prefix or its version, or the sender's public key `whpk_…`.
 */
export const standardWebhooks: Scheme = {
  title: 'Standard Webhooks, in webhook-signature or svix-signature',
  refuseSecret: (secret) => {
    const key = readKey(secret)
    return typeof key === 'string' ? key : null
  },
  newSecret: () => SYMMETRIC + newSecret('base64'),

  async verify({ headers, body, now }, secrets, toleranceSeconds = TOLERANCE_SECONDS) {
    const shown = standardHeaders(headers)
    if (shown === null) return reject(isSigned(headers) ? 'malformed' : 'missing')
    const signatures = readSignatures(shown.signatures)
    if (signatures.length === 0 || !ID.test(shown.id) || !TIMESTAMP.test(shown.timestamp)) {
      return reject('malformed')
    }
    const message = messageOf(shown.id, shown.timestamp, body)
    let matched = false
    for (const secret of secrets) {
      const key = readKey(secret)
      if (typeof key === 'string') continue
      for (const { version, bytes } of signatures) {
        // A version belongs to a kind of key: a public key must never serve as the key of an HMAC.
        if (version !== key.version) continue
        // No early exit: the time taken must not tell which secret or signature was the right one.
        if (await verifyOne(key, bytes, message)) matched = true
      }
    }
    if (!matched) return reject('mismatch')
    return freshness(shown.timestamp, 's', now, toleranceSeconds)
  },

  async sign({ id, now, body }, secret) {
    if (!ID.test(id)) throw new TypeError('The id has a dot, comma or space in it, or is too long')
    const timestamp = stamp(now, 's')
    return {
      headers: {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': await signOne(secret, messageOf(id, timestamp, body)),
      },
    }
  },
}

/** The headers of the first complete family, none of them judged yet, or null. Headers of two families are never mixed: each could come from another hand. */
export function standardHeaders(headers: Headers) {
  for (const family of FAMILIES) {
    const id = headers.get(`${family}-id`)
    const timestamp = headers.get(`${family}-timestamp`)
    const signatures = headers.get(`${family}-signature`)
    if (id !== null && timestamp !== null && signatures !== null) {
      return { id, timestamp, signatures }
    }
  }
  return null
}

function isSigned(headers: Headers): boolean {
  return FAMILIES.some((family) => headers.has(`${family}-signature`))
}

/** Bytes and what they are for: a key, or a signature. */
interface Versioned {
  readonly version: 'v1' | 'v1a'
  readonly bytes: Bytes
}

/** The key that a secret spells, or why it spells none. */
function readKey(shown: string): Versioned | string {
  const secret = shown.replace(VERSION, '')
  if (secret.startsWith(PRIVATE)) return `is the private key; to verify takes the ${PUBLIC} one`
  if (secret.startsWith(PUBLIC)) {
    const bytes = decode(secret.slice(PUBLIC.length), 'base64')
    if (bytes?.length !== ED25519_KEY_BYTES) return `is not ${PUBLIC} and 32 bytes of base64`
    return isLowOrder(bytes)
      ? 'is a public key with which anyone can sign'
      : { version: 'v1a', bytes }
  }
  const text = secret.startsWith(SYMMETRIC) ? secret.slice(SYMMETRIC.length) : secret
  const weakness = refuseSecret(text, 'base64')
  if (weakness !== null) return weakness
  const bytes = decode(text, 'base64')
  if (bytes === null || bytes.length < MIN_KEY_BYTES || bytes.length > MAX_KEY_BYTES) {
    return `is not ${SYMMETRIC} and ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes of base64`
  }
  return bytes.every((byte) => byte === bytes[0])
    ? 'is one byte repeated'
    : { version: 'v1', bytes }
}

/** Those of a version and length we know; none at all where the list itself is malformed. */
function readSignatures(list: string): readonly Versioned[] {
  if (list.length > MAX_LIST_LENGTH || !SIGNATURES.test(list)) return []
  return list.split(' ').flatMap((entry): Versioned[] => {
    const [version, text = ''] = entry.split(',')
    const bytes = decode(text, 'base64')
    if (version === 'v1' && bytes?.length === MAC_BYTES) return [{ version, bytes }]
    if (version !== 'v1a' || bytes?.length !== ED25519_SIGNATURE_BYTES) return []
    return [{ version, bytes }]
  })
}

function messageOf(id: string, timestamp: string, body: Bytes): Bytes {
  return concat(utf8(`${id}.${timestamp}.`), body)
}

function verifyOne(key: Versioned, signature: Bytes, message: Bytes): Promise<boolean> {
  return key.version === 'v1'
    ? hmacVerify('SHA-256', key.bytes, signature, message)
    : ed25519Verify(key.bytes, signature, message)
}

async function signOne(shown: string, message: Bytes): Promise<string> {
  const secret = shown.replace(VERSION, '')
  if (secret.startsWith(PRIVATE)) {
    // The seed alone, or followed by the public key as Svix writes it.
    const bytes = decode(secret.slice(PRIVATE.length), 'base64')
    if (bytes?.length !== ED25519_KEY_BYTES && bytes?.length !== 2 * ED25519_KEY_BYTES) {
      throw new TypeError(`The secret is not ${PRIVATE} and 32 or 64 bytes of base64`)
    }
    const signature = await ed25519Sign(bytes.slice(0, ED25519_KEY_BYTES), message)
    return `v1a,${encode(signature, 'base64')}`
  }
  const key = readKey(secret)
  if (typeof key === 'string') throw new TypeError(`The secret ${key}`)
  if (key.version === 'v1a') throw new TypeError(`A public key cannot sign; ${PRIVATE} does`)
  return `v1,${encode(await hmacSign('SHA-256', key.bytes, message), 'base64')}`
}
