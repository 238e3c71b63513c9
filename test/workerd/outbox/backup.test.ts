/** Backup and restore: an empty outbox takes a copy, goes on where the first one was, and sends no person twice. */

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BackupAdmin } from '../../../src/outbox/admin/backup.ts'
import { IS_IN_USE, TABLES } from '../../../src/outbox/store/backup.ts'
import { answers, outbox, play, type SeenCall } from '../drive.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MENTOR = '919811112222'
const BAD = '919800000666'
/** Cuts lines, and never a character. */
const PIECE = 997

type Outbox = ReturnType<typeof outbox>
type Piece = Parameters<BackupAdmin['take']>[1]

let calls: SeenCall[]

beforeEach(() => {
  calls = play((call) => {
    if (call.groupName === 'Missing' && !call.create) return answers.missing()
    return call.contacts.includes(BAD) ? answers.invalid() : answers.ok()
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Every page of a copy; null where it must begin anew. */
async function copyOf({ stub }: Outbox, between = async () => {}): Promise<string | null> {
  let text = ''
  let cursor: string | null = null
  do {
    using backup = await stub.backup()
    const page: { text: string; cursor: string | null } | null = await backup.page(
      'default',
      cursor,
      'test',
    )
    if (page === null) return null
    text += page.text
    cursor = page.cursor
    await between()
  } while (cursor !== null)
  return text
}

async function copied(from: Outbox): Promise<string> {
  return (await copyOf(from)) ?? expect.unreachable('It must begin anew')
}

async function take(stub: Outbox['stub'], piece: Piece, account = 'default') {
  using backup = await stub.backup()
  return await backup.take(account, piece, 'test')
}

/** Hands a copy over in pieces. Gives the last answer. */
async function putInto({ stub }: Outbox, text: string, length = PIECE, account = 'default') {
  const signs = Array.from(text)
  const pieces = Array.from({ length: Math.ceil(signs.length / length) }, (_, at) =>
    signs.slice(at * length, (at + 1) * length).join(''),
  )
  let taken: { rows: number | null } | { because: string } | undefined
  for (const [number, piece] of pieces.entries()) {
    taken = await take(stub, { number, text: piece, last: number === pieces.length - 1 }, account)
    if ('because' in taken) return taken
  }
  return taken
}

/** All rows of all tables. The numbers of lines of the audit log, and counters that are zero, may differ. */
async function rowsOf({ sql }: Outbox): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {}
  for (const [table, ...key] of TABLES) {
    all[table] = await sql(`SELECT * FROM ${table} ORDER BY ${key.join(', ')}`)
  }
  all.audit = await sql('SELECT at, actor, action, target, detail FROM audit ORDER BY id')
  all.in_hand = await sql('SELECT * FROM in_hand WHERE count > 0 ORDER BY state')
  all.in_hand_reasons = await sql('SELECT * FROM in_hand_reasons ORDER BY state, reason')
  all.numbers = await sql('SELECT name, seq FROM sqlite_sequence ORDER BY name')
  return all
}

/** An outbox with leads in every state; the last call was cut off. */
async function busy(): Promise<Outbox> {
  const test = outbox()
  const { lead, held, runUntil, stub } = test
  await lead('One “Ä🙂”', ['919800000001', MENTOR], { teammates: [MENTOR], bodyKey: 'body' })
  await lead('One “Ä🙂”', ['919800000002'])
  await lead('Bad', [BAD])
  await lead('Missing', ['919800000003'], { create: false })
  for (let n = 10; n < 15; n++) await lead('Full', [`9198000000${n}`], { hook: 'batch' })
  await held({ phone: '98000 00005', note: 'a\nb\u2028"c"' })
  await runUntil(DAY)
  await stub.people().suppress('919800000002', null, 'test')
  await stub.people().erase('919800000010', null, 'test')
  await lead('Later', ['919800000020'])
  await lead('One “Ä🙂”', ['919800000021'])
  return test
}

describe('a copy', () => {
  it('has every table but those that triggers keep, with its key', async () => {
    const { sql } = outbox()
    const tables = await sql<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
    )
    const others = ['migrations', 'in_hand', 'in_hand_reasons', 'in_hand_days', 'incoming']
    const names = tables.map(({ name }) => name).filter((name) => !others.includes(name))
    expect(TABLES.map(([table]) => table).toSorted()).toEqual(names.toSorted())
    for (const [table, ...key] of TABLES) {
      const columns = await sql<{ name: string }>(
        `SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`,
      )
      expect([table, ...columns.map(({ name }) => name)]).toEqual([table, ...key])
    }
  })

  it('put into an empty outbox is the same rows, and the account is paused', async () => {
    const from = await busy()
    const text = await copied(from)
    const before = await rowsOf(from)
    const to = outbox()
    // An operator looked into it before: it has a key of its own, and a line in its audit log.
    await to.stub.account().overview()
    await to.stub.people().known('919800000001', 'test')
    const audited = await to.sql('SELECT at, actor, action, target, detail FROM audit')
    expect(await putInto(to, text)).toEqual({ rows: text.split('\n').length - 3 })

    const after = await rowsOf(to)
    const paused = (rows: unknown[] = []) =>
      rows.map((row) => JSON.stringify(row).replace(/\\"pause\\":(null|\{.*?\})/, '"pause"'))
    const { audit = [], account, ...rest } = after
    expect(rest).toEqual({ ...before, audit: undefined, account: undefined })
    expect(paused(account)).toEqual(paused(before.account))
    expect(audit.slice(0, audited.length)).toEqual(audited)
    expect(audit.slice(audited.length, -1)).toEqual(before.audit)
    expect(audit.at(-1)).toMatchObject({
      actor: 'test',
      action: 'import',
      target: 'account default',
    })
    expect(await to.stub.account().overview()).toMatchObject({ pause: { reason: 'operator' } })
    expect(await to.sql('SELECT * FROM incoming')).toEqual([])
  })

  it('goes on where the first was: no person is sent twice, and repeats are known', async () => {
    const from = await busy()
    const sentBefore = calls.flatMap(({ groupName, contacts }) =>
      contacts.map((one) => `${one} ${groupName}`),
    )
    const to = outbox()
    await putInto(to, await copied(from))
    await to.runUntil(2 * DAY)
    expect(calls.flatMap(({ contacts }) => contacts)).toHaveLength(sentBefore.length)

    const again = await to.lead('Later', ['919800000020'], { key: 'key-1', bodyKey: 'body' })
    expect(again).toMatchObject({ duplicate: true, seq: 1 })
    await to.lead('One “Ä🙂”', ['919800000001'], { key: 'another form' })
    await to.lead('One “Ä🙂”', ['919800000002'], { key: 'a third form' })
    await to.stub.account().resume('test')
    await to.runUntil(4 * DAY)
    const sent = calls
      .flatMap(({ groupName, contacts }) => contacts.map((one) => `${one} ${groupName}`))
      .filter((one) => !one.startsWith(BAD) && !one.endsWith('Missing'))
    expect(new Set(sent).size).toBe(sent.length)
    expect(sent).toEqual(expect.arrayContaining(['919800000020 Later', '919800000021 One “Ä🙂”']))
    expect(sent).not.toContain('919800000002 Later')
  })

  it('of a call that was under way has its people asked for again with care', async () => {
    const from = outbox()
    await from.lead('New', ['919800000001'])
    await from.sql(
      `INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at)
       SELECT 1, 1, 'webinar', 'create', json_array(person), '[]', 1, 1, ${Date.now()} FROM memberships`,
    )
    const to = outbox()
    await putInto(to, await copied(from))
    await to.stub.account().resume('test')
    await to.runUntil(HOUR)
    expect(calls[0]).toMatchObject({ groupName: 'New', create: false })
  })

  it('is read in pages that are one moment: it begins anew where something was written', async () => {
    const from = outbox()
    await from.lead('One', ['919800000001'])
    await from.fill(8_000)
    let pages = 0
    const whole = await copyOf(from, async () => void pages++)
    expect(pages).toBeGreaterThan(1)
    expect(whole?.split('\n').filter((line) => line.includes('"table":"deliveries"'))).toHaveLength(
      8_001,
    )
    let n = 0
    const meddled = await copyOf(from, async () => {
      if (n++ === 0) await from.lead('One', ['919800000002'])
    })
    expect(meddled).toBeNull()
    expect(await from.stub.backup().page('default', '{}', 'test')).toBeNull()
    expect(await from.sql(`SELECT action FROM audit WHERE action = 'export'`)).toHaveLength(2)
  })
})

describe('a copy is not put back', () => {
  let HEAD: { tables: Record<string, string[]> }
  beforeAll(async () => {
    const [head = ''] = (await copied(outbox())).split('\n')
    HEAD = { ...JSON.parse(head), at: '', numbers: {} }
  })
  const lines = (...all: readonly unknown[]) =>
    all.map((one) => `${JSON.stringify(one)}\n`).join('')
  const late = { seq: 1 }

  it('into an outbox that is in use', async () => {
    const from = await busy()
    const to = outbox()
    await to.held({ phone: '1' })
    const before = await rowsOf(to)
    expect(await putInto(to, await copied(from))).toEqual({ because: IS_IN_USE })
    expect(await rowsOf(to)).toEqual(before)
  })

  it('into one whose first lead came between the pieces', async () => {
    const from = await busy()
    const text = await copied(from)
    const to = outbox()
    await take(to.stub, { number: 0, text: text.slice(0, 9), last: false })
    await to.lead('One', ['919800000009'])
    const last = { number: 1, text: text.slice(9), last: true }
    expect(await take(to.stub, last)).toEqual({ because: IS_IN_USE })
    expect(await to.sql('SELECT name FROM groups')).toEqual([{ name: 'One' }])
  })

  const suppressed = {
    table: 'suppressed',
    row: { person: 'p', group_id: 1, since: 1, why: 'w' },
  }

  it.each<readonly [what: string, text: () => string, because: RegExp]>([
    [
      'a row twice',
      () => lines(HEAD, suppressed, suppressed),
      /^Line 3 breaks a rule of the tables: .*UNIQUE/,
    ],
    [
      'another version of the tables',
      () => lines({ ...HEAD, schema: 7 }),
      /tables in version 7, and .* version 1: import it with the release that wrote it/,
    ],
    [
      'tables that this version had before its release',
      () => lines({ ...HEAD, tables: { ...HEAD.tables, hooks: ['hook'], heard: ['at'] } }),
      /tables are not those of this Usher \(hooks, heard\): import it with the commit/,
    ],
    [
      'no word of its tables',
      () => lines({ ...HEAD, tables: undefined }),
      /not those of this Usher \(account, groups, .*commit that wrote it\.$/,
    ],
    [
      'another account',
      () => lines({ ...HEAD, account: 'sales' }),
      /account sales, and this is default/,
    ],
    ['no header', () => lines({ rows: 0 }), /does not begin with/],
    ['another kind of file', () => 'phone,cohort\n', /Line 1 is no line of an export/],
    ['an end that is missing', () => lines(HEAD, { table: 'unswept', row: late }), /cut off/],
    ['a line that is cut off', () => lines(HEAD).slice(0, -5), /Line 1 is no line/],
    ['a row that is missing', () => lines(HEAD, { rows: 1 }), /says that it has 1 rows, and has 0/],
    [
      'an unknown table',
      () => lines(HEAD, { table: 'migrations', row: { version: 2 } }),
      /Line 2 is no row/,
    ],
    [
      'a table that is called like a member of every object',
      () => lines(HEAD, { table: 'constructor', row: { name: 1 } }),
      /Line 2 is no row/,
    ],
    [
      'an unknown column',
      () => lines(HEAD, { table: 'unswept', row: { 'seq) --': 1 } }),
      /Line 2 is no row/,
    ],
    ['a column too few', () => lines(HEAD, { table: 'unswept', row: {} }), /Line 2 is no row/],
  ])('with %s', async (_, text, because) => {
    const to = outbox()
    expect(await putInto(to, text())).toEqual({ because: expect.stringMatching(because) })
    expect(await to.sql('SELECT person FROM suppressed')).toEqual([])
    expect(await to.sql('SELECT * FROM incoming')).toEqual([])
    expect(await to.stub.account().overview()).toMatchObject({ pause: null })
  })

  it('out of order; and pieces that wait are forgotten after an hour', async () => {
    const to = outbox()
    const piece = { number: 0, text: lines(HEAD), last: false }
    await take(to.stub, piece)
    const third = { ...piece, number: 2 }
    expect(await take(to.stub, third)).toMatchObject({
      because: expect.stringMatching(/begin again/),
    })
    expect(await to.sql('SELECT id FROM incoming')).toHaveLength(1)
    await to.runUntil(HOUR - 1_000)
    expect(await to.sql('SELECT id FROM incoming')).toHaveLength(1)
    await to.runUntil(HOUR + 1_000)
    expect(await to.sql('SELECT id FROM incoming')).toEqual([])
  })
})
