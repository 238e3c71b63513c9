/** The outbox's tables, as versioned migrations. */

import type { OutboxStorage } from './ports.ts'

/**
 * Every index costs a row written with each change of what it holds, so there are few, and they are partial:
 * a delivery that went through costs its row, its key, an entry and a leave of `open`, its settlement and its person.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE account (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    rest_until INTEGER NOT NULL,
    misses INTEGER NOT NULL,
    create_failures INTEGER NOT NULL,
    members INTEGER NOT NULL,
    first_call_at INTEGER,
    last_call_at INTEGER,
    lane TEXT,
    due_at INTEGER
  );
  CREATE INDEX groups_due ON groups (lane, due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    hook TEXT NOT NULL,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    body_key TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    group_id INTEGER,
    contacts TEXT NOT NULL,
    creates INTEGER NOT NULL,
    forced INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    size_limit INTEGER,
    due_at INTEGER,
    received_at INTEGER NOT NULL,
    settled_at INTEGER,
    fields TEXT,
    consent TEXT,
    timeline TEXT NOT NULL
  );
  CREATE INDEX deliveries_in_hand ON deliveries (state, seq) WHERE state = 'held' OR state = 'parked';
  CREATE INDEX deliveries_open ON deliveries (state, group_id, due_at)
    WHERE state = 'queued' OR state = 'unknown' OR state = 'held' OR state = 'parked';

  CREATE TABLE keys (
    key TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    fingerprint TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE people (
    person TEXT NOT NULL,
    group_id INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (person, group_id)
  ) WITHOUT ROWID;

  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    parts TEXT NOT NULL,
    people INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    counts INTEGER NOT NULL
  );
  CREATE INDEX calls_counted ON calls (started_at) WHERE counts = 1;
  `,
  // Groups: parts of one name, who minted it, and the names it had.
  `
  ALTER TABLE groups ADD COLUMN family INTEGER;
  ALTER TABLE groups ADD COLUMN part INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE groups ADD COLUMN open_part INTEGER;
  ALTER TABLE groups ADD COLUMN hook TEXT;
  ALTER TABLE groups ADD COLUMN minted_at INTEGER;
  CREATE INDEX groups_minted ON groups (hook, minted_at) WHERE minted_at IS NOT NULL;
  CREATE INDEX groups_parts ON groups (family) WHERE family IS NOT NULL;

  -- It was a mark, and is now when the operator said so.
  UPDATE deliveries SET forced = unixepoch() * 1000 WHERE forced = 1 AND state IN ('queued', 'unknown');

  CREATE TABLE group_names (
    name TEXT PRIMARY KEY,
    group_id INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX group_names_of ON group_names (group_id);

  CREATE TABLE suppressed (
    person TEXT NOT NULL,
    family INTEGER NOT NULL,
    since INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (person, family)
  ) WITHOUT ROWID;
  `,
  // For the operator: what was done by hand, and how many deliveries each call got in.
  `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT
  );
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'immutable'); END;
  CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'immutable'); END;

  ALTER TABLE calls ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
  `,
  // What is deleted on schedule, what outlives it, and what its operator is told.
  `
  CREATE TABLE unswept (seq INTEGER PRIMARY KEY);

  CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    at INTEGER NOT NULL,
    consent TEXT NOT NULL
  );
  CREATE INDEX evidence_of ON evidence (person);

  CREATE TABLE alerts (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    count INTEGER NOT NULL,
    due_at INTEGER,
    sent_at INTEGER,
    attempts INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX alerts_due ON alerts (due_at) WHERE due_at IS NOT NULL;
  `,
  // The part of a family that took somebody: their delivery may be edited into another group, or deleted.
  'ALTER TABLE people ADD COLUMN part INTEGER',
]

/** Brings the tables to today's form. `PRAGMA user_version` is not to be had in a Durable Object, so the version is a row. */
export function migrate(storage: OutboxStorage, migrations = MIGRATIONS): void {
  const { sql } = storage
  sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)')
  const row = sql
    .exec<{ version: number | null }>('SELECT max(version) AS version FROM migrations')
    .one()
  const done = row.version ?? 0
  migrations.slice(done).forEach((statements, index) => {
    storage.transactionSync(() => {
      sql.exec(statements)
      sql.exec('INSERT INTO migrations (version) VALUES (?)', done + index + 1)
    })
  })
}
