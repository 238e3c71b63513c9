/** Retention: nothing is kept for longer than a day after its time, and nothing goes before it. */

import type { RetentionDays } from '../../../src/outbox/ports.ts'
import type { Facts } from '../facts.ts'
import { DAY_MS, HOUR_MS } from './inquiries.ts'
import type { Checked, Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

/** Sweeps come every day, and may take a while. */
const LATE_MS = DAY_MS + 2 * HOUR_MS
/** Between two looks at all rows. */
const LOOK_EVERY_MS = 6 * HOUR_MS
const CALL_PEOPLE_DAYS = 2
/** Retention that no history lasts for. */
const NEVER_DAYS = 1e4
/** The alarm is on its way. */
const SLACK_MS = 60_000

/**
 * What is to go, each with the days after which it must, and what is not needed any more (null). `?1`: so many days ago. The newest
 * row of a table stays until another one comes, so that no number is given twice.
 */
const KEPT: readonly [what: string, days: keyof RetentionDays | number | null, query: string][] = [
  [
    'the fields of delivery',
    'settledDays',
    `SELECT seq || ', settled at ' || settled_at AS what FROM deliveries WHERE swept = 0 AND state IN ('accepted', 'skipped') AND settled_at < ?1`,
  ],
  [
    'the fields of delivery',
    'inHandDays',
    `SELECT seq || ', settled at ' || settled_at AS what FROM deliveries WHERE swept = 0 AND state IN ('held', 'parked') AND settled_at < ?1`,
  ],
  [
    'delivery',
    'rowDays',
    `SELECT seq AS what FROM deliveries WHERE swept = 1 AND state IN ('accepted', 'skipped', 'held', 'parked')
       AND max(received_at, settled_at) < ?1 AND seq < (SELECT max(seq) FROM deliveries)`,
  ],
  [
    'the people of call',
    CALL_PEOPLE_DAYS,
    // Calls since the last acceptance name them: they are judged together.
    `SELECT id AS what FROM calls WHERE id < (SELECT max(id) FROM calls WHERE outcome = 'accepted') AND (leads <> '[]' OR team <> '[]') AND started_at < ?1`,
  ],
  [
    'call',
    'rowDays',
    'SELECT id AS what FROM calls WHERE started_at < ?1 AND id < (SELECT max(id) FROM calls)',
  ],
  ['evidence', 'consentDays', 'SELECT id AS what FROM evidence WHERE at < ?1'],
  [
    'the number of',
    null,
    `SELECT person || ' in ' || group_id AS what FROM memberships AS m WHERE digits IS NOT NULL AND team_part = 0
       AND status NOT IN ('waiting', 'maybe') AND NOT EXISTS (SELECT 1 FROM asks AS a JOIN deliveries ON seq = delivery
         WHERE a.person = m.person AND a.group_id = m.group_id AND a.team_part = 0 AND swept = 0)`,
  ],
  [
    'a membership that says nothing,',
    null,
    `SELECT person || ' in ' || group_id AS what FROM memberships AS m WHERE first_call_at IS NULL AND NOT EXISTS
       (SELECT 1 FROM asks AS a WHERE a.person = m.person AND a.group_id = m.group_id AND a.team_part = m.team_part)`,
  ],
  [
    'a name that no delivery holds,',
    null,
    `SELECT name AS what FROM groups AS g WHERE minted_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM group_names WHERE group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM suppressed WHERE group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM group_hooks WHERE group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM memberships WHERE group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM parts WHERE group_id = g.id AND (status <> 'new' OR first_call_at IS NOT NULL))`,
  ],
]

export function nothingKeptTooLong(): Invariant {
  let lookedAt = Number.NEGATIVE_INFINITY
  /** What is due, with since when it is seen to be: it is given a day from then. */
  const due = new Map<string, number>()
  const check = (facts: Facts): Checked => {
    lookedAt = facts.at
    const now = new Set(
      KEPT.flatMap(([what, days, query]) => {
        const after = typeof days === 'string' ? facts.retention[days] : days
        const values = after === null ? [] : [facts.wall - after * DAY_MS]
        return facts.rows<{ what: string }>(query, ...values).map((row) => `${what} ${row.what}`)
      }),
    )
    for (const what of due.keys()) if (!now.has(what)) due.delete(what)
    for (const what of now) if (!due.has(what)) due.set(what, facts.at)
    return every(due, ([what, since]) =>
      must(facts.at - since <= LATE_MS, () => `${what} is kept for too long`),
    )
  }
  return {
    name: 'nothing is kept for longer than its days',
    looked: (facts) => {
      if (facts.retention.rowDays >= NEVER_DAYS || facts.running) return undefined
      if (facts.at < lookedAt + LOOK_EVERY_MS) return undefined
      // An alarm that was held up has not swept.
      if (facts.at < facts.wellSince + LATE_MS) due.clear()
      if (facts.at < facts.wellSince + LATE_MS) return undefined
      if (facts.alarmAt === null || facts.alarmAt < facts.wall - SLACK_MS) return undefined
      return check(facts)
    },
    grownOld: (facts) => (facts.retention.rowDays >= NEVER_DAYS ? undefined : check(facts)),
  }
}

interface Kept {
  readonly seq: number
  readonly state: string
  readonly settled_at: number | null
  readonly kept: number
  readonly erased: number
}

export function nothingGoesEarly(): Invariant {
  let before: readonly Kept[] = []
  return {
    name: 'nothing is deleted before its time',
    looked: (facts) => {
      if (facts.retention.rowDays >= NEVER_DAYS) return undefined
      const rows = facts.rows<Kept>(
        'SELECT seq, state, settled_at, fields IS NOT NULL AS kept, erased FROM deliveries',
      )
      if (rows === before) return undefined
      const now = new Map(rows.map((row) => [row.seq, row]))
      const gone = before.filter(({ seq, kept }) => kept === 1 && now.get(seq)?.kept !== 1)
      before = rows
      const { settledDays, inHandDays } = facts.retention
      return every(gone, ({ seq, state, settled_at }) => {
        const days = state === 'held' || state === 'parked' ? inHandDays : settledDays
        const isOver = settled_at !== null && settled_at <= facts.wall - days * DAY_MS
        return isOver || facts.privacy.maybeErased.size > 0
          ? good
          : must(false, () => `what delivery ${seq} said is gone while it is ${state}`)
      })
    },
  }
}
