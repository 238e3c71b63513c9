/** Roll-over: who goes to the next part of a group, with the teammates who come along, and who stays where there is none. */

import type { BlockReason, KeyInGroup, Part } from '../model.ts'
import { ASKS, isAskedFor, OPEN, REFUSED_ELSEWHERE, UNASKED } from './memberships.ts'
import { fragment, raw, type Sql } from './sql.ts'

/** Leads that one transaction moves; the next one goes on. */
const MOVED_AT_ONCE = 100

export class RollOver {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Leads without room in a part go to another one. Their teammates are asked for there as well. */
  move(from: Part, to: Part, now: number): KeyInGroup[] {
    const persons = this.#movable(from.id)
    const { groupId } = from
    const isSuppressed = raw(
      `EXISTS (SELECT 1 FROM suppressed AS s WHERE s.person = team.person AND s.group_id IN (0, team.group_id))`,
    )
    this.#sql.run`
      UPDATE memberships SET part_id = ${to.id} FROM json_each(${persons}) AS keys
      WHERE person = keys.value AND group_id = ${groupId} AND team_part = 0`
    // A lead who is a teammate as well may be in that part already.
    this.#sql.run`
      UPDATE memberships SET status = 'accepted', reason = NULL, accepted_at = team.accepted_at, first_call_at = team.first_call_at
      FROM json_each(${persons}) AS keys JOIN memberships AS team
        ON team.person = keys.value AND team.group_id = ${groupId} AND team.team_part = ${to.id} AND team.status = 'accepted'
      WHERE memberships.person = keys.value AND memberships.group_id = ${groupId} AND memberships.team_part = 0`
    this.#sql.run`
      INSERT INTO memberships (person, group_id, team_part, part_id, status, reason, creates, due_at, asked_at, digits, mask)
      SELECT team.person, team.group_id, ${to.id}, ${to.id},
        CASE WHEN ${isSuppressed} THEN 'suppressed' WHEN team.status IN ('refused', 'blocked') THEN team.status ELSE 'waiting' END,
        CASE WHEN ${isSuppressed} THEN NULL WHEN team.status = 'refused' THEN ${REFUSED_ELSEWHERE} WHEN team.status = 'blocked' THEN team.reason END, 0, ${now}, ${now}, team.digits, team.mask
      FROM memberships AS team WHERE team.digits IS NOT NULL AND (team.person, team.group_id, team.team_part) IN
        (SELECT their.person, their.group_id, their.team_part FROM json_each(${persons}) AS keys
         JOIN asks ON asks.person = keys.value AND asks.group_id = ${groupId} AND asks.team_part = 0
         JOIN deliveries ON seq = asks.delivery AND ${ASKS}
         JOIN asks AS their ON their.delivery = asks.delivery AND their.team_part = ${from.id} AND their.lead = 0)
      ON CONFLICT DO NOTHING`
    // Each lead asks for its teammates in the part where it is; where others of its delivery stay, in both.
    const moved = fragment`asks AS leads JOIN deliveries ON seq = leads.delivery AND ${ASKS}
      JOIN asks AS their ON their.delivery = leads.delivery AND their.team_part = ${from.id} AND their.lead = 0
      WHERE leads.person IN (SELECT value FROM json_each(${persons})) AND leads.group_id = ${groupId} AND leads.team_part = 0`
    this.#sql.run`
      INSERT OR IGNORE INTO asks (person, group_id, team_part, delivery, place, lead)
      SELECT their.person, ${groupId}, ${to.id}, their.delivery, their.place, 0 FROM ${moved}
        AND EXISTS (SELECT 1 FROM memberships AS there
          WHERE there.person = their.person AND there.group_id = ${groupId} AND there.team_part = ${to.id})`
    this.#sql.run`
      DELETE FROM asks WHERE (person, group_id, team_part, delivery) IN
        (SELECT their.person, their.group_id, their.team_part, their.delivery FROM ${moved}
          AND NOT EXISTS (SELECT 1 FROM asks AS stays JOIN memberships AS m USING (person, group_id, team_part)
            WHERE stays.delivery = leads.delivery AND stays.lead = 1 AND m.part_id = ${from.id})
          AND EXISTS (SELECT 1 FROM asks AS there WHERE there.person = their.person AND there.group_id = ${groupId}
            AND there.team_part = ${to.id} AND there.delivery = their.delivery))`
    // A teammate whose leads have all gone on is not to be called for a part alone.
    const alone = fragment`part_id = ${from.id} AND (${OPEN} OR status = 'blocked') AND team_part = ${from.id} AND NOT ${isAskedFor()}`
    const isNamed = raw(`EXISTS (SELECT 1 FROM asks WHERE asks.person = memberships.person
      AND asks.group_id = memberships.group_id AND asks.team_part = memberships.team_part)`)
    this.#sql
      .run`DELETE FROM memberships WHERE ${alone} AND first_call_at IS NULL AND NOT ${isNamed}`
    this.#sql.run`
      UPDATE memberships SET status = ${UNASKED}, reason = NULL,
        digits = CASE WHEN ${isNamed} THEN digits END
      WHERE ${alone}`
    return persons.map((person) => ({ person, teamPart: 0 }))
  }

  /** There is no part left for them. */
  block(from: Part, reason: BlockReason): KeyInGroup[] {
    const persons = this.#movable(from.id)
    this.#sql.run`
      UPDATE memberships SET status = 'blocked', reason = ${reason} FROM json_each(${persons}) AS keys
      WHERE person = keys.value AND group_id = ${from.groupId} AND team_part = 0`
    return persons.map((person) => ({ person, teamPart: 0 }))
  }

  #movable(partId: number): string[] {
    return this.#sql.column`
      SELECT person FROM memberships WHERE part_id = ${partId} AND ${OPEN} AND first_call_at IS NULL AND team_part = 0
      ORDER BY due_at LIMIT ${MOVED_AT_ONCE}`
  }
}
