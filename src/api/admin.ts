/** Lets in who holds the admin secret, as a Bearer token. */

import type { MiddlewareHandler } from 'hono'
import { equalInConstantTime } from '../bytes.ts'
import type { Env } from '../env.ts'
import { log } from '../log.ts'
import { secretValues } from '../names.ts'
import { problemResponse } from '../problem.ts'

const MIN_ADMIN_SECRET_LENGTH = 24

/** Refuses with 401; with 503 while no admin secret of at least 24 characters is set. */
export function adminOnly(): MiddlewareHandler<{ Bindings: Env }> {
  return async function requireAdmin(c, next) {
    const secrets = secretValues(c.env, 'ADMIN_SECRET')
    if (secrets.length === 0 || secrets.some((secret) => secret.length < MIN_ADMIN_SECRET_LENGTH)) {
      const because = `ADMIN_SECRET is missing or shorter than ${MIN_ADMIN_SECRET_LENGTH} characters`
      log('api.refused', { reason: 'shut', because })
      return problemResponse({ reason: 'shut', because })
    }
    const given = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const matches = await Promise.all(
      secrets.map((secret) => equalInConstantTime(secret, given ?? '')),
    )
    if (given === undefined || !matches.includes(true)) {
      log('api.refused', { reason: 'not_admin' })
      return problemResponse({ reason: 'not_admin' })
    }
    c.header('cache-control', 'no-store')
    return next()
  }
}
