/** The schema's own promises, on the platform's SQLite: what no code of the outbox, however wrong, can write. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, outbox, play } from '../drive.ts'

const HOUR = 3_600_000
const [ASHA, BINA, CHITRA] = ['919800000001', '919800000002', '919800000003']
const MENTOR = '919811112222'

let test: ReturnType<typeof outbox>

/** ASHA and her mentor are in "A" (part 1), BINA may be, CHITRA waits in "B" (part 2). */
beforeEach(async () => {
  play((_, n) => (n < 3 ? answers.ok() : answers.failed()))
  test = outbox()
  await test.lead('A', [ASHA, MENTOR], { teammates: [MENTOR], key: 'first', bodyKey: 'body' })
  await test.runUntil(HOUR)
  await test.lead('A', [BINA])
  await test.runUntil(HOUR + 30_000)
  await test.stub.account().pause('test')
  await test.lead('B', [CHITRA])
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const DELIVERY = `INSERT INTO deliveries (key, body_key, body_place, fingerprint, hook, source, state, creates, received_at, timeline)`
const MEMBERSHIP = `INSERT INTO memberships (person, group_id, team_part, part_id, status, creates, due_at, asked_at, digits, mask)`
const CALL = `INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at)`
const person = (status: string) =>
  `(SELECT person FROM memberships WHERE team_part = 0 AND status = '${status}')`

const REFUSED: readonly [what: string, statement: string, why: string][] = [
  [
    'the same event twice',
    `${DELIVERY} SELECT key, NULL, 0, '', 'h', 's', 'held', 0, 0, '[]' FROM deliveries LIMIT 1`,
    'UNIQUE constraint failed: deliveries.key',
  ],
  [
    'the same place of a body twice',
    `${DELIVERY} SELECT 'other', body_key, 0, '', 'h', 's', 'held', 0, 0, '[]' FROM deliveries WHERE body_key IS NOT NULL`,
    'UNIQUE constraint failed: deliveries.body_key, deliveries.body_place',
  ],
  [
    'a state that is none',
    `UPDATE deliveries SET state = 'sending'`,
    'CHECK constraint failed: state IN',
  ],
  ['a close that is none', `UPDATE deliveries SET closed = 'gone'`, 'CHECK constraint failed'],
  [
    'a timeline that cannot be read',
    `UPDATE deliveries SET timeline = '['`,
    'CHECK constraint failed: json_valid(timeline)',
  ],
  [
    'evidence of consent that cannot be read',
    `UPDATE deliveries SET consent = '{'`,
    'CHECK constraint failed: consent IS NULL OR json_valid(consent)',
  ],
  [
    'a person twice in a group',
    `${MEMBERSHIP} SELECT person, group_id, 0, part_id, 'withdrawn', 0, 0, 0, NULL, '' FROM memberships WHERE status = 'waiting'`,
    'UNIQUE constraint failed: memberships.person, memberships.group_id, memberships.team_part',
  ],
  [
    'a person in a second part of a group',
    `${MEMBERSHIP} SELECT person, group_id, 0, 2, 'withdrawn', 0, 0, 0, NULL, '' FROM memberships WHERE status = 'waiting'`,
    'UNIQUE constraint failed: memberships.person, memberships.group_id, memberships.team_part',
  ],
  [
    'a teammate who is of another part than their own',
    `UPDATE memberships SET team_part = 2 WHERE team_part = 1`,
    'CHECK constraint failed: team_part IN (0, part_id)',
  ],
  [
    'another part for who is in one',
    `UPDATE memberships SET part_id = 2 WHERE person = ${person('accepted')} AND team_part = 0`,
    'a call to another part may have worked',
  ],
  [
    'another part for who may be in one',
    `UPDATE memberships SET part_id = 2 WHERE person = ${person('maybe')}`,
    'a call to another part may have worked',
  ],
  [
    'who may be in, though no call carried them',
    `UPDATE memberships SET status = 'maybe' WHERE person = ${person('waiting')}`,
    `CHECK constraint failed: status <> 'maybe' OR first_call_at IS NOT NULL`,
  ],
  [
    'an acceptance without its time',
    `UPDATE memberships SET status = 'accepted' WHERE person = ${person('waiting')}`,
    `CHECK constraint failed: status <> 'accepted' OR accepted_at IS NOT NULL`,
  ],
  [
    'who waits without a number',
    `UPDATE memberships SET digits = NULL WHERE person = ${person('waiting')}`,
    'CHECK constraint failed: digits IS NOT NULL OR status NOT IN',
  ],
  [
    'a status that is none',
    `UPDATE memberships SET status = 'added'`,
    'CHECK constraint failed: status IN',
  ],
  [
    'an ask for nobody',
    `INSERT INTO asks (person, group_id, team_part, delivery, place, lead) VALUES ('nobody', 1, 0, 1, 0, 1)`,
    'FOREIGN KEY constraint failed',
  ],
  [
    'an ask of no delivery',
    `INSERT INTO asks (person, group_id, team_part, delivery, place, lead) VALUES (${person('maybe')}, 1, 0, 99, 0, 1)`,
    'FOREIGN KEY constraint failed',
  ],
  [
    'a membership deleted that a delivery asks for',
    `DELETE FROM memberships WHERE person = ${person('waiting')}`,
    'FOREIGN KEY constraint failed',
  ],
  [
    'a delivery deleted that asks for somebody',
    'DELETE FROM deliveries WHERE seq = 1',
    'FOREIGN KEY constraint failed',
  ],
  [
    'a part made twice under one name',
    `INSERT INTO parts (group_id, number, name, status, open) VALUES (2, 2, 'A', 'new', 0)`,
    'UNIQUE constraint failed: parts.name',
  ],
  [
    'a part of no group',
    `INSERT INTO parts (group_id, number, name, status, open) VALUES (99, 1, 'C', 'new', 1)`,
    'FOREIGN KEY constraint failed',
  ],
  [
    'the same number of a part twice',
    `INSERT INTO parts (group_id, number, name, status, open) VALUES (1, 1, 'A 2', 'new', 0)`,
    'UNIQUE constraint failed: parts.group_id, parts.number',
  ],
  [
    'two parts that take new people',
    `INSERT INTO parts (group_id, number, name, status, open) VALUES (1, 2, 'A 2', 'new', 1)`,
    'UNIQUE constraint failed: parts.group_id',
  ],
  [
    'a group twice under one name',
    `INSERT INTO groups (name) VALUES ('A')`,
    'UNIQUE constraint failed: groups.name',
  ],
  [
    'two open calls',
    `${CALL} VALUES (1, 1, 'webinar', 'add', '[]', '[]', 1, 1, 0), (2, 2, 'webinar', 'add', '[]', '[]', 1, 1, 0)`,
    "UNIQUE constraint failed: index 'calls_open'",
  ],
  [
    'a call that does not say whom it carried',
    `${CALL} VALUES (1, 1, 'webinar', 'add', '[', '[]', 1, 1, 0)`,
    'CHECK constraint failed: json_valid(leads)',
  ],
  [
    'a kind of call that is none',
    `${CALL} VALUES (1, 1, 'webinar', 'remove', '[]', '[]', 1, 1, 0)`,
    'CHECK constraint failed: kind IN',
  ],
  ['a part that exists deleted', 'DELETE FROM parts WHERE id = 1', 'this part is in use'],
  [
    'a part deleted in which somebody waits',
    'DELETE FROM parts WHERE id = 2',
    'this part is in use',
  ],
  [
    'a group deleted that has parts',
    'DELETE FROM groups WHERE id = 2',
    'FOREIGN KEY constraint failed',
  ],
  ['an entry of the audit log changed', `UPDATE audit SET actor = 'nobody'`, 'immutable'],
  ['an entry of the audit log deleted', 'DELETE FROM audit', 'immutable'],
]

describe('the schema refuses', () => {
  it.each(REFUSED)('%s', async (_, statement, why) => {
    const before = await dump()
    await expect(test.sql(statement)).rejects.toThrow(why)
    expect(await dump()).toEqual(before)
  })

  it('a part deleted to which a call is under way', async () => {
    await test.sql(`INSERT INTO groups (id, name) VALUES (9, 'Called')`)
    await test.sql(
      `INSERT INTO parts (id, group_id, number, name, status, open) VALUES (9, 9, 1, 'Called', 'new', 1)`,
    )
    await test.sql(`${CALL} VALUES (9, 9, 'webinar', 'add', '[]', '[]', 1, 1, 0)`)
    await expect(test.sql('DELETE FROM parts WHERE id = 9')).rejects.toThrow('this part is in use')
  })

  it('a group deleted that a held, parked or skipped delivery names', async () => {
    await test.sql('INSERT INTO groups (id, name) VALUES (9, ?)', 'Named')
    for (const state of ['held', 'parked', 'skipped']) {
      await test.sql('UPDATE deliveries SET state = ?, group_id = 9 WHERE seq = 3', state)
      await expect(test.sql('DELETE FROM groups WHERE id = 9')).rejects.toThrow(
        'a delivery names this group',
      )
    }
  })
})

describe('the schema lets', () => {
  it('a person who was in no call go to another part, and be in other groups', async () => {
    await test.sql(`UPDATE memberships SET part_id = 1 WHERE person = ${person('waiting')}`)
    await test.sql(
      `${MEMBERSHIP} SELECT person, 2, 0, 2, 'withdrawn', 0, 0, 0, NULL, '' FROM memberships WHERE status = 'maybe'`,
    )
    expect(await test.sql('SELECT 1 FROM memberships')).toHaveLength(5)
  })

  it('a teammate be in every part', async () => {
    await test.sql(
      `${MEMBERSHIP} SELECT person, group_id, 2, 2, 'withdrawn', 0, 0, 0, NULL, '' FROM memberships WHERE team_part = 1`,
    )
    expect(await test.sql('SELECT 1 FROM memberships WHERE team_part > 0')).toHaveLength(2)
  })

  it('a call begin once the one before has ended', async () => {
    await test.sql(`${CALL} VALUES (1, 1, 'webinar', 'add', '[]', '[]', 1, 1, 0)`)
    await test.sql('UPDATE calls SET ended_at = 1 WHERE ended_at IS NULL')
    await test.sql(`${CALL} VALUES (1, 1, 'webinar', 'add', '[]', '[]', 1, 1, 0)`)
    expect(await test.sql('SELECT 1 FROM calls WHERE ended_at IS NULL')).toHaveLength(1)
  })
})

async function dump() {
  const tables = ['deliveries', 'memberships', 'asks', 'parts', 'groups', 'calls', 'audit']
  return Promise.all(tables.map((table) => test.sql(`SELECT * FROM ${table}`)))
}
