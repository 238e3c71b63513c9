/** Who asks for which memberships: how people enter the queue, and how they leave it. */

import type { KeyInGroup, MembershipStatus } from '../model.ts'
import { ASKS, IS_CALLED, isAskedFor, OPEN, UNASKED } from './memberships.ts'
import { fragment, type Sql } from './sql.ts'

/** A membership as asking for it leaves it. */
export interface AskedMembership {
  readonly person: string
  /** 0 for a lead; the part for a teammate. */
  readonly teamPart: number
  readonly partId: number
  readonly status: MembershipStatus
  readonly reason: string | null
  readonly creates: boolean
  readonly limit: number | null
  readonly dueAt: number
  readonly digits: string
  readonly mask: string
}

/** A delivery's ask. */
export interface Ask extends KeyInGroup {
  /** The person's place in the delivery: of a teammate one for all parts. */
  readonly place: number
  /** False for a teammate who comes along. */
  readonly lead: boolean
  readonly frozen: 'already' | 'accepted' | null
}

interface Key extends KeyInGroup {
  readonly groupId: number
}

/** What is known of the people that are asked for, and of their group. */
export interface Situation {
  /** The delivery that has this key already; null: none. */
  readonly seen: number | null
  /** The group of this name, also under a name that it had; null: no such group yet. `partId`: the part that takes new people. */
  readonly group: {
    readonly id: number
    readonly partId: number
    readonly minted: boolean
    /** Whether the hook made it, or an operator let the hook use it. */
    readonly own: boolean
    /** The hook of its open part, and how many have a place there. */
    readonly openHook: string
    readonly taken: number
  } | null
  /** New names that the hook asked for within a day, where this would be one. */
  readonly mintedToday: number
  /** One for each person, in their order. `refused`: a teammate whose number EazyBe refused in another part. */
  readonly people: readonly {
    readonly suppressed: boolean
    readonly refused: boolean
    readonly rows: readonly StandingRow[]
  }[]
}

/** A person's membership as it stands. Flags are 0 or 1. */
export interface StandingRow {
  readonly teamPart: number
  readonly partId: number
  readonly status: MembershipStatus
  readonly reason: string | null
  readonly fixed: number
  readonly acceptedAt: number | null
  readonly creates: number
  readonly hasDigits: number
}

interface SituationRow extends StandingRow {
  readonly place: number
  readonly seen: number | null
  readonly groupId: number | null
  readonly openPart: number | null
  readonly minted: number
  readonly own: number
  readonly openHook: string
  readonly taken: number
  readonly mintedToday: number
  readonly suppressed: number
  readonly refused: number
}

