/** What an operator looks at: deliveries found and shown, the backlog, and groups by name. */

import type { DeliveryState, MembershipStatus, PartStatus, StoredState } from '../model.ts'
import { type Fragment, fragment, raw, type Sql } from './sql.ts'

/** What is asked for; null: anything. Times are epoch milliseconds. */
export interface DeliveryFilter {
  readonly state: DeliveryState | null
  readonly reason: string | null
  readonly hook: string | null
  readonly source: string | null
  /** The group's exact name. */
  readonly group: string | null
  /** Digits with which a number ends. Once it was deleted on schedule, its last four are still known. */
  readonly phoneEnd: string | null
  /** A piece of the group's name or of the fields, while those are kept. */
  readonly text: string | null
  /** When it was received. */
  readonly from: number | null
  readonly to: number | null
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
}

/** A page. It may be short, even empty, and still go on from `before`; null: that was all. */
export interface Found<row> {
  readonly rows: readonly row[]
  readonly before: number | null
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

/** Rows of one window of a search, and windows of one look. */
const WINDOW_ROWS = 2_500
const MOST_WINDOWS = 4
/** Counting stops here: the operator sees "10,000 and more". */
export const MOST_COUNTED = 10_000
/** More reasons are told apart in the list. */
const MOST_REASONS = 5
/** Rows that are looked at for one chart. */
const CHART_ROWS = 5_000
/** Groups that one look for a name goes through. */
const GROUPS_LOOKED_AT = raw('5000')

const DELIVERIES = raw(`deliveries LEFT JOIN parts ON parts.id = deliveries.part_id
  LEFT JOIN groups ON groups.id = deliveries.group_id`)
const NAME = raw('coalesce(parts.name, groups.name)')
const ASKED =
  raw(`asks JOIN memberships AS m ON m.person = asks.person AND m.group_id = asks.group_id
  AND m.team_part = asks.team_part WHERE asks.delivery = deliveries.seq`)
// A name is asked for early in a form, and a body may be long.
const COLUMNS = fragment`seq, deliveries.hook, source, state, reason, deliveries.group_id AS groupId, deliveries.part_id AS partId,
  ${NAME} AS name, parts.status AS partStatus, rest_until AS restUntil, creates, attempts, received_at AS receivedAt,
  settled_at AS settledAt, erased, look_up_at AS lookUpAt, substr(fields, 1, 2000) AS said,
  CASE WHEN state = 'held' AND held IS NOT NULL THEN timeline ->> '$[#-1].detail' END AS wrong,
  (SELECT json_group_array(mask) FROM (SELECT mask FROM ${ASKED} ORDER BY place)) AS masks,
  (SELECT min(m.due_at) FROM ${ASKED} AND m.team_part = 0 AND m.status IN ('waiting', 'maybe')) AS dueAt`

export class Reports {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** A page of deliveries that fit. `sending`: those of the open call, whose state is not in their row. */
  list(filter: DeliveryFilter, sending: readonly number[]): Found<DeliveryRow> {
    return this.#search(COLUMNS, filter, sending)
  }

  seqs(
    filter: DeliveryFilter,
    sending: readonly number[],
  ): { seqs: number[]; before: number | null } {
    const { rows, before } = this.#search<{ seq: number }>(raw('seq'), filter, sending)
    return { seqs: rows.map(({ seq }) => seq), before }
  }

  /** The last deliveries of a hook, newest first. */
  lately(
    hook: string,
    limit: number,
  ): readonly { seq: number; state: StoredState; receivedAt: number }[] {
    const filter = { ...EVERY_DELIVERY, hook, limit, before: null }
    return this.#search<{ seq: number; state: StoredState; receivedAt: number }>(
      raw('seq, state, received_at AS receivedAt'),
      filter,
      [],
    ).rows
  }

