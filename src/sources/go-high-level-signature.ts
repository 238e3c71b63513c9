/** HighLevel's signatures: Ed25519, or RSA where a request has no other, over the events of one location. */

import * as v from 'valibot'
import { type Bytes, decode, encode, textOf } from '../lib/bytes.ts'
import type { SignatureFault } from '../lib/problem.ts'
import {
  ED25519_SIGNATURE_BYTES,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  isLowOrder,
  newEd25519Key,
  readEd25519Key,
} from '../schemes/ed25519.ts'
import { isRsaPublicKey, rsaVerify } from '../schemes/rsa.ts'
import { reject, type Scheme, VERIFIED } from '../schemes/scheme.ts'

const HEADER = 'X-GHL-Signature'
const LEGACY_HEADER = 'x-wh-signature'
/** What has been seen in place of no signature. */
const NONE = 'N/A'
/** A signature of RSA-4096 has 684 characters. */
const MAX_HEADER_LENGTH = 1024
const LOCATION = /^[A-Za-z0-9_-]{4,64}$/
/** An account has one Ed25519 and one RSA key; more are there while HighLevel changes them. */
const MAX_KEYS = 4

/** The location of the samples, and of the secrets that are made here to sign them. */
export const SAMPLE_LOCATION = 'UsherSampleLocation1'

/** An invoice says `altId` where other events say `locationId`. */
const located = v.object({
  locationId: v.nullish(v.string()),
  altId: v.nullish(v.string()),
  altType: v.nullish(v.string()),
})

/**
 * A secret is the location's id and then HighLevel's public keys, with spaces between. One key signs the events of all
 * of HighLevel's customers: without the location, everybody with an app there could send here.
 * A private key in the public one's place signs as well: for the sandbox, since HighLevel's is not ours.
 * https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide
 */
export const goHighLevelSignature: Scheme = {
  title: `Ed25519 in ${HEADER}, or RSA-SHA256 in ${LEGACY_HEADER} where that is absent`,
  refuseSecret: (secret) => {
    const read = readSecret(secret)
    return typeof read === 'string' ? read : null
  },
  newSecret: () => `${SAMPLE_LOCATION} ${encode(newEd25519Key(), 'base64')}`,

  async verify({ headers, body }, secrets) {
    const claim = readClaim(headers)
    if (typeof claim === 'string') return reject(claim)
    for (const secret of secrets) {
      const read = readSecret(secret)
      if (typeof read === 'string') continue
      for (const key of read.keys) {
        // Nothing here is secret, so the time taken may tell. The body is parsed once it is known to be HighLevel's.
        if ((await verifyOne(key, claim, body)) && locationOf(body) === read.location) {
          return VERIFIED
        }
      }
    }
    return reject('mismatch')
  },

  async sign({ body }, secret) {
    const read = readSecret(secret)
    if (typeof read === 'string') throw new TypeError(`The secret ${read}`)
    const key = read.keys.find(({ kind }) => kind === 'seed')
    if (key === undefined) throw new TypeError('Only HighLevel itself can sign for its public key')
    if (locationOf(body) !== read.location) {
      throw new TypeError(`The body is not of the location ${read.location}`)
    }
    return { headers: { [HEADER]: encode(await ed25519Sign(key.bytes, body), 'base64') } }
  },
}

interface Key {
  readonly kind: 'public' | 'seed' | 'rsa'
  readonly bytes: Bytes
}

interface Secret {
  readonly location: string
  readonly keys: readonly Key[]
}

/** What a secret spells, or why it spells nothing. */
function readSecret(secret: string): Secret | string {
  const [location = '', ...texts] = secret.split(' ')
  if (!LOCATION.test(location) || texts.length === 0 || texts.length > MAX_KEYS) {
    return 'is not a location’s id and then HighLevel’s public key, with a space between'
  }
  const keys = texts.map(readKey)
  const flaw = keys.find((key) => typeof key === 'string')
  return flaw ?? { location, keys: keys.filter((key) => typeof key !== 'string') }
}

function readKey(text: string): Key | string {
  const der = decode(text, 'base64')
  const key = der === null ? null : readEd25519Key(der)
  if (key !== null) {
    const isWeak = key.kind === 'public' && isLowOrder(key.bytes)
    return isWeak ? 'has a public key with which anyone can sign' : key
  }
  return der !== null && isRsaPublicKey(der)
    ? { kind: 'rsa', bytes: der }
    : 'has a key that is neither Ed25519 nor RSA: it starts with MCow or MIIC, without line breaks'
}

interface Claim {
  readonly isLegacy: boolean
  readonly signature: Bytes
}

/** The older header counts only where the newer one is absent, so that none is talked past with what stands beside it. */
function readClaim(headers: Headers): Claim | SignatureFault {
  const value = shown(headers.get(HEADER))
  const text = value ?? shown(headers.get(LEGACY_HEADER))
  if (text === null) return 'missing'
  const signature = text.length > MAX_HEADER_LENGTH ? null : decode(text, 'base64')
  const isLegacy = value === null
  if (signature === null) return 'malformed'
  if (!isLegacy && signature.length !== ED25519_SIGNATURE_BYTES) return 'malformed'
  return { isLegacy, signature }
}

function shown(value: string | null): string | null {
  return value === NONE ? null : value
}

/** A signature belongs to a kind of key. */
async function verifyOne(key: Key, { isLegacy, signature }: Claim, body: Bytes): Promise<boolean> {
  if (isLegacy) return key.kind === 'rsa' && rsaVerify(key.bytes, signature, body)
  if (key.kind === 'rsa') return false
  const publicKey = key.kind === 'seed' ? await ed25519PublicKey(key.bytes) : key.bytes
  return ed25519Verify(publicKey, signature, body)
}

function locationOf(body: Bytes): string | null {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), located), textOf(body))
  if (!parsed.success) return null
  const { locationId, altId, altType } = parsed.output
  return locationId ?? (altType === 'location' ? (altId ?? null) : null)
}
