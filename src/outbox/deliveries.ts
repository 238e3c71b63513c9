/** Deliveries as they arrive and as an operator sends them again. */

import type { ConsentEvidence } from '../consent.ts'
import type { Arrival, ArrivalItem } from './arrival.ts'
import type { StoredContact } from './contacts.ts'
import { anyWaits } from './contacts.ts'
import type { Groups, Place } from './groups.ts'
import { Homes } from './homes.ts'
import { endOf } from './ledger.ts'
import { newNamesPerDay } from './name-cap.ts'
import type { Pace } from './pace.ts'
import { DAY_MS } from './pace.ts'
import type { People } from './people.ts'
import type { OutboxConfig } from './ports.ts'
import type { Queue } from './queue.ts'
import { MAY_BE_IN } from './settlement.ts'
import type { DeliveryState } from './state.ts'
import type { Sweeper } from './sweeper.ts'
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
  /** Sent although the person was accepted before now: the operator said so. */
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

/** A group that is not there yet: nobody is in it, but somebody may be suppressed everywhere. */
const NOWHERE = { id: -1, family: -1 }

/** How a new delivery begins. */
interface Start {
  readonly state: DeliveryState
  readonly reason: string | null
  readonly groupId: number | null
  readonly contacts: readonly StoredContact[]
}

/** The tables that a delivery touches beside its own. */
interface Beside {
  readonly groups: Groups
  readonly people: People
  readonly queue: Queue
  readonly sweeper: Sweeper
}

export class Deliveries {
  readonly #sql: SqlStorage
  readonly #hooks: OutboxConfig['hooks']
  readonly #groups: Groups
  readonly #people: People
  readonly #queue: Queue
  readonly #sweeper: Sweeper
  readonly #homes: Homes

  constructor(sql: SqlStorage, hooks: OutboxConfig['hooks'], beside: Beside) {
    this.#sql = sql
    this.#hooks = hooks
    this.#groups = beside.groups
    this.#people = beside.people
    this.#queue = beside.queue
    this.#sweeper = beside.sweeper
    this.#homes = new Homes(sql, beside.people)
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
  insert(delivery: NewDelivery, now: number, pace: Pace): Placed {
    const { arrival, item } = delivery
    const { mapped } = item
    const creates = mapped.kind === 'invite' && mapped.invite.create
    const { state, reason, groupId, contacts } = this.#start(delivery, now, pace)
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
        JSON.stringify(contacts),
        creates ? 1 : 0,
        dueAt,
        now,
        state === 'skipped' ? now : null,
        item.fields,
        mapped.consent !== null ? JSON.stringify(mapped.consent) : null,
        `[${firstLines(item, state, reason, now).join(',')}]`,
      )
      .one()
    if (groupId === null || dueAt === null) return { seq, state, dueAt: null }
    return { seq, state, dueAt: this.#nudge(groupId, creates, dueAt, now, pace) }
  }

  #start({ arrival, item, contacts }: NewDelivery, now: number, pace: Pace): Start {
    const { mapped } = item
    if (mapped.kind === 'held') {
      return { state: 'held', reason: mapped.reasons.at(-1) ?? null, groupId: null, contacts }
    }
    const { groupName, create } = mapped.invite
    const place = this.#groups.find(groupName)
    const cleared = contacts.map((contact) =>
      this.#people.cleared(contact, place ?? NOWHERE, 0, now),
    )
    if (!anyWaits(cleared)) {
      const groupId = place?.id ?? this.#groups.add(groupName, arrival.hook, null)
      return { ...endOf(cleared), groupId, contacts: cleared }
    }
    const mints = create && place?.minted !== true
    const held = mints && !this.#mayMint(arrival.hook, now, pace)
    const groupId = this.#placeIn(place, groupName, arrival.hook, mints && !held ? now : null)
    return held
      ? { state: 'held', reason: 'too many new groups', groupId, contacts: cleared }
      : { state: 'queued', reason: null, groupId, contacts: cleared }
  }

