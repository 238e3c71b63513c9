/** Refused webhooks: how each is answered and logged, and how the outbox is told of those that did not prove themselves: a flood must not wake it once a request. */

import { log } from '../lib/log.ts'
import type { Refusal } from '../lib/problem.ts'
import { problemResponse } from '../lib/problem.ts'
import type { Hook } from '../mapping/hook.ts'

/** So many are told one by one within a window; after that, each time they have doubled. */
const TOLD_ONE_BY_ONE = 10
const WINDOW_MS = 60_000

interface Count {
  readonly since: number
  refused: number
  told: number
}

/** Each isolate of the Worker counts for itself: what is told is "at least". */
export class Refusals {
  readonly #counts = new Map<string, Count>()

  /** One more for this hook. Gives how many to tell of; null: none now. */
  add(hook: string, now: number): number | null {
    const before = this.#counts.get(hook)
    const fresh = before === undefined || now - before.since > WINDOW_MS
    // What was not told of the last window is told with this one.
    const left = before === undefined ? 0 : before.refused - before.told
    const count = fresh ? { since: now, refused: left, told: 0 } : before
    count.refused++
    this.#counts.set(hook, count)
    if (count.refused > TOLD_ONE_BY_ONE && count.refused < 2 * count.told) return null
    const news = count.refused - count.told
    count.told = count.refused
    return news
  }
}

/** Answers a refusal, and logs it. `times`: webhooks that the line in the log stands for. */
export function refuse(
  name: string,
  hook: Hook | undefined,
  refusal: Refusal,
  times = 1,
): Response {
  const response = problemResponse(refusal)
  log('webhook.refused', {
    // A name that is no hook may be anything, also a secret pasted in the wrong place.
    hook: hook === undefined ? null : name,
    source: hook?.source.name,
    reason: refusal.reason,
    because: 'because' in refusal ? refusal.because : undefined,
    status: response.status,
    times: times === 1 ? undefined : times,
  })
  return response
}
