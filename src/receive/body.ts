/** Reads a request's body once, as bytes, within bounds of size and time. */

import type { StreamBounds } from '../lib/bounded.ts'
import { atMost, readStream } from '../lib/bounded.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { Refusal } from '../lib/problem.ts'
import type { Source } from '../sources/source.ts'

/** Senders' events are a few kilobytes; Standard Webhooks advises under 20, HubSpot's batches reach about 60. */
export const MAX_BODY_BYTES = 256 * 1024
/** Shopify's orders take about 2 KiB a line. */
const MAX_SHOP_BODY_BYTES = 1024 * 1024
/** A sender that dribbles holds a connection: it gets this long. */
const BODY_DEADLINE_MS = 10_000

export type Body =
  | { readonly ok: true; readonly bytes: Bytes }
  | { readonly ok: false; readonly refusal: Refusal }

export interface BodyBounds {
  /** `MAX_BODY_BYTES` by default. */
  readonly maxBytes?: number | undefined
  readonly deadlineMs?: number
}

/** The largest body that a sender may send. */
export function bodyLimit({ kind, maxBodyBytes }: Source): number {
  return maxBodyBytes ?? (kind === 'shop' ? MAX_SHOP_BODY_BYTES : MAX_BODY_BYTES)
}

/** The raw bytes, or why they are not taken. Workers do not decompress request bodies, so a coded one is refused. */
export async function readBody(
  request: Request,
  { maxBytes = MAX_BODY_BYTES, deadlineMs = BODY_DEADLINE_MS }: BodyBounds = {},
): Promise<Body> {
  const coding = request.headers.get('content-encoding')
  if (coding !== null && coding !== '' && coding.toLowerCase() !== 'identity') {
    return refuse({ reason: 'compressed' })
  }
  const length = /^\d{1,15}$/.exec(request.headers.get('content-length') ?? '')?.[0]
  if (Number(length ?? 0) > maxBytes) return tooLarge(maxBytes)
  // HTTP delivers no more than the length that was announced, and the runtime reads that much at a fraction of what a stream costs.
  const bytes =
    length === undefined
      ? await readStream(request.body, { maxBytes, deadlineMs })
      : await readWhole(request, { maxBytes, deadlineMs })
  if (bytes === 'too_large') return tooLarge(maxBytes)
  // A sender that went away in the middle does not read this answer either.
  return bytes === 'too_slow' ? refuse({ reason: 'too_slow' }) : { ok: true, bytes }
}

async function readWhole(
  request: Request,
  { maxBytes, deadlineMs }: StreamBounds,
): Promise<Bytes | 'too_large' | 'too_slow'> {
  try {
    const buffer = await atMost(deadlineMs, request.arrayBuffer(), null)
    if (buffer === null) return 'too_slow'
    return buffer.byteLength > maxBytes ? 'too_large' : new Uint8Array(buffer)
  } catch {
    return 'too_slow'
  }
}

function tooLarge(limitBytes: number): Body {
  return refuse({ reason: 'too_large', limitBytes })
}

function refuse(refusal: Refusal): Body {
  return { ok: false, refusal }
}