export class Asks {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** All that asking for these people needs to know, in one statement. */
  situation(
    about: {
      readonly key: string
      readonly groupName: string
      readonly hook: string
      readonly mintedSince: number
    },
    persons: readonly string[],
  ): Situation {
    const { key, groupName, hook, mintedSince } = about
    const rows = this.#sql.all<SituationRow>`
      SELECT asked.key AS place, (SELECT seq FROM deliveries WHERE key = ${key} OR body_key = ${key}) AS seen, g.id AS groupId, p.id AS openPart, p.hook AS openHook,
        p.members + (SELECT count(*) FROM memberships AS o WHERE o.part_id = p.id AND o.status = 'maybe' AND o.team_part = 0) AS taken,
        g.minted_at IS NOT NULL OR p.status <> 'new' AS minted,
        g.minted_at IS NOT NULL AND g.hook = ${hook} OR EXISTS (SELECT 1 FROM group_hooks AS h WHERE h.group_id = g.id AND h.hook = ${hook}) AS own,
        CASE WHEN g.minted_at IS NULL AND coalesce(p.status, 'new') = 'new' THEN
          (SELECT count(*) FROM groups WHERE hook = ${hook} AND minted_at > ${mintedSince}) ELSE 0 END AS mintedToday,
        EXISTS (SELECT 1 FROM suppressed AS s WHERE s.person = asked.value AND s.group_id IN (0, coalesce(g.id, 0))) AS suppressed,
        EXISTS (SELECT 1 FROM memberships AS r WHERE r.person = asked.value AND r.status = 'refused' AND r.team_part <> 0) AS refused,
        m.team_part AS teamPart, m.part_id AS partId, m.status, m.reason, m.first_call_at IS NOT NULL AS fixed,
        m.accepted_at AS acceptedAt, m.creates, m.digits IS NOT NULL AS hasDigits
      FROM json_each(${persons}) AS asked
      LEFT JOIN groups AS g ON g.id = coalesce((SELECT id FROM groups WHERE name = ${groupName}),
        (SELECT group_id FROM group_names WHERE name = ${groupName}), (SELECT group_id FROM parts WHERE name = ${groupName}))
      LEFT JOIN parts AS p ON p.group_id = g.id AND p.open = 1
      LEFT JOIN memberships AS m ON m.person = asked.value AND m.group_id = g.id`
    const [first] = rows
    const { groupId: id = null, openPart: partId = null } = first ?? {}
    return {
      seen: first?.seen ?? null,
      group:
        id === null || partId === null
          ? null
          : {
              id,
              partId,
              minted: first?.minted === 1,
              own: first?.own === 1,
              openHook: first?.openHook ?? '',
              taken: first?.taken ?? 0,
            },
      mintedToday: first?.mintedToday ?? 0,
      people: persons.map((_, place) => {
        const own = rows.filter((row) => row.place === place)
        return {
          suppressed: own[0]?.suppressed === 1,
          refused: own[0]?.refused === 1,
          // Without a membership the joined columns are empty.
          rows: own.filter(({ status }) => status !== null),
        }
      }),
    }
  }

  /** Writes memberships as asking for them leaves them. The part of one that a call may have added to stays. */
  write(groupId: number, rows: readonly AskedMembership[], now: number): void {
    // A statement a row: one for all of them would take them as JSON, which costs thrice as much for the one that most events ask for.
    for (const row of rows) {
      // SQLite runs CHECK on the inserted values before it sees the conflict. These times satisfy that; the existing row keeps its own.
      const firstCallAt = row.status === 'maybe' ? now : null
      const acceptedAt = row.status === 'accepted' ? now : null
      this.#sql.run`
        INSERT INTO memberships (person, group_id, team_part, part_id, status, reason, creates, batch_limit, due_at, asked_at,
          digits, mask, first_call_at, accepted_at)
        VALUES (${row.person}, ${groupId}, ${row.teamPart}, ${row.partId}, ${row.status}, ${row.reason}, ${row.creates},
          ${row.limit}, ${row.dueAt}, ${now}, ${row.digits}, ${row.mask}, ${firstCallAt}, ${acceptedAt})
        ON CONFLICT (person, group_id, team_part) DO UPDATE SET
          part_id = CASE WHEN first_call_at IS NULL THEN excluded.part_id ELSE part_id END, status = excluded.status,
          reason = excluded.reason, attempts = 0,
          creates = CASE WHEN status IN ('waiting', 'maybe', 'blocked') THEN max(creates, excluded.creates) ELSE excluded.creates END,
          failing_since = NULL, tried_at = NULL,
          batch_limit = excluded.batch_limit, due_at = excluded.due_at, digits = excluded.digits, mask = excluded.mask`
    }
  }

  /** A delivery asks for these. */
  ask(delivery: number, groupId: number, asks: readonly Ask[]): void {
    for (const { person, teamPart, place, lead, frozen } of asks) {
      this.#sql.run`
        INSERT INTO asks (person, group_id, team_part, delivery, place, lead, frozen)
        VALUES (${person}, ${groupId}, ${teamPart}, ${delivery}, ${place}, ${lead}, ${frozen})
        ON CONFLICT DO UPDATE SET frozen = excluded.frozen, place = excluded.place, lead = excluded.lead`
    }
  }

  /** Other deliveries of these people stay accepted, although the memberships are called again. */
  freezeOthers(keys: readonly KeyInGroup[], groupId: number, delivery: number): void {
    for (const { person, teamPart, delivery: other } of this.#following(keys, groupId)) {
      if (other === delivery) continue
      this.#sql.run`
        UPDATE asks SET frozen = 'accepted' WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart}
          AND delivery = ${other} AND frozen IS NULL`
    }
  }

  /** A delivery asks for these people alone, or for none any more. Gives those it let go, and the parts whose queues are shorter. */
  unask(
    delivery: number,
    but: { readonly groupId: number; readonly asks: readonly Ask[] } | null,
  ): { keys: Key[]; parts: number[] } {
    const keys = this.keysOf(delivery).filter(
      ({ person, groupId, teamPart }) =>
        groupId !== but?.groupId ||
        !but.asks.some((one) => one.person === person && one.teamPart === teamPart),
    )
    for (const { person, groupId, teamPart } of keys) {
      this.#sql.run`
        DELETE FROM asks WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart} AND delivery = ${delivery}`
    }
    return { keys, parts: this.#withdraw(keys, delivery) }
  }

  /** A delivery is gone or changed. Its leads keep leave to create only where another delivery gives it. Gives the parts of those who do not. */
  takeBackCreation(keys: readonly Key[]): number[] {
    return keys.flatMap(
      ({ person, groupId, teamPart }) => this.#sql.column<number>`
        UPDATE memberships SET creates = 0
        WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart} AND creates = 1
          AND NOT EXISTS (SELECT 1 FROM asks AS a JOIN deliveries AS d ON seq = delivery
            WHERE a.person = ${person} AND a.group_id = ${groupId} AND a.team_part = ${teamPart}
              AND a.lead = 1 AND d.creates = 1 AND ${ASKS}) RETURNING part_id`,
    )
  }

  /** The delivery keeps its people, and they are not called for it. Gives the parts whose queues are shorter. */
  withdraw(delivery: number): number[] {
    return this.#withdraw(this.keysOf(delivery), delivery)
  }

  #withdraw(keys: readonly Key[], delivery: number): number[] {
    const parts = keys.flatMap(
      ({ person, groupId, teamPart }) => this.#sql.all<{ partId: number }>`
        UPDATE memberships SET status = ${UNASKED}, reason = NULL
        WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart} AND status IN ('waiting', 'maybe', 'blocked')
          AND NOT ${isAskedFor(fragment`AND delivery <> ${delivery}`)}
        RETURNING part_id AS partId`,
    )
    return [...new Set([...parts.map(({ partId }) => partId), ...this.takeBackCreation(keys)])]
  }

  /** Deletes withdrawn memberships that no delivery asks for. Where a call may have added the person, the row stays without the number. */
  forgetUnasked(keys: readonly Key[]): void {
    for (const { person, groupId, teamPart } of keys) {
      const unasked = fragment`person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart}
        AND NOT ${OPEN} AND NOT ${IS_CALLED} AND NOT EXISTS (SELECT 1 FROM asks
          WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart})`
      this.#sql.run`DELETE FROM memberships WHERE ${unasked} AND first_call_at IS NULL`
    }
    this.wipe(keys)
  }

  /** Deletes the digits of closed memberships that no unswept delivery needs. A teammate's stay while any delivery asks for them. */
  wipe(keys: readonly Key[]): void {
    for (const { person, groupId, teamPart } of keys) {
      this.#sql.run`
        UPDATE memberships SET digits = NULL
        WHERE person = ${person} AND group_id = ${groupId} AND team_part = ${teamPart} AND NOT ${OPEN} AND digits IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM asks JOIN deliveries ON seq = delivery WHERE asks.person = memberships.person
            AND asks.group_id = memberships.group_id AND asks.team_part = memberships.team_part
            AND (swept = 0 OR asks.team_part <> 0))`
    }
  }

  /** The people that a delivery asks for, in their order: a teammate once, in however many parts. */
  asked(
    delivery: number,
  ): { person: string; digits: string | null; mask: string; team: boolean }[] {
    const rows = this.#sql.all<{
      person: string
      digits: string | null
      mask: string
      lead: number
    }>`
      SELECT person, max(digits) AS digits, mask, lead FROM asks JOIN memberships USING (person, group_id, team_part)
      WHERE delivery = ${delivery} GROUP BY place ORDER BY place`
    return rows.map(({ lead, ...row }) => ({ ...row, team: lead === 0 }))
  }

  keysOf(delivery: number): Key[] {
    return this.#sql.all`
      SELECT person, group_id AS groupId, team_part AS teamPart FROM asks WHERE delivery = ${delivery}`
  }

  /** Deliveries that follow these memberships of a group. */
  askers(keys: readonly KeyInGroup[], groupId: number): number[] {
    return [...new Set(this.#following(keys, groupId).map(({ delivery }) => delivery))]
  }

  /** Asks whose deliveries follow these memberships. A teammate comes along with thousands that do not. */
  #following(
    keys: readonly KeyInGroup[],
    groupId: number,
  ): (KeyInGroup & { readonly delivery: number })[] {
    if (keys.length === 0) return []
    return this.#sql.all`
      SELECT asks.person, team_part AS teamPart, delivery FROM json_each(${keys}) AS keys
        JOIN asks ON person = keys.value ->> 'person' AND group_id = ${groupId} AND team_part = 0
        WHERE keys.value ->> 'teamPart' = 0
      UNION ALL SELECT asks.person, team_part AS teamPart, delivery FROM json_each(${keys}) AS keys
        JOIN asks ON person = keys.value ->> 'person' AND group_id = ${groupId} AND team_part = keys.value ->> 'teamPart'
        WHERE lead = 1 AND team_part <> 0`
  }
}
