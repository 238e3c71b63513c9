/** Makes a scheme out of a description: an HMAC in a header, over the body or over a text that contains it. */

import {
  type Bytes,
  concat,
  decode,
  type Encoding,
  encode,
  type Hash,
  hmacSign,
  hmacVerify,
  textOf,
  utf8,
} from '../lib/bytes.ts'
import { readJson } from '../lib/decode.ts'
import type { SignatureFault } from '../lib/problem.ts'
import { freshness, stamp, TIMESTAMP, TOLERANCE_SECONDS, type Unit } from './freshness.ts'
import { type Incoming, MIN_SECRET_LENGTH, reject, type Scheme, VERIFIED } from './scheme.ts'
import { keyOf, newSecret, refuseSecret, type Spelling } from './secret.ts'

/** What a sender may have put under its signature. */
export interface SignedParts extends Pick<Incoming, 'body' | 'headers' | 'method' | 'url'> {
  /** Exactly as it was spelt; empty where the scheme has none. */
  readonly timestamp: string
}

/** Builds the signed bytes; null when a header that belongs to them is not there. */
export type Signed = (parts: SignedParts) => Bytes | null

/** Where the signed time travels: in a header of its own, or as `t=…,v1=…` inside the signature's. */
export type Timestamp = {
  /** Seconds by default. */
  readonly unit?: Unit
  /** The largest age and the largest lead, unless the hook says otherwise: 300 by default. */
  readonly toleranceSeconds?: number
} & (
  | { readonly header: string }
  | {
      readonly pair: string
      readonly signature: string
      /** What stands between the pairs: a comma by default. */
      readonly separator?: Separator
    }
)

type Separator = ',' | ';'

export interface HmacOptions {
  /** The signature's header; any case. */
  readonly header: string
  /** What stands before the signature: `sha256=`. Not for pairs. */
  readonly prefix?: string
  /** Where it is not known whether every account sends the prefix: the digest alone is verified too. */
  readonly prefixMayMiss?: boolean
  readonly encoding: Encoding
  /** SHA-256 by default. */
  readonly hash?: Hash
  /** How the secret's text becomes the key: `text` by default. */
  readonly key?: Spelling
  /** What is signed: by default the body, or the time, a dot and the body where there is a `timestamp`. */
  readonly signed?: Signed
  /**
   * True where nothing stands between the parts that are signed: letters of one can then be moved to another while the signature
   * still fits. No body that gave or took some is JSON any more.
   */
  readonly unseparated?: boolean
  readonly timestamp?: Timestamp
  /** By default it names the hash, the header, and what is signed where `signed` does not say it. */
  readonly title?: string
  /** For senders who make short secrets themselves. */
  readonly minSecretLength?: number
  /** What makes a text no secret of this sender's, as half a sentence: looked at before what makes it too weak. */
  readonly flawOf?: (secret: string) => string | null
  /** For senders whose secrets have a form of their own. */
  readonly newSecret?: () => string
}

const DIGEST_BYTES: Readonly<Record<Hash, number>> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 }
/** Room for some twenty signatures; each is one HMAC of our time. */
const MAX_HEADER_LENGTH = 2048
/** A comma in a pair is the sign of a header sent twice, whatever separates the pairs. */
const PAIRS: Readonly<Record<Separator, RegExp>> = {
  ',': /^[A-Za-z0-9_]+=[^\s,]*(?:,[A-Za-z0-9_]+=[^\s,]*)*$/,
  ';': /^[A-Za-z0-9_]+=[^\s,;]*(?:;[A-Za-z0-9_]+=[^\s,;]*)*$/,
}

