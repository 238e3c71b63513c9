/** The events of a body: read by the source, each under the key by which it is known again, and mapped by the hook. */

import type { Bytes } from '../lib/bytes.ts'
import { digest, encode, textOf } from '../lib/bytes.ts'
import { decodeFrom } from '../lib/decode.ts'
import type { Issue } from '../lib/problem.ts'
import type { Hook } from '../mapping/hook.ts'
import { held, isForUs, keptFields, mapFields, readSubmissions } from '../mapping/map.ts'
import type { ArrivalItem } from '../outbox/accept.ts'
import type { Incoming } from '../schemes/scheme.ts'

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
