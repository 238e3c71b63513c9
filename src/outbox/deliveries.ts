/** Deliveries as they arrive and as an operator sends them again. */

import type { ConsentEvidence } from '../consent.ts'
import type { Arrival, ArrivalItem } from './arrival.ts'
import type { StoredContact } from './contacts.ts'
import { Groups } from './groups.ts'
import type { Pace } from './pace.ts'
import { People } from './people.ts'
import { Queue } from './queue.ts'
import type { DeliveryState } from './state.ts'
import { APPEND_LINE, timelineLine } from './timeline.ts'

interface NewDelivery {
  readonly arrival: Arrival
  readonly item: ArrivalItem
  readonly contacts: readonly StoredContact[]
}

/** A delivery in its place, and when its group is due where this made it due earlier than it was. */
interface Placed {
  readonly seq: number
  readonly state: DeliveryState
  readonly dueAt: number | null
}

/** What is sent when an operator asks to send again. */
export interface Again {
  readonly groupName: string
  readonly contacts: readonly StoredContact[]
  readonly create: boolean
  /** Sent although the person was accepted before: the operator said so. */
  readonly forced: boolean
  /** JSON in place of what was kept; null keeps that. */
  readonly fields: string | null
  readonly consent: ConsentEvidence | null
  readonly note: string
}

interface Seen extends Record<string, SqlStorageValue> {
  seq: number
  count: number
  fingerprint: string
}

export class Deliveries {
  readonly #sql: SqlStorage
  readonly #groups: Groups
  readonly #people: People
  readonly #queue: Queue

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#groups = new Groups(sql)
    this.#people = new People(sql)
    this.#queue = new Queue(sql)
  }

  /** The delivery (or several in a row) that took this key first, with the digest of its body. */
  seen(key: string): Seen | null {
    const found = this.#sql.exec<Seen>(
      'SELECT seq, count, fingerprint FROM keys WHERE key = ?',
      key,
    )
    return found.toArray()[0] ?? null
  }

  remember(key: string, { seq, count, fingerprint }: Seen): void {
    this.#sql.exec(
      'INSERT INTO keys (key, seq, count, fingerprint) VALUES (?, ?, ?, ?)',
      key,
      seq,
      count,
      fingerprint,
    )
  }

  state(seq: number): DeliveryState | null {
    const row = this.#sql
      .exec<{ state: DeliveryState }>('SELECT state FROM deliveries WHERE seq = ?', seq)
      .toArray()[0]
    return row?.state ?? null
  }

  /** Writes a new delivery: it waits, is held, or has nobody new in it. */
  insert({ arrival, item, contacts }: NewDelivery, now: number, pace: Pace): Placed {
    const { mapped } = item
    const invite = mapped.kind === 'invite' ? mapped.invite : null
    const groupId = invite === null ? null : this.#groups.idOf(invite.groupName)
    const checked = contacts.map((contact) => this.#checked(contact, groupId, now))
    const nobodyNew = invite !== null && checked.every((contact) => contact.state === 'already')
    const state = invite === null ? 'held' : nobodyNew ? 'skipped' : 'queued'
    const reason = mapped.kind === 'held' ? mapped.reason : nobodyNew ? 'already accepted' : null
    const dueAt = state === 'queued' ? now + pace.coalesceMs : null
    const { seq } = this.#sql
      .exec<{ seq: number }>(
        `INSERT INTO deliveries (hook, source, key, body_key, state, reason, group_id, contacts, creates, forced,
           attempts, size_limit, due_at, received_at, settled_at, fields, consent, timeline)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, NULL, ?, ?, ?, ?, ?, ?) RETURNING seq`,
        arrival.hook,
        arrival.source,
        item.key,
        arrival.bodyKey,
        state,
        reason,
        groupId,
        JSON.stringify(checked),
        invite?.create === true ? 1 : 0,
        dueAt,
        now,
        state === 'skipped' ? now : null,
        item.fields,
        mapped.kind === 'invite' && mapped.consent !== null ? JSON.stringify(mapped.consent) : null,
        `[${firstLines(item, nobodyNew, now).join(',')}]`,
      )
      .one()
    if (groupId === null || dueAt === null) return { seq, state, dueAt: null }
    return { seq, state, dueAt: this.#nudge(groupId, invite?.create === true, dueAt, now, pace) }
  }

  #checked(contact: StoredContact, groupId: number | null, now: number): StoredContact {
    return groupId !== null && this.#people.knows(contact.person, groupId, now)
      ? { ...contact, state: 'already' }
      : contact
  }

  #nudge(groupId: number, creates: boolean, dueAt: number, now: number, pace: Pace): number | null {
    const complete = this.#queue.length(groupId, pace.batchSize) >= pace.batchSize
    return this.#groups.nudge(groupId, { creates, dueAt, complete }, now)
  }

  /** Queues a delivery again, due at once. */
  requeue(seq: number, again: Again, now: number, pace: Pace): void {
    const left = this.#groupIdOf(seq)
    const groupId = this.#groups.idOf(again.groupName)
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', reason = NULL, group_id = ?, contacts = ?, creates = ?, forced = ?,
         attempts = 0, size_limit = NULL, due_at = ?, settled_at = NULL, fields = coalesce(?, fields),
         consent = coalesce(?, consent), timeline = ${APPEND_LINE} WHERE seq = ?`,
      groupId,
      JSON.stringify(again.contacts),
      again.create ? 1 : 0,
      again.forced ? 1 : 0,
      now,
      again.fields,
      again.consent === null ? null : JSON.stringify(again.consent),
      timelineLine(now, 'retry asked', again.note),
      seq,
    )
    this.#nudge(groupId, again.create, now, now, pace)
    if (left !== null && left !== groupId) this.#queue.refresh(left)
  }

  /** A mapping that was asked again and still does not fit. */
  holdAgain(seq: number, reason: string, detail: string, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'held', reason = ?, due_at = NULL, settled_at = ?, timeline = ${APPEND_LINE}
       WHERE seq = ?`,
      reason,
      now,
      timelineLine(now, 'held', detail),
      seq,
    )
    const left = this.#groupIdOf(seq)
    if (left !== null) this.#queue.refresh(left)
  }

  #groupIdOf(seq: number): number | null {
    return this.#sql
      .exec<{ group_id: number | null }>('SELECT group_id FROM deliveries WHERE seq = ?', seq)
      .one().group_id
  }
}

function firstLines({ mapped }: ArrivalItem, nobodyNew: boolean, now: number): string[] {
  const received = timelineLine(now, 'received', null)
  if (mapped.kind === 'held') {
    const why = [mapped.reason, ...mapped.issues.map(issueText)].join('; ')
    return [received, timelineLine(now, 'held', why)]
  }
  return nobodyNew ? [received, timelineLine(now, 'skipped', 'already accepted')] : [received]
}

/** "cohort: is missing" */
export function issueText({ path, message }: { path: string; message: string }): string {
  return path === '' ? message : `${path}: ${message}`
}
