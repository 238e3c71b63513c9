/** The answer to a webhook: what became of it, and the deliveries it made. */

import * as v from 'valibot'
import type { ArrivedItem } from '../outbox/accept.ts'

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

/** Sums up what the outbox made of a body's events. */
export function answerOf(items: readonly ArrivedItem[]): Answer {
  const found = new Set(items.map(statusOf))
  return {
    status: STATUSES.find((status) => found.has(status)) ?? 'skipped',
    // A body may name one event twice.
    deliveries: [...new Set(items.map((item) => item.id))],
  }
}

function statusOf({ duplicate, state }: ArrivedItem): Answer['status'] {
  if (duplicate) return 'duplicate'
  return state === 'held' || state === 'skipped' ? state : 'queued'
}
