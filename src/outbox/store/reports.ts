/** What an operator looks at: deliveries found and shown, the backlog, and groups by name. */

import { numbersIn } from '../../mapping/phone/index.ts'
import type { DeliveryState, MembershipStatus, PartStatus, StoredState } from '../model.ts'
import { QUARTER_MS } from '../model.ts'
import { type Fragment, fragment, raw, type Sql } from './sql.ts'

/** What is asked for; null: anything. Times are epoch milliseconds. */
export interface DeliveryFilter {
  readonly state: DeliveryState | null
  readonly reason: string | null
  readonly hook: string | null
  readonly source: string | null
  /** The group's exact name. */
  readonly group: string | null
  /** Digits with which a number ends, three or more. Once it was deleted on schedule, its last four are still known. */
  readonly phoneEnd: string | null
  /** A piece of the group's name or of the fields, while those are kept. */
  readonly text: string | null
  /** When it was received. */
  readonly from: number | null
  readonly to: number | null
  /** Deliveries that one look goes through at most, where no index leads to those that fit. */
  readonly scan: number
  readonly limit: number
  /** Deliveries before this number; null: from the newest. */
  readonly before: number | null
}

export const EVERY_DELIVERY: Omit<DeliveryFilter, 'limit' | 'before'> = {
  state: null,
  reason: null,
  hook: null,
  source: null,
  group: null,
  phoneEnd: null,
  text: null,
  from: null,
  to: null,
  scan: 10_000,
}

/** A page. It may be short, even empty, and still go on from `before`; null: that was all. */
export interface Found<row> {
  readonly rows: readonly row[]
  readonly before: number | null
}

/** What decides whether a delivery can be sent again. Flags are 0 or 1. */
export interface Prospect {
  readonly seq: number
  readonly hook: string
  readonly state: StoredState
  readonly held: string | null
  readonly agreed: number
  readonly mapped: number
  /** Its people, and how many of their numbers are kept. */
  readonly asked: number
  readonly numbers: number
}

/** What a filter cannot say. */
export interface Known {
  /** Deliveries of the open call, whose state is not in their row. */
  readonly sending: readonly number[]
  /** How people begin whose number ends as is asked for. */
  readonly ends: readonly string[]
  /** What a person is shown of fields that are kept as JSON; null: nothing. Digits are looked for in no more. */
  readonly shown: (fields: string) => string | null
}

const NOTHING: Found<never> = { rows: [], before: null }

/** Leads that wait for a call, those of them who may be in already, and when the oldest was asked for. */
export interface Waiting {
  readonly queued: number
  readonly unknown: number
  readonly oldest: number | null
}

/** A person in a delivery. Flags are 0 or 1. */
export interface PersonRow {
  readonly mask: string
  readonly status: MembershipStatus
  readonly frozen: 'already' | 'accepted' | null
  readonly teamPart: number
  readonly suppressed: number
  /** EazyBe accepted them before. */
  readonly accepted: number
}

export interface DeliveryRow {
  readonly seq: number
  readonly hook: string
  readonly source: string
  readonly state: StoredState
  readonly reason: string | null
  readonly groupId: number | null
  readonly partId: number | null
  /** Of its part, or of its group. */
  readonly name: string | null
  readonly partStatus: PartStatus | null
  readonly restUntil: number | null
  readonly creates: number
  readonly attempts: number
  readonly receivedAt: number
  readonly settledAt: number | null
  readonly erased: number
  readonly lookUpAt: number | null
  /** Masks of its people, as JSON. */
  readonly masks: string
  /** When the first of its people is due. */
  readonly dueAt: number | null
  /** The beginning of what the sender said. */
  readonly said: string | null
  /** What is wrong with one that was never mapped, after its reasons: "mapping; phone: has too few digits". */
  readonly wrong: string | null
}

export interface StoryRow extends DeliveryRow {
  readonly held: string | null
  readonly closed: string | null
  readonly groupName: string | null
  readonly fields: string | null
  readonly consent: string | null
  readonly timeline: string
}

/** Counting stops here: the operator sees "10,000 and more". */
export const MOST_COUNTED = 10_000
/** So many that wait are counted at every look. */
const COUNTED_AT_ONCE = 15
/** The count of more is kept for so long a row: an open page reads 7 rows a second for it on average. */
const KEPT_MS_A_ROW = 150
/** More reasons are told apart in the list. */
const MOST_REASONS = 5
const QUARTERS_A_DAY = 96
/** Deliveries that are looked through for those of one hook. */
const LATELY_ROWS = 100
/** Deliveries of one number, and newest ones that were held before their number was read. */
const MOST_OF_A_NUMBER = 1_000
const HELD_LOOKED_AT = 40
const DIGIT = /\p{Nd}/u
/** What people write between the digits of a number. */
const BETWEEN_DIGITS = [' ', '-', '(', ')', '.', '/', '\u00a0', '\u2011', '\u2013']

