/** Finds deliveries, newest first: every look goes through a bounded number of rows, however many there are. */

import type { DeliveryState } from './state.ts'

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

export interface Found<row> {
  readonly rows: readonly row[]
  /** The number to go on from; null: that was all. A page may be short, even empty, and still go on. */
  readonly before: number | null
}

/** Rows of one window, and windows of one look. */
const WINDOW_ROWS = 2_500
const MOST_WINDOWS = 4
/** What an index of its own holds. */
const IN_HAND = new Set<DeliveryState>(['held', 'parked'])
/** Deliveries with their groups, for columns of both. */
export const DELIVERIES = 'deliveries LEFT JOIN groups ON groups.id = deliveries.group_id'

type Value = string | number

/** A page of what fits. `inFlight` are the deliveries of the call that is under way: their state is not in their row. */
export function search<row extends Record<string, SqlStorageValue> & { seq: number }>(
  sql: SqlStorage,
  columns: string,
  filter: DeliveryFilter,
  inFlight: readonly number[],
): Found<row> {
  const { conditions, values } = conditionsOf(filter, inFlight)
  const rows: row[] = []
  let before = filter.before ?? Number.MAX_SAFE_INTEGER
  for (let window = 0; window < MOST_WINDOWS; window++) {
    const floor = floorOf(sql, filter.state, before)
    if (floor === null) return { rows, before: null }
    rows.push(
      ...sql.exec<row>(
        `SELECT ${columns} FROM ${DELIVERIES} WHERE seq < ? AND seq >= ?${conditions} ORDER BY seq DESC LIMIT ?`,
        before,
        floor,
        ...values,
        filter.limit - rows.length,
      ),
    )
    const last = rows[filter.limit - 1]
    if (last !== undefined) return { rows, before: last.seq }
    before = floor
  }
  return { rows, before }
}

/** Where a window that ends before this number begins; null: there is nothing before it. */
function floorOf(sql: SqlStorage, state: DeliveryState | null, before: number): number | null {
  const only = state !== null && IN_HAND.has(state) ? `state = '${state}' AND ` : ''
  return sql
    .exec<{ floor: number | null }>(
      `SELECT min(seq) AS floor FROM
         (SELECT seq FROM deliveries WHERE ${only}seq < ? ORDER BY seq DESC LIMIT ?)`,
      before,
      WINDOW_ROWS,
    )
    .one().floor
}

function conditionsOf(
  filter: DeliveryFilter,
  inFlight: readonly number[],
): { conditions: string; values: Value[] } {
  const conditions: string[] = []
  const values: Value[] = []
  const add = (condition: string, ...of: (Value | null)[]) => {
    if (of.includes(null)) return
    conditions.push(` AND ${condition}`)
    values.push(...of.filter((value) => value !== null))
  }
  const sending = `seq IN (${inFlight.join(', ')})`
  if (filter.state === 'sending') add(sending)
  else if (filter.state !== null) {
    add('state = ?', filter.state)
    add(`NOT ${sending}`)
  }
  add('reason = ?', filter.reason)
  add('deliveries.hook = ?', filter.hook)
  add('source = ?', filter.source)
  add('groups.name = ?', filter.group)
  add('instr(contacts, ?) > 0', filter.phoneEnd === null ? null : `${filter.phoneEnd}"`)
  // Not LIKE: a Durable Object takes patterns of 50 bytes, which a name in Hindi has soon.
  add(`(${holds('groups.name')} OR ${holds('fields')})`, filter.text, filter.text)
  add('received_at >= ?', filter.from)
  add('received_at <= ?', filter.to)
  return { conditions: conditions.join(''), values }
}

/** SQL: whether a column holds the text that is bound, whatever the case of its ASCII letters. */
export function holds(column: string): string {
  return `instr(lower(${column}), lower(?)) > 0`
}
