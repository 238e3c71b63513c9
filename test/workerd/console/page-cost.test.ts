/** What a look at each page of the console reads, over an outbox in which years have left much. */

import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { answers, play } from '../drive.ts'
import { house, listen, post, VARS } from '../house.ts'

const ADMIN = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
/** An open page asks every ten seconds: so 45 minutes of it use a hundredth of a day of the free plan. */
const MOST_ROWS_A_LOOK = 200
/** What an object reads besides when it has just started. */
const MOST_ROWS_A_START = 300
const LEADS = 20_000
const DAY_MS = 24 * 3_600_000

const at = house()
const { sql, stub } = at.drive('default')

beforeAll(async () => {
  play(answers.ok)
  listen()
  const lead = { groupName: 'Zinnia', contacts: ['+919800000017'], create: true }
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
  '/console/deliveries?phoneEnd=940017',
  '/console/deliveries?text=Somebody',
  '/console/deliveries?text=nowhere',
  '/console/deliveries?text=Group+17',
  '/console/deliveries?group=Group+17',
  '/console/deliveries?group=nothing&hook=hook7',
  '/console/deliveries?state=held&text=nowhere',
  '/console/deliveries?from=2026-01-01&to=2026-01-01&text=nowhere',
  '/console/deliveries?hook=plain&group=Zinnia&from=2026-01-01',
  '/console/deliveries/default-1',
  '/console/deliveries/default-19500',
  '/console/groups',
  '/console/groups?text=nowhere',
  '/console/groups?text=Group',
  '/console/groups/default-1',
  '/console/people',
  '/console/hooks',
  '/console/hooks/plain',
  '/console/hooks/plain/setup',
  '/console/audit',
  '/console/settings',
  '/console/api',
])('%s reads at most 200 rows a look, the first one too', async (path) => {
  await evictDurableObject(stub)
  // The start itself reads the calls of the day, and the hooks.
  const start = await look('/console')
  expect(start.rows).toBeLessThanOrEqual(MOST_ROWS_A_LOOK + MOST_ROWS_A_START)
  const first = await look(path)
  const next = await look(path)
  console.info(`${path}: ${first.rows} rows at the first look, then ${next.rows}`)
  expect(first.rows).toBeLessThanOrEqual(MOST_ROWS_A_LOOK)
  expect(next.rows).toBeLessThanOrEqual(MOST_ROWS_A_LOOK)
})

it.each([
  ['text=nowhere', 0],
  ['text=Group+17&hook=hook5', 3],
  ['phoneEnd=0017', 320],
])('a search for %s goes on by links, each of 200 rows, to the end', async (query, found) => {
  const ids: string[] = []
  let path = `/console/deliveries?${query}`
  for (let pages = 1; ; pages++) {
    const { rows, html } = await look(path)
    expect(rows).toBeLessThanOrEqual(MOST_ROWS_A_LOOK)
    ids.push(...[...html.matchAll(/deliveries\/(default-\d+)"/g)].map(([, id = '']) => id))
    const next = /rel="next" href="([^"]+)"/.exec(html)?.[1]
    if (next === undefined) break
    expect(pages).toBeLessThan(LEADS / 50)
    path = next.replaceAll('&amp;', '&')
  }
  expect(ids.length).toBe(found)
  expect(new Set(ids).size).toBe(found)
})

it('the overview shows the four latest leads', async () => {
  const { html } = await look('/console')
  const latest = html.slice(html.indexOf('id="latest"'))
  expect(latest.match(/deliveries\/default-\d+"/g)).toHaveLength(4)
})

it('a search says how far back it has come, and is not live', async () => {
  const { html } = await look('/console/deliveries?text=nowhere')
  expect(html).toMatch(/Searched back to \d+ \w+ \d{4}, [\d:]+/)
  expect(html).toContain('>Search on</a>')
  expect(html).not.toContain('data-live')
})

it('“up to” begins there, however much came since', async () => {
  const day = new Date(Date.now() - 36 * 3_600_000).toISOString().slice(0, 10)
  const { html } = await look(`/console/deliveries?to=${day}&text=Somebody`)
  const [, newest] = /deliveries\/default-(\d+)"/.exec(html) ?? []
  expect(Number(newest)).toBeGreaterThan(4_000)
  expect(Number(newest)).toBeLessThan(16_000)
})

it('the CSV goes on to the last lead, and reads a bounded part at a time', async () => {
  const rows = await counting()
  const answer = await at.ask('/console/deliveries.csv', { headers: ADMIN })
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let most = 0
  for (let read = 0; ; read = rows()) {
    const chunk = await reader?.read()
    if (chunk === undefined || chunk.done) break
    text += decoder.decode(chunk.value, { stream: true })
    most = Math.max(most, rows() - read)
  }
  const lines = text.trimEnd().split('\r\n')
  expect(lines).toHaveLength(LEADS + 1)
  expect(new Set(lines.map((line) => line.split(',')[1])).size).toBe(LEADS + 1)
  expect(most).toBeLessThan(3_000)
})

/** Leads of years: most accepted, a tenth held, some parked, three thousand that wait; groups, audit, 66 hooks, and a day with as many calls as its caps allow. */
async function fill(): Promise<void> {
  const numbers = `WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?)`
  const now = Date.now()
  // People whose numbers end in 0017 have the beginning of the one who came.
  const [{ mark = '' } = {}] = await sql<{ mark: string }>(
    'SELECT substr(person, 1, 4) AS mark FROM memberships',
  )
  const person = `CASE WHEN n % 1000 = 17 THEN '${mark}' ELSE '' END || 'p' || n`
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
     SELECT ${person}, n % 600 + 1, n % 600 + 1, CASE WHEN n % 7 = 0 THEN 'waiting' ELSE 'accepted' END, 1, 1, ?, 1,
       printf('9198%04d%04d', n % 10000, n % 1000), printf('+91 ••••• •%04d', n % 10000) FROM n`,
    LEADS,
    now + DAY_MS,
  )
  await sql(
    `${numbers} INSERT INTO asks (person, group_id, delivery, place, lead) SELECT ${person}, n % 600 + 1, n, 0, 1 FROM n WHERE n % 10 > 0`,
    LEADS,
  )
  // One of them asked again and again.
  await sql(
    `INSERT INTO asks (person, group_id, delivery, place, lead)
     SELECT '${mark}p17', 18, seq, 1, 1 FROM deliveries WHERE seq % 10 > 0 AND seq > 19000 LIMIT 300`,
  )
  await sql(
    `${numbers} INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at, ended_at, outcome)
     SELECT n % 10 + 1, n % 10 + 1, 'webinar', 'add', json_array('p' || n), '[]', 1, 1, ? - n * 900000, ? - n * 900000, 'accepted' FROM n`,
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