const DELIVERIES = raw('deliveries LEFT JOIN parts ON parts.id = deliveries.part_id')
const GROUP_NAME = raw('(SELECT name FROM groups WHERE id = deliveries.group_id)')
// In this order: only a delivery without a part asks for its group.
const NAME = raw(`coalesce(parts.name, ${GROUP_NAME.texts.join('')})`)
const ASKED =
  raw(`asks JOIN memberships AS m ON m.person = asks.person AND m.group_id = asks.group_id
  AND m.team_part = asks.team_part WHERE asks.delivery = deliveries.seq`)
// A name is asked for early in a form, and a body may be long.
const COLUMNS = fragment`seq, deliveries.hook, source, state, reason, deliveries.group_id AS groupId, deliveries.part_id AS partId,
  ${NAME} AS name, parts.status AS partStatus, rest_until AS restUntil, creates, attempts, received_at AS receivedAt,
  settled_at AS settledAt, erased, look_up_at AS lookUpAt, substr(fields, 1, 2000) AS said,
  CASE WHEN state = 'held' AND held IS NOT NULL THEN timeline ->> '$[#-1].detail' END AS wrong,
  (SELECT json_group_array(mask) FROM (SELECT mask FROM ${ASKED} ORDER BY place)) AS masks,
  CASE WHEN state IN ('queued', 'unknown') THEN
    (SELECT min(m.due_at) FROM ${ASKED} AND m.team_part = 0 AND m.status IN ('waiting', 'maybe')) END AS dueAt`

export class Reports {
  readonly #sql: Sql
  #backlog: { readonly counted: Waiting; readonly until: number } | null = null

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** A page of deliveries that fit. */
  list(filter: DeliveryFilter, known: Known): Found<DeliveryRow> {
    return this.#search(COLUMNS, filter, known)
  }

  seqs(filter: DeliveryFilter, known: Known): { seqs: number[]; before: number | null } {
    const { rows, before } = this.#search<{ seq: number }>(raw('seq'), filter, known)
    return { seqs: rows.map(({ seq }) => seq), before }
  }

  /** Deliveries that fit, with what decides whether they can be sent again. */
  prospects(filter: DeliveryFilter, known: Known): Found<Prospect> {
    const columns =
      raw(`seq, deliveries.hook, state, held, consent IS NOT NULL AS agreed, deliveries.group_id IS NOT NULL AS mapped,
      (SELECT count(*) FROM ${ASKED.texts.join('')}) AS asked, (SELECT count(digits) FROM ${ASKED.texts.join('')}) AS numbers`)
    return this.#search(columns, filter, known)
  }

