/**
 * The answer to a webhook: what became of it and the deliveries it made, in the form that its caller wants. KV remembers it: a repeat
 * gets the first answer and wakes no object. Best effort; the outbox decides.
 */

import type { Context } from 'hono'
import * as v from 'valibot'
import { atMost, encode, hmacSign, utf8 } from '../lib/bytes.ts'
import { errorText, log } from '../lib/log.ts'
import { problemResponse } from '../lib/problem.ts'
import type { ArrivalItem, ArrivedItem } from '../outbox/accept.ts'
import type { Incoming } from '../schemes/scheme.ts'
import type { Env } from '../setup/readiness.ts'
import { keyOf, outcomesOf, readPrefer, type VerifiedWebhook } from './request.ts'

/** A caller that does not wait is told to look again after so long. */
const POLL_SECONDS = 5
/** Longer than any sender's retries: Standard Webhooks' run 75 hours, Zapier's replay half a day. */
const KEEP_SECONDS = 7 * 24 * 60 * 60
/** A key that is read for the first time takes KV 100 ms or more. Nothing waits 15 ms for that, timers being late: the outbox knows as well. */
const GIVE_UP_MS = 12

/** The "worst" first: what a body with several events is summed up as. */
const STATUSES = ['queued', 'held', 'duplicate', 'skipped'] as const

const answerSchema = v.object({
  status: v.picklist(STATUSES),
  deliveries: v.array(v.string()),
  issues: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
})

const keptSchema = v.pipe(v.string(), v.parseJson(), answerSchema)

/** `issues` are for callers who read their answer: the event was held, and they are told why with a 422. */
export type Answer = v.InferOutput<typeof answerSchema>

/** Nothing in the body is for us. */
export const SKIPPED: Answer = { status: 'skipped', deliveries: [] }

/**
 * Sums up what the outbox made of a body's events. KV keeps it as the first answer, since whatever is found there is a repeat. A
 * caller that reads answers is told what is wrong with its payload.
 */
export function firstAnswer(
  { hook }: VerifiedWebhook,
  items: readonly ArrivalItem[],
  arrived: readonly ArrivedItem[],
): Answer {
  const repeated = arrived.every((item) => item.duplicate)
  const found = new Set(
    arrived.map(({ duplicate, state }): Answer['status'] => {
      if (duplicate && !repeated) return 'duplicate'
      return state === 'held' || state === 'skipped' ? state : 'queued'
    }),
  )
  const status = STATUSES.find((one) => found.has(one)) ?? 'skipped'
  // A body may name one event twice.
  const deliveries = [...new Set(arrived.map((item) => item.id))]
  const issues =
    hook.source.readsAnswer === true && status === 'held'
      ? items.flatMap(({ mapped }) => (mapped?.kind === 'held' ? mapped.issues : []))
      : []
  // Held for another reason since it came, such as a group that is missing: the payload is not at fault.
  return { status, deliveries, ...(issues.length > 0 && { issues }) }
}

/** The answer as this caller wants it: its sender's own, 200, or 202 on `respond-async`, or the outcome on `wait`; 422 where it reads answers. */
export async function answered(
  c: Context<{ Bindings: Env }>,
  verified: VerifiedWebhook,
  incoming: Incoming,
  answer: Answer,
  repeated: boolean,
): Promise<Response> {
  const { name, hook, idempotencyKey, began } = verified
  // With an Idempotency-Key the first answer is repeated. Without one the status is `duplicate`.
  const replayed = repeated && idempotencyKey !== null
  const status = repeated && !replayed ? 'duplicate' : answer.status
  log('webhook', {
    hook: name,
    source: hook.source.name,
    status: repeated ? 'duplicate' : answer.status,
    deliveries: answer.deliveries.join(' '),
    ms: Date.now() - began,
  })
  if (answer.issues !== undefined) {
    const { issues, deliveries } = answer
    const problem = problemResponse({ reason: 'unmappable', issues, deliveries })
    if (replayed) problem.headers.set('idempotency-replayed', 'true')
    return problem
  }
  const own = hook.source.acknowledge?.(incoming)
  if (own !== undefined) return own
  const prefer = readPrefer(c.req.header('prefer') ?? null)
  const headers = {
    'cache-control': 'no-store',
    ...(replayed && { 'idempotency-replayed': 'true' }),
  }
  const body = { status, deliveries: answer.deliveries }
  const [first] = answer.deliveries
  const waitMs = hook.source.readsAnswer === true ? prefer.waitMs : 0
  const outcomes = first === undefined ? null : await outcomesOf(c.env, answer.deliveries, waitMs)
  if (outcomes !== null) {
    return c.json({ ...body, outcomes }, 200, { ...headers, 'preference-applied': 'wait' })
  }
  if (prefer.async && first !== undefined) {
    return c.json(body, 202, {
      ...headers,
      'preference-applied': 'respond-async',
      location: `/api/deliveries/${first}`,
      'retry-after': String(POLL_SECONDS),
    })
  }
  return c.json(body, 200, headers)
}

/** The name of a body's events in KV: an HMAC under the hook's secret, which does not tell the hook, the event or the person. */
export async function seenKeyOf(secret: string, ...parts: readonly string[]): Promise<string> {
  return `seen:${encode(await hmacSign('SHA-256', utf8(secret), utf8(keyOf(...parts))), 'hex')}`
}

/** The first answer to this event, or null where KV does not know, is slow or fails. */
export async function recall(kv: KVNamespace, key: string): Promise<Answer | null> {
  try {
    const text = await atMost(GIVE_UP_MS, kv.get(key), null)
    const kept = v.safeParse(keptSchema, text)
    return kept.success ? kept.output : null
  } catch (error) {
    log('seen.unread', { error: errorText(error) })
    return null
  }
}

/** Remembers an answer. Call it after the answer is given: KV may be slow, throttled or over its daily limit. */
export async function rememberAnswer(kv: KVNamespace, key: string, answer: Answer): Promise<void> {
  try {
    await kv.put(key, JSON.stringify(answer), { expirationTtl: KEEP_SECONDS })
  } catch (error) {
    log('seen.unwritten', { error: errorText(error) })
  }
}