/** A scheme of one HMAC. */
export function hmac(options: HmacOptions): Scheme {
  const { header, encoding, timestamp } = options
  const {
    prefix = '',
    hash = 'SHA-256',
    key: spelling = 'text',
    signed = timestamp === undefined ? ({ body }) => body : timestampThenBody('.'),
  } = options
  const { unit = 's', toleranceSeconds: tolerance = TOLERANCE_SECONDS } = timestamp ?? {}
  const minLength = options.minSecretLength ?? MIN_SECRET_LENGTH

  const scheme: Scheme = {
    title: options.title ?? titleOf(options, hash),
    refuseSecret: (secret) => options.flawOf?.(secret) ?? refuseSecret(secret, spelling, minLength),
    newSecret: options.newSecret ?? (() => newSecret(spelling)),

    async verify(incoming, secrets, toleranceSeconds = tolerance) {
      const claim = readClaim(incoming.headers, options, prefix, hash)
      if (typeof claim === 'string') return reject(claim)
      const message = signed({ ...incoming, timestamp: claim.timestamp })
      if (message === null) return reject('malformed')
      const keys = secrets
        .filter((secret) => scheme.refuseSecret(secret) === null)
        .flatMap((secret) => keyOf(secret, spelling) ?? [])
      let matched = false
      for (const key of keys) {
        for (const mac of claim.macs) {
          // No early exit: the time taken must not tell which secret or signature was the right one.
          if (await hmacVerify(hash, key, mac, message)) matched = true
        }
      }
      const isOdd = options.unseparated === true && !isJson(incoming.body)
      if (!matched || isOdd) return reject('mismatch')
      if (timestamp === undefined) return VERIFIED
      return freshness(claim.timestamp, unit, incoming.now, toleranceSeconds)
    },

    async sign(outgoing, secret) {
      const key = keyOf(secret, spelling)
      const time = timestamp === undefined ? '' : stamp(outgoing.now, unit)
      const message = signed({ ...outgoing, timestamp: time })
      if (key === null || key.length === 0) throw new TypeError('The secret cannot be a key')
      if (message === null) throw new TypeError('A header that is to be signed is not there')
      const mac = encode(await hmacSign(hash, key, message), encoding)
      if (timestamp === undefined) return { headers: { [header]: prefix + mac } }
      if ('header' in timestamp) {
        return { headers: { [timestamp.header]: time, [header]: prefix + mac } }
      }
      const { pair, signature, separator = ',' } = timestamp
      const pairs = `${pair}=${time}${separator}${signature}=${mac}`
      return { headers: { [header]: pairs } }
    },
  }
  return scheme
}

function titleOf({ header, signed, timestamp }: HmacOptions, hash: Hash): string {
  const name = `HMAC-${hash.replace('-', '')}`
  if (timestamp !== undefined) return `${name} of time and body in ${header}`
  return signed === undefined ? `${name} of the body in ${header}` : `${name} in ${header}`
}

/** The timestamp and the body with something between them, as most senders sign. */
export function timestampThenBody(separator: string): Signed {
  return ({ timestamp, body }) => concat(utf8(timestamp + separator), body)
}

/** Whether a body is JSON. */
export function isJson(body: Bytes): boolean {
  const text = textOf(body)
  return text !== null && readJson(text) !== undefined
}

/** What a request says of itself: its time and its signatures, all of the right form and length. */
interface Claim {
  readonly timestamp: string
  readonly macs: readonly Bytes[]
}

function readClaim(
  headers: Headers,
  { header, encoding, timestamp, prefixMayMiss = false }: HmacOptions,
  prefix: string,
  hash: Hash,
): Claim | SignatureFault {
  const value = headers.get(header)
  if (value === null) return 'missing'
  if (value.length > MAX_HEADER_LENGTH) return 'malformed'
  const macOf = (text: string): Bytes | null => {
    const mac = decode(text, encoding)
    return mac?.length === DIGEST_BYTES[hash] ? mac : null
  }
  if (timestamp !== undefined && 'pair' in timestamp) {
    const { separator = ',' } = timestamp
    if (!PAIRS[separator].test(value)) return 'malformed'
    const pairs = value.split(separator).map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    })
    const times = pairs.filter(([name]) => name === timestamp.pair).map(([, text]) => text)
    // Other names are other versions of the scheme: not ours to judge.
    const macs = pairs.flatMap(([name, text]) =>
      name === timestamp.signature ? (macOf(text) ?? []) : [],
    )
    // One time only: with two of them the sender and we could each mean another.
    if (times.length !== 1 || macs.length === 0) return 'malformed'
    return claimAt(times[0], macs)
  }
  const hasPrefix = value.startsWith(prefix)
  const mac = hasPrefix || prefixMayMiss ? macOf(value.slice(hasPrefix ? prefix.length : 0)) : null
  if (mac === null) return 'malformed'
  return timestamp === undefined
    ? { timestamp: '', macs: [mac] }
    : claimAt(headers.get(timestamp.header), [mac])
}

function claimAt(time: string | null | undefined, macs: readonly Bytes[]): Claim | SignatureFault {
  return time != null && TIMESTAMP.test(time) ? { timestamp: time, macs } : 'malformed'
}
