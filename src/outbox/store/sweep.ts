/** Rows that retention looks at and deletes: a bounded number at a time, whatever the size of the tables. */

import type { Asks } from './asks.ts'
import { IS_CALLED } from './memberships.ts'
import { raw, type Sql } from './sql.ts'

/** Rows of each kind that one step looks at. */
export const STEP_ROWS = 200
/** Memberships are only looked at, for the most part: more, so that all of them are looked at within a day. */
export const STEP_MEMBERSHIPS = 2_000

export interface SweepRow {
  readonly seq: number
  readonly state: string
  readonly groupId: number | null
  readonly receivedAt: number
  readonly settledAt: number | null
}

/** A membership, by its key. */
export interface MembershipCursor {
  readonly person: string
  readonly groupId: number
  readonly teamPart: number
}

const DELIVERY = raw(
  'SELECT seq, state, group_id AS groupId, received_at AS receivedAt, settled_at AS settledAt FROM deliveries',
)

export class Sweep {
  readonly #sql: Sql
  readonly #asks: Asks

  constructor(sql: Sql, asks: Asks) {
    this.#sql = sql
    this.#asks = asks
  }

  after(seq: number): SweepRow[] {
    return this.#sql.all`${DELIVERY} WHERE seq > ${seq} ORDER BY seq LIMIT ${STEP_ROWS}`
  }

  newest(): number | null {
    return this.#sql.value`SELECT max(seq) FROM deliveries`
  }

  /** Deliveries that were not ready when retention passed them. */
  late(after: number): { seq: number; row: SweepRow | null }[] {
    const rows = this.#sql.all<{ seq: number }>`
      SELECT seq FROM unswept WHERE seq > ${after} ORDER BY seq LIMIT ${STEP_ROWS}`
    return rows.map(({ seq }) => ({
      seq,
      row: this.#sql.first<SweepRow>`${DELIVERY} WHERE seq = ${seq}`,
    }))
  }

  addLate(seq: number): void {
    this.#sql.run`INSERT OR IGNORE INTO unswept (seq) VALUES (${seq})`
  }

  isLate(seq: number): boolean {
    return this.#sql.has`SELECT 1 FROM unswept WHERE seq = ${seq}`
  }

  removeLate(seq: number): void {
    this.#sql.run`DELETE FROM unswept WHERE seq = ${seq}`
  }

  /** What was said goes, and the numbers of leads that no other delivery still needs; masks and keyed hashes stay. */
  wipe(seq: number): void {
    this.#sql.run`UPDATE deliveries SET fields = NULL, swept = 1 WHERE seq = ${seq}`
    this.#asks.wipe(this.#asks.keysOf(seq))
  }

  /** The delivery goes, with memberships that nothing is known of. Gives the parts whose queues are shorter: a teammate may still wait. */
  delete(seq: number): number[] {
    const { keys, parts } = this.#asks.unask(seq, null)
    this.#sql.run`DELETE FROM deliveries WHERE seq = ${seq}`
    this.#asks.forgetUnasked(keys)
    return parts
  }

  /** Memberships in their order, on from one; each with when EazyBe accepted it, or a call that may have worked carried it. */
  memberships(after: MembershipCursor): (MembershipCursor & { readonly at: number | null })[] {
    return this.#sql.all`
      SELECT person, group_id AS groupId, team_part AS teamPart, coalesce(accepted_at, first_call_at) AS at FROM memberships
      WHERE (person, group_id, team_part) > (${after.person}, ${after.groupId}, ${after.teamPart})
      ORDER BY person, group_id, team_part LIMIT ${STEP_MEMBERSHIPS}`
  }

  /** Forgets which part took a person, where no delivery asks for it any more. */
  forgetMembership({ person, groupId, teamPart }: MembershipCursor): void {
    this.#sql.run`
      DELETE FROM memberships WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart}
        AND status NOT IN ('waiting', 'maybe') AND NOT ${IS_CALLED} AND NOT EXISTS (SELECT 1 FROM asks
          WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart})`
  }

  /**
   * Removes the people from calls that began before then, up to the call that was accepted last: a streak of failures is judged by
   * its people, however long it lasts. Gives how far that has come, and whether there may be more.
   */
  anonymiseCalls(
    after: number,
    before: number,
    acceptedCall: number,
  ): { upTo: number; more: boolean } {
    const rows = this.#sql.all<{ id: number; startedAt: number }>`
      SELECT id, started_at AS startedAt FROM calls WHERE id > ${after} AND id <= ${acceptedCall} ORDER BY id LIMIT ${STEP_ROWS}`
    const end = rows.findIndex(({ startedAt }) => startedAt > before)
    const upTo = rows[(end === -1 ? rows.length : end) - 1]?.id ?? after
    if (upTo > after)
      this.#sql
        .run`UPDATE calls SET leads = '[]', team = '[]' WHERE id > ${after} AND id <= ${upTo}`
    return { upTo, more: end === -1 && rows.length === STEP_ROWS }
  }

  /** Deletes the oldest calls. Gives whether there may be more. */
  forgetCalls(before: number): boolean {
    const oldest = this.#sql.all<{ id: number; at: number }>`
      SELECT id, started_at AS at FROM calls WHERE id > 0 ORDER BY id LIMIT ${STEP_ROWS}`
    const end = oldest.findIndex(({ at }) => at > before)
    const upTo = oldest[(end === -1 ? oldest.length : end) - 1]
    // The newest stays, so that no number is given twice.
    if (upTo !== undefined) {
      this.#sql.run`DELETE FROM calls WHERE id <= ${upTo.id} AND id < (SELECT max(id) FROM calls)`
    }
    return end === -1 && oldest.length === STEP_ROWS
  }

  /** Deletes evidence from before then. It is written when a delivery goes, so it is in no order of time, and all is walked through. */
  forgetEvidence(after: number, before: number): { upTo: number; more: boolean } {
    const rows = this.#sql.all<{ id: number }>`
      SELECT id FROM evidence WHERE id > ${after} ORDER BY id LIMIT ${STEP_MEMBERSHIPS}`
    const last = rows.at(-1)?.id ?? after
    this.#sql.run`DELETE FROM evidence WHERE id > ${after} AND id <= ${last} AND at <= ${before}`
    const more = rows.length === STEP_MEMBERSHIPS
    return { upTo: more ? last : 0, more }
  }
}
