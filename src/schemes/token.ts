/** The hook's secret itself, in a header or the URL, for senders that cannot sign. */

import { decode, textOf } from '../lib/bytes.ts'
import type { SignatureFault } from '../lib/problem.ts'
import { reject, type Scheme, VERIFIED } from './scheme.ts'
import { isOneOf, newSecret, refuseSecret } from './secret.ts'

const HEADER = 'x-usher-secret'
/** What a header carries unharmed; white space would also be the sign of a header sent twice. */
const VISIBLE_ASCII = /^[!-~]+$/
const BEARER = /^bearer ([!-~]+)$/i
const BASIC = /^basic ([A-Za-z0-9+/=]+)$/i
const MAX_LENGTH = 2048

/** Where the secret may be shown beside `Authorization` and `x-usher-secret`. */
export interface TokenPlaces {
  /** A header of the sender's own, which has the bare secret. */
  readonly header?: string
  /** Whether it may stand at the end of the URL: `/hooks/:hook/:secret`. Anyone who sees such a URL can send. */
  readonly inUrl?: boolean
}

/**
 * `Authorization: Bearer`, the password of `Authorization: Basic` (whatever the user), `x-usher-secret`, or another place.
 * Nothing of the request is signed, so a stolen header is good for any body.
 */
export function tokenIn({ header, inUrl = false }: TokenPlaces): Scheme {
  const own = header === undefined ? [HEADER] : [HEADER, header]
  const places = [
    'in Authorization (Bearer, or Basic as the password)',
    ...own.map((name) => `in ${name}`),
    ...(inUrl ? ['at the end of the URL'] : []),
  ]
  const scheme: Scheme = {
    title: `The secret ${places.slice(0, -1).join(', ')} or ${places.at(-1)}`,
    refuseSecret: (secret) =>
      refuseSecret(secret) ??
      (VISIBLE_ASCII.test(secret) ? null : 'has characters that a header does not carry'),
    newSecret: () => newSecret(),

    async verify({ headers, urlSecret }, secrets) {
      const usable = secrets.filter((secret) => scheme.refuseSecret(secret) === null)
      const inPath = inUrl ? urlSecret : null
      // Some programs send an Authorization of their own to every URL.
      if (inPath !== null && (await isOneOf(inPath, usable))) return VERIFIED
      const shown = readToken(headers, own, inPath)
      if ('reason' in shown) return reject(shown.reason)
      return (await isOneOf(shown.token, usable)) ? VERIFIED : reject('mismatch')
    },

    async sign(_outgoing, secret) {
      return { headers: { authorization: `Bearer ${secret}` } }
    },
  }
  return scheme
}

/** For senders that can set a header of any name. */
export const token: Scheme = tokenIn({})

/** The secret itself in a header of the sender's own, such as `verif-hash`. Nothing of the request is signed. */
export function headerToken(header: string): Scheme {
  return {
    ...token,
    title: `The secret in ${header}`,

    async verify({ headers }, secrets) {
      const shown = headers.get(header)
      if (shown === null) return reject('missing')
      if (shown.length > MAX_LENGTH || !VISIBLE_ASCII.test(shown)) return reject('malformed')
      const usable = secrets.filter((secret) => token.refuseSecret(secret) === null)
      return (await isOneOf(shown, usable)) ? VERIFIED : reject('mismatch')
    },

    async sign(_outgoing, secret) {
      return { headers: { [header]: secret } }
    },
  }
}

type Shown = { readonly token: string } | { readonly reason: SignatureFault }

function readToken(headers: Headers, own: readonly string[], urlSecret: string | null): Shown {
  const authorization = headers.get('authorization')
  const bare = [...own.map((name) => headers.get(name)), urlSecret].filter((one) => one !== null)
  const shown = bare.map((one) => (VISIBLE_ASCII.test(one) ? one : null))
  if (authorization !== null) shown.push(authorizationToken(authorization))
  const [first] = shown
  if (first === undefined) return { reason: 'missing' }
  // Two different ones: a proxy or a second program changed this request.
  if (first === null || shown.some((one) => one !== first)) return { reason: 'malformed' }
  return first.length > MAX_LENGTH ? { reason: 'malformed' } : { token: first }
}

function authorizationToken(value: string): string | null {
  const bearer = BEARER.exec(value)?.[1]
  if (bearer !== undefined) return bearer
  const credentials = decode(BASIC.exec(value)?.[1] ?? '', 'base64')
  const text = credentials === null ? null : textOf(credentials)
  const colon = text?.indexOf(':') ?? -1
  // At the first colon: a user has none, a password may.
  return text === null || colon === -1 ? null : text.slice(colon + 1)
}

/** Characters that no encoder, router or form field rewrites (RFC 3986, section 2.3). */
const UNRESERVED = /^[A-Za-z0-9._~-]+$/

/** `/hooks/:hook/:secret`. Its holder can send, so it must not be logged. */
export const urlToken: Scheme = {
  title: 'The secret at the end of the URL',
  refuseSecret: (secret) =>
    refuseSecret(secret) ??
    (UNRESERVED.test(secret) ? null : 'has characters other than letters, digits, and . _ ~ -'),
  newSecret: () => newSecret(),

  async verify({ urlSecret }, secrets) {
    if (urlSecret === null || urlSecret === '') return reject('missing')
    const usable = secrets.filter((secret) => urlToken.refuseSecret(secret) === null)
    return (await isOneOf(urlSecret, usable)) ? VERIFIED : reject('mismatch')
  },

  async sign(_outgoing, secret) {
    return { headers: {}, urlSecret: secret }
  },
}
