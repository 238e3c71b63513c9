/** The events of a body: read by the source, mapped by the hook, each under the key by which it is known again. */

import type { Bytes } from '../bytes.ts'
import { textOf } from '../bytes.ts'
import { decodeBody } from '../decode.ts'
import type { Hook } from '../hook.ts'
import { isWanted, mapFields, readSubmissions } from '../map.ts'
import type { ArrivalItem } from '../outbox/arrival.ts'
import type { Issue } from '../problem.ts'
import type { Incoming } from '../schemes/scheme.ts'
import type { ContentKind } from '../source.ts'
import { keyOf } from './keys.ts'

/** A body that could not even be read is kept so far, for its operator to look at. */
const MAX_UNREADABLE_CHARACTERS = 16_384

export interface Visit {
  readonly name: string
  readonly hook: Hook
  /** Epoch milliseconds. */
  readonly began: number
}

/** A webhook that proved itself. */
export interface Event extends Visit {
  readonly idempotencyKey: string | null
  readonly fingerprint: string
}

export interface Items {
  readonly items: ArrivalItem[]
  /** What the sender calls the event, where the body holds one. */
  readonly id: string | null
}

/** The body's events that are for us, mapped. One that cannot be read or mapped is an event too: it is held. */
export async function readItems(
  event: Event,
  incoming: Incoming,
  kind: ContentKind,
  contentType: string,
): Promise<Items> {
  const { hook, began } = event
  const decoded = await decodeBody(incoming.body, kind, contentType)
  if (!decoded.ok) {
    const issues = [{ path: '', message: decoded.message }]
    return unread(event, incoming, unreadable(incoming.body), issues)
  }
  const reading = readSubmissions(hook, decoded.value, incoming.headers)
  if ('issues' in reading) return unread(event, incoming, decoded.value, reading.issues)
  const wanted = reading.submissions
    .map((submission, index) => ({ submission, index }))
    .filter(({ submission }) => submission.skip === undefined && isWanted(hook, submission.fields))
  const items = await Promise.all(
    wanted.map(async ({ submission: { id, fields }, index }) => ({
      key: await itemKey(event, id, index),
      fields: kept(fields, incoming),
      mapped: mapFields(hook, fields, began),
    })),
  )
  const [first] = wanted
  return { items, id: wanted.length === 1 ? (first?.submission.id ?? null) : null }
}

async function unread(
  event: Event,
  incoming: Incoming,
  fields: unknown,
  issues: readonly Issue[],
): Promise<Items> {
  const { name, idempotencyKey, fingerprint } = event
  const key = idempotencyKey === null ? keyOf(name, 'unread', fingerprint) : itemKey(event, null, 0)
  const mapped = { kind: 'held', reason: 'payload', issues } as const
  return { items: [{ key: await key, fields: kept(fields, incoming), mapped }], id: null }
}

/** The caller's own key first, then the sender's id, then the body itself. */
function itemKey(event: Event, id: string | null, index: number): Promise<string> {
  const { name, idempotencyKey, fingerprint } = event
  if (idempotencyKey !== null) return keyOf(name, 'key', idempotencyKey, String(index))
  return id === null ? keyOf(name, 'digest', fingerprint, String(index)) : keyOf(name, 'id', id)
}

/** A second key for what its first one does not protect: an unsigned key in a header must not make an old event a new one. */
export async function secondKey(event: Event, id: string | null): Promise<string | null> {
  const { name, hook, idempotencyKey, fingerprint } = event
  if (hook.source.unsignedId === true) return keyOf(name, 'body', fingerprint)
  return idempotencyKey === null || id === null ? null : keyOf(name, 'id', id)
}

/** What is kept of an event, as JSON. A sender that is given its secret in the URL may repeat that URL in the body: Jotform does. */
function kept(fields: unknown, { urlSecret }: Incoming): string {
  const text = JSON.stringify(fields)
  return urlSecret === null ? text : text.replaceAll(urlSecret, '…')
}

function unreadable(body: Bytes): string {
  return (textOf(body) ?? 'not UTF-8').slice(0, MAX_UNREADABLE_CHARACTERS)
}