  /** Deliveries of a hook among the newest up to this one, newest first. */
  lately(hook: string, last: number): readonly { seq: number; state: StoredState }[] {
    return this.#sql.all`
      SELECT seq, state FROM deliveries WHERE seq <= ${last} AND seq > ${last - LATELY_ROWS} AND hook = ${hook}
      ORDER BY seq DESC`
  }

  #search<row extends { readonly seq: number }>(
    columns: Fragment,
    filter: DeliveryFilter,
    { sending, ends, shown }: Known,
  ): Found<row> {
    const { phoneEnd, state, limit, text } = filter
    const fits = (rows: row[]) =>
      text === null || !DIGIT.test(text) ? rows : this.#showing(text, rows, shown)
    const conditions = conditionsOf(filter, sending)
    const before = filter.before ?? Number.MAX_SAFE_INTEGER
    const page = (within: Fragment): row[] =>
      this.#sql.all<row>`
        SELECT ${columns} FROM ${DELIVERIES} WHERE ${within}${conditions} ORDER BY seq DESC LIMIT ${limit}`
    const among = (seqs: readonly number[]): Found<row> => {
      if (seqs.length === 0) return NOTHING
      const rows = page(fragment`seq IN (${raw(seqs.join(', '))}) AND seq < ${before}`)
      return { rows: fits(rows), before: rows[limit - 1]?.seq ?? null }
    }
    if (phoneEnd !== null) return among(this.#ofNumber(phoneEnd, ends, shown))
    if (state === 'sending') return among(sending)
    const floor = this.#floor(filter, before)
    if (floor === null) return NOTHING
    const rows = page(fragment`seq < ${before} AND seq >= ${floor}`)
    const last = rows[limit - 1]
    if (last !== undefined) return { rows: fits(rows), before: last.seq }
    return { rows: fits(rows), before: this.#floor(filter, floor) === null ? null : floor }
  }

  /** Those that show the text. The database looks in hidden digits too, and 53 searches would uncover a number. */
  #showing<row extends { readonly seq: number }>(
    text: string,
    rows: row[],
    shown: Known['shown'],
  ): row[] {
    if (rows.length === 0) return rows
    const within = raw(rows.map(({ seq }) => seq).join(', '))
    const texts = this.#sql.all<{ seq: number; name: string | null; fields: string | null }>`
      SELECT seq, ${NAME} AS name, fields FROM ${DELIVERIES} WHERE seq IN (${within})`
    const wanted = text.toLowerCase()
    const found = texts.filter(({ name, fields }) =>
      [name, fields === null ? null : shown(fields)].some((one) =>
        one?.toLowerCase().includes(wanted),
      ),
    )
    const seqs = new Set(found.map(({ seq }) => seq))
    return rows.filter(({ seq }) => seqs.has(seq))
  }

  /** The last delivery that a look from this number down goes through; null: there is none. */
  #floor({ state, scan }: DeliveryFilter, before: number): number | null {
    if (state === 'held' || state === 'parked') {
      return this.#sql.one<{ floor: number | null }>`SELECT min(seq) AS floor FROM
        (SELECT seq FROM deliveries WHERE ${inState(state)} AND seq < ${before} ORDER BY seq DESC LIMIT ${scan})`
        .floor
    }
    const { newest } = this.#sql.one<{ newest: number | null }>`
      SELECT max(seq) AS newest FROM deliveries WHERE seq < ${before}`
    return newest === null ? null : Math.max(0, newest - scan + 1)
  }

  /** Deliveries that ask for a number with this end, and held ones whose number was not read and ends so. */
  #ofNumber(end: string, marks: readonly string[], shown: Known['shown']): number[] {
    const asked = marks.flatMap(
      (mark) => this.#sql.all<{ seq: number }>`
        SELECT delivery AS seq FROM memberships AS m JOIN asks ON asks.person = m.person
          AND asks.group_id = m.group_id AND asks.team_part = m.team_part
        WHERE m.person > ${mark} AND m.person < ${`${mark}~`}
          AND (digits IS NULL OR substr(digits, ${-end.length}) = ${end}) LIMIT ${MOST_OF_A_NUMBER}`,
    )
    const said = BETWEEN_DIGITS.reduce(
      (text, between) => fragment`replace(${text}, ${between}, '')`,
      raw('fields'),
    )
    const newest = this.#sql.all<{ seq: number; fields: string | null }>`
      SELECT seq, CASE WHEN held IS NOT NULL AND instr(${said}, ${end}) > 0 THEN fields END AS fields FROM deliveries
      WHERE ${inState('held')} AND seq > 0 ORDER BY seq DESC LIMIT ${HELD_LOOKED_AT}`
    // Not in the middle of one: a search for each piece would uncover all of it.
    const unread = newest.filter(
      ({ fields }) =>
        fields !== null &&
        (numbersIn(fields).some((number) => number.endsWith(end)) || shown(fields)?.includes(end)),
    )
    return [...asked, ...unread].map(({ seq }) => seq)
  }

  story(seq: number): StoryRow | null {
    return this.#sql.first`
      SELECT ${COLUMNS}, held, closed, ${GROUP_NAME} AS groupName, fields, consent, timeline FROM ${DELIVERIES} WHERE seq = ${seq}`
  }

  /** The people of a delivery, in their order. */
  people(seq: number): PersonRow[] {
    return this.#sql.all`
      SELECT mask, m.status, frozen, m.team_part AS teamPart, accepted_at IS NOT NULL AS accepted,
        EXISTS (SELECT 1 FROM suppressed AS s WHERE s.person = m.person AND s.group_id IN (0, m.group_id)) AS suppressed
      FROM deliveries JOIN ${ASKED} AND seq = ${seq} ORDER BY place`
  }

  /** Leads that wait for a call, those of them who may be in already, and when the oldest was asked for. */
  waiting(most = MOST_COUNTED): Waiting {
    return this.#sql.one`
      SELECT count(*) FILTER (WHERE status = 'waiting') AS queued, count(*) FILTER (WHERE status = 'maybe') AS unknown,
        min(asked_at) AS oldest FROM (SELECT status, asked_at FROM memberships
          WHERE status IN ('waiting', 'maybe') AND part_id > 0 AND team_part = 0 LIMIT ${most})`
  }

  /** The same for an open page: where many wait, their count may be some minutes old. */
  waitingLately(now: number): Waiting {
    const few = this.waiting(COUNTED_AT_ONCE)
    if (few.queued + few.unknown < COUNTED_AT_ONCE) return few
    if (this.#backlog === null || this.#backlog.until <= now) {
      const counted = this.waiting()
      const rows = counted.queued + counted.unknown
      this.#backlog = { counted, until: now + rows * KEPT_MS_A_ROW }
    }
    return this.#backlog.counted
  }

  /** How many deliveries wait for an operator. */
  count(state: 'held' | 'parked'): number {
    return (
      this.#sql.first<{ count: number }>`SELECT count FROM in_hand WHERE state = ${state}`?.count ??
      0
    )
  }

  /** Why they wait, the commonest reason first. */
  reasons<state extends 'held' | 'parked'>(
    state: state,
  ): { state: state; reason: string; count: number }[] {
    const rows = this.#sql.all<{ reason: string; count: number }>`
      SELECT reason, count FROM in_hand_reasons WHERE state = ${state} ORDER BY count DESC LIMIT ${MOST_REASONS}`
    return rows.map((row) => ({ state, ...row }))
  }

  /** Since when deliveries wait for an operator, by quarters of an hour, of the days from then on. */
  inHandSince(since: number): { at: number; held: number; parked: number }[] {
    const rows = this.#sql.all<{ held: string; parked: string }>`
      SELECT held, parked FROM in_hand_days WHERE day >= ${Math.floor(since / QUARTER_MS / QUARTERS_A_DAY)}`
    return rows.flatMap(({ held, parked }) => [
      ...quarters(held).map(([at, count]) => ({ at, held: count, parked: 0 })),
      ...quarters(parked).map(([at, count]) => ({ at, held: 0, parked: count })),
    ])
  }

  /** Numbers of the parts whose name has this piece, newest first. */
  parts(
    text: string,
    limit: number,
    before: number | null,
    scan: number,
  ): { ids: number[]; before: number | null } {
    const top = before ?? Number.MAX_SAFE_INTEGER
    const window = fragment`(SELECT id FROM parts WHERE id < ${top} ORDER BY id DESC LIMIT ${raw(String(scan))})`
    const ids = this.#sql.all<{ id: number }>`
      SELECT id FROM parts WHERE id IN ${window} AND ${holds(raw('name'), text)} ORDER BY id DESC LIMIT ${limit}`.map(
      ({ id }) => id,
    )
    if (ids.length === limit) return { ids, before: ids.at(-1) ?? null }
    const { floor } = this.#sql.one<{
      floor: number | null
    }>`SELECT min(id) AS floor FROM ${window}`
    return { ids, before: floor === null || floor <= 1 ? null : floor }
  }

  /** When a part was first and last called. */
  calledAt(partId: number): { first: number | null; last: number | null } {
    return this.#sql
      .one`SELECT first_call_at AS first, last_call_at AS last FROM parts WHERE id = ${partId}`
  }
}

/** Counts by quarters of an hour, kept as JSON: when each begins. */
function quarters(counts: string): [at: number, count: number][] {
  return Object.entries<number>(JSON.parse(counts)).map(([quarter, count]) => [
    Number(quarter) * QUARTER_MS,
    count,
  ])
}

/** SQLite takes the index of these two only where the index's own condition stands in the query. */
function inState(state: DeliveryState): Fragment {
  return state === 'held' || state === 'parked'
    ? fragment`state IN ('held', 'parked') AND state = ${state}`
    : fragment`state = ${state}`
}

function conditionsOf(filter: DeliveryFilter, sending: readonly number[]): Fragment {
  const isSending = raw(`seq IN (${sending.join(', ')})`)
  const { state, text } = filter
  const conditions = [
    state && state !== 'sending' && fragment`${inState(state)} AND NOT ${isSending}`,
    filter.reason && fragment`reason = ${filter.reason}`,
    filter.hook && fragment`deliveries.hook = ${filter.hook}`,
    filter.source && fragment`source = ${filter.source}`,
    filter.group && fragment`${NAME} = ${filter.group}`,
    // The words first: a name is read from another table.
    text && fragment`(${holds(raw('fields'), text)} OR ${holds(NAME, text)})`,
    filter.from !== null && fragment`received_at >= ${filter.from}`,
    filter.to !== null && fragment`received_at <= ${filter.to}`,
  ].filter((condition) => typeof condition === 'object' && condition !== null)
  return conditions.reduce((all, condition) => fragment`${all} AND ${condition}`, raw(''))
}

/** Whether a column holds the text, whatever the case of its ASCII letters. LIKE takes patterns of 50 bytes only, which Hindi exceeds. */
function holds(column: Fragment, text: string): Fragment {
  return fragment`instr(lower(${column}), lower(${text})) > 0`
}
