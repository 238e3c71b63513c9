/**
 * What a request says: its body, read once and within bounds, what its headers ask for, and the events in it, each under the key by
 * which it is known again.
 */

import {
  atMost,
  type Bytes,
  digest,
  encode,
  readStream,
  type StreamBounds,
  textOf,
} from '../lib/bytes.ts'
import { decodeFrom } from '../lib/decode.ts'
import { errorText, log } from '../lib/log.ts'
import type { Issue, Refusal } from '../lib/problem.ts'
import type { Hook } from '../mapping/hook.ts'
import { held, isForUs, keptFields, mapFields, readSubmissions } from '../mapping/map.ts'
import { type ArrivalItem, outboxOf, readDeliveryId } from '../outbox/accept.ts'
import type { Incoming } from '../schemes/scheme.ts'
import type { Env } from '../setup/readiness.ts'
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

// What its headers ask for: not to wait, or to wait for the outcome (`Prefer`, RFC 7240), and to be known again (`Idempotency-Key`).

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

// Its events: read by the source, and mapped by the hook.

/** A body that could not even be read is kept so far, for its operator to look at. */
const MAX_UNREADABLE_CHARACTERS = 16_384

/** A request to a hook. */
export interface Webhook {
  readonly name: string
  readonly hook: Hook
  /** Epoch milliseconds. */
  readonly began: number
}

/** A webhook that proved itself. */
export interface VerifiedWebhook extends Webhook {
  readonly idempotencyKey: string | null
  readonly fingerprint: string
}

/** An event that is for us, not mapped yet. */
export interface Draft {
  /** By which it is known again. */
  readonly key: string
  /** What its source read; the body where it could not. */
  readonly fields: unknown
  /** Why it could not be read. */
  readonly issues?: readonly Issue[]
}

export interface Drafts {
  readonly drafts: readonly Draft[]
  /** What the sender calls the event, where the body holds one. */
  readonly id: string | null
}

/** The body's events that are for us. One that cannot be read is an event too. */
export async function readEvents(webhook: VerifiedWebhook, incoming: Incoming): Promise<Drafts> {
  const { hook } = webhook
  const contentType = incoming.headers.get('content-type') ?? ''
  const decoded = await decodeFrom(incoming.body, contentType, hook.source.accepts)
  if (!decoded.ok) {
    const issues = [{ path: '', message: decoded.message }]
    return unread(webhook, unreadable(incoming.body), issues)
  }
  const reading = readSubmissions(hook, decoded.value, incoming.headers)
  if ('issues' in reading) return unread(webhook, decoded.value, reading.issues)
  const wanted = reading.submissions
    .map((submission, index) => ({ submission, index }))
    .filter(({ submission }) => isForUs(hook, submission))
  const drafts = wanted.map(({ submission: { id, fields }, index }) => ({
    key: itemKey(webhook, id, index),
    fields,
  }))
  const [first] = wanted
  return { drafts, id: wanted.length === 1 ? (first?.submission.id ?? null) : null }
}

/** An event as the outbox takes it: mapped, held with the reason, or (null) waiting for a look-up at its sender. */
export function mapEvent(
  { hook, began }: VerifiedWebhook,
  secrets: readonly string[],
  { key, fields, issues }: Draft,
): ArrivalItem {
  const kept = keptFields(fields, secrets, hook.source.secretMembers)
  if (issues !== undefined) return { key, fields: kept, mapped: held('payload', issues) }
  const mapped = hook.source.lookUp === undefined ? mapFields(hook, fields, began) : null
  return { key, fields: kept, mapped }
}

function unread(webhook: VerifiedWebhook, fields: unknown, issues: readonly Issue[]): Drafts {
  const { idempotencyKey, fingerprint } = webhook
  const key = idempotencyKey === null ? keyOf('unread', fingerprint) : itemKey(webhook, null, 0)
  return { drafts: [{ key, fields, issues }], id: null }
}

/** The caller's own key first, then the sender's id, then the body itself. */
function itemKey(webhook: VerifiedWebhook, id: string | null, index: number): string {
  const { idempotencyKey, fingerprint } = webhook
  if (idempotencyKey !== null) return keyOf('key', idempotencyKey, String(index))
  return id === null ? keyOf('digest', fingerprint, String(index)) : keyOf('id', id)
}

/** A second key for what its first one does not protect: an unsigned key in a header must not make an old event a new one. */
export function secondKey(webhook: VerifiedWebhook, id: string | null): string | null {
  const { hook, idempotencyKey, fingerprint } = webhook
  if (hook.source.unsignedId === true) return keyOf('body', fingerprint)
  return idempotencyKey === null || id === null ? null : keyOf('id', id)
}

function unreadable(body: Bytes): string {
  return (textOf(body) ?? 'not UTF-8').slice(0, MAX_UNREADABLE_CHARACTERS)
}

/** The digest of a body, in hex. It is a plain one, so it is handed to the outbox and stored nowhere. */
export async function fingerprintOf(body: Bytes): Promise<string> {
  return encode(await digest('SHA-256', body), 'hex')
}

/** A key of parts: they are told apart by their lengths, so `ab` + `c` is not `a` + `bc`. */
export function keyOf(...parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join('')
}
