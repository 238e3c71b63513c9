/** Memberships: the queue of each part, and what calls make of it. */

import { DAY_MS } from '../dispatch/pace.ts'
import type { BlockReason, KeyInGroup, Member, MemberKey, OpenCall, Part } from '../model.ts'
import { type Fragment, fragment, raw, type Sql } from './sql.ts'

/** Memberships that one transaction releases; the next one goes on. */
const RELEASED_AT_ONCE = raw('1000')
/** How many of those who wait are looked at to find the one who was tried least. */
const MOST_LOOKED_AT = 300
/** How far back a call counts in which a person failed alone: a failing EazyBe is excused for so long. */
const FAILED_ALONE_MS = 7 * DAY_MS

/** Why a teammate is not tried: their number was refused in another group, or part of one. */
export const REFUSED_ELSEWHERE = 'refused in another group'

/** A membership that waits for a call. */
export const OPEN = raw(`status IN ('waiting', 'maybe')`)
/** What the open call says of a membership is still to come: it is not deleted before. */
export const IS_CALLED = raw(`EXISTS (SELECT 1 FROM calls WHERE ended_at IS NULL
  AND calls.part_id = memberships.part_id AND instr(leads || team, memberships.person) > 0)`)
/** A delivery that asks for its people: not one that was closed, or whose people are all kept out or in already. */
export const ASKS = raw(`closed IS NULL AND state <> 'skipped'`)
/** Such a delivery asks for the membership, and follows it. `but`: conditions on the delivery. */
export function isAskedFor(but: Fragment = raw('')): Fragment {
  return fragment`EXISTS (SELECT 1 FROM asks JOIN deliveries ON seq = delivery WHERE asks.person = memberships.person
    AND asks.group_id = memberships.group_id AND asks.team_part = memberships.team_part AND frozen IS NULL AND ${ASKS} ${but})`
}
/** The status of a membership that no delivery asks for any more. A person who was accepted before stays accepted. */
export const UNASKED = raw(`CASE WHEN accepted_at IS NULL THEN 'withdrawn' ELSE 'accepted' END`)
const MAY_BE_IN = raw('first_call_at IS NOT NULL AND accepted_at IS NULL')
const MEMBER =
  raw(`person, team_part AS team, digits, status, creates, attempts, failing_since AS failingSince, tried_at AS triedAt,
  batch_limit AS "limit", due_at AS dueAt, asked_at AS askedAt, first_call_at IS NOT NULL AS fixed,
  accepted_at IS NOT NULL AND accepted_at >= (SELECT counted_from FROM parts WHERE parts.id = part_id) AS counted`)

/** As SQLite gives it: booleans are numbers. */
type MemberRow = Omit<Member, Flag> & Record<Flag, number>
type Flag = 'team' | 'creates' | 'fixed' | 'counted'

/** What becomes of one membership of a call. */
export interface MemberChange extends MemberKey {
  readonly status: 'waiting' | 'maybe' | 'refused' | 'blocked'
  readonly reason: string | null
  readonly attempts: number
  readonly failingSince: number | null
  readonly triedAt: number | null
  readonly limit: number | null
  readonly dueAt: number
}

/** A membership that was held back. */
export interface HeldBack extends KeyInGroup {
  readonly groupId: number
  readonly partId: number
}

export class Memberships {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  // The queue.

