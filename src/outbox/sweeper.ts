/** Deletes on schedule what need not be kept: a bounded number of rows a time, however many there are. */

import type { StoredContact } from './contacts.ts'
import { readableContacts } from './contacts.ts'
import { DAY_MS } from './pace.ts'
import { MEMORY_MS } from './people.ts'
import type { RetentionDays } from './retention.ts'
import type { Settings } from './settings.ts'

/** Rows of each kind that one sweep looks at. */
const STEP_ROWS = 200
/** Of what is only looked at, for the most part: more, so that all of it has its turn in a day. */
const STEP_PEOPLE = 2_000

/** How far the sweeps have come; they go round for ever. */
interface Progress {
  /** Deliveries up to this number were looked at when their numbers were due; those that were not ready are in `unswept`. */
  readonly wiped: number
  readonly late: number
  readonly purged: number
  readonly person: string
  readonly personGroup: number
}

const BEGINNING: Progress = { wiped: 0, late: 0, purged: 0, person: '', personGroup: 0 }

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  state: string
  key: string
  body_key: string | null
  contacts: string
  group_id: number | null
  fields: string | null
  consent: string | null
  received_at: number
  settled_at: number | null
}

const COLUMNS =
  'seq, state, key, body_key, contacts, group_id, fields, consent, received_at, settled_at'

export class Sweeper {
  readonly #sql: SqlStorage
  readonly #settings: Settings
  readonly #days: RetentionDays

  constructor(sql: SqlStorage, settings: Settings, days: RetentionDays) {
    this.#sql = sql
    this.#settings = settings
    this.#days = days
  }

  /** One step of every sweep. True where there is more to do at once. To be called within a transaction. */
  sweep(now: number): boolean {
    const before = this.#progress()
    const [wiped, moreToWipe] = this.#wipeInOrder(before.wiped, now)
    const [late, moreLate] = this.#wipeLate(before.late, now)
    const [purged, moreToPurge] = this.#purge(before.purged, wiped, now)
    const [people, morePeople] = this.#forgetPeople(before, now)
    const { rowDays, consentDays } = this.#days
    const moreCalls = this.#forgetOldest('calls', 'started_at', now - rowDays * DAY_MS)
    const moreEvidence = this.#forgetOldest('evidence', 'at', now - consentDays * DAY_MS)
    const progress: Progress = { wiped, late, purged, ...people }
    this.#settings.set('sweep', JSON.stringify(progress))
    return [moreToWipe, moreLate, moreToPurge, morePeople, moreCalls, moreEvidence].includes(true)
  }

  /** It is kept a while longer, since it was sent again: whoever passed it by looks at it once more. */
  remember(seq: number): void {
    if (seq <= this.#progress().wiped) this.#addLate(seq)
  }

  /** What shows that these people agreed outlives the delivery that brought it. */
  keepEvidence(
    { consent, received_at: at }: { consent: string | null; received_at: number },
    people: readonly StoredContact[],
  ): void {
    if (consent === null) return
    for (const { person, team } of people) {
      if (person === '' || team === true) continue
      this.#sql.exec(
        'INSERT INTO evidence (person, at, consent) VALUES (?, ?, ?)',
        person,
        at,
        consent,
      )
    }
  }

  #progress(): Progress {
    return { ...BEGINNING, ...this.#settings.object('sweep') }
  }

  /** In the order they came. No index holds when a delivery settled: it would cost a row with every lead. */
  #wipeInOrder(after: number, now: number): [upTo: number, more: boolean] {
    let upTo = after
    const rows = this.#rowsAfter(after)
    const days = Math.min(this.#days.settledDays, this.#days.inHandDays)
    for (const row of rows) {
      if (row.received_at > now - days * DAY_MS) return [upTo, false]
      if (this.#isDue(row, now)) this.#wipe(row)
      else this.#addLate(row.seq)
      upTo = row.seq
    }
    return [upTo, rows.length === STEP_ROWS]
  }

  /** Those that were still held, parked or waiting when their turn came. */
  #wipeLate(after: number, now: number): [upTo: number, more: boolean] {
    const seqs = this.#sql
      .exec<{ seq: number }>(
        'SELECT seq FROM unswept WHERE seq > ? ORDER BY seq LIMIT ?',
        after,
        STEP_ROWS,
      )
      .toArray()
    for (const { seq } of seqs) {
      const row = this.#sql
        .exec<Row>(`SELECT ${COLUMNS} FROM deliveries WHERE seq = ?`, seq)
        .toArray()[0]
      if (row !== undefined && !this.#isDue(row, now)) continue
      if (row !== undefined) this.#wipe(row)
      const old = row !== undefined && row.received_at <= now - this.#days.rowDays * DAY_MS
      if (row !== undefined && old) this.#delete(row)
      this.#sql.exec('DELETE FROM unswept WHERE seq = ?', seq)
    }
    const last = seqs.length === STEP_ROWS ? seqs.at(-1) : undefined
    return [last?.seq ?? 0, last !== undefined]
  }

  /** Masked rows that are old enough. The newest one stays, so that no number is given twice. */
  #purge(after: number, wiped: number, now: number): [upTo: number, more: boolean] {
    let upTo = after
    const rows = this.#rowsAfter(after)
    const newest = this.#sql
      .exec<{ seq: number }>('SELECT max(seq) AS seq FROM deliveries')
      .one().seq
    for (const row of rows) {
      const old = row.received_at <= now - this.#days.rowDays * DAY_MS
      if (!old || row.seq > wiped || row.seq === newest) return [upTo, false]
      // What was not ready to be wiped is deleted when it is.
      if (!this.#isLate(row.seq)) this.#delete(row)
      upTo = row.seq
    }
    return [upTo, rows.length === STEP_ROWS]
  }

  #isDue({ state, settled_at, received_at }: Row, now: number): boolean {
    const since = settled_at ?? received_at
    if (state === 'accepted' || state === 'skipped') {
      return since <= now - this.#days.settledDays * DAY_MS
    }
    const inHand = state === 'held' || state === 'parked'
    return inHand && since <= now - this.#days.inHandDays * DAY_MS
  }

