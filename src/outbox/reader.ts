/** What the operator sees of the deliveries: pages of them, and one delivery's story, masked. */

import type { ConsentEvidence } from '../consent.ts'
import type { Account } from './account.ts'
import type { StoredContact } from './contacts.ts'
import { readableContacts } from './contacts.ts'
import { deliveryId } from './delivery-id.ts'
import { maskFields } from './mask-fields.ts'
import { personName } from './person-name.ts'
import type { DeliveryFilter } from './search.ts'
import { DELIVERIES, search } from './search.ts'
import type { DeliveryState, GroupStatus } from './state.ts'
import type { Tables } from './tables.ts'
import type { DeliveryPage, DeliveryStory, DeliveryView } from './views.ts'
import { iso } from './views.ts'
import { waitTeller } from './waiting-for.ts'

export const MOST_PER_PAGE = 200

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  hook: string
  source: string
  state: DeliveryState
  reason: string | null
  name: string | null
  status: GroupStatus | null
  rest_until: number | null
  contacts: string
  creates: number
  attempts: number
  due_at: number | null
  received_at: number
  settled_at: number | null
  said: string | null
}

interface StoryRow extends Row {
  group_id: number | null
  family: number | null
  forced: number
  fields: string | null
  consent: string | null
  timeline: string
}

/** What sending it again needs. */
export interface Sendable {
  readonly state: DeliveryState
  readonly reason: string | null
  readonly groupName: string | null
  readonly create: boolean
  /** Whether the operator's word to send it all the same still stands. */
  readonly forced: boolean
  readonly contacts: readonly StoredContact[]
}

/** A name is asked for early in a form, and a body may be long. */
const LOOKED_AT_CHARACTERS = 2_000
const COLUMNS = `seq, deliveries.hook, source, state, reason, name, status, rest_until, contacts, creates, attempts,
  deliveries.due_at, received_at, settled_at, substr(fields, 1, ${LOOKED_AT_CHARACTERS}) AS said`
const STORY_COLUMNS = `${COLUMNS}, group_id, coalesce(family, groups.id) AS family, forced, fields, consent, timeline`

export class Reader {
  readonly #sql: SqlStorage
  readonly #account: Account
  readonly #tables: Tables

  constructor(sql: SqlStorage, account: Account, tables: Tables) {
    this.#sql = sql
    this.#account = account
    this.#tables = tables
  }

  list(filter: DeliveryFilter, now: number): DeliveryPage {
    const { rows, before } = search<Row>(this.#sql, COLUMNS, filter, this.#inFlight())
    return { deliveries: rows.map(this.#viewer(now)), before }
  }

  /** The numbers of a page of deliveries: for doing something with all of them. */
  seqs(filter: DeliveryFilter): { seqs: readonly number[]; before: number | null } {
    const { rows, before } = search<{ seq: number }>(this.#sql, 'seq', filter, this.#inFlight())
    return { seqs: rows.map(({ seq }) => seq), before }
  }

  /** One delivery and everything that happened to it, or null. */
  story(seq: number, now: number): DeliveryStory | null {
    const row = this.#sql
      .exec<StoryRow>(`SELECT ${STORY_COLUMNS} FROM ${DELIVERIES} WHERE seq = ?`, seq)
      .toArray()[0]
    return row === undefined ? null : this.#storyOf(row, now)
  }

  #storyOf(row: StoryRow, now: number): DeliveryStory {
    const consent: ConsentEvidence | null = parsed(row.consent)
    return {
      ...this.#viewer(now)(row),
      timeline: parsed(row.timeline) ?? [],
      groupId: row.group_id,
      create: row.creates === 1,
      forced: row.forced !== 0,
      people: readableContacts(row.contacts).map(({ mask, state, person }) => ({
        mask,
        state,
        suppressed: this.#tables.people.isSuppressed(person, row.family ?? -1),
      })),
      fields: row.fields === null ? null : maskFields(row.fields),
      consent,
    }
  }

  /** What mapping it again needs; null: no such delivery. */
  kept(seq: number): { hook: string; fields: string | null; reason: string | null } | null {
    return (
      this.#sql
        .exec<{ hook: string; fields: string | null; reason: string | null }>(
          'SELECT hook, fields, reason FROM deliveries WHERE seq = ?',
          seq,
        )
        .toArray()[0] ?? null
    )
  }

  /** What sending it exactly again needs; null: no such delivery. */
  sendable(seq: number): Sendable | null {
    const row = this.#sql
      .exec<Row & { forced: number }>(
        `SELECT ${COLUMNS}, forced FROM ${DELIVERIES} WHERE seq = ?`,
        seq,
      )
      .toArray()[0]
    if (row === undefined) return null
    const { state, reason, name, creates } = row
    return {
      state,
      reason,
      groupName: name,
      create: creates === 1,
      forced: row.forced !== 0 && (state === 'queued' || state === 'unknown'),
      contacts: readableContacts(row.contacts),
    }
  }

  #inFlight(): number[] {
    return this.#tables.calls.current()?.call.parts.map(({ seq }) => seq) ?? []
  }

  #viewer(now: number): (row: Row) => DeliveryView {
    const { name, pace, settings } = this.#account
    const inFlight = new Set(this.#inFlight())
    const spent = this.#tables.calls.spent(pace, now)
    const waitsFor = waitTeller({ account: settings.account(), pace, spent }, now)
    return (row) => {
      const sending = inFlight.has(row.seq)
      const waits = !sending && (row.state === 'queued' || row.state === 'unknown')
      const wait = waits ? waitsFor(waiterOf(row)) : null
      const until = wait?.until ?? null
      return {
        id: deliveryId(name, row.seq),
        hook: row.hook,
        source: row.source,
        account: name,
        state: sending ? 'sending' : row.state,
        reason: row.state === 'queued' && wait !== null ? wait.what : sending ? null : row.reason,
        waitingUntil: iso(until !== null && until > now ? until : null),
        groupName: row.name,
        contacts: readableContacts(row.contacts).map(({ mask }) => mask),
        who: row.said === null ? null : personName(row.said),
        attempts: row.attempts,
        receivedAt: iso(row.received_at),
        settledAt: iso(row.settled_at),
      }
    }
  }
}

function waiterOf(row: Row) {
  return {
    groupStatus: row.status,
    restUntil: row.rest_until,
    dueAt: row.due_at,
    attempts: row.attempts,
    creates: row.creates === 1,
  }
}

/** The outbox's own JSON. What cannot be read any more is shown as nothing. */
function parsed<value>(text: string | null): value | null {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}
