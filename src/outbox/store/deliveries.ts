/** Deliveries: what events asked for. Their state is derived from their memberships here, and stored for search. */

import type { ConsentEvidence } from '../../mapping/consent.ts'
import type { AskedPerson, DeliveryMarks, MembershipStatus, StoredState } from '../model.ts'
import { deliveryState, isSettled } from '../model.ts'
import { type Fragment, fragment, raw, type Sql } from './sql.ts'

/** The delivery that took a key first. */
export interface SeenDelivery {
  readonly seq: number
  readonly state: StoredState
  readonly fingerprint: string
}

/** A line of a timeline, without its time. */
export interface TimelineEntry {
  readonly event: string
  readonly detail: string | null
}

/** What an operator, or a look-up, writes over a delivery before it asks anew. */
export interface Rewrite extends DeliveryMarks {
  readonly groupId: number | null
  readonly creates: boolean
  /** JSON in place of what was kept; null keeps that. */
  readonly fields: string | null
  readonly consent: ConsentEvidence | null
}

export interface NewDelivery extends Rewrite {
  readonly key: string
  readonly bodyKey: string | null
  readonly bodyPlace: number
  readonly fingerprint: string
  readonly hook: string
  readonly source: string
  readonly state: StoredState
  readonly reason: string | null
  readonly partId: number | null
  readonly lines: readonly TimelineEntry[]
}

/** A delivery that settled with a write. */
export interface Settled {
  readonly seq: number
  readonly state: StoredState
}

interface StateRow {
  readonly seq: number
  readonly state: StoredState
  readonly reason: string | null
  readonly held: string | null
  readonly closed: DeliveryMarks['closed']
  readonly lookUpAt: number | null
  readonly partId: number | null
  readonly attempts: number
  readonly lead: number | null
  readonly frozen: AskedPerson['frozen']
  readonly status: MembershipStatus | null
  readonly why: string | null
  readonly ownPart: number | null
  readonly tries: number | null
}

/** Of a timeline the first line and the last ones are kept. */
const MOST_LINES = 60
/** Counted for one alert. */
const HELD_COUNTED = 1_000

export class Deliveries {
  readonly #sql: Sql
  /** Those that settled in the transaction under way. */
  #settled: Settled[] = []

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** The delivery with this key, or null. */
  seen(key: string): SeenDelivery | null {
    return this.#sql
      .first`SELECT seq, state, fingerprint FROM deliveries WHERE key = ${key} OR body_key = ${key}`
  }

