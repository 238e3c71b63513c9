/** People across groups: who is never to be sent, what showed that they agreed, and wiping them everywhere. */

import type { ConsentEvidence } from '../../mapping/consent.ts'
import { timelineLine } from './deliveries.ts'
import { fragment, raw, type Sql } from './sql.ts'

/** A suppression for all groups. */
export const EVERYWHERE = 0
/** Deliveries looked through in one step for a number in what a sender said. No index could hold that. */
const STEP_ROWS = 2_000
/** Characters of their fields that one step reads: some events are large, and an object has 128 MB. */
const STEP_CHARACTERS = 4_000_000
const ERASED = { event: 'erased', detail: 'A person in it was erased, and with them what was said' }

/** A delivery whose sender's words may name a person. */
export interface Said {
  readonly seq: number
  readonly fields: string
}

export class People {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Never again, into this group or (`EVERYWHERE`) any: what waits leaves the queue. Gives the parts and deliveries concerned. */
  suppress(
    person: string,
    groupId: number,
    why: string,
    now: number,
  ): { parts: number[]; deliveries: number[] } {
    this.#sql.run`
      INSERT OR IGNORE INTO suppressed (person, group_id, since, why) VALUES (${person}, ${groupId}, ${now}, ${why})`
    const rows = this.#sql.all<{ partId: number; groupId: number; teamPart: number }>`
      UPDATE memberships SET status = 'suppressed', reason = NULL
      WHERE person = ${person} AND (${groupId} = 0 OR group_id = ${groupId}) AND status IN ('waiting', 'maybe', 'blocked', 'refused')
      RETURNING part_id AS partId, group_id AS groupId, team_part AS teamPart`
    const deliveries = rows.flatMap(
      (row) => this.#sql.column<number>`
        SELECT delivery FROM asks WHERE person = ${person} AND group_id = ${row.groupId} AND team_part = ${row.teamPart} AND lead = 1`,
    )
    return {
      parts: [...new Set(rows.map(({ partId }) => partId))],
      deliveries,
    }
  }

  unsuppress(person: string, groupId: number): void {
    this.#sql.run`DELETE FROM suppressed WHERE person = ${person} AND group_id = ${groupId}`
  }

  /** Where a person is never to be sent. `group` null: everywhere. */
  suppressions(person: string): { group: string | null; since: number; why: string }[] {
    return this.#sql.all`
      SELECT name AS "group", since, why FROM suppressed LEFT JOIN groups ON groups.id = group_id WHERE person = ${person}`
  }

  /** Groups that took a person, and when. */
  acceptances(person: string): { group: string; at: number }[] {
    return this.#sql.all`
      SELECT parts.name AS "group", accepted_at AS at FROM memberships JOIN parts ON parts.id = part_id
      WHERE person = ${person} AND accepted_at IS NOT NULL`
  }

  /** Deliveries of a person, newest first; not those with which they came along as a teammate. */
  deliveriesOf(person: string): number[] {
    return this.#sql
      .column<number>`SELECT DISTINCT delivery FROM asks WHERE person = ${person} AND lead = 1 ORDER BY delivery DESC`
  }

  /** The evidence of consent is kept longer than the delivery that brought it. */
  keepEvidence(seq: number, besides: string | null): void {
    this.#sql.run`
      INSERT INTO evidence (person, at, consent)
      SELECT DISTINCT person, received_at, consent FROM asks JOIN deliveries ON seq = delivery
      WHERE delivery = ${seq} AND lead = 1 AND consent IS NOT NULL AND person IS NOT ${besides}`
  }

  consents(person: string): ConsentEvidence[] {
    const rows = this.#sql.column<string>`SELECT consent FROM evidence WHERE person = ${person}`
    return rows.map((consent) => JSON.parse(consent))
  }

  /** The next deliveries, newest first, whose fields are kept. `next`: where to go on; null: that was all. */
  said(before: number | null): { rows: Said[]; next: number | null } {
    const top = before ?? Number.MAX_SAFE_INTEGER
    const floor = this.#sql.value<number | null>`
      SELECT min(seq) FROM (SELECT seq FROM deliveries WHERE seq < ${top} ORDER BY seq DESC LIMIT ${STEP_ROWS})`
    if (floor === null) return { rows: [], next: null }
    const rows: Said[] = []
    let characters = 0
    for (const row of this.#sql.each<Said>`
      SELECT seq, fields FROM deliveries WHERE seq < ${top} AND seq >= ${floor} AND fields IS NOT NULL ORDER BY seq DESC`) {
      rows.push(row)
      characters += row.fields.length
      if (characters > STEP_CHARACTERS) return { rows, next: row.seq }
    }
    return { rows, next: floor }
  }

  /**
   * Wipes what a delivery says of its people: words, evidence, digests and timeline. Others of it keep their evidence. Gives whether
   * it has no lead left.
   */
  wipeDelivery(seq: number, person: string, now: number): boolean {
    this.keepEvidence(seq, person)
    const asks = this.#sql.value<number>`
      SELECT count(DISTINCT place) FROM asks WHERE delivery = ${seq} AND person = ${person}`
    this.#sql.run`DELETE FROM asks WHERE delivery = ${seq} AND person = ${person}`
    const closed = this.#sql.value<string | null>`
      UPDATE deliveries SET key = 'erased ' || seq, body_key = NULL, fingerprint = '', fields = NULL, consent = NULL,
        erased = erased + ${asks}, look_up_at = NULL, timeline = json_array(json(${timelineLine(now, ERASED)})),
        closed = CASE WHEN closed IS NULL AND state <> 'accepted'
          AND NOT EXISTS (SELECT 1 FROM asks WHERE delivery = seq AND lead = 1) THEN 'erased' ELSE closed END
      WHERE seq = ${seq} RETURNING closed`
    return closed === 'erased'
  }

  /** Erases where a person was, or may be. Only the mark that they are never to be sent stays. Gives the parts they waited in. */
  forget(person: string): number[] {
    this.#sql.run`DELETE FROM evidence WHERE person = ${person}`
    this.#sql.run`DELETE FROM asks WHERE person = ${person}`
    return this.#sql
      .column<number>`DELETE FROM memberships WHERE person = ${person} RETURNING part_id`
  }

  /** Takes the mark of a person out of the calls after this one, which still name their people. The caps go on counting them. */
  eraseFromCalls(person: string, after: number): void {
    const without = (column: string) => fragment`(SELECT json_group_array(
      CASE WHEN value = ${person} THEN 'erased ' || id || ' ' || key ELSE value END) FROM json_each(${raw(column)}))`
    this.#sql.run`
      UPDATE calls SET leads = ${without('leads')}, team = ${without('team')}
      WHERE id > ${after} AND (instr(leads, ${person}) > 0 OR instr(team, ${person}) > 0)`
  }
}
