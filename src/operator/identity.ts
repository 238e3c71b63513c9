/** Who asks: a program with the admin secret, a browser with a session, or a person that Cloudflare Access let in. */

import { isOneOf } from '../schemes/secret.ts'
import { ACCESS_HEADER, accessSettings, accessUser } from './access.ts'
import { readSessionCookie } from './cookie.ts'
import type { OperatorContext } from './desk.ts'
import { isSession } from './session.ts'

export interface Identity {
  readonly via: 'bearer' | 'session' | 'access'
  /** For the audit log. */
  readonly actor: string
}

/** Null: unknown. With Access in front the admin secret opens no sessions, so that Access cannot be bypassed. */
export async function identify(
  c: OperatorContext,
  secrets: readonly string[],
  now: number,
): Promise<Identity | null> {
  if (c.req.header('authorization') !== undefined) {
    const given = bearerOf(c)
    const known = await isOneOf(given ?? '', secrets)
    return known && given !== null ? { via: 'bearer', actor: 'api' } : null
  }
  const access = accessSettings(c.env)
  if (access !== null) {
    if ('missing' in access) return null
    const token = c.req.header(ACCESS_HEADER)
    const actor = token === undefined ? null : await accessUser(token, access, now)
    return actor === null ? null : { via: 'access', actor }
  }
  const cookie = readSessionCookie(c)
  if (cookie === null || !(await isSession(cookie, secrets, now))) return null
  return { via: 'session', actor: 'console' }
}

/** The secret that a program shows; null: none of that form. */
export function bearerOf(c: OperatorContext): string | null {
  return /^Bearer ([\x21-\x7e]{1,256})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null
}
