/** Migrations: what an older version of the outbox left on disk is what a newer one finds. */

import { beforeEach, describe, expect, it } from 'vitest'
import type { OutboxStorage } from '../../../src/outbox/ports.ts'
import { MIGRATIONS } from '../../../src/outbox/store/schema.ts'
import { migrate } from '../../../src/outbox/store/sql.ts'
import { Disk } from '../../simulation/disk.ts'
import { storageOn } from '../../simulation/storage.ts'

let disk: Disk
let storage: OutboxStorage
beforeEach(() => {
  disk = new Disk()
  storage = storageOn(disk, () => {})
  migrate(storage, MIGRATIONS)
})

function versions() {
  return disk.rows<{ version: number }>('SELECT version FROM migrations').length
}

describe('an outbox of today', () => {
  const NEXT = [
    ...MIGRATIONS,
    'CREATE TABLE notes (id INTEGER PRIMARY KEY); ALTER TABLE groups ADD COLUMN note TEXT',
  ]

  it('is brought to its form once, however often it starts', () => {
    migrate(storage, MIGRATIONS)
    expect(versions()).toBe(MIGRATIONS.length)
  })

  it('keeps its rows when the next version adds to it', () => {
    storage.sql.exec(`INSERT INTO groups (name) VALUES ('Old')`)
    migrate(storage, NEXT)
    expect(versions()).toBe(NEXT.length)
    expect(disk.rows('SELECT name, note FROM groups')).toEqual([{ name: 'Old', note: null }])
  })

  it('stays as it was where a migration fails halfway, and is tried again at the next start', () => {
    const broken = [
      ...MIGRATIONS,
      'CREATE TABLE notes (id INTEGER PRIMARY KEY); CREATE TABLE groups (id)',
    ]
    expect(() => migrate(storage, broken)).toThrow('already exists')
    expect(versions()).toBe(MIGRATIONS.length)
    migrate(storage, NEXT)
    expect(versions()).toBe(NEXT.length)
  })
})
