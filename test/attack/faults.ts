/** A bad day: storage that is full, a KV that fails or hangs, an EazyBe that lies, clocks that jump, rows of another version, another config. */

import { addToGroup } from '../../src/eazybe/client.ts'
import { Disk } from '../simulation/disk.ts'
import { BEGIN, outboxOnDisk } from '../unit/outbox/outbox-on-disk.ts'
import { attackHouse, type KvFaults, lead } from './house.ts'
import { type Attack, type Effort, isTried, Score } from './score.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const GOOD = { groupName: 'A', contacts: ['+919812345678'], create: true }
const ACCEPTED = `deliveries WHERE state = 'accepted'`

export async function faults(effort: Effort): Promise<Attack[]> {
  return [
    await failingKv(effort),
    await fullStorage(effort),
    await lies(effort),
    await clocks(effort),
    await brokenRows(effort),
    await rollback(),
    await otherConfig(),
  ]
}

/** Steps of the storage from one failure to the next, where only some are tried. */
const FEW_STEPS = 7
const never = () => new Promise<never>(() => {})
const slow = async () => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  return null
}

/** A KV that fails loses no webhook and sends none twice. */
async function failingKv(effort: Effort): Promise<Attack> {
  const score = new Score('KV down, slow, hanging and lying')
  const fails = async () => Promise.reject(new Error('KV GET failed: 429 Too Many Requests'))
  const kvs: [string, KvFaults][] = [
    ['down', { get: fails, put: fails }],
    ['hanging', { get: never, put: never }],
    ['slow', { get: slow, put: async () => void (await slow()) }],
    ['full', { put: fails }],
    ...[
      '',
      'null',
      '{',
      '[]',
      '{"status":"queued"}',
      '{"status":"added","deliveries":[]}',
      '\u0000',
    ].map((text): [string, KvFaults] => [`that says ${text}`, { get: async () => text }]),
  ]
  for (const [title, kv] of kvs) {
    if (!isTried(effort)) continue
    const at = attackHouse({ kv })
    const began = performance.now()
    const statuses = [
      (await at.ask('/hooks/plain', lead(GOOD))).status,
      (await at.ask('/hooks/plain', lead(GOOD))).status,
    ]
    const isLate = performance.now() - began > 5_000
    await at.outbox.pass(HOUR_MS)
    const rows = at.outbox.count('deliveries')
    const sent = at.outbox.count(ACCEPTED)
    const isLost = statuses.some((status) => status !== 200) || rows !== 1 || sent !== 1
    score.add(
      statuses.join(' '),
      isLost || isLate ? `KV ${title}: ${statuses} ${rows} rows, ${sent} sent` : null,
    )
  }
  return score.attack
}

/** Storage fails at each step in turn: what was answered 200 is kept, and the sender's next try is the first or a repeat. */
async function fullStorage(effort: Effort): Promise<Attack> {
  const score = new Score('storage full at every step of a webhook')
  for (let failing = 0; ; failing += effort.share < 1 ? FEW_STEPS : 1) {
    let steps = 0
    let isFull = false
    const at = attackHouse({
      step: () => {
        if (isFull && steps++ >= failing) throw new Error('database or disk is full: SQLITE_FULL')
      },
    })
    isFull = true
    const first = await at.ask('/hooks/plain', lead(GOOD))
    const ended = steps <= failing
    isFull = false
    const kept = at.outbox.count('deliveries')
    const again = await at.ask('/hooks/plain', lead(GOOD))
    await at.outbox.pass(HOUR_MS)
    const rows = at.outbox.count('deliveries')
    const sent = at.outbox.count(ACCEPTED)
    const isLost =
      (first.status === 200 && kept !== 1) || again.status !== 200 || rows !== 1 || sent !== 1
    score.add(
      String(first.status),
      isLost ? `step ${failing}: ${first.status}, ${kept}, ${rows}, ${sent}` : null,
    )
    if (ended) return score.attack
  }
}

const OWN = (status: number, message: string) => () =>
  Response.json({ status: false, message }, { status })
