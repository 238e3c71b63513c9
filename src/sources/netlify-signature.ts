/** Netlify's proof: a JSON Web Signature that holds the body's digest. */

import * as v from 'valibot'
import {
  type Bytes,
  decode,
  digest,
  encode,
  hmacSign,
  hmacVerify,
  textOf,
  utf8,
} from '../lib/bytes.ts'
import { reject, type Scheme, VERIFIED } from '../schemes/scheme.ts'
import { newSecret, refuseSecret } from '../schemes/secret.ts'

const HEADER = 'X-Webhook-Signature'
const ISSUER = 'netlify'
const MAX_LENGTH = 2048
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** One algorithm only: were it the token's to choose, it could choose none. */
const protectedHeader = v.object({ alg: v.literal('HS256') })
/** No time is among the claims, so that a repeat of the same body is told by its id alone. */
const claims = v.object({
  iss: v.literal(ISSUER),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i), v.toLowerCase()),
})

/** https://docs.netlify.com/site-deploys/notifications/#payload-signature, and RFC 7515 for the token itself. */
export const netlifySignature: Scheme = {
  title: `JSON Web Signature (HS256) with the body's SHA-256 in ${HEADER}`,
  refuseSecret: (secret) => refuseSecret(secret),
  newSecret: () => newSecret(),

  async verify({ headers, body }, secrets) {
    const token = headers.get(HEADER)
    if (token === null) return reject('missing')
    const shown = token.length > MAX_LENGTH ? null : readToken(token)
    if (shown === null) return reject('malformed')
    let matched = false
    for (const secret of secrets) {
      if (refuseSecret(secret) !== null) continue
      // No early exit: the time taken must not tell which secret was the right one.
      if (await hmacVerify('SHA-256', utf8(secret), shown.mac, shown.message)) matched = true
    }
    // The digest is no secret: the signature shows it.
    const same = shown.sha256 === encode(await digest('SHA-256', body), 'hex')
    return matched && same ? VERIFIED : reject('mismatch')
  },

  async sign({ body }, secret) {
    const sha256 = encode(await digest('SHA-256', body), 'hex')
    const parts = [
      { alg: 'HS256', typ: 'JWT' },
      { iss: ISSUER, sha256 },
    ]
    const text = parts.map((part) => base64Url(utf8(JSON.stringify(part)))).join('.')
    const mac = await hmacSign('SHA-256', utf8(secret), utf8(text))
    return { headers: { [HEADER]: `${text}.${base64Url(mac)}` } }
  },
}

interface Shown {
  readonly message: Bytes
  readonly mac: Bytes
  readonly sha256: string
}

function readToken(token: string): Shown | null {
  const [, header = '', payload = '', signature = ''] = COMPACT.exec(token) ?? []
  const mac = bytesOf(signature)
  if (mac === null || !v.is(protectedHeader, jsonOf(header))) return null
  const read = v.safeParse(claims, jsonOf(payload))
  if (!read.success) return null
  return { message: utf8(`${header}.${payload}`), mac, sha256: read.output.sha256 }
}

function jsonOf(part: string): unknown {
  const bytes = bytesOf(part)
  try {
    return JSON.parse((bytes === null ? null : textOf(bytes)) ?? '')
  } catch {
    return null
  }
}

function base64Url(bytes: Bytes): string {
  return encode(bytes, 'base64').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Strict, as base64 is: without padding, and in the one spelling that such bytes have. */
function bytesOf(text: string): Bytes | null {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return decode(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='), 'base64')
}
