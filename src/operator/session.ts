/**
 * What the console signs. A session is a signed cookie that says until when. Nothing of it is kept, so it ends by the clock, by
 * logging out in that browser, and everywhere at once when the admin secret changes, whose key signs it.
 */

import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import { decode, encode, hmacSign, hmacVerify, utf8 } from '../lib/bytes.ts'
import type { OperatorContext } from './admin.ts'

/** A working day; after that the operator logs in again. */
const SESSION_MS = 12 * 60 * 60 * 1_000
const FORM = /^(\d{13})\.([0-9a-f]{32})\.([0-9a-f]{64})$/
const NONCE_BYTES = 16
const SESSION = 'usher console session'
const FORM_UNSENT = 'usher console form'
const KEY_BITS = 256

/** The value of a new session's cookie. */
export async function newSession(secret: string, now: number): Promise<string> {
  const claim = `${now + SESSION_MS}.${newNonce()}`
  return `${claim}.${await macOf(claim, secret, SESSION)}`
}

/** Whether a cookie is a session that one of these secrets signed and that has not ended. */
export async function isSession(
  cookie: string,
  secrets: readonly string[],
  now: number,
): Promise<boolean> {
  const [, until = '', nonce = '', hex = ''] = FORM.exec(cookie) ?? []
  if (Number(until) <= now || Number(until) > now + SESSION_MS) return false
  return isMacOf(hex, `${until}.${nonce}`, secrets, SESSION)
}

/** A random value, as hex. */
export function newNonce(): string {
  return encode(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)), 'hex')
}

/** Seals what a page of ours carries on for the browser that has this nonce. */
export function sealOf(text: string, nonce: string, secret: string): Promise<string> {
  return macOf(`${nonce}.${text}`, secret, FORM_UNSENT)
}

/** Whether one of these secrets sealed it for that browser. */
export function isSealed(
  seal: string,
  text: string,
  nonce: string,
  secrets: readonly string[],
): Promise<boolean> {
  return isMacOf(seal, `${nonce}.${text}`, secrets, FORM_UNSENT)
}

async function macOf(text: string, secret: string, purpose: string): Promise<string> {
  return encode(await hmacSign('SHA-256', await keyFor(purpose, secret), utf8(text)), 'hex')
}

async function isMacOf(
  hex: string,
  text: string,
  secrets: readonly string[],
  purpose: string,
): Promise<boolean> {
  const mac = decode(hex, 'hex')
  if (mac === null) return false
  const checks = secrets.map(async (secret) =>
    hmacVerify('SHA-256', await keyFor(purpose, secret), mac, utf8(text)),
  )
  return (await Promise.all(checks)).includes(true)
}

/** HKDF, so that what is signed for one purpose is of no use for another, and tells nothing of the secret itself. */
async function keyFor(purpose: string, secret: string): Promise<Uint8Array> {
  const base = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveBits'])
  const algorithm = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: utf8(purpose),
  }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, base, KEY_BITS))
}

/** A form that was sent without a session has so long to be sent again. */
const UNSENT_SECONDS = 3_600

/** Whether there is no network between. */
export function isLocal({ hostname }: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

/** A cookie of the console. `__Host-` ties it to this host, over https. On one's own machine there is no https. */
function cookieOf(name: string, maxAge: number) {
  const optionsOf = (c: OperatorContext): CookieOptions => {
    const url = new URL(c.req.url)
    const secure = url.protocol === 'https:' || !isLocal(url)
    return { path: '/', secure, ...(secure && { prefix: 'host' }) }
  }
  return {
    read: (c: OperatorContext) => getCookie(c, name, optionsOf(c).prefix) ?? null,
    set: (c: OperatorContext, value: string) =>
      setCookie(c, name, value, { ...optionsOf(c), httpOnly: true, sameSite: 'Strict', maxAge }),
    drop: (c: OperatorContext) => deleteCookie(c, name, optionsOf(c)),
  }
}

export const sessionCookie = cookieOf('usher', SESSION_MS / 1_000)

/** Ties a form that was sent without a session to the browser that sent it. */
export const unsentCookie = cookieOf('usher-unsent', UNSENT_SECONDS)
