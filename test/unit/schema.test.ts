/** Migrations: what an older version of the outbox left on disk is what a newer one finds. */

import { describe, expect, it } from 'vitest'
import { Groups } from '../../src/outbox/groups.ts'
import { People } from '../../src/outbox/people.ts'
import { MIGRATIONS, migrate } from '../../src/outbox/schema.ts'
import { Disk } from '../simulation/disk.ts'
import { storageOn } from '../simulation/storage.ts'

const NOW = Date.UTC(2026, 10, 20)

describe('an outbox of the first version', () => {
  const disk = new Disk()
  const storage = storageOn(disk, () => {})
  migrate(storage, MIGRATIONS.slice(0, 1))
  const { sql } = storage
  sql.exec(
    `INSERT INTO groups (name, status, rest_until, misses, create_failures, members)
     VALUES ('Old', 'exists', 0, 0, 0, 41)`,
  )
  sql.exec(`INSERT INTO people (person, group_id, accepted_at, seq) VALUES ('p', 1, ?, 1)`, NOW)
  sql.exec(
    `INSERT INTO calls (group_id, kind, parts, people, started_at, counts) VALUES (1, 'add', '[]', 1, 0, 1)`,
  )

  it('keeps its groups and their people when it is brought to today’s form', () => {
    migrate(storage)
    const groups = new Groups(sql, {})
    expect(groups.find('Old')).toEqual({ id: 1, family: 1, minted: true })
    expect(groups.get(1)).toMatchObject({ members: 41, part: 1, family: 1, capacity: 1_000 })
    const contact = { digits: '1', person: 'p', mask: '', state: 'waiting' } as const
    expect(new People(sql).cleared(contact, groups.get(1), 0, NOW)).toMatchObject({
      state: 'already',
    })
  })

  it('is brought there once, however often it starts', () => {
    migrate(storage)
    migrate(storage)
    expect(disk.rows('SELECT version FROM migrations')).toHaveLength(MIGRATIONS.length)
  })
})
