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
  /** Rows that one look reads at most, about: no index leads to most of what is asked for. */
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
  /** When the last delivery was received that was looked at; null: that was all. */
  readonly through: number | null
}

/** Deliveries that fit, newest first, and how far they were looked for. */
interface Hits {
  readonly seqs: readonly number[]
  readonly before: number | null
  readonly through: number | null
}

/** A delivery that may fit. Flags are 0 or 1. */
interface Candidate {
  readonly seq: number
  readonly partId: number | null
  readonly groupId: number | null
  readonly receivedAt: number
  /** All conditions hold but those about its words and its group. */
  readonly fits: number
  /** Not null: what it said holds the text, hidden digits included. What it said, where the text has digits. */
  readonly says: string | null
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
  /** As JSON: `masks` of its people, and `dueAt`, when the first of them is due, or null. */
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
/** So many that wait are counted at every look. */
const COUNTED_AT_ONCE = 15
/** The count of more is kept for so long a row: who asks often reads 7 rows a second for it on average. */
const KEPT_MS_A_ROW = 150
/** More reasons are told apart in the list. */
const MOST_REASONS = 5
const QUARTERS_A_DAY = 96
/** Deliveries that are looked through for those of one hook. */
const LATELY_ROWS = 100
/** Memberships whose number ends so, and newest deliveries that were held before their number was read. */
const MOST_OF_A_NUMBER = 1_000
const HELD_LOOKED_AT = 40
const DIGIT = /\p{Nd}/u
/** The part of a look that may go into the deliveries of people whose number ends so. */
const SHARE_OF_A_NUMBER = 0.25
/** Rows that showing a delivery reads: its own, its part's, and two for a person. */
const ROWS_A_DELIVERY = 5
/** A long search reads so many deliveries at a time. */
const MOST_A_STEP = 500
/** Deliveries are in the order of their times, unless the clock was set back. */
const CLOCK_SLACK_MS = 60_000
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
  (SELECT json_object('masks', json_group_array(mask), 'dueAt', min(due)) FROM
    (SELECT mask, CASE WHEN m.team_part = 0 AND m.status IN ('waiting', 'maybe') THEN m.due_at END AS due
      FROM ${ASKED} ORDER BY place)) AS people`

/** There is nothing further back. */
const ALL = { before: null, through: null } as const

export class Reports {
  readonly #sql: Sql
  #backlog: { readonly counted: Waiting; readonly until: number } | null = null

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** A page of deliveries that fit. */
  list(filter: DeliveryFilter, known: Known): Found<DeliveryRow> {
    return this.#page(COLUMNS, this.#search(filter, known, ROWS_A_DELIVERY))
  }

  seqs(filter: DeliveryFilter, known: Known): { seqs: readonly number[]; before: number | null } {
    return this.#search(filter, known)
  }

  /** Deliveries that fit, with what decides whether they can be sent again. */
  prospects(filter: DeliveryFilter, known: Known): Found<Prospect> {
    const columns =
      raw(`seq, deliveries.hook, state, held, consent IS NOT NULL AS agreed, deliveries.group_id IS NOT NULL AS mapped,
      (SELECT count(*) FROM ${ASKED.texts.join('')}) AS asked, (SELECT count(digits) FROM ${ASKED.texts.join('')}) AS numbers`)
    return this.#page(columns, this.#search(filter, known))
  }

  /** Deliveries of a hook among the newest up to this one, newest first. */
  lately(hook: string, last: number): readonly { seq: number; state: StoredState }[] {
    return this.#sql.all`
      SELECT seq, state FROM deliveries WHERE seq <= ${last} AND seq > ${last - LATELY_ROWS} AND hook = ${hook}
      ORDER BY seq DESC`
  }

  #page<row>(columns: Fragment, { seqs, ...rest }: Hits): Found<row> {
    if (seqs.length === 0) return { rows: [], ...rest }
    const rows = this.#sql.all<row>`
      SELECT ${columns} FROM ${DELIVERIES} WHERE seq IN (${raw(seqs.join(', '))}) ORDER BY seq DESC`
    return { rows, ...rest }
  }

  /** Goes from the newest down until the page is full or the look has read its share. A hit costs so many rows more. */
  #search(filter: DeliveryFilter, { sending, ends, shown }: Known, rowsAHit = 0): Hits {
    const { from, group, limit, phoneEnd, state, text } = filter
    const before = filter.before ?? this.#newest(filter.to)
    const listed =
      phoneEnd !== null
        ? this.#ofNumber(phoneEnd, ends, before, filter.scan, shown)
        : state === 'sending'
          ? { seqs: sending, floor: null, read: 0 }
          : null
    const within =
      listed !== null
        ? raw(`seq IN (${listed.seqs.join(', ')})`)
        : state === 'held' || state === 'parked'
          ? inState(state)
          : raw('1')
    const names = this.#names()
    // The database looks in hidden digits too, and 53 searches would uncover a number.
    const hasDigits = text !== null && DIGIT.test(text)
    const isSaid = ({ says }: Candidate, wanted: string) =>
      says !== null && (!hasDigits || holdsText(shown(says), wanted))
    const fits = (row: Candidate): boolean =>
      row.fits === 1 &&
      (!group || names.of(row) === group) &&
      (!text || isSaid(row, text) || holdsText(names.of(row), text))
    const says = text
      ? fragment`CASE WHEN ${holds(raw('fields'), text)} THEN ${raw(hasDigits ? 'fields' : "''")} END`
      : raw('NULL')
    const seqs: number[] = []
    let read = listed?.read ?? 0
    let last: Candidate | null = null
    let ended = listed?.seqs.length === 0
    while (!ended) {
      // A page and one more, which tells whether there is more; a long search takes larger steps.
      const step = Math.min(Math.max(limit + 1, Math.floor((filter.scan - read) / 8)), MOST_A_STEP)
      const rows: readonly Candidate[] = this.#sql.all<Candidate>`
        SELECT seq, part_id AS partId, group_id AS groupId, received_at AS receivedAt,
          (${conditionsOf(filter, sending)}) AS fits, ${says} AS says
        FROM deliveries WHERE ${within} AND seq < ${last?.seq ?? before} ORDER BY seq DESC LIMIT ${step}`
      for (const row of rows) {
        if (from !== null && row.receivedAt < from - CLOCK_SLACK_MS) return { seqs, ...ALL }
        const full = seqs.length === limit || read + names.read() >= filter.scan
        if (last !== null && full) return { seqs, before: last.seq, through: last.receivedAt }
        last = row
        read += 1
        if (fits(row)) {
          seqs.push(row.seq)
          read += rowsAHit
        }
      }
      ended = rows.length < step
    }
    const floor = listed?.floor ?? null
    return floor === null
      ? { seqs, ...ALL }
      : { seqs, before: floor, through: last?.receivedAt ?? null }
  }

  /** Names of parts, or of groups where there is no part, each read once; and how many were. */
  #names() {
    const known = new Map<string, string | null>()
    return {
      read: () => known.size,
      of: ({ partId, groupId }: Candidate): string | null => {
        const key = `${partId} ${groupId}`
        const name = known.get(key)
        if (name !== undefined) return name
        const row = this.#sql.one<{ name: string | null }>`
          SELECT coalesce((SELECT name FROM parts WHERE id = ${partId}),
            (SELECT name FROM groups WHERE id = ${groupId})) AS name`
        known.set(key, row.name)
        return row.name
      },
    }
  }

  /** Where a look begins: behind the last delivery, or behind the last one received by then, found by halves. */
  #newest(to: number | null): number {
    if (to === null) return Number.MAX_SAFE_INTEGER
    const { seq } = this.#sql.one<{ seq: number | null }>`SELECT max(seq) AS seq FROM deliveries`
    let low = 0
    let high = (seq ?? 0) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = this.#sql.first<{ at: number }>`
        SELECT received_at AS at FROM deliveries WHERE seq >= ${middle} ORDER BY seq LIMIT 1`
      if (row === null || row.at > to + CLOCK_SLACK_MS) high = middle
      else low = middle + 1
    }
    return high
  }

  /**
   * Deliveries that ask for a number with this end, and held ones whose number was not read and ends so. Those below
   * `floor` are not complete; null: there are none.
   */
  #ofNumber(
    end: string,
    marks: readonly string[],
    before: number,
    scan: number,
    shown: Known['shown'],
  ): { seqs: number[]; floor: number | null; read: number } {
    const people = marks.flatMap(
      (mark) => this.#sql.all<{ person: string; groupId: number; teamPart: number }>`
        SELECT person, group_id AS groupId, team_part AS teamPart FROM memberships
        WHERE person > ${mark} AND person < ${`${mark}~`}
          AND (digits IS NULL OR substr(digits, ${-end.length}) = ${end}) LIMIT ${MOST_OF_A_NUMBER}`,
    )
    const each = Math.max(1, Math.floor((scan * SHARE_OF_A_NUMBER) / Math.max(1, people.length)))
    const asked = people.map(
      ({ person, groupId, teamPart }) => this.#sql.all<{ seq: number }>`
        SELECT delivery AS seq FROM asks WHERE person = ${person} AND group_id = ${groupId}
          AND team_part = ${teamPart} AND delivery < ${before} ORDER BY delivery DESC LIMIT ${each}`,
    )
    const floors = asked.flatMap((some) => (some.length < each ? [] : (some.at(-1)?.seq ?? [])))
    const floor = floors.length === 0 ? null : Math.max(...floors)
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
    const all = [...asked.flat(), ...unread].map(({ seq }) => seq)
    return {
      seqs: [...new Set(all)].filter((seq) => floor === null || seq >= floor),
      floor,
      read: people.length + asked.flat().length + newest.length,
    }
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

  /** Numbers of the parts whose name has this piece, newest first. A look goes through so many names. */
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

/** SQLite takes the index of these two only where the index's own condition stands in the query. */
function inState(state: DeliveryState): Fragment {
  return state === 'held' || state === 'parked'
    ? fragment`state IN ('held', 'parked') AND state = ${state}`
    : fragment`state = ${state}`
}

/** All that the delivery's own row tells, but its words. */
function conditionsOf(filter: DeliveryFilter, sending: readonly number[]): Fragment {
  const isSending = raw(`seq IN (${sending.join(', ')})`)
  const { state } = filter
  const conditions = [
    state === 'sending' && isSending,
    state && state !== 'sending' && fragment`state = ${state} AND NOT ${isSending}`,
    filter.reason && fragment`reason = ${filter.reason}`,
    filter.hook && fragment`hook = ${filter.hook}`,
    filter.source && fragment`source = ${filter.source}`,
    filter.group &&
      fragment`(part_id = (SELECT id FROM parts WHERE name = ${filter.group})
        OR group_id = (SELECT id FROM groups WHERE name = ${filter.group}))`,
    filter.from !== null && fragment`received_at >= ${filter.from}`,
    filter.to !== null && fragment`received_at <= ${filter.to}`,
  ].filter((condition) => typeof condition === 'object' && condition !== null)
  return conditions.reduce((all, condition) => fragment`${all} AND ${condition}`, raw('1'))
}

/** Whether a column holds the text, whatever the case of its ASCII letters. LIKE takes patterns of 50 bytes only, which Hindi exceeds. */
function holds(column: Fragment, text: string): Fragment {
  return fragment`instr(lower(${column}), lower(${text})) > 0`
}

function holdsText(name: string | null, text: string): boolean {
  return name?.toLowerCase().includes(text.toLowerCase()) ?? false
}
