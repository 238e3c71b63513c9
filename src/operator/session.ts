/**
 * A session of the console: a signed cookie that says until when. Nothing of it is kept, so it ends by the clock, by
 * logging out in that browser, and everywhere at once when the admin secret changes, whose key signs it.
 */

import { decode, encode, hmacSign, hmacVerify, utf8 } from '../lib/bytes.ts'

/** A working day; after that the operator logs in again. */
export const SESSION_MS = 12 * 60 * 60 * 1_000
const FORM = /^(\d{13})\.([0-9a-f]{32})\.([0-9a-f]{64})$/
const NONCE_BYTES = 16
const KEY_BITS = 256

/** The value of a new session's cookie. */
export async function newSession(secret: string, now: number): Promise<string> {
  const nonce = encode(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)), 'hex')
  const claim = `${now + SESSION_MS}.${nonce}`
  const mac = await hmacSign('SHA-256', await sessionKey(secret), utf8(claim))
  return `${claim}.${encode(mac, 'hex')}`
}

/** Whether a cookie is a session that one of these secrets signed and that has not ended. */
export async function isSession(
  cookie: string,
  secrets: readonly string[],
  now: number,
): Promise<boolean> {
  const [, until = '', nonce = '', hex = ''] = FORM.exec(cookie) ?? []
  const mac = decode(hex, 'hex')
  if (mac === null || Number(until) <= now || Number(until) > now + SESSION_MS) return false
  const checks = secrets.map(async (secret) =>
    hmacVerify('SHA-256', await sessionKey(secret), mac, utf8(`${until}.${nonce}`)),
  )
  return (await Promise.all(checks)).includes(true)
}

/** HKDF, so that a cookie can be checked against nothing but sessions, and tells nothing of the secret itself. */
async function sessionKey(secret: string): Promise<Uint8Array> {
  const base = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveBits'])
  const algorithm = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: utf8('usher console session'),
  }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, base, KEY_BITS))
}
