/** What an operator looks at: deliveries as they are shown, the backlog, and groups by name. */

import type { MembershipStatus, PartStatus, StoredState } from '../model.ts'
import { QUARTER_MS } from '../model.ts'
import type { DeliveryFilter, FoundPage, Hits, SearchContext } from './search.ts'
import { holdsText, Search } from './search.ts'
import { type Fragment, fragment, raw, type Sql } from './sql.ts'

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
  /** Those who do not only come along as teammates, and how many of these are never to be sent. */
  readonly leads: number
  readonly suppressed: number
}

/** Leads that wait for a call, teammates who signed up among them, those of them who may be in already, and when the oldest was asked for. */
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
  readonly lead: number
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
  /** As JSON: `masks` of its people; `dueAt`, when the first of them is due, or null; `untried`, 1 where one of them waits untried. */
  readonly people: string
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
/** Up to this many that wait are counted each time. */
const COUNTED_AT_ONCE = 15
/** The count of more is kept this long for each row of it: a program that asks often reads 7 rows a second on average. */
const KEPT_MS_A_ROW = 150
/** More reasons are told apart in the list. */
const MOST_REASONS = 5
const QUARTERS_A_DAY = 96
/** Deliveries that are read for those of one hook. */
const LATELY_ROWS = 100
/** Rows that showing a delivery reads: its own, its part's, and two for a person. */
const ROWS_A_DELIVERY = 5

const DELIVERIES = raw('deliveries LEFT JOIN parts ON parts.id = deliveries.part_id')
const GROUP_NAME = raw('(SELECT name FROM groups WHERE id = deliveries.group_id)')
// In this order: only a delivery without a part asks for its group.
const NAME = raw(`coalesce(parts.name, ${GROUP_NAME.texts.join('')})`)
const ASKED =
  raw(`asks JOIN memberships AS m ON m.person = asks.person AND m.group_id = asks.group_id
  AND m.team_part = asks.team_part WHERE asks.delivery = deliveries.seq`)
const IS_SUPPRESSED = raw(
  'EXISTS (SELECT 1 FROM suppressed AS s WHERE s.person = m.person AND s.group_id IN (0, m.group_id))',
)
// A name is asked for early in a form, and a body may be long.
const COLUMNS = fragment`seq, deliveries.hook, source, state, reason, deliveries.group_id AS groupId, deliveries.part_id AS partId,
  ${NAME} AS name, parts.status AS partStatus, rest_until AS restUntil, creates, attempts, received_at AS receivedAt,
  settled_at AS settledAt, erased, look_up_at AS lookUpAt, substr(fields, 1, 2000) AS said,
  CASE WHEN state = 'held' AND held IS NOT NULL THEN timeline ->> '$[#-1].detail' END AS wrong,
  (SELECT json_object('masks', json_group_array(mask), 'dueAt', min(due), 'untried', max(untried)) FROM
    (SELECT mask, CASE WHEN lead = 1 AND m.status IN ('waiting', 'maybe') THEN m.due_at END AS due,
      lead = 1 AND m.status IN ('waiting', 'maybe') AND tried_at IS NULL AND batch_limit IS NULL AS untried
      FROM ${ASKED} GROUP BY place ORDER BY place)) AS people`

export class Reports {
  readonly #sql: Sql
  readonly #search: Search
  #backlog: { readonly counted: Waiting; readonly until: number } | null = null

  constructor(sql: Sql) {
    this.#sql = sql
    this.#search = new Search(sql)
  }

  /** A page of deliveries that fit. */
  list(filter: DeliveryFilter, known: SearchContext): FoundPage<DeliveryRow> {
    return this.#page(COLUMNS, this.#search.find(filter, known, ROWS_A_DELIVERY))
  }

  seqs(
    filter: DeliveryFilter,
    known: SearchContext,
  ): { seqs: readonly number[]; before: number | null } {
    return this.#search.find(filter, known)
  }

