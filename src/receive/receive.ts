/** The way of a webhook: bounded bytes, proof, memory, shape, mapping, outbox, and only then the answer. */

import { type Context, Hono } from 'hono'
import { CONTENT_TYPES, contentKind } from '../lib/decode.ts'
import { errorText, log } from '../lib/log.ts'
import { problemResponse } from '../lib/problem.ts'
import type { Hook } from '../mapping/hook.ts'
import { outboxOf } from '../outbox/accept.ts'
import type { Incoming } from '../schemes/scheme.ts'
import type { Config } from '../setup/define-config.ts'
import { type Env, paceTrouble, type Readiness, readinessOf } from '../setup/readiness.ts'
import { answered, firstAnswer, recall, rememberAnswer, SKIPPED, seenKeyOf } from './answer.ts'
import { Refusals, refuse } from './refusals.ts'
import {
  bodyLimit,
  fingerprintOf,
  mapEvent,
  readBody,
  readEvents,
  readIdempotencyKey,
  secondKey,
  type VerifiedWebhook,
  type Webhook,
} from './request.ts'

const refusals = new Refusals()
/** What was found of a hook, so that its secrets are not judged again with every webhook. */
const checked = new WeakMap<Hook, { readonly env: Env; readonly readiness: Readiness }>()
/** Methods with which some senders test the URL. */
const LOOKING: readonly string[] = ['GET', 'HEAD']

type HookContext = Context<{ Bindings: Env }>

/** `/hooks/:hook`, and `/hooks/:hook/:secret` for senders that can set nothing but a URL. */
export function receiver(config: Config): Hono<{ Bindings: Env }> {
  // A URL that was pasted with a slash at its end is the same address: a redirect would lose the webhook.
  const app = new Hono<{ Bindings: Env }>({ strict: false })
  app.all('/hooks/:hook/:secret?', async (c) => {
    const began = Date.now()
    const name = c.req.param('hook')
    const hook = Object.hasOwn(config.hooks, name) ? config.hooks[name] : undefined
    if (hook === undefined) return refuse(name, undefined, { reason: 'unknown_hook' })
    try {
      return await receive(c, config, { name, hook, began })
    } catch (error) {
      const status = hook.source.busyStatus ?? 503
      return refuse(name, hook, { reason: 'busy', because: errorText(error), status })
    }
  })
  return app
}

