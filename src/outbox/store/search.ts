/** Finding deliveries. Most searches have no index, so a search goes from the newest down and reads a bounded number of rows. */

import { numbersIn } from '../../mapping/phone/index.ts'
import type { DeliveryState } from '../model.ts'
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
  /** About how many rows one search reads at most. */
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
export interface FoundPage<row> {
  readonly rows: readonly row[]
  readonly before: number | null
  /** When the last delivery was received that was looked at; null: that was all. */
  readonly through: number | null
}

/** Deliveries that fit, newest first, and how far the search went. */
export interface Hits {
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

/** What a filter cannot say. */
export interface SearchContext {
  /** Deliveries of the open call, whose state is not in their row. */
  readonly sending: readonly number[]
  /** How people begin whose number ends as is asked for. */
  readonly ends: readonly string[]
  /** What a person is shown of fields that are kept as JSON; null: nothing. Digits are looked for in no more. */
  readonly shown: (fields: string) => string | null
}

/** Memberships whose number ends so, and newest deliveries that were held before their number was read. */
const MOST_OF_A_NUMBER = 1_000
const HELD_LOOKED_AT = 40
const DIGIT = /\p{Nd}/u
/** The share of a search that may read deliveries of people whose number ends so. */
const SHARE_OF_A_NUMBER = 0.25
/** Deliveries that a long search reads at a time. */
const MOST_A_STEP = 500
/** Deliveries are in the order of their times, unless the clock was set back. */
const CLOCK_SLACK_MS = 60_000
/** What people write between the digits of a number. */
const BETWEEN_DIGITS = [' ', '-', '(', ')', '.', '/', '\u00a0', '\u2011', '\u2013']

/** There is nothing further back. */
const ALL = { before: null, through: null } as const

export class Search {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Goes from the newest down until the page is full or `scan` rows are read. `rowsAHit`: rows that showing a hit reads. */
  find(filter: DeliveryFilter, { sending, ends, shown }: SearchContext, rowsAHit = 0): Hits {
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
        const read = this.#sql.value<string | null>`
          SELECT coalesce((SELECT name FROM parts WHERE id = ${partId}), (SELECT name FROM groups WHERE id = ${groupId}))`
        known.set(key, read)
        return read
      },
    }
  }

  /** Where a search begins: after the last delivery, or after the last one received by then, found by halves. */
  #newest(to: number | null): number {
    if (to === null) return Number.MAX_SAFE_INTEGER
    let low = 0
    let high = (this.#sql.value<number | null>`SELECT max(seq) FROM deliveries` ?? 0) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [at = Number.POSITIVE_INFINITY] = this.#sql.column<number>`
        SELECT received_at FROM deliveries WHERE seq >= ${middle} ORDER BY seq LIMIT 1`
      if (at > to + CLOCK_SLACK_MS) high = middle
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
    shown: SearchContext['shown'],
  ): { seqs: number[]; floor: number | null; read: number } {
    const people = marks.flatMap(
      (mark) => this.#sql.all<{ person: string; groupId: number; teamPart: number }>`
        SELECT person, group_id AS groupId, team_part AS teamPart FROM memberships
        WHERE person > ${mark} AND person < ${`${mark}~`}
          AND (digits IS NULL OR substr(digits, ${-end.length}) = ${end}) LIMIT ${MOST_OF_A_NUMBER}`,
    )
    const each = Math.max(1, Math.floor((scan * SHARE_OF_A_NUMBER) / Math.max(1, people.length)))
    const asked = people.map(
      ({ person, groupId, teamPart }) => this.#sql.column<number>`
        SELECT delivery FROM asks WHERE person = ${person} AND group_id = ${groupId}
          AND team_part = ${teamPart} AND delivery < ${before} ORDER BY delivery DESC LIMIT ${each}`,
    )
    const floors = asked.flatMap((some) => (some.length < each ? [] : (some.at(-1) ?? [])))
    const floor = floors.length === 0 ? null : Math.max(...floors)
    const said = BETWEEN_DIGITS.reduce(
      (text, between) => fragment`replace(${text}, ${between}, '')`,
      raw('fields'),
    )
    const newest = this.#sql.all<{ seq: number; fields: string | null }>`
      SELECT seq, CASE WHEN held IS NOT NULL AND instr(${said}, ${end}) > 0 THEN fields END AS fields FROM deliveries
      WHERE ${inState('held')} AND held IS NOT NULL AND seq > 0 ORDER BY seq DESC LIMIT ${HELD_LOOKED_AT}`
    // Not in the middle of one: a search for each piece would uncover all of it.
    const unread = newest.filter(
      ({ fields }) =>
        fields !== null &&
        (numbersIn(fields).some((number) => number.endsWith(end)) || shown(fields)?.includes(end)),
    )
    const all = [...asked.flat(), ...unread.map(({ seq }) => seq)]
    return {
      seqs: [...new Set(all)].filter((seq) => floor === null || seq >= floor),
      floor,
      read: people.length + asked.flat().length + newest.length,
    }
  }
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

/** Whether a name holds the text, whatever the case. */
export function holdsText(name: string | null, text: string): boolean {
  return name?.toLowerCase().includes(text.toLowerCase()) ?? false
}
