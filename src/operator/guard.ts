/** The guard in front of everything an operator may see or do, and the bound on what is sent there. */

import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { errorText, log } from '../lib/log.ts'
import { problemResponse, type Refusal } from '../lib/problem.ts'
import { outboxOf } from '../outbox/accept.ts'
import { isOneOf } from '../schemes/secret.ts'
import type { Config } from '../setup/define-config.ts'
import { type Env, isSandbox } from '../setup/readiness.ts'
import { ACCESS_HEADER, accessSettings, accessUser } from './access.ts'
import { accountsOf, type OperatorContext } from './admin.ts'
import { adminSecrets, GuessLimit } from './admin-secret.ts'
import { isLocal, isSession, sessionCookie } from './session.ts'

/** A payload to be previewed is at most as large as a webhook; the rest is its escaping. */
const MOST_BODY_BYTES = 512 * 1_024
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Shared by the login and the API: else each would allow as many guesses again. */
export const guesses = new GuessLimit()

/** Who this is, or why they may not. */
export async function admit(
  c: OperatorContext,
  config: Config,
): Promise<{ readonly identity: Identity } | { readonly refusal: Refusal }> {
  const secrets = adminSecrets(c.env)
  if (!secrets.ok) return { refusal: { reason: 'shut', because: secrets.because } }
  const now = Date.now()
  const guess = bearerOf(c)
  const waitSeconds = guess === null ? null : guesses.waitSeconds(addressOf(c), now)
  if (waitSeconds !== null) return { refusal: { reason: 'too_many_attempts', waitSeconds } }
  const identity = await identify(c, secrets.values, now)
  if (identity === null) {
    if (guess !== null) await noteGuess(c, config, guess, now)
    return { refusal: { reason: 'not_admin' } }
  }
  const changes = !SAFE_METHODS.includes(c.req.method)
  // Another site can make a browser send cookies; it cannot make it send a Bearer token.
  if (changes && identity.via !== 'bearer' && !isFromOwnPage(c.req.raw)) {
    return { refusal: { reason: 'cross_site' } }
  }
  return { identity }
}

/**
 * Whether a request comes from a page of our own. Every browser of the last years says so in `Sec-Fetch-Site`, which no page can
 * forge; older ones say it in `Origin`. A request that says neither comes from no browser, and so brings no cookie that a stranger could use.
 * Together with `SameSite=Strict` no token in each form is needed. Unlike hono's `csrf` this asks for every content type,
 * and neighbours under one domain are strangers too.
 */
export function isFromOwnPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin')
  return origin !== null && origin === new URL(request.url).origin
}

/** Where a request comes from. On one's own machine nothing says so. */
export function addressOf(c: OperatorContext): string {
  return c.req.header('cf-connecting-ip') ?? 'here'
}

/** A wrong secret. The operator is told of many, after the answer. */
export async function noteGuess(
  c: OperatorContext,
  config: Config,
  secret: string,
  now: number,
): Promise<void> {
  const count = await guesses.wrong(addressOf(c), secret, now, c.env.GUESSES)
  const [account = 'default'] = accountsOf({ config })
  if (count === null) return
  const tell = async () => outboxOf(c.env, account).account().guessed(count)
  c.executionCtx.waitUntil(tell().catch((error) => log('error', { error: errorText(error) })))
}

/** A browser that was here once asks over https alone, for a year. */
const HSTS = 'max-age=31536000'

/**
 * Plain http shows the secret and the session to everyone on the way: a page is sent on to https, and nothing else is taken. Not for
 * webhooks: their senders follow no redirect, and would lose the lead. On one's own machine there is no network between.
 */
export function overHttps(): MiddlewareHandler<{ Bindings: Env }> {
  return async (c, next) => {
    if (c.req.path.startsWith('/hooks/') || isSandbox(c.env)) return next()
    const url = new URL(c.req.url)
    if (isLocal(url)) return next()
    if (url.protocol === 'https:') {
      await next()
      c.header('strict-transport-security', HSTS)
      return
    }
    url.protocol = 'https:'
    if (SAFE_METHODS.includes(c.req.method)) return c.redirect(url.href, 308)
    return refuse({ reason: 'not_secure' })
  }
}

/** For the log and the caller alike. */
export function refuse(refusal: Refusal): Response {
  log('operator.refused', {
    reason: refusal.reason,
    because: 'because' in refusal ? refusal.because : undefined,
  })
  return problemResponse(refusal)
}

/** Refuses bodies that no page or program of ours would send. */
export function bounded(): MiddlewareHandler {
  return bodyLimit({
    maxSize: MOST_BODY_BYTES,
    onError: () => refuse({ reason: 'too_large', limitBytes: MOST_BODY_BYTES }),
  })
}

interface Identity {
  readonly via: 'bearer' | 'session' | 'access'
  /** For the audit log. */
  readonly actor: string
}

/** Null: unknown. With Access in front the admin secret opens no sessions, so that Access cannot be bypassed. */
async function identify(
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
  const cookie = sessionCookie.read(c)
  if (cookie === null || !(await isSession(cookie, secrets, now))) return null
  return { via: 'session', actor: 'console' }
}

/** The secret that a program shows; null: none of that form. */
function bearerOf(c: OperatorContext): string | null {
  return /^Bearer ([\x21-\x7e]{1,256})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null
}
