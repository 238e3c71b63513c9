/** Reads a request's body once, as bytes, within bounds of size and time. */

import { atMost } from '../at-most.ts'
import type { Bytes } from '../bytes.ts'
import { concat } from '../bytes.ts'
import type { Refusal } from '../problem.ts'

/** Senders' events are a few kilobytes; Standard Webhooks advises under 20, HubSpot's batches reach about 60. */
export const MAX_BODY_BYTES = 256 * 1024
/** A sender that dribbles holds a connection: it gets this long. */
const BODY_DEADLINE_MS = 10_000

export type Body =
  | { readonly ok: true; readonly bytes: Bytes }
  | { readonly ok: false; readonly refusal: Refusal }

/** The raw bytes, or why they are not taken. Workers do not decompress request bodies, so a coded one is refused. */
export async function readBody(request: Request, deadlineMs = BODY_DEADLINE_MS): Promise<Body> {
  const coding = request.headers.get('content-encoding')
  if (coding !== null && coding !== '' && coding.toLowerCase() !== 'identity') {
    return refuse({ reason: 'compressed' })
  }
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge()
  if (request.body === null) return { ok: true, bytes: new Uint8Array(0) }

  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const deadline = Date.now() + deadlineMs
  const chunks: Bytes[] = []
  let size = 0
  try {
    for (;;) {
      const next = await atMost(deadline - Date.now(), reader.read(), 'late' as const)
      if (next === 'late') return refuse({ reason: 'too_slow' })
      if (next.done) return { ok: true, bytes: concat(...chunks) }
      size += next.value.length
      if (size > MAX_BODY_BYTES) return tooLarge()
      chunks.push(next.value)
    }
  } catch {
    // The sender went away in the middle: nobody reads this answer.
    return refuse({ reason: 'too_slow' })
  } finally {
    reader.cancel().catch(() => {})
  }
}

function tooLarge(): Body {
  return refuse({ reason: 'too_large', limitBytes: MAX_BODY_BYTES })
}

function refuse(refusal: Refusal): Body {
  return { ok: false, refusal }
}
