/** What a page of the console that is left open reads, over an outbox in which years have left much. */

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { answers, play } from '../drive.ts'
import { house, listen, post, VARS } from '../house.ts'

const ADMIN = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
/** An open page asks every ten seconds: so 45 minutes of it use a hundredth of a day of the free plan. */
const MOST_ROWS_A_LOOK = 200
/** A press on “Search”, which an open page does not repeat. */
const MOST_ROWS_A_SEARCH = 7_500
const LEADS = 20_000
const DAY_MS = 24 * 3_600_000

const at = house()
const { sql, stub } = at.drive('default')

beforeAll(async () => {
  play(answers.ok)
  listen()
  const lead = { groupName: 'Zinnia', contacts: ['+919800000001'], create: true }
  await at.ask('/hooks/plain', post(lead, VARS.PLAIN_SECRET))
  await fill()
}, 120_000)

afterEach(() => {
  vi.restoreAllMocks()
})

/** Counts the rows that all outboxes read from now on. */
async function counting(): Promise<() => number> {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  await runInDurableObject(stub, (_, state) => {
    const prototype: { exec: SqlStorage['exec'] } = Object.getPrototypeOf(state.storage.sql)
    const exec = prototype.exec
    vi.spyOn(prototype, 'exec').mockImplementation(function (
      this: SqlStorage,
      query: string,
      ...values: unknown[]
    ) {
      const cursor = exec.call(this, query, ...values)
      cursors.push(cursor)
      return cursor
    } as SqlStorage['exec'])
  })
  return () => cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0)
}

async function look(path: string): Promise<{ rows: number; html: string }> {
  const rows = await counting()
  const answer = await at.ask(path, { headers: ADMIN })
  expect(answer.status).toBe(200)
  const html = await answer.text()
  const read = rows()
  vi.restoreAllMocks()
  return { rows: read, html }
}

it.each([
  '/console',
  '/console/deliveries',
  '/console/deliveries?state=held',
  '/console/deliveries?state=held&reason=consent',
  '/console/deliveries?state=parked',
  '/console/deliveries?state=queued',
  '/console/deliveries?state=accepted',
  '/console/deliveries?state=sending',
  '/console/deliveries?phoneEnd=0017',
  '/console/deliveries?phoneEnd=900017',
  '/console/deliveries?text=Asha',
  '/console/deliveries?text=nowhere',
  '/console/deliveries?hook=plain&group=Zinnia&from=2026-01-01',
  '/console/deliveries/default-1',
  '/console/deliveries/default-19500',
  '/console/groups',
  '/console/groups?text=nowhere',
  '/console/groups/default-1',
  '/console/people',
  '/console/hooks',
  '/console/hooks/plain',
  '/console/hooks/plain/setup',
  '/console/audit',
  '/console/settings',
  '/console/api',
])('%s reads at most 200 rows a look', async (path) => {
  // What is kept in memory was read by the look before.
  await look(path)
  const { rows } = await look(path)
  console.info(`${path}: ${rows} rows a look`)
  expect(rows).toBeLessThanOrEqual(MOST_ROWS_A_LOOK)
})

it.each(['text=nowhere', 'hook=plain&group=nothing'])(
  'a press on “Search” for %s reads a bounded part, once: the page is not live',
  async (query) => {
    const { rows, html } = await look(`/console/deliveries?${query}&far=yes`)
    expect(rows).toBeGreaterThan(MOST_ROWS_A_LOOK)
    expect(rows).toBeLessThanOrEqual(MOST_ROWS_A_SEARCH)
    expect(html).not.toContain('data-live')
  },
)

/** Leads of years: most accepted, a tenth held, some parked, three thousand that wait; groups, calls of today, audit, 66 hooks. */
async function fill(): Promise<void> {
  const numbers = `WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?)`
  const now = Date.now()
  await sql(`${numbers} INSERT INTO groups (id, name) SELECT n, 'Group ' || n FROM n`, 600)
  await sql(
    `${numbers} INSERT INTO parts (id, group_id, number, name, status, open, members)
     SELECT n, n, 1, 'Group ' || n, 'exists', 1, 30 FROM n`,
    600,
  )
  await sql(
    `${numbers} INSERT INTO deliveries (seq, key, fingerprint, hook, source, state, reason, held, group_id, part_id, creates,
       received_at, settled_at, fields, timeline)
     SELECT n, 'k' || n, '', 'hook' || (n % 66), 's',
       CASE WHEN n % 10 = 0 THEN 'held' WHEN n % 37 = 0 THEN 'parked' WHEN n % 7 = 0 THEN 'queued' ELSE 'accepted' END,
       CASE WHEN n % 10 = 0 THEN 'consent' WHEN n % 37 = 0 THEN 'reason ' || (n % 400) END,
       CASE WHEN n % 10 = 0 THEN 'consent' END,
       n % 600 + 1, n % 600 + 1, 1, ? - (20000 - n) * 8640, ? - (20000 - n) * 8640,
       '{"name":"Somebody","phone":"98000 00000"}', '[]' FROM n`,
    LEADS,
    now,
    now,
  )
  await sql(
    `${numbers} INSERT INTO memberships (person, group_id, part_id, status, creates, accepted_at, due_at, asked_at, digits, mask)
     SELECT 'p' || n, n % 600 + 1, n % 600 + 1, CASE WHEN n % 7 = 0 THEN 'waiting' ELSE 'accepted' END, 1, 1, ?, 1,
       printf('91980%07d', n), printf('+91 ••••• •%04d', n % 10000) FROM n`,
    LEADS,
    now + DAY_MS,
  )
  await sql(
    `${numbers} INSERT INTO asks (person, group_id, delivery, place) SELECT 'p' || n, n % 600 + 1, n, 0 FROM n WHERE n % 10 > 0`,
    LEADS,
  )
  await sql(
    `${numbers} INSERT INTO calls (part_id, kind, leads, team, people, fresh, started_at, ended_at, outcome)
     SELECT n % 600 + 1, 'add', json_array('p' || n), '[]', 1, 1, ? - n * 1000, ? - n * 1000, 'accepted' FROM n`,
    2_000,
    now,
    now,
  )
  await sql(
    `${numbers} INSERT INTO audit (at, actor, action, target) SELECT n, 'console', 'reveal', 'default-' || n FROM n`,
    3_000,
  )
  await sql(
    `${numbers} INSERT INTO hooks (hook, heard_at, heard_seq, level, level_at, refused, refused_at, because)
     SELECT 'hook' || n, ?2, n, 0, 0, 1, ?2, 'mismatch' FROM n`,
    67,
    now,
  )
}
