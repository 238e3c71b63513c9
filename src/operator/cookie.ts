/** The cookies of the console: their names, and where and how a browser sends them. */

import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { OperatorContext } from './desk.ts'
import { SESSION_MS } from './session.ts'

/** A form that was sent without a session has so long to be sent again. */
const UNSENT_SECONDS = 3_600
const UNSENT = '-unsent'

/** Whether there is no network between. */
export function isLocal({ hostname }: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

/** `__Host-` ties it to this host, over https. On one's own machine there is no https. */
function cookieOf(url: string, end = ''): { name: string; secure: boolean } {
  const secure = new URL(url).protocol === 'https:' || !isLocal(new URL(url))
  return { name: `${secure ? '__Host-usher' : 'usher'}${end}`, secure }
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

/** What ties a form that was sent without a session to the browser that sent it; null: this one sent none. */
export function readUnsentCookie(c: OperatorContext): string | null {
  return getCookie(c, cookieOf(c.req.url, UNSENT).name) ?? null
}

export function setUnsentCookie(c: OperatorContext, value: string): void {
  const { name, secure } = cookieOf(c.req.url, UNSENT)
  const options = { path: '/', httpOnly: true, sameSite: 'Strict', secure } as const
  setCookie(c, name, value, { ...options, maxAge: UNSENT_SECONDS })
}
