/** The session's cookie: its name, and where and how a browser sends it. */

import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { OperatorContext } from './desk.ts'
import { SESSION_MS } from './session.ts'

/** `__Host-` ties it to this host, over https. On one's own machine there is no https, and no network between. */
function cookieOf(url: string): { name: string; secure: boolean } {
  const { protocol, hostname } = new URL(url)
  const secure = protocol === 'https:' || !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  return { name: secure ? '__Host-usher' : 'usher', secure }
}

export function readSessionCookie(c: OperatorContext): string | null {
  return getCookie(c, cookieOf(c.req.url).name) ?? null
}

export function setSessionCookie(c: OperatorContext, value: string): void {
  const { name, secure } = cookieOf(c.req.url)
  const maxAge = SESSION_MS / 1_000
  setCookie(c, name, value, { path: '/', httpOnly: true, sameSite: 'Strict', secure, maxAge })
}

export function dropSessionCookie(c: OperatorContext): void {
  const { name, secure } = cookieOf(c.req.url)
  deleteCookie(c, name, { path: '/', secure })
}
