/** The names under which an event is known: to the outbox as texts, which it keeps as keyed digests only, and to KV as an HMAC. */

import type { Bytes } from '../lib/bytes.ts'
import { digest, encode, hmacSign, utf8 } from '../lib/bytes.ts'

/** The digest of a body, in hex. It is a plain one, so it is handed to the outbox and stored nowhere. */
export async function fingerprintOf(body: Bytes): Promise<string> {
  return encode(await digest('SHA-256', body), 'hex')
}

/** A key of parts: they are told apart by their lengths, so `ab` + `c` is not `a` + `bc`. */
export function keyOf(...parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join('')
}

/** The name of a body's events in KV: an HMAC under the hook's secret, which does not tell the hook, the event or the person. */
export async function seenKeyOf(secret: string, ...parts: readonly string[]): Promise<string> {
  return `seen:${encode(await hmacSign('SHA-256', utf8(secret), utf8(keyOf(...parts))), 'hex')}`
}
