/** The events of a body: read by the source, each under the key by which it is known again, and mapped by the hook. */

import type { Bytes } from '../bytes.ts'
import { textOf } from '../bytes.ts'
import { decodeFrom } from '../decode.ts'
import type { Hook } from '../hook.ts'
import { awaitingLookUp, wholeFields } from '../look-up.ts'
import { held, isForUs, isWanted, mapFields, readSubmissions } from '../map.ts'
import type { ArrivalItem } from '../outbox/arrival.ts'
import type { Issue } from '../problem.ts'
import type { Incoming } from '../schemes/scheme.ts'
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
export async function readEvents(event: Event, incoming: Incoming): Promise<Drafts> {
  const { hook } = event
  const contentType = incoming.headers.get('content-type') ?? ''
  const decoded = await decodeFrom(incoming.body, contentType, hook.source.accepts)
  if (!decoded.ok) {
    const issues = [{ path: '', message: decoded.message }]
    return unread(event, unreadable(incoming.body), issues)
  }
  const reading = readSubmissions(hook, decoded.value, incoming.headers)
  if ('issues' in reading) return unread(event, decoded.value, reading.issues)
  const wanted = reading.submissions
    .map((submission, index) => ({ submission, index }))
    .filter(({ submission }) => isForUs(hook, submission))
  const drafts = await Promise.all(
    wanted.map(async ({ submission: { id, fields }, index }) => ({
      key: await itemKey(event, id, index),
      fields,
    })),
  )
  const [first] = wanted
  return { drafts, id: wanted.length === 1 ? (first?.submission.id ?? null) : null }
}

/** The events as the outbox takes them: looked up where need be, and mapped, or held with the reason. */
export async function mapEvents(
  event: Event,
  secrets: readonly string[],
  drafts: readonly Draft[],
  env: object,
): Promise<ArrivalItem[]> {
  const items = await Promise.all(drafts.map((draft) => mapEvent(event, secrets, draft, env)))
  return items.filter((item) => item !== null)
}

async function mapEvent(
  { name, hook, began }: Event,
  secrets: readonly string[],
  { key, fields, issues }: Draft,
  env: object,
): Promise<ArrivalItem | null> {
  if (issues !== undefined) {
    return { key, fields: kept(fields, secrets), mapped: held('payload', issues) }
  }
  const whole = await wholeFields(name, hook, env, fields)
  if (!whole.ok) {
    const unmapped = kept(awaitingLookUp(fields), secrets)
    return { key, fields: unmapped, mapped: held('payload', whole.issues) }
  }
  const isLookedUp = hook.source.lookUp !== undefined
  if (whole.skip !== undefined || (isLookedUp && !isWanted(hook, whole.fields))) return null
  const mapped = mapFields(hook, whole.fields, began)
  return { key, fields: kept(whole.fields, secrets), mapped }
}

async function unread(event: Event, fields: unknown, issues: readonly Issue[]): Promise<Drafts> {
  const { name, idempotencyKey, fingerprint } = event
  const key = idempotencyKey === null ? keyOf(name, 'unread', fingerprint) : itemKey(event, null, 0)
  return { drafts: [{ key: await key, fields, issues }], id: null }
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

/**
 * What is kept of an event, as JSON, without the hook's secrets: some senders show theirs in the body, and one that is
 * given it in the URL may repeat that URL there: Jotform does.
 */
function kept(fields: unknown, secrets: readonly string[]): string {
  const spelt = secrets.map((secret) => JSON.stringify(secret).slice(1, -1))
  return spelt.reduce((text, secret) => text.replaceAll(secret, '…'), JSON.stringify(fields))
}

function unreadable(body: Bytes): string {
  return (textOf(body) ?? 'not UTF-8').slice(0, MAX_UNREADABLE_CHARACTERS)
}
