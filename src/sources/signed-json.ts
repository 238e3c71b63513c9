/** Any sender that signs JSON with an HMAC in a header: the user describes how. */

import * as v from 'valibot'
import { type Bytes, concat, type Encoding, type Hash, utf8 } from '../lib/bytes.ts'
import { hmac, type Signed, type SignedParts } from '../schemes/hmac.ts'
import type { Spelling } from '../schemes/secret.ts'
import { idText, type JsonObject, jsonObject } from './shared/payload.ts'
import { jsonBody, sampleInvite, withPaths } from './shared/sample.ts'
import { defineSource, type Source } from './source.ts'

const UNITS = ['s', 'ms'] as const
/** RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const PAIR_NAME = /^[A-Za-z0-9_]+$/
const PATH = /^[^.\s]+(?:\.[^.\s]+)*$/
const PART = /timestamp|body|method|url/g

/** Where the signed time is: in a header of its own, or as `t=…,v1=…` in the signature's. */
export type SignedJsonTimestamp = {
  /** Seconds by default. */
  readonly unit?: 's' | 'ms'
  /** 300 by default, to both sides. */
  readonly toleranceSeconds?: number
} & ({ readonly header: string } | { readonly pair: string; readonly signature: string })

export interface SignedJsonOptions {
  /** The signature's header, such as `x-signature`. */
  readonly header: string
  readonly encoding: Encoding
  /** What stands before the signature in the header, such as `sha256=`. */
  readonly prefix?: string
  /** `SHA-256` by default. */
  readonly hash?: Hash
  /** What the secret's text is: the key itself (`text`, the default), or its base64 or hex. */
  readonly key?: Spelling
  /**
   * What is signed, `body` by default. The words `body`, `timestamp`, `method` and `url` stand for what they name, all
   * else for itself: `timestamp.body`, `v0:timestamp:body`, `methodurlbodytimestamp`.
   */
  readonly signed?: `${string}body${string}`
  readonly timestamp?: SignedJsonTimestamp
  /** Where the body has the event's id, such as `event.id`. Without it the whole body is the id. */
  readonly id?: string
}

/** Makes the source; a mistake in the options is a TypeError that names the option. */
export function signedJson(options: SignedJsonOptions): Source<JsonObject> {
  check(options)
  const { timestamp, signed = 'body', id, ...rest } = options
  const path = id?.split('.') ?? null
  return defineSource({
    name: 'signedJson',
    title: 'Signed JSON',
    kind: 'automation',
    scheme: hmac({
      ...rest,
      signed: template(signed),
      ...(timestamp && { timestamp }),
    }),
    accepts: ['json'],
    payload: jsonObject,
    submissions: (fields) => [{ id: path === null ? null : idAt(fields, path), fields }],
    speaksInvite: true,
    sample: ({ fields, id: event }) =>
      jsonBody(withPaths(sampleInvite(fields, event), id === undefined ? {} : { [id]: event })),
    setup: [
      'Where the sender lists its webhooks, add one and paste {url}.',
      'Store the secret that it signs with as {secret}; if it lets you choose one, paste the value of {secret} there.',
      'If it sends other content types than JSON, choose JSON.',
    ],
    fails: ['What happens upon an error is the sender’s affair: a 503 has a Retry-After.'],
    example: `hook({
  source: signedJson({ header: 'x-signature', encoding: 'hex', id: 'id' }),
  country: 'IN',
  consent: { attested: 'Our own lists; all people on them agreed to join' },
})`,
    docs: 'https://www.rfc-editor.org/rfc/rfc2104',
  })
}

const name = (pattern: RegExp, example: string) => {
  const message = `must be a name such as ${example}`
  return v.pipe(v.string(message), v.regex(pattern, message))
}

const window = {
  unit: v.optional(v.picklist(UNITS, 'must be s or ms')),
  toleranceSeconds: v.optional(
    v.pipe(
      v.number('must be a number of seconds'),
      v.finite('must be a number of seconds'),
      v.minValue(1, 'must be a number of seconds'),
    ),
  ),
}

const schema = v.strictObject({
  header: name(HEADER_NAME, 'x-signature'),
  encoding: v.picklist(['hex', 'base64'], 'must be hex or base64'),
  prefix: v.optional(v.string('must be a text')),
  hash: v.optional(
    v.picklist(['SHA-1', 'SHA-256', 'SHA-512'], 'must be SHA-1, SHA-256 or SHA-512'),
  ),
  key: v.optional(v.picklist(['text', 'base64', 'hex'], 'must be text, base64 or hex')),
  signed: v.optional(
    v.pipe(
      v.string('must be a text'),
      v.check((text) => text.split('body').length === 2, 'must contain body, once'),
    ),
  ),
  timestamp: v.optional(
    v.union(
      [
        v.strictObject({ header: name(HEADER_NAME, 'x-timestamp'), ...window }),
        v.strictObject({ pair: name(PAIR_NAME, 't'), signature: name(PAIR_NAME, 'v1'), ...window }),
      ],
      'must be { header } or { pair, signature }, with a unit of s or ms and toleranceSeconds if need be',
    ),
  ),
  id: v.optional(name(PATH, 'event.id')),
})

/** Options come from a file that need not have been checked by a compiler. */
function check(options: unknown): void {
  const parsed = v.safeParse(schema, options)
  if (!parsed.success) {
    // A misspelt option is missing as well: how it was spelt tells more.
    throw mistakeOf(parsed.issues.find(isUnknown) ?? parsed.issues[0])
  }
  const { signed = 'body', timestamp, prefix } = parsed.output
  const signsTime = signed.includes('timestamp')
  if (timestamp === undefined && signsTime) throw mistake('timestamp', 'must say where the time is')
  // An unsigned time can be written anew in a replay.
  if (timestamp !== undefined && !signsTime) throw mistake('signed', 'must contain timestamp')
  if (timestamp !== undefined && 'pair' in timestamp && prefix !== undefined) {
    throw mistake('prefix', 'does not go with a timestamp pair')
  }
}

function mistakeOf(issue: v.BaseIssue<unknown>): TypeError {
  const option = v.getDotPath(issue)
  if (option === null) return mistake('the options', 'must be an object')
  if (isUnknown(issue)) return mistake(option, 'is not an option')
  return mistake(option, issue.received === 'undefined' ? 'is missing' : issue.message)
}

function isUnknown({ expected }: v.BaseIssue<unknown>): boolean {
  return expected === 'never'
}

function mistake(option: string, message: string): TypeError {
  return new TypeError(`signedJson: ${option} ${message}`)
}

function template(signed: string): Signed {
  const words = signed.match(PART) ?? []
  const literals = signed.split(PART)
  return (parts) =>
    concat(...literals.flatMap((literal, at) => [utf8(literal), bytesOf(words[at], parts)]))
}

function bytesOf(word: string | undefined, parts: SignedParts): Bytes {
  if (word === 'body') return parts.body
  if (word === 'timestamp') return utf8(parts.timestamp)
  if (word === 'method') return utf8(parts.method)
  return word === 'url' ? utf8(parts.url) : utf8('')
}

/** The text or whole number at the path; null where there is neither, so that the body's digest serves. */
function idAt(fields: JsonObject, path: readonly string[]): string | null {
  let value: unknown = fields
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return null
    // Its own members only: `constructor` is no id.
    value = Object.getOwnPropertyDescriptor(value, step)?.value
  }
  return idText(value)
}
