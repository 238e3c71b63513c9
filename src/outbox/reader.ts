/** What the operator sees of the outbox: pages of deliveries and one delivery's story, masked. */

import { Calls } from './calls.ts'
import type { StoredContact } from './contacts.ts'
import { storedContacts } from './contacts.ts'
import { deliveryId } from './delivery-id.ts'
import { Settings } from './settings.ts'
import type { AccountState, DeliveryState } from './state.ts'

export const MOST_PER_PAGE = 200
/** A page with a filter that fits little looks through this many deliveries, then hands out a cursor. */
const MOST_LOOKED_AT = 5_000

export interface DeliveryFilter {
  readonly state: DeliveryState | null
  readonly hook: string | null
  readonly group: string | null
  readonly limit: number
  /** Deliveries before this number; null: from the newest. */
  readonly before: number | null
}

/** A delivery as `GET /api/deliveries` gives it. Times are ISO 8601. */
export interface DeliveryView {
  readonly id: string
  readonly hook: string
  readonly source: string
  readonly account: string
  readonly state: DeliveryState
  /** Why it is held or parked, or what it waits for. */
  readonly reason: string | null
  readonly waitingUntil: string | null
  readonly groupName: string | null
  readonly contacts: readonly string[]
  readonly attempts: number
  readonly receivedAt: string
  readonly settledAt: string | null
}

export interface TimelineLine {
  readonly at: string
  readonly event: string
  readonly detail?: string
}

export interface DeliveryStory extends DeliveryView {
  readonly timeline: readonly TimelineLine[]
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryView[]
  /** The number to ask for the next page with; null: that was all. */
  readonly before: number | null
}

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  hook: string
  source: string
  state: DeliveryState
  reason: string | null
  name: string | null
  rest_until: number | null
  contacts: string
  creates: number
  attempts: number
  due_at: number | null
  received_at: number
  settled_at: number | null
  timeline: string
}

const COLUMNS = `seq, hook, source, state, reason, name, rest_until, contacts, creates, attempts,
  deliveries.due_at, received_at, settled_at, timeline`
const FROM = 'deliveries LEFT JOIN groups ON groups.id = deliveries.group_id'

export class Reader {
  readonly #sql: SqlStorage
  readonly #calls: Calls
  readonly #settings: Settings

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#calls = new Calls(sql)
    this.#settings = new Settings(sql)
  }

  list(account: string, filter: DeliveryFilter, now: number): DeliveryPage {
    const view = this.#viewer(account, now)
    const found: DeliveryView[] = []
    let looked = 0
    let last: number | null = null
    for (const row of this.#rows(filter)) {
      if (found.length === filter.limit || ++looked > MOST_LOOKED_AT) {
        return { deliveries: found, before: last }
      }
      last = row.seq
      const delivery = view(row)
      if (fits(delivery, filter)) found.push(delivery)
    }
    return { deliveries: found, before: null }
  }

  /** Newest first. What needs a hand or waits is on an index of its own; the others are the table itself. */
  #rows(filter: DeliveryFilter): Iterable<Row> {
    const before = filter.before ?? Number.MAX_SAFE_INTEGER
    const open = filter.state
    if (open === 'held' || open === 'parked') {
      return this.#sql.exec<Row>(
        `SELECT ${COLUMNS} FROM ${FROM} WHERE state = '${open}' AND seq < ? ORDER BY seq DESC`,
        before,
      )
    }
    return this.#sql.exec<Row>(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE seq < ? ORDER BY seq DESC`,
      before,
    )
  }

  /** One delivery and everything that happened to it, or null. */
  story(account: string, seq: number, now: number): DeliveryStory | null {
    const row = this.#row(seq)
    if (row === undefined) return null
    return { ...this.#viewer(account, now)(row), timeline: JSON.parse(row.timeline) }
  }

  /** What mapping it again needs; null: no such delivery. */
  kept(seq: number): { hook: string; fields: string | null; unread: boolean } | null {
    const row = this.#sql
      .exec<{ hook: string; fields: string | null; reason: string | null }>(
        'SELECT hook, fields, reason FROM deliveries WHERE seq = ?',
        seq,
      )
      .toArray()[0]
    if (row === undefined) return null
    const { hook, fields, reason } = row
    return { hook, fields, unread: reason === 'payload' }
  }

  /** What sending it exactly again needs; null: no such delivery. */
  sendable(seq: number): {
    state: DeliveryState
    groupName: string | null
    create: boolean
    contacts: StoredContact[]
  } | null {
    const row = this.#row(seq)
    if (row === undefined) return null
    const { state, name, creates } = row
    return {
      state,
      groupName: name,
      create: creates === 1,
      contacts: storedContacts(row.contacts),
    }
  }

  #row(seq: number): Row | undefined {
    return this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM ${FROM} WHERE seq = ?`, seq).toArray()[0]
  }

  #viewer(account: string, now: number): (row: Row) => DeliveryView {
    const inFlight = new Set(this.#calls.current()?.call.parts.map((part) => part.seq))
    const state = this.#settings.account()
    return (row) => {
      const sending = inFlight.has(row.seq)
      const waits = row.state === 'queued' && !sending ? waitsFor(row, state, now) : null
      return {
        id: deliveryId(account, row.seq),
        hook: row.hook,
        source: row.source,
        account,
        state: sending ? 'sending' : row.state,
        reason: waits?.what ?? (sending ? null : row.reason),
        waitingUntil: iso(waits?.until ?? (row.state === 'unknown' ? row.due_at : null)),
        groupName: row.name,
        contacts: storedContacts(row.contacts).map((contact) => contact.mask),
        attempts: row.attempts,
        receivedAt: new Date(row.received_at).toISOString(),
        settledAt: iso(row.settled_at),
      }
    }
  }
}

/** What a queued delivery waits for, in words for its operator, and until when where that is known. */
function waitsFor(
  row: Row,
  account: AccountState,
  now: number,
): { what: string; until: number | null } {
  const { pause, nextCallAt, nextCallWhy } = account
  if (pause !== null) return { what: PAUSED[pause.reason], until: pause.probeAt }
  if (row.rest_until !== null && row.rest_until > now) {
    return { what: 'the group rests', until: row.rest_until }
  }
  if (row.due_at !== null && row.due_at > now) {
    const what = row.attempts > 0 ? 'trying again later' : 'others for the same group'
    return { what, until: row.due_at }
  }
  if (nextCallAt > now) return { what: WAITING[nextCallWhy], until: nextCallAt }
  return { what: 'its turn', until: null }
}

const PAUSED = {
  session: 'EazyBe’s cloud session is inactive',
  token: 'EazyBe refuses the token',
  operator: 'paused by the operator',
}

const WAITING = {
  pace: 'the pace of the account',
  throttled: 'EazyBe asked to wait',
  unreachable: 'no connection to EazyBe',
}

function fits(delivery: DeliveryView, { state, hook, group }: DeliveryFilter): boolean {
  return (
    (state === null || delivery.state === state) &&
    (hook === null || delivery.hook === hook) &&
    (group === null || delivery.groupName === group)
  )
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