  /** The head of a part's queue, those due first. */
  head(partId: number, most: number): Member[] {
    const rows = this.#sql.all<MemberRow>`
      SELECT ${MEMBER} FROM memberships WHERE part_id = ${partId} AND ${OPEN} ORDER BY due_at LIMIT ${most}`
    return rows.map(memberOf)
  }

  /**
   * What a plan looks at of a part's queue. People of a failed call come first once they are due, then those who are due first. Of a
   * group in doubt it shows all people of the creation that failed.
   */
  queue({ id, status }: Pick<Part, 'id' | 'status'>, most: number, now: number): Member[] {
    const tried = this.#sql.all<MemberRow>`
      SELECT ${MEMBER} FROM memberships WHERE part_id = ${id} AND tried_at IS NOT NULL AND ${OPEN} AND due_at <= ${now}
      ORDER BY due_at LIMIT ${most}`.map(memberOf)
    const keys = new Set(tried.map(keyOf))
    const others = this.head(id, most).filter((one) => !keys.has(keyOf(one)))
    const head = [...tried, ...others].slice(0, most)
    if (status !== 'doubtful') return head
    const rest = head.filter((member) => member.status !== 'maybe')
    return [...this.#maybeIn(id), ...rest].toSorted((one, other) => one.dueAt - other.dueAt)
  }

  /** Of those due first, an untried person, or else the one whose last call failed longest ago, leads first; null: there is none. */
  leastTried(partId: number): Member | null {
    // SQLite takes the other columns of the row that has the minimum. Sorting the rows would cost more.
    const { rank, ...row } = this.#sql.one<MemberRow & { rank: number | null }>`
      SELECT ${MEMBER}, min(CASE WHEN tried_at IS NULL AND batch_limit IS NULL THEN -1
        ELSE coalesce(tried_at, 0) + (team_part <> 0) * ${Number.MAX_SAFE_INTEGER} END) AS rank
      FROM (SELECT * FROM memberships WHERE part_id = ${partId} AND ${OPEN} ORDER BY due_at LIMIT ${MOST_LOOKED_AT})`
    return rank === null ? null : memberOf(row)
  }

  #maybeIn(partId: number): Member[] {
    const rows = this.#sql.all<MemberRow>`
      SELECT ${MEMBER} FROM memberships WHERE part_id = ${partId} AND ${MAY_BE_IN} AND status = 'maybe'`
    return rows.map(memberOf)
  }

  /** Leads who may be in the part: each keeps a place. */
  maybes(partId: number): number {
    return this.#sql
      .value`SELECT count(*) FROM memberships WHERE part_id = ${partId} AND status = 'maybe' AND team_part = 0`
  }

  /** How many wait in a part, and how many of it wait for a decision, each counted up to `most`. */
  counts(partId: number, most: number): { waiting: number; blocked: number } {
    return this.#sql.one`SELECT
      (SELECT count(*) FROM (SELECT 1 FROM memberships WHERE part_id = ${partId} AND ${OPEN} LIMIT ${most})) AS waiting,
      (SELECT count(*) FROM (SELECT 1 FROM memberships WHERE part_id = ${partId} AND status = 'blocked' LIMIT ${most})) AS blocked`
  }

  // Calls.

  /** The members of a call that still wait. Who was erased or suppressed meanwhile is not among them. */
  ofCall({ members, groupId, partId }: OpenCall): Member[] {
    return this.#sql.all<MemberRow>`
      SELECT ${MEMBER} FROM json_each(${members}) AS keys JOIN memberships ON person = keys.value ->> 'person'
        AND group_id = ${groupId} AND team_part = (keys.value ->> 'team') * ${partId} WHERE ${OPEN}`.map(
      memberOf,
    )
  }

  /** The members of a call, and all that may be in its part: a probe speaks of a whole creation, and may carry some of it only. */
  ofProbe(open: OpenCall): Member[] {
    const members = this.ofCall(open)
    const keys = new Set(members.map(keyOf))
    return [...members, ...this.#maybeIn(open.partId).filter((one) => !keys.has(keyOf(one)))]
  }

  /**
   * EazyBe accepted the call: that is a fact, whatever an operator did meanwhile. A lead who is a teammate too has two memberships in
   * the part, and it is a fact of both. Gives all that it settles. Where a person is accepted who was forgiven and had failed alone, the
   * failures were EazyBe's own, and what was forgiven counts against no person. A person who failed beside others proves nothing:
   * one of the others may have a bad number.
   */
  accept({ members, groupId, partId }: OpenCall, now: number): KeyInGroup[] {
    this.#sql.run`
      UPDATE memberships SET forgiven = 0 WHERE forgiven > 0 AND EXISTS
        (SELECT 1 FROM json_each(${members}) AS keys JOIN memberships AS m ON m.person = keys.value ->> 'person'
          AND m.group_id = ${groupId} AND m.team_part = (keys.value ->> 'team') * ${partId} AND m.forgiven > 0
          JOIN calls ON started_at > ${now - FAILED_ALONE_MS} AND outcome IN ('invalid', 'ambiguous') AND people = 1
            AND instr(leads || team, m.person) > 0)`
    return this.#sql.all`
      UPDATE memberships SET status = 'accepted', reason = NULL, accepted_at = ${now},
        first_call_at = coalesce(first_call_at, ${now}), failing_since = NULL, tried_at = NULL, batch_limit = NULL, forgiven = 0
      FROM json_each(${members}) AS keys WHERE person = keys.value ->> 'person' AND group_id = ${groupId}
        AND (team_part = (keys.value ->> 'team') * ${partId} OR part_id = ${partId} AND (${OPEN} OR status = 'blocked'))
      RETURNING memberships.person, memberships.team_part AS teamPart`
  }

  /**
   * Writes what a call that was not accepted came to. `felt`: it may have worked, so from now on the part is fixed, also of
   * people who were suppressed or withdrawn meanwhile.
   */
  settle(
    { groupId, members, partId }: OpenCall,
    changes: readonly MemberChange[],
    felt: boolean,
    now: number,
  ): void {
    this.#sql.run`
      UPDATE memberships SET status = c.value ->> 'status', reason = c.value ->> 'reason', attempts = c.value ->> 'attempts',
        failing_since = c.value ->> 'failingSince', tried_at = c.value ->> 'triedAt', batch_limit = c.value ->> 'limit', due_at = c.value ->> 'dueAt',
        first_call_at = CASE WHEN ${felt} THEN coalesce(first_call_at, ${now}) ELSE first_call_at END
      FROM json_each(${changes}) AS c WHERE person = c.value ->> 'person' AND group_id = ${groupId}
        AND team_part = (c.value ->> 'team') * ${partId} AND ${OPEN}`
    if (!felt) return
    this.#sql.run`
      UPDATE memberships SET first_call_at = ${now} FROM json_each(${members}) AS keys
      WHERE person = keys.value ->> 'person' AND group_id = ${groupId} AND team_part = (keys.value ->> 'team') * ${partId}
        AND first_call_at IS NULL`
  }

  /**
   * EazyBe was at fault: what counted against these is taken back. Those who were parked wait again, or are withdrawn where no delivery
   * asks for them any more. Each time they travel with half as many: a bad number among them would fail the others again and again.
   */
  forgive(
    members: readonly MemberKey[],
    groupId: number,
    partId: number,
    batchSize: number,
    now: number,
  ): void {
    const isOver = fragment`status = 'refused' AND NOT ${isAskedFor()}`
    this.#sql.run`
      UPDATE memberships SET attempts = 0, failing_since = NULL, batch_limit = cast((coalesce(batch_limit, ${batchSize}) + 1) / 2 AS INTEGER),
        forgiven = forgiven + 1, due_at = ${now},
        status = CASE WHEN ${isOver} THEN ${UNASKED} WHEN first_call_at IS NULL THEN 'waiting' ELSE 'maybe' END,
        reason = CASE WHEN ${isOver} THEN NULL WHEN status = 'refused' THEN 'EazyBe failed for everybody' ELSE reason END
      FROM json_each(${members}) AS keys WHERE person = keys.value ->> 'person' AND group_id = ${groupId}
        AND team_part = (keys.value ->> 'team') * ${partId}
        AND (digits IS NOT NULL AND (${OPEN} OR status = 'refused') OR ${isOver})`
  }

  /** Persons among these whose failures were forgiven so often that they count as their own. */
  unforgiven(persons: readonly string[], most: number): Set<string> {
    return new Set(
      this.#sql.column<string>`
        SELECT person FROM json_each(${persons}) AS keys JOIN memberships ON person = keys.value WHERE forgiven >= ${most}`,
    )
  }

  /** The group is proven absent: people who may have been in it are in no group. Gives those that changed, as the next ones do. */
  forgetMaybes(partId: number): KeyInGroup[] {
    this.#sql.run`
      UPDATE memberships SET first_call_at = NULL WHERE part_id = ${partId} AND ${MAY_BE_IN} AND NOT ${OPEN}`
    return this.#sql.all`
      UPDATE memberships SET status = 'waiting', reason = NULL, first_call_at = NULL
      WHERE part_id = ${partId} AND ${OPEN} AND status = 'maybe' RETURNING person, team_part AS teamPart`
  }

  /** The group is there after all, or may be created: those who are blocked for its absence wait again. */
  release(partId: number, creates: boolean, now: number): KeyInGroup[] {
    return this.#sql.all`
      UPDATE memberships SET due_at = ${now}, attempts = 0, creates = max(creates, ${creates}),
        status = CASE WHEN ${MAY_BE_IN} THEN 'maybe' ELSE 'waiting' END,
        reason = CASE WHEN ${MAY_BE_IN} THEN 'an earlier call may have worked' END
      WHERE (person, group_id, team_part) IN (SELECT person, group_id, team_part FROM memberships WHERE part_id = ${partId}
        AND status = 'blocked' AND reason IN ('group missing', 'group gone') AND digits IS NOT NULL LIMIT ${RELEASED_AT_ONCE})
      RETURNING person, team_part AS teamPart`
  }

  /** People who wait for this hook alone are held back, a bounded number at a time. */
  holdBack(hook: string, reason: BlockReason, partId: number | null): HeldBack[] {
    return this.#sql.all`
      UPDATE memberships SET status = 'blocked', reason = ${reason}
      WHERE (person, group_id, team_part) IN (SELECT person, group_id, team_part FROM memberships
        WHERE ${OPEN} AND part_id ${partId === null ? raw('> 0') : fragment`= ${partId}`} AND status = 'waiting'
          AND ${isAskedFor(fragment`AND hook = ${hook}`)} AND NOT ${isAskedFor(fragment`AND hook <> ${hook}`)}
        LIMIT ${RELEASED_AT_ONCE})
      RETURNING person, group_id AS groupId, part_id AS partId, team_part AS teamPart`
  }
}

function keyOf({ person, team }: MemberKey): string {
  return `${person} ${team}`
}

function memberOf(row: MemberRow): Member {
  const { team, creates, fixed, counted, ...rest } = row
  return {
    ...rest,
    team: team !== 0,
    creates: creates === 1,
    fixed: fixed === 1,
    counted: counted === 1,
  }
}