  /** The numbers go; the masks and the keyed hashes stay with the row. */
  #wipe({ seq, contacts }: Row): void {
    const wiped = readableContacts(contacts).map(
      (contact): StoredContact => ({ ...contact, digits: null }),
    )
    this.#sql.exec(
      'UPDATE deliveries SET contacts = ?, fields = NULL WHERE seq = ?',
      JSON.stringify(wiped),
      seq,
    )
  }

  #delete(row: Row): void {
    this.keepEvidence(row, readableContacts(row.contacts))
    for (const key of [row.key, row.body_key]) {
      if (key !== null) this.#sql.exec('DELETE FROM keys WHERE key = ?', key)
    }
    this.#sql.exec('DELETE FROM deliveries WHERE seq = ?', row.seq)
    if (row.group_id !== null) this.#deleteUnmade(row.group_id)
  }

  /** A name that nobody was let make is the text of a visitor: it goes with the last delivery that brought it. */
  #deleteUnmade(id: number): void {
    this.#sql.exec(
      // Never the newest: its number would be given to another group, and some row may still bear it.
      `DELETE FROM groups WHERE id = ? AND id < (SELECT max(id) FROM groups) AND status = 'new' AND minted_at IS NULL AND family IS NULL
         AND open_part IS NULL AND due_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state = 'held' AND group_id = groups.id)`,
      id,
    )
  }

  #forgetPeople(
    after: Progress,
    now: number,
  ): [upTo: Pick<Progress, 'person' | 'personGroup'>, more: boolean] {
    const people = this.#sql
      .exec<{ person: string; group_id: number; accepted_at: number }>(
        `SELECT person, group_id, accepted_at FROM people WHERE (person, group_id) > (?, ?)
         ORDER BY person, group_id LIMIT ?`,
        after.person,
        after.personGroup,
        STEP_PEOPLE,
      )
      .toArray()
    for (const { person, group_id, accepted_at } of people) {
      if (accepted_at > now - MEMORY_MS) continue
      this.#sql.exec('DELETE FROM people WHERE person = ? AND group_id = ?', person, group_id)
    }
    const last = people.length === STEP_PEOPLE ? people.at(-1) : undefined
    const upTo = { person: last?.person ?? '', personGroup: last?.group_id ?? 0 }
    // Round once a day, however many there are: a year is a promise.
    return [upTo, last !== undefined]
  }

  /** From the front of a table whose rows are in the order of time. */
  #forgetOldest(table: 'calls' | 'evidence', time: 'started_at' | 'at', before: number): boolean {
    const oldest = this.#sql
      .exec<{ id: number; at: number }>(
        `SELECT id, ${time} AS at FROM ${table} WHERE id > 0 ORDER BY id LIMIT ?`,
        STEP_ROWS,
      )
      .toArray()
    const end = oldest.findIndex(({ at }) => at > before)
    const upTo = oldest[(end === -1 ? oldest.length : end) - 1]
    const newest = this.#sql.exec<{ id: number }>(`SELECT max(id) AS id FROM ${table}`).one().id
    if (upTo !== undefined) {
      this.#sql.exec(`DELETE FROM ${table} WHERE id <= ? AND id < ?`, upTo.id, newest)
    }
    return end === -1 && oldest.length === STEP_ROWS
  }

  #rowsAfter(seq: number): Row[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?`,
        seq,
        STEP_ROWS,
      )
      .toArray()
  }

  #addLate(seq: number): void {
    this.#sql.exec('INSERT OR IGNORE INTO unswept (seq) VALUES (?)', seq)
  }

  #isLate(seq: number): boolean {
    return this.#sql.exec('SELECT 1 FROM unswept WHERE seq = ?', seq).toArray().length > 0
  }
}
