/** What was answered before, in KV: a repeat gets the first answer and wakes no object. Best effort; the outbox decides. */

import { atMost } from '../lib/bounded.ts'
import { encode, hmacSign, utf8 } from '../lib/bytes.ts'
import { errorText, log } from '../lib/log.ts'
import type { Answer } from './answer.ts'
import { parseAnswer } from './answer.ts'
import { keyOf } from './events.ts'

/** Longer than any sender's retries: Standard Webhooks' run 75 hours, Zapier's replay half a day. */
const KEEP_SECONDS = 7 * 24 * 60 * 60
/** A key that is read for the first time takes KV 100 ms or more. Nothing waits 15 ms for that, timers being late: the outbox knows as well. */
const GIVE_UP_MS = 12

/** The name of a body's events in KV: an HMAC under the hook's secret, which does not tell the hook, the event or the person. */
export async function seenKeyOf(secret: string, ...parts: readonly string[]): Promise<string> {
  return `seen:${encode(await hmacSign('SHA-256', utf8(secret), utf8(keyOf(...parts))), 'hex')}`
}

/** The first answer to this event, or null where KV does not know, is slow or fails. */
export async function recall(kv: KVNamespace, key: string): Promise<Answer | null> {
  try {
    const text = await atMost(GIVE_UP_MS, kv.get(key), null)
    return text === null ? null : parseAnswer(JSON.parse(text))
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