  /** Deliveries that fit, with what decides whether they can be sent again. */
  prospects(filter: DeliveryFilter, known: SearchContext): FoundPage<Prospect> {
    const columns = fragment`seq, deliveries.hook, state, held, consent IS NOT NULL AS agreed, deliveries.group_id IS NOT NULL AS mapped,
      (SELECT count(*) FROM ${ASKED}) AS asked, (SELECT count(digits) FROM ${ASKED}) AS numbers,
      (SELECT count(*) FROM ${ASKED} AND lead = 1) AS leads,
      (SELECT count(*) FROM ${ASKED} AND lead = 1 AND ${IS_SUPPRESSED}) AS suppressed`
    return this.#page(columns, this.#search.find(filter, known))
  }

  /** Deliveries of a hook among the newest up to this one, newest first. */
  lately(hook: string, last: number): readonly { seq: number; state: StoredState }[] {
    return this.#sql.all`
      SELECT seq, state FROM deliveries WHERE seq <= ${last} AND seq > ${last - LATELY_ROWS} AND hook = ${hook}
      ORDER BY seq DESC`
  }

  #page<row>(columns: Fragment, { seqs, ...rest }: Hits): FoundPage<row> {
    if (seqs.length === 0) return { rows: [], ...rest }
    const rows = this.#sql.all<row>`
      SELECT ${columns} FROM ${DELIVERIES} WHERE seq IN (${raw(seqs.join(', '))}) ORDER BY seq DESC`
    return { rows, ...rest }
  }

  story(seq: number): StoryRow | null {
    return this.#sql.first`
      SELECT ${COLUMNS}, held, closed, ${GROUP_NAME} AS groupName, fields, consent, timeline FROM ${DELIVERIES} WHERE seq = ${seq}`
  }

  /** The people of a delivery, in their order. Of a teammate in two parts it tells the one where they are not yet. */
  people(seq: number): PersonRow[] {
    return this.#sql.all`
      SELECT mask, m.status, frozen, lead, min(accepted_at IS NOT NULL) AS accepted,
        ${IS_SUPPRESSED} AS suppressed
      FROM deliveries JOIN ${ASKED} AND seq = ${seq} GROUP BY place ORDER BY place`
  }

  /** Leads that wait for a call, teammates who signed up among them, those of them who may be in already, and when the oldest was asked for. */
  waiting(most = MOST_COUNTED): Waiting {
    return this.#sql.one`
      SELECT count(*) FILTER (WHERE status = 'waiting') AS queued, count(*) FILTER (WHERE status = 'maybe') AS unknown,
        min(asked_at) AS oldest FROM (SELECT status, asked_at FROM memberships AS m
          WHERE status IN ('waiting', 'maybe') AND part_id > 0 AND (team_part = 0 OR EXISTS (SELECT 1 FROM asks AS a
            WHERE a.person = m.person AND a.group_id = m.group_id AND a.team_part = m.team_part AND lead = 1 AND a.team_part <> 0))
          LIMIT ${most})`
  }

  /** The same for a program that asks often: where many wait, their count may be some minutes old. */
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
    const [count = 0] = this.#sql.column<number>`SELECT count FROM in_hand WHERE state = ${state}`
    return count
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

  /** Ids of the parts whose name has the text, newest first. Reads at most `scan` names. */
  parts(
    text: string,
    limit: number,
    before: number | null,
    scan: number,
  ): { ids: number[]; before: number | null } {
    const top = before ?? Number.MAX_SAFE_INTEGER
    const ids: number[] = []
    let last = top
    let seen = 0
    const rows = this.#sql.all<{ id: number; name: string }>`
      SELECT id, name FROM parts WHERE id < ${top} ORDER BY id DESC LIMIT ${scan + 1}`
    for (const { id, name } of rows) {
      if (ids.length === limit || seen === scan) return { ids, before: last }
      if (holdsText(name, text)) ids.push(id)
      last = id
      seen += 1
    }
    return { ids, before: null }
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