  /** The deliveries that a body brought, in their order there. */
  ofBody(bodyKey: string): SeenDelivery[] {
    const rows = this.#sql.all<SeenDelivery>`
      SELECT seq, state, fingerprint FROM deliveries WHERE body_key = ${bodyKey} OR key = ${bodyKey}`
    return rows.toSorted((one, other) => one.seq - other.seq)
  }

  /** Those that settled since this was asked last. */
  takeSettled(): Settled[] {
    const settled = this.#settled
    this.#settled = []
    return settled
  }

  state(seq: number): StoredState | null {
    const [state = null] = this.#sql
      .column<StoredState>`SELECT state FROM deliveries WHERE seq = ${seq}`
    return state
  }

  isEmpty(): boolean {
    return !this.#sql.has`SELECT 1 FROM deliveries LIMIT 1`
  }

  /** Writes a new delivery. Gives its number. */
  insert(one: NewDelivery, now: number): number {
    const settledAt = isSettled(one.state) ? now : null
    const lines = `[${one.lines.map((line) => timelineLine(now, line)).join(',')}]`
    const seq = this.#sql.value<number>`
      INSERT INTO deliveries (key, body_key, body_place, fingerprint, hook, source, state, reason, held, group_id, part_id,
        creates, received_at, settled_at, look_up_at, fields, consent, timeline)
      VALUES (${one.key}, ${one.bodyKey}, ${one.bodyPlace}, ${one.fingerprint}, ${one.hook}, ${one.source}, ${one.state},
        ${one.reason}, ${one.held}, ${one.groupId}, ${one.partId}, ${one.creates}, ${now}, ${settledAt},
        ${one.lookingUp ? now : null}, ${one.fields}, ${one.consent}, ${lines}) RETURNING seq`
    if (settledAt !== null) this.#settled.push({ seq, state: one.state })
    return seq
  }

  /** Says anew what a delivery asks for. Its state follows with `refresh`. */
  rewrite(seq: number, one: Rewrite, now: number): void {
    this.#sql.run`
      UPDATE deliveries SET group_id = ${one.groupId}, creates = ${one.creates}, held = ${one.held}, closed = ${one.closed},
        look_up_at = ${one.lookingUp ? now : null}, look_ups = 0, fields = coalesce(${one.fields}, fields), swept = 0,
        consent = coalesce(${one.consent}, consent) WHERE seq = ${seq}`
  }

  /** It asks for no person any more, or does again. */
  close(seq: number, closed: DeliveryMarks['closed']): void {
    this.#sql.run`UPDATE deliveries SET closed = ${closed}, look_up_at = NULL WHERE seq = ${seq}`
  }

  /**
   * Derives the state of these deliveries anew and stores it, with one more line in each timeline. A closed delivery,
   * or one with all asks frozen, gets a line only where its state changes. Gives those that settled.
   */
  refresh(seqs: readonly number[], line: TimelineEntry | null, now: number): Settled[] {
    if (seqs.length === 0) return []
    const rows = this.#sql.all<StateRow>`
      SELECT d.seq, d.state, d.reason, d.held, d.closed, d.look_up_at AS lookUpAt, d.part_id AS partId, d.attempts,
        a.lead, a.frozen, m.status, m.reason AS why, m.part_id AS ownPart, m.attempts AS tries
      FROM json_each(${seqs}) AS keys JOIN deliveries AS d ON d.seq = keys.value
      LEFT JOIN asks AS a ON a.delivery = d.seq
      LEFT JOIN memberships AS m ON m.person = a.person AND m.group_id = a.group_id AND m.team_part = a.team_part`
    return [...Map.groupBy(rows, ({ seq }) => seq).values()].flatMap((own) =>
      this.#refresh(own, line, now),
    )
  }

  #refresh(rows: readonly StateRow[], line: TimelineEntry | null, now: number): Settled[] {
    const [before] = rows
    if (before === undefined) return []
    const { seq, held, closed } = before
    const asked = rows.flatMap(({ status, why, lead, frozen }) =>
      status === null ? [] : [{ status, reason: why, team: lead === 0, frozen }],
    )
    const { state, reason } = deliveryState(
      { held, closed, lookingUp: before.lookUpAt !== null },
      asked,
    )
    const leads = rows.filter(({ lead }) => lead === 1)
    const partId = leads[0]?.ownPart ?? before.partId
    const attempts = Math.max(0, ...leads.map(({ tries }) => tries ?? 0))
    const follows = closed === null && leads.some(({ frozen }) => frozen === null)
    const told = follows || leads.length === 0 || state !== before.state ? line : null
    const same =
      state === before.state &&
      reason === before.reason &&
      partId === before.partId &&
      attempts === before.attempts
    if (same && told === null) return []
    const settledAt = isSettled(state) ? now : null
    this.#sql.run`
      UPDATE deliveries SET part_id = ${partId}, attempts = ${attempts},
        settled_at = CASE WHEN state = ${state} AND reason IS ${reason} THEN coalesce(settled_at, ${settledAt}) ELSE ${settledAt} END,
        state = ${state}, reason = ${reason}, timeline = ${told === null ? raw('timeline') : appended(now, told)}
      WHERE seq = ${seq}`
    if (settledAt === null || state === before.state) return []
    this.#settled.push({ seq, state })
    return [{ seq, state }]
  }

  // Look-ups.

  /** Deliveries whose sender must be asked for the rest now, those due first. */
  lookUpsDue(
    now: number,
    most: number,
  ): { seq: number; hook: string; fields: string; tries: number }[] {
    return this.#sql.all`
      SELECT seq, hook, fields, look_ups AS tries FROM deliveries
      WHERE look_up_at IS NOT NULL AND look_up_at <= ${now} AND fields IS NOT NULL ORDER BY look_up_at LIMIT ${most}`
  }

  isLookingUp(seq: number): boolean {
    return this.#sql
      .has`SELECT 1 FROM deliveries WHERE seq = ${seq} AND look_up_at IS NOT NULL AND closed IS NULL`
  }

  /** When the next look-up is due; null: none. */
  nextLookUpAt(): number | null {
    return this.#sql.value`SELECT min(look_up_at) FROM deliveries WHERE look_up_at IS NOT NULL`
  }

  /** A look-up failed: it is tried again then, or (null) no more. */
  lookUpFailed(seq: number, nextAt: number | null, held: string | null): void {
    this.#sql.run`
      UPDATE deliveries SET look_up_at = ${nextAt}, look_ups = look_ups + 1, held = ${held} WHERE seq = ${seq}`
  }

  /** Deliveries held after `since` and until `until`, counted up to a thousand. */
  countHeld(since: number, until: number): number {
    return this.#sql.value`
      SELECT count(*) FROM (SELECT 1 FROM deliveries
        WHERE state = 'held' AND settled_at > ${since} AND settled_at <= ${until} LIMIT ${HELD_COUNTED})`
  }

  /** When the first delivery after `since` was held; null: none is. Every webhook that is held asks for it. */
  firstHeldAt(since: number): number | null {
    return this.#sql
      .value`SELECT min(settled_at) FROM deliveries WHERE state = 'held' AND settled_at > ${since}`
  }
}

/** One line, as the JSON it is kept as. */
export function timelineLine(at: number, { event, detail }: TimelineEntry): string {
  return JSON.stringify({
    at: new Date(at).toISOString(),
    event,
    ...(detail !== null && { detail }),
  })
}

/**
 * SQL that gives the timeline with one more line: kept in the delivery's row, a line costs no row of its own. A line whose detail is
 * that of the last one is counted there: `count`, and `last` for when it happened last. Each acceptance, which has none, is a line.
 */
export function appended(at: number, line: TimelineEntry): Fragment {
  const value = timelineLine(at, line)
  const last = (member: string) => raw(`json_extract(timeline, '$[#-1].${member}')`)
  return fragment`CASE WHEN ${last('event')} = ${line.event} AND ${last('detail')} = ${line.detail}
    THEN json_set(timeline, '$[#-1].count', coalesce(${last('count')}, 1) + 1, '$[#-1].last', json_extract(${value}, '$.at'))
    ELSE json_insert(CASE WHEN json_array_length(timeline) < ${MOST_LINES} THEN timeline ELSE json_remove(timeline, '$[1]') END,
      '$[#]', json(${value})) END`
}
