/** The answer to a webhook: what became of it and the deliveries it made, in the form that its caller wants. */

import type { Context } from 'hono'
import * as v from 'valibot'
import { log } from '../lib/log.ts'
import { problemResponse } from '../lib/problem.ts'
import type { ArrivalItem, ArrivedItem } from '../outbox/accept.ts'
import type { Incoming } from '../schemes/scheme.ts'
import type { Env } from '../setup/readiness.ts'
import { outcomesOf, readPrefer } from './caller.ts'
import type { VerifiedWebhook } from './events.ts'

/** A caller that does not wait is told to look again after so long. */
const POLL_SECONDS = 5

/** The "worst" first: what a body with several events is summed up as. */
const STATUSES = ['queued', 'held', 'duplicate', 'skipped'] as const

const answerSchema = v.object({
  status: v.picklist(STATUSES),
  deliveries: v.array(v.string()),
  issues: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
})

/** `issues` are for callers who read their answer: the event was held, and they are told why with a 422. */
export type Answer = v.InferOutput<typeof answerSchema>

/** Nothing in the body is for us. */
export const SKIPPED: Answer = { status: 'skipped', deliveries: [] }

/** An answer as KV kept it, or null where it is none. */
export function parseAnswer(value: unknown): Answer | null {
  const parsed = v.safeParse(answerSchema, value)
  return parsed.success ? parsed.output : null
}

/**
 * Sums up what the outbox made of a body's events. KV keeps it, without the mark of a repeat: what is found in KV is one. A caller
 * that reads answers is told what is wrong with its payload.
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
