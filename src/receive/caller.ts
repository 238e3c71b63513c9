/** What a caller asks with headers: not to wait, or to wait for the outcome (`Prefer`, RFC 7240), and to be known again (`Idempotency-Key`). */

import { errorText, log } from '../lib/log.ts'
import { readDeliveryId } from '../outbox/accept.ts'
import { type Env, outboxOf } from '../setup/readiness.ts'

/** An answer must be on its way long before the 30 s that Workers and most senders give it. */
const MOST_WAIT_SECONDS = 25
/** Callers that may wait at once, in one isolate: each holds a connection. */
const MOST_WAITING = 50
let waiting = 0

export interface Preference {
  /** `respond-async`: 202 with where to look. */
  readonly async: boolean
  /** `wait=N`: up to that long, at most 25 s; 0 where it was not asked. */
  readonly waitMs: number
}

/** Unknown preferences are ignored, as the RFC asks. */
export function readPrefer(header: string | null): Preference {
  if (header === null) return { async: false, waitMs: 0 }
  const preferences = header.split(',').map((one) => one.split(';', 1)[0]?.trim() ?? '')
  const wait = preferences.map((one) => /^wait\s*=\s*"?(\d{1,4})"?$/i.exec(one)?.[1]).find(Boolean)
  return {
    async: preferences.some((one) => one.toLowerCase() === 'respond-async'),
    waitMs: Math.min(Number(wait ?? 0), MOST_WAIT_SECONDS) * 1_000,
  }
}

/**
 * What became of these deliveries within that time. Null where it was not asked, too many wait already, or the outbox could not be
 * watched: what it took is safe, and only the waiting failed.
 */
export async function outcomesOf(
  env: Env,
  deliveries: readonly string[],
  waitMs: number,
): Promise<{ id: string; state: string; reason: string | null }[] | null> {
  if (waitMs === 0 || waiting >= MOST_WAITING) return null
  const parts = deliveries.flatMap((id) => readDeliveryId(id) ?? [])
  const account = parts[0]?.account ?? 'default'
  const seqs = parts.map((part) => part.seq)
  waiting++
  try {
    const stories = await outboxOf(env, account).deliveries().settled(seqs, waitMs)
    return stories.map(({ id, state, reason }) => ({ id, state, reason }))
  } catch (error) {
    log('webhook.unwatched', { account, error: errorText(error) })
    return null
  } finally {
    waiting--
  }
}

/** An `Idempotency-Key`: a quoted structured field by the draft, bare in practice. Null where there is none; false where it cannot be one. */
export function readIdempotencyKey(header: string | null): string | null | false {
  if (header === null) return null
  const text = header.trim()
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1')
  const key = quoted ?? text
  return /^[\x20-\x7e]{1,255}$/.test(key) && key.trim() !== '' ? key : false
}