  #search<row extends { readonly seq: number }>(
    columns: Fragment,
    filter: DeliveryFilter,
    sending: readonly number[],
  ): Found<row> {
    const conditions = conditionsOf(filter, sending)
    const rows: row[] = []
    let before = filter.before ?? Number.MAX_SAFE_INTEGER
    for (let window = 0; window < MOST_WINDOWS; window++) {
      const floor = this.#floor(filter.state, before)
      if (floor === null) return { rows, before: null }
      rows.push(
        ...this.#sql.all<row>`
          SELECT ${columns} FROM ${DELIVERIES} WHERE seq < ${before} AND seq >= ${floor}${conditions}
          ORDER BY seq DESC LIMIT ${filter.limit - rows.length}`,
      )
      const last = rows[filter.limit - 1]
      if (last !== undefined) return { rows, before: last.seq }
      before = floor
    }
    return { rows, before }
  }

  /** Where a window that ends before this number begins; null: there is nothing before it. */
  #floor(state: DeliveryState | null, before: number): number | null {
    const only = state === 'held' || state === 'parked' ? fragment`${inState(state)} AND ` : raw('')
    return this.#sql.one<{ floor: number | null }>`SELECT min(seq) AS floor FROM
      (SELECT seq FROM deliveries WHERE ${only}seq < ${before} ORDER BY seq DESC LIMIT ${WINDOW_ROWS})`
      .floor
  }

  story(seq: number): StoryRow | null {
    return this.#sql.first`
      SELECT ${COLUMNS}, held, closed, groups.name AS groupName, fields, consent, timeline FROM ${DELIVERIES} WHERE seq = ${seq}`
  }

  /** The people of a delivery, in their order. */
  people(seq: number): PersonRow[] {
    return this.#sql.all`
      SELECT mask, m.status, frozen, m.team_part AS teamPart, accepted_at IS NOT NULL AS accepted,
        EXISTS (SELECT 1 FROM suppressed AS s WHERE s.person = m.person AND s.group_id IN (0, m.group_id)) AS suppressed
      FROM deliveries JOIN ${ASKED} AND seq = ${seq} ORDER BY place`
  }

  /** Leads that wait for a call, those of them who may be in already, and when the oldest was asked for. */
  waiting(): { queued: number; unknown: number; oldest: number | null } {
    return this.#sql.one`
      SELECT count(*) FILTER (WHERE status = 'waiting') AS queued, count(*) FILTER (WHERE status = 'maybe') AS unknown,
        min(asked_at) AS oldest FROM (SELECT status, asked_at FROM memberships
          WHERE status IN ('waiting', 'maybe') AND part_id > 0 AND team_part = 0 LIMIT ${MOST_COUNTED})`
  }

  /** How many deliveries wait for an operator. */
  count(state: 'held' | 'parked'): number {
    return this.#sql.one<{ count: number }>`
      SELECT count(*) AS count FROM (SELECT 1 FROM deliveries WHERE ${inState(state)} LIMIT ${MOST_COUNTED})`
      .count
  }

  /** Why they wait, the commonest reason first. */
  reasons<state extends 'held' | 'parked'>(
    state: state,
  ): { state: state; reason: string; count: number }[] {
    const rows = this.#sql.all<{ reason: string; count: number }>`
      SELECT coalesce(reason, '') AS reason, count(*) AS count
      FROM (SELECT reason FROM deliveries WHERE ${inState(state)} LIMIT ${raw(String(MOST_COUNTED))})
      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_REASONS}`
    return rows.map((row) => ({ state, ...row }))
  }

  /** Since when the newest deliveries that wait for an operator do so. */
  waitingSince(state: 'held' | 'parked'): number[] {
    return this.#sql.all<{ at: number }>`
      SELECT settled_at AS at FROM deliveries WHERE ${inState(state)} AND seq > 0 ORDER BY seq DESC LIMIT ${CHART_ROWS}`.map(
      ({ at }) => at,
    )
  }

  /** Numbers of the parts whose name has this piece, newest first. */
  parts(
    text: string,
    limit: number,
    before: number | null,
  ): { ids: number[]; before: number | null } {
    const top = before ?? Number.MAX_SAFE_INTEGER
    const window = fragment`(SELECT id FROM parts WHERE id < ${top} ORDER BY id DESC LIMIT ${GROUPS_LOOKED_AT})`
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

/** SQLite takes the index of these two only where the index's own condition stands in the query. */
function inState(state: DeliveryState): Fragment {
  return state === 'held' || state === 'parked'
    ? fragment`state IN ('held', 'parked') AND state = ${state}`
    : fragment`state = ${state}`
}

function conditionsOf(filter: DeliveryFilter, sending: readonly number[]): Fragment {
  const isSending = raw(`seq IN (${sending.join(', ')})`)
  const { state, phoneEnd, text } = filter
  const ends = (column: Fragment, end: string) =>
    fragment`substr(${column}, ${-end.length}) = ${end}`
  const conditions = [
    state === 'sending' ? isSending : state && fragment`${inState(state)} AND NOT ${isSending}`,
    filter.reason && fragment`reason = ${filter.reason}`,
    filter.hook && fragment`deliveries.hook = ${filter.hook}`,
    filter.source && fragment`source = ${filter.source}`,
    filter.group && fragment`${NAME} = ${filter.group}`,
    phoneEnd &&
      fragment`EXISTS (SELECT 1 FROM ${ASKED} AND (${ends(raw('digits'), phoneEnd)} OR ${ends(raw('mask'), phoneEnd)}))`,
    text && fragment`(${holds(NAME, text)} OR ${holds(raw('fields'), text)})`,
    filter.from !== null && fragment`received_at >= ${filter.from}`,
    filter.to !== null && fragment`received_at <= ${filter.to}`,
  ].filter((condition) => typeof condition === 'object' && condition !== null)
  return conditions.reduce((all, condition) => fragment`${all} AND ${condition}`, raw(''))
}

/** Whether a column holds the text, whatever the case of its ASCII letters. LIKE takes patterns of 50 bytes only, which Hindi exceeds. */
function holds(column: Fragment, text: string): Fragment {
  return fragment`instr(lower(${column}), lower(${text})) > 0`
}
