/** The guard in front of everything an operator may see or do, and the bound on what is sent there. */

import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { log } from '../lib/log.ts'
import { problemResponse, type Refusal } from '../lib/problem.ts'
import { adminSecrets } from './admin-secret.ts'
import type { OperatorContext } from './desk.ts'
import { type Identity, identify } from './identity.ts'
import { isFromOwnPage } from './same-origin.ts'

/** A payload to be previewed is at most as large as a webhook; the rest is its escaping. */
const MOST_BODY_BYTES = 512 * 1_024
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Who this is, or why they may not. */
export async function admit(
  c: OperatorContext,
): Promise<{ readonly identity: Identity } | { readonly refusal: Refusal }> {
  const secrets = adminSecrets(c.env)
  if (!secrets.ok) return { refusal: { reason: 'shut', because: secrets.because } }
  const identity = await identify(c, secrets.values, Date.now())
  if (identity === null) return { refusal: { reason: 'not_admin' } }
  const changes = !SAFE_METHODS.includes(c.req.method)
  // Another site can make a browser send cookies; it cannot make it send a Bearer token.
  if (changes && identity.via !== 'bearer' && !isFromOwnPage(c.req.raw)) {
    return { refusal: { reason: 'cross_site' } }
  }
  return { identity }
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