async function receive(c: HookContext, config: Config, webhook: Webhook): Promise<Response> {
  const { name, hook, began } = webhook
  const { source } = hook
  const { method } = c.req
  const asks = source.handshake !== undefined && LOOKING.includes(method)
  if (method !== 'POST' && !asks) {
    return refuse(name, hook, { reason: 'method_not_allowed', allow: 'POST' })
  }
  const body = await readBody(c.req.raw, { maxBytes: bodyLimit(source) })
  if (!body.ok) return refuse(name, hook, body.refusal)
  const incoming: Incoming = {
    method,
    url: publicUrl(c.req.url, config.publicUrl),
    headers: c.req.raw.headers,
    body: body.bytes,
    urlSecret: c.req.param('secret') ?? null,
    now: began,
  }
  const readiness = readyFor(name, hook, config, c.env)
  const greeting = await source.handshake?.(incoming, readiness.ready ? readiness.secrets : [])
  if (greeting) return greeted(webhook, greeting)
  if (asks) return refuse(name, hook, { reason: 'method_not_allowed', allow: 'POST' })

  if (!readiness.ready) {
    const { because } = readiness
    const status = source.busyStatus ?? 503
    return refuse(name, hook, { reason: 'misconfigured', because, status })
  }
  const verdict = await source.scheme.verify(incoming, readiness.secrets, hook.tolerance)
  if (!verdict.ok) {
    const refusal = { reason: 'bad_signature', because: verdict.reason } as const
    const times = noteRefusal(c, webhook, verdict.reason)
    // A line for each one would cost more than all the rest of a forgery.
    return times === null ? problemResponse(refusal) : refuse(name, hook, refusal, times)
  }

  // A program can correct its content type, so it is refused. Other senders do not retry with another one, so their body is kept.
  const kind = contentKind(c.req.header('content-type') ?? null)
  if (source.readsAnswer === true && (kind === null || !source.accepts.includes(kind))) {
    return refuse(name, hook, {
      reason: 'unsupported_type',
      accepts: source.accepts.map((one) => CONTENT_TYPES[one]),
    })
  }
  const idempotencyKey =
    source.readsAnswer === true ? readIdempotencyKey(c.req.header('idempotency-key') ?? null) : null
  if (idempotencyKey === false) return refuse(name, hook, { reason: 'bad_key' })
  const verified: VerifiedWebhook = {
    ...webhook,
    idempotencyKey,
    fingerprint: await fingerprintOf(body.bytes),
  }
  const { drafts, id } = await readEvents(verified, incoming)
  if (drafts.length === 0) return answered(c, verified, incoming, SKIPPED, false)

  // One KV read for the whole body: its events always come together. An id that is not signed may have been put on another body,
  // so there the body's digest is part of the KV key.
  const signedKey =
    idempotencyKey === null && source.unsignedId !== true && source.visitorWritesId !== true
  const [secret = ''] = readiness.secrets
  const keys = drafts.map((draft) => draft.key)
  const seenKey = await seenKeyOf(secret, name, signedKey ? '' : verified.fingerprint, ...keys)
  const recalled = recall(c.env.SEEN, seenKey)
  // Mapped while KV looks: an event that was seen is the exception.
  const items = drafts.map((draft) => mapEvent(verified, readiness.secrets, draft))
  const seen = await recalled
  if (seen !== null) return answered(c, verified, incoming, seen, true)

  const account = hook.account ?? 'default'
  const arrived = await outboxOf(c.env, account).accept({
    account,
    hook: name,
    source: source.name,
    bodyKey: secondKey(verified, id),
    fingerprint: verified.fingerprint,
    visitorWritesId: source.visitorWritesId === true,
    items,
  })
  if (idempotencyKey !== null) {
    if (arrived.some((item) => item.conflict)) return refuse(name, hook, { reason: 'key_reused' })
    if (arrived.some((item) => item.awaited)) return refuse(name, hook, { reason: 'in_progress' })
  }
  const answer = firstAnswer(verified, items, arrived)
  const repeated = arrived.every((item) => item.duplicate)
  const response = await answered(c, verified, incoming, answer, repeated)
  // Not before: while a caller waits for the outcome, the outbox tells others with the same key that it does.
  // A repeat under a new name that nothing signs would cost a row each time, and the outbox knows its body.
  if (signedKey || !repeated) c.executionCtx.waitUntil(rememberAnswer(c.env.SEEN, seenKey, answer))
  return response
}

/** Whether it may take webhooks, and calls may be made for it. The Worker's variables do not change while it runs. */
function readyFor(name: string, hook: Hook, config: Config, env: Env): Readiness {
  const known = checked.get(hook)
  if (known?.env === env) return known.readiness
  const readiness = readinessOf(name, hook, env)
  const because = readiness.ready ? paceTrouble(hook, config, env) : null
  const found = because === null ? readiness : { ready: false as const, because }
  checked.set(hook, { env, readiness: found })
  return found
}

/** A handshake's answer is for this once, and whatever it repeats is no page. */
function greeted({ name, hook }: Webhook, greeting: Response): Response {
  log('webhook.handshake', { hook: name, source: hook.source.name, status: greeting.status })
  const answer = new Response(greeting.body, greeting)
  answer.headers.set('cache-control', 'no-store')
  answer.headers.set('x-content-type-options', 'nosniff')
  return answer
}

/** Gives how many refusals are reported now; null: none. The outbox is told after the answer, so that its time shows the sender nothing. */
function noteRefusal(
  c: HookContext,
  { name, hook, began }: Webhook,
  because: string,
): number | null {
  const count = refusals.add(name, began)
  if (count === null) return null
  const account = hook.account ?? 'default'
  const tell = async () => outboxOf(c.env, account).hooks().refused(name, count, because)
  c.executionCtx.waitUntil(tell().catch((error) => log('error', { error: errorText(error) })))
  return count
}

/** The URL as the sender was told it: behind a proxy or custom domain that is not the one this request came by. */
function publicUrl(url: string, base: string | null): string {
  if (base === null) return url
  const { pathname, search } = new URL(url)
  return `${base}${pathname}${search}`
}