const page = (status: number) => () =>
  new Response('<html><h1>Gateway</h1></html>', {
    status,
    headers: { 'content-type': 'text/html' },
  })
const text =
  (body: string, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(body, { status, headers })

/** Streams, never buffers: what is read of them is counted. */
function endless(status: number, state: { chunks: number }): Response {
  const body = new ReadableStream({
    pull(controller) {
      state.chunks++
      controller.enqueue(new Uint8Array(16_384).fill(0x61))
    },
  })
  return new Response(body, { status })
}

const NESTED = `${'{"status":'.repeat(5_000)}true${'}'.repeat(5_000)}`
const LIES: readonly [string, () => Response | Promise<Response>][] = [
  ['200 with a page', page(200)],
  ['200 and nothing', text('')],
  ['200 with false', OWN(200, 'Something went wrong')],
  ['200 with "false"', text('{"status":"false"}')],
  ['200 with 1', text('{"status":1}')],
  ['200 with null', text('{"status":null}')],
  ['200 with "TRUE"', text('{"status":"TRUE "}')],
  ['200 with a list', text('[{"status":true}]')],
  ['200 with true alone', text('true')],
  ['200 with status inside', text('{"data":{"status":true}}')],
  ['200 with a prototype', text('{"__proto__":{"status":true}}')],
  ['200 with half of it', text('{"status":true,"mess')],
  ['200, nested', text(NESTED)],
  ['200 with a number too large', text('{"status":1e999}')],
  ['201', text('{"ok":true}', 201)],
  ['204', () => new Response(null, { status: 204 })],
  ['301 elsewhere', text('', 301, { location: 'https://elsewhere.example/' })],
  ['307 elsewhere', text('', 307, { location: 'https://elsewhere.example/' })],
  ['400 with a page', page(400)],
  ['401 with a page', page(401)],
  ['403 with a page', page(403)],
  ['404 with a page', page(404)],
  ['404 and nothing', text('', 404)],
  ['405', page(405)],
  ['418', page(418)],
  ['429 for minus one', text('', 429, { 'retry-after': '-1' })],
  ['429 for a word', text('', 429, { 'retry-after': 'soon' })],
  ['429 for ever', text('', 429, { 'retry-after': '1e99' })],
  ['429 until the year 9999', text('', 429, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' })],
  ['500', OWN(500, 'Failed to create group and add chat IDs.')],
  ['502', page(502)],
  ['503 that says true', text('{"status":true}', 503)],
  ['521', page(521)],
  ['599', page(599)],
  ['no answer', () => Promise.reject(new DOMException('timed out', 'TimeoutError'))],
  ['a broken connection', () => Promise.reject(new TypeError('Network connection lost.'))],
  ['what is no Error', () => Promise.reject('x')],
]

/** Whatever EazyBe says beside a yes: no person is shown as accepted, and no group is made twice in its hour. */
async function lies(effort: Effort): Promise<Attack> {
  const score = new Score('EazyBe lying, in each way for an hour, then honest')
  const counted = { chunks: 0 }
  const ways = [
    ...LIES,
    ['200 without end', () => endless(200, counted)] as const,
    ['500 without end', () => endless(500, counted)] as const,
  ]
  for (const [title, answer] of ways) {
    if (!isTried(effort)) continue
    let isHonest = false
    let creations = 0
    const outbox = outboxOnDisk({
      addToGroup: (call, token) =>
        addToGroup(call, {
          token,
          timeoutMs: 200,
          now: () => BEGIN,
          fetch: async (_, init) => {
            if (!isHonest && String(init?.body).includes('"create":true')) creations++
            return isHonest ? Response.json({ status: true }) : answer()
          },
        }),
    })
    counted.chunks = 0
    await outbox.leads('Batch', 3)
    await outbox.pass(10 * MINUTE_MS)
    const lied = outbox.count(ACCEPTED)
    isHonest = true
    await outbox.account.resume('attack')
    await outbox.pass(3 * DAY_MS)
    const lost = 3 - outbox.count(ACCEPTED)
    const asked = outbox.count(`deliveries WHERE state IN ('held', 'parked')`)
    const isWrong = lied > 0 || creations > 4 || lost > asked || counted.chunks > 400
    const came = lost === 0 ? 'sent when it was honest' : 'waits for the operator'
    score.add(
      came,
      isWrong
        ? `${title}: ${lied} accepted, ${creations} creations, ${lost} lost, ${counted.chunks} chunks`
        : null,
    )
  }
  return score.attack
}

/** A clock that was wrong for a while stops nothing for longer than that. */
async function clocks(effort: Effort): Promise<Attack> {
  const score = new Score('clocks that step')
  for (const step of [-40 * DAY_MS, -DAY_MS, -HOUR_MS, -1, 1, HOUR_MS, DAY_MS, 40 * DAY_MS]) {
    for (const back of [true, false]) {
      if (!isTried(effort)) continue
      const outbox = outboxOnDisk()
      await outbox.leads('Before', 2)
      await outbox.pass(HOUR_MS)
      outbox.setClock(BEGIN + HOUR_MS + step)
      await outbox.leads('Meanwhile', 2)
      await outbox.pass(HOUR_MS)
      if (back) outbox.setClock(BEGIN + 3 * HOUR_MS)
      // What an operator has for it, where a wait was made by the wrong clock.
      await outbox.account.resume('attack')
      await outbox.leads('After', 2)
      await outbox.pass(2 * HOUR_MS)
      const sent = outbox.count(ACCEPTED)
      score.add(
        `${sent} of 6 sent`,
        sent === 6 ? null : `by ${step / HOUR_MS} h, ${back ? 'and back' : 'for good'}: ${sent}`,
      )
    }
  }
  return score.attack
}

const JUNK = ['', '\u0000', '{', 'constructor', '7', '[[]]', 'x'.repeat(10_000)]

/** One row of every table, with each of its texts unreadable: the other leads go. */
async function brokenRows(effort: Effort): Promise<Attack> {
  const score = new Score('rows that cannot be read')
  const columns = outboxOnDisk().disk.rows<{ name: string; field: string }>(
    `SELECT t.name AS name, c.name AS field FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
     WHERE t.type = 'table' AND c.type = 'TEXT' AND c.pk = 0 AND t.name NOT LIKE 'sqlite%'`,
  )
  for (const { name, field } of columns) {
    for (const value of JUNK) {
      if (!isTried(effort)) continue
      const outbox = outboxOnDisk({ env: { ALERT_URL: 'https://alerts.example' } })
      await outbox.leads('Victim', 1)
      await outbox.held('{}')
      await outbox.pass(30 * MINUTE_MS)
      await outbox.leads('Victim', 1)
      outbox.disk.run('PRAGMA ignore_check_constraints = ON', [])
      outbox.disk.run('DROP TRIGGER audit_is_not_changed', [])
      // Without the key that stands for people no lead is taken: one who asked never to be invited would be.
      const spared = name === 'account' ? ` WHERE key <> 'personKey'` : ''
      outbox.disk.run(`UPDATE OR IGNORE ${name} SET ${field} = ?${spared}`, [value])
      outbox.context.store.account.forget()
      await outbox.leads('Others', 1, { hook: 'other' })
      await outbox.pass(3 * HOUR_MS)
      const sent = outbox.count(
        `memberships AS m JOIN parts AS p ON p.id = m.part_id WHERE p.name LIKE 'Others%' AND m.status = 'accepted'`,
      )
      score.add(
        sent === 1 ? 'the others go' : 'stopped',
        sent === 1 ? null : `${name}.${field} = ${JSON.stringify(value.slice(0, 20))}`,
      )
    }
  }
  return score.attack
}

/** Today's version over the tables of the next one, which only added to them. */
async function rollback(): Promise<Attack> {
  const score = new Score('rollback by one version')
  const disk = new Disk()
  const next = outboxOnDisk({ disk, env: { ALERT_URL: 'https://alerts.example' } })
  await next.leads('Batch', 3)
  const added = [
    `ALTER TABLE deliveries ADD COLUMN of_tomorrow TEXT`,
    `ALTER TABLE memberships ADD COLUMN of_tomorrow INTEGER NOT NULL DEFAULT 7`,
    `CREATE TABLE of_tomorrow (id INTEGER PRIMARY KEY)`,
    `INSERT INTO migrations (version) SELECT max(version) + 1 FROM migrations`,
    `INSERT INTO alerts (key, kind, subject, count, due_at, attempts) VALUES ('t', 'ofTomorrow', '', 1, 0, 0)`,
    `INSERT OR REPLACE INTO account (key, value) VALUES ('ofTomorrow', '{"a":1}')`,
    `INSERT OR REPLACE INTO account (key, value) VALUES ('state', '{"ofTomorrow":1,"nextCallWhy":"ofTomorrow","throttles":2}')`,
    `INSERT OR REPLACE INTO account (key, value) VALUES ('watch', '{"ofTomorrow":[]}')`,
  ]
  for (let upTo = 1; upTo <= added.length; upTo++) {
    disk.run(added[upTo - 1] ?? '', [])
    const outbox = outboxOnDisk({ disk, env: { ALERT_URL: 'https://alerts.example' } })
    outbox.setClock(BEGIN + upTo * 2 * HOUR_MS)
    await outbox.leads('Batch', 1, { from: 50 + upTo })
    await outbox.pass(HOUR_MS)
    const waiting = outbox.count(`deliveries WHERE state <> 'accepted'`)
    score.add(
      waiting === 0 ? 'all sent' : `${waiting} wait`,
      waiting === 0 ? null : `after ${added[upTo - 1]}`,
    )
  }
  return score.attack
}

/** Leads wait while the config under them changes: each goes, or waits for the operator. */
async function otherConfig(): Promise<Attack> {
  const score = new Score('another config while leads wait')
  const hooks = { form: { source: { kind: 'form' } }, shop: { source: { kind: 'shop' } } }
  const changes: [string, Parameters<typeof outboxOnDisk>[0]][] = [
    ['every hook is gone', { hooks: {} }],
    ['one hook is gone', { hooks: { shop: hooks.shop } }],
    ['a hook is of another kind', { hooks: { ...hooks, form: { source: { kind: 'crm' } } } }],
    [
      'a hook moved to another account',
      { hooks: { ...hooks, form: { ...hooks.form, account: 'sales' } } },
    ],
    ['a hook may bring none', { hooks: { ...hooks, form: { ...hooks.form, leadsPerDay: 0 } } }],
    [
      'groups hold one',
      { hooks: { form: { ...hooks.form, capacity: 1 }, shop: { ...hooks.shop, capacity: 1 } } },
    ],
    ['names can be typed', { hooks, typed: ['form', 'shop'] }],
    [
      'no new names',
      {
        hooks: {
          form: { ...hooks.form, newGroupsPerDay: 0 },
          shop: { ...hooks.shop, newGroupsPerDay: 0 },
        },
      },
    ],
    [
      'consent is asked',
      { hooks: { form: { ...hooks.form, consent: { field: 'x' } }, shop: hooks.shop } },
    ],
    ['no person may be added', { hooks, account: { peoplePerDay: 0 } }],
    ['one in a call', { hooks, account: { batchSize: 1 } }],
    ['the token is gone', { hooks, env: { EAZYBE_TOKEN: undefined } }],
  ]
  for (const [title, options] of changes) {
    const disk = new Disk()
    const before = outboxOnDisk({ disk, hooks })
    await before.leads('Form', 3, { hook: 'form' })
    await before.leads('Shop', 3, { hook: 'shop' })
    const during = outboxOnDisk({ disk, ...options })
    await during.pass(HOUR_MS)
    const after = outboxOnDisk({ disk, hooks })
    after.setClock(BEGIN + HOUR_MS)
    await after.account.resume('attack')
    await after.pass(DAY_MS)
    const sent = after.count(ACCEPTED)
    const decides = after.count(`deliveries WHERE state IN ('held', 'parked')`)
    const isLost = sent + decides !== 6 || after.count('deliveries') !== 6
    score.add(`${sent} sent, ${decides} wait for the operator`, isLost ? title : null)
  }
  return score.attack
}