  #mayMint(hook: string, now: number, pace: Pace): boolean {
    const rules = Object.hasOwn(this.#hooks, hook) ? this.#hooks[hook] : undefined
    const most = newNamesPerDay(rules, pace)
    return (
      most === Number.POSITIVE_INFINITY || this.#groups.mintedSince(hook, now - DAY_MS, most) < most
    )
  }

  #placeIn(place: Place | null, name: string, hook: string | null, mintAt: number | null): number {
    if (place === null) return this.#groups.add(name, hook, mintAt)
    if (mintAt !== null) this.#groups.mint(place.id, hook, mintAt)
    return place.id
  }

  #nudge(groupId: number, creates: boolean, dueAt: number, now: number, pace: Pace): number | null {
    const isComplete = () => this.#queue.length(groupId, pace.batchSize) >= pace.batchSize
    return this.#groups.nudge(groupId, { creates, dueAt, isComplete }, now)
  }

  /** Queues a delivery again, due at once. */
  requeue(seq: number, again: Again, now: number, pace: Pace): void {
    const left = this.#groupIdOf(seq)
    const own = left === null ? null : this.#groups.get(left)
    const stays = own !== null && own.name === again.groupName
    const place = stays
      ? { ...own, minted: own.status !== 'new' }
      : this.#groups.find(again.groupName)
    // An operator's word is above the cap on names.
    const mints = again.create && place?.minted !== true
    const placed = this.#placeIn(place, again.groupName, this.#hookOf(seq), mints ? now : null)
    const home = this.#homes.of(seq, again, own, this.#groups.get(placed))
    const groupId = home?.id ?? placed
    const { members, capacity } = this.#groups.get(groupId)
    // Whoever is in a part, or may be, stays in it, also where it is full by now.
    const within =
      home?.sure === false || (again.forced && (stays || home !== null) && members >= capacity)
    this.#sql.exec(
      `UPDATE deliveries SET state = ?, reason = ?, group_id = ?, contacts = ?, creates = ?, forced = ?,
         attempts = 0, size_limit = NULL, due_at = ?, settled_at = NULL, fields = coalesce(?, fields),
         consent = coalesce(?, consent), timeline = ${APPEND_LINE} WHERE seq = ?`,
      within ? 'unknown' : 'queued',
      within ? MAY_BE_IN : null,
      groupId,
      JSON.stringify(again.contacts),
      again.create ? 1 : 0,
      again.forced ? now : 0,
      now,
      again.fields,
      again.consent === null ? null : JSON.stringify(again.consent),
      timelineLine(now, 'retry asked', again.note),
      seq,
    )
    this.#sweeper.remember(seq)
    this.#nudge(groupId, again.create, now, now, pace)
    if (left !== null && left !== groupId) this.#queue.refresh(left, now)
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
    if (left !== null) this.#queue.refresh(left, now)
  }

  /** Nobody is to be sent: the operator said so. */
  discard(seq: number, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'skipped', reason = 'discarded', due_at = NULL, settled_at = ?,
         timeline = ${APPEND_LINE} WHERE seq = ?`,
      now,
      timelineLine(now, 'discarded', null),
      seq,
    )
    const left = this.#groupIdOf(seq)
    if (left !== null) this.#queue.refresh(left, now)
  }

  #hookOf(seq: number): string {
    return this.#sql.exec<{ hook: string }>('SELECT hook FROM deliveries WHERE seq = ?', seq).one()
      .hook
  }

  #groupIdOf(seq: number): number | null {
    return this.#sql
      .exec<{ group_id: number | null }>('SELECT group_id FROM deliveries WHERE seq = ?', seq)
      .one().group_id
  }
}

function firstLines(
  { mapped }: ArrivalItem,
  state: DeliveryState,
  reason: string | null,
  now: number,
): string[] {
  const received = timelineLine(now, 'received', null)
  if (state === 'queued') return [received]
  const issues = mapped.kind === 'held' ? mapped.issues.map(issueText) : []
  return [received, timelineLine(now, state, [reason, ...issues].join('; '))]
}

/** "cohort: is missing" */
export function issueText({ path, message }: { path: string; message: string }): string {
  return path === '' ? message : `${path}: ${message}`
}
