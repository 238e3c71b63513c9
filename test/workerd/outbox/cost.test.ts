/** What a lead costs in storage: rows written are the bill, statements take time, and no query may grow with the table. */

import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EVERY_DELIVERY } from '../../../src/outbox/store/search.ts'
import { answers, outbox, play, record, rowsWritten, type Statement } from '../drive.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LEADS = 50
/** Rows written for a lead that goes through, all included. */
const MOST_ROWS = 10
/** Statements until a webhook of one lead is answered. */
const MOST_STATEMENTS = 6
/** Statements of one outbox in the tour below: fewer, and it has not been everywhere. */
const STATEMENTS_OF_A_TOUR = 90

afterEach(() => {
  Reflect.deleteProperty(env, 'ALERT_URL')
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the cost of a lead', () => {
  it(`is at most ${MOST_ROWS} rows written when it goes through in company`, async () => {
    play(answers.ok)
    const { lead, runUntil, stub, story } = outbox()
    await lead('Warm', ['919800009999'])
    await runUntil(HOUR_MS)
    const statements = await record(stub)
    const alarms = await runInDurableObject(stub, (_, state) =>
      vi.spyOn(Object.getPrototypeOf(state.storage), 'setAlarm'),
    )
    let last = 0
    for (let index = 0; index < LEADS; index++) {
      last = (await lead('Warm', [`9198000${String(index).padStart(5, '0')}`])).seq
    }
    await runUntil(10 * HOUR_MS)
    expect(await story(last)).toMatchObject({ state: 'accepted' })
    const perLead = (rowsWritten(statements) + alarms.mock.calls.length) / LEADS
    console.log(
      `A lead that goes through in company: ${perLead.toFixed(2)} rows written, ${(statements.length / LEADS).toFixed(1)} statements`,
    )
    expect(perLead).toBeLessThanOrEqual(MOST_ROWS)
  })

  it.each([
    ['in a known group', 'Warm'],
    ['in a new group', 'New'],
  ])(
    `is at most ${MOST_STATEMENTS} statements until its webhook is answered, %s`,
    async (where, name) => {
      play(answers.ok)
      const { lead, runUntil, stub } = outbox()
      await lead('Warm', ['919800009999'])
      await runUntil(HOUR_MS)
      const statements = await record(stub)
      await lead(name, ['919800000001'])
      const told = statements.map(({ query }) => query.trim().replaceAll(/\s+/g, ' ').slice(0, 120))
      console.log(
        `A lead ${where}: ${statements.length} statements, ${rowsWritten(statements)} rows written before the answer\n${told.join('\n')}`,
      )
      expect(statements.length).toBeLessThanOrEqual(MOST_STATEMENTS)
    },
  )
})

it('reads no more for a webhook that is held where many are held', async () => {
  const { held, stub } = outbox()
  const statements = await record(stub)
  const reads: number[] = []
  for (let nth = 0; nth < 30; nth++) {
    statements.length = 0
    await held({ nth })
    reads.push(statements.reduce((sum, { cursor }) => sum + cursor.rowsRead, 0))
  }
  expect(reads[29]).toBe(reads[9])
})

describe('a look at an outbox with due work', () => {
  it('writes nothing: not of the account, of lists, of stories, of groups', async () => {
    play(answers.ok)
    const { lead, stub, story } = outbox()
    const { seq } = await lead('Due', ['919800000001'])
    await lead('Full', ['919800000002'], { hook: 'batch' })
    // The time has come, and the alarm has not rung yet.
    vi.setSystemTime(Date.now() + HOUR_MS)
    const statements = await record(stub)
    await stub.account().overview()
    await stub.deliveries().list({ ...EVERY_DELIVERY, limit: 9, before: null })
    await stub.groups().list({ text: null, limit: 9, before: null })
    await stub.hooks().facts('webinar')
    await story(seq)
    expect(statements.length).toBeGreaterThan(10)
    const writes = statements.filter(({ query }) => !/^\s*SELECT/.test(query))
    expect(writes.map(({ query }) => query)).toEqual([])
    expect(rowsWritten(statements)).toBe(0)
  })
})

describe('a statement', () => {
  it('does not grow with the table: it searches by a key or an index', async () => {
    Reflect.set(env, 'ALERT_URL', 'https://alerts.example')
    const test = outbox()
    const statements = await tour(test)
    const queries = [...new Set(statements.map(({ query }) => query))]
    expect(queries.length).toBeGreaterThan(STATEMENTS_OF_A_TOUR)
    const slow: string[] = []
    await runInDurableObject(test.stub, (_, state) => {
      for (const query of queries.filter((one) => /^\s*(SELECT|UPDATE|DELETE|INSERT)/.test(one))) {
        const values = Array.from({ length: parametersOf(query) }, () => 1)
        const rows = state.storage.sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...values).toArray()
        const steps = rows.map((row) => String(row.detail)).filter((step) => isSlow(step, query))
        if (steps.length > 0) slow.push(`${steps.join('; ')} in ${query.trim()}`)
      }
    })
    expect(slow).toEqual([])
  })

  it('reads nothing of the table to find what is being sent where nothing is', async () => {
    play(answers.ok)
    const test = outbox()
    await test.lead('A', ['919800000001'])
    await test.fill(2_000)
    const statements = await record(test.stub)
    const page = { limit: 9, before: null }
    const found = await test.stub
      .deliveries()
      .list({ ...EVERY_DELIVERY, state: 'sending', ...page })
    expect(found.deliveries).toEqual([])
    const read = statements.reduce((sum, { cursor }) => sum + cursor.rowsRead, 0)
    expect(read).toBeLessThan(10)
  })
})

/** What is of one delivery, one person, one call or a bounded number of rows: it may be sorted. */
const FEW = /delivery = (\?|deliveries\.seq)|WHERE person = \?|json_each\(|LIMIT 10000\)/

function isSlow(step: string, query: string): boolean {
  if (step.includes('TEMP B-TREE')) return !FEW.test(query)
  // A sub-query that an index has bounded may be walked, and so may a list that was bound, the index of the one open call, and
  // what has a row for each hook, or for each numbered table.
  return (
    /^SCAN (?!\(|CONSTANT|.*VIRTUAL TABLE|calls USING INDEX calls_open|hooks|sqlite_sequence)/.test(
      step,
    ) &&
    query !== FIRST &&
    !query.includes(NO_ROW)
  )
}

/** Is never true, and SQLite knows that before it reads. */
const NO_ROW = 'AND seq IN ()'
/** Reads one row. */
const FIRST = 'SELECT 1 FROM deliveries LIMIT 1'

function parametersOf(query: string): number {
  const numbered = [...query.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number))
  return numbered.length > 0 ? Math.max(...numbered) : query.split('?').length - 1
}

/** Goes wherever an outbox makes statements. Gives all that it made. */
async function tour(test: ReturnType<typeof outbox>): Promise<Statement[]> {
  const BAD = '919800000666'
  const MENTOR = '919811112222'
  let failing = false
  play((call, n) => {
    if (n === 1) return answers.failed()
    if (n === 2) return answers.missing()
    if (call.groupName === 'Missing' && !call.create) return answers.missing()
    return failing || call.contacts.includes(BAD) ? answers.failed() : answers.ok()
  })
  const { lead, held, runUntil, stub, story } = test
  const statements = await record(stub)
  await lead('One', ['919800000001'], { bodyKey: 'body' })
  await lead('One', ['919800000002'])
  await lead('One', [BAD])
  const { seq: missing } = await lead('Missing', ['919800000003'], { create: false })
  await runUntil(5 * HOUR_MS)
  const more = { hook: 'batch', teammates: [MENTOR] }
  for (let n = 10; n < 15; n++) await lead('Full', [`9198000000${n}`, MENTOR], more)
  for (const name of ['P1', 'P2', 'P3']) await lead(name, ['919800000004'], { hook: 'poll' })
  const unmapped = await held({ phone: '98000 00005', name: 'Asha' })
  await stub.accept({
    account: 'default',
    hook: 'gone',
    source: 'json',
    bodyKey: null,
    fingerprint: 'f',
    items: [{ key: 'ids', fields: '{}', mapped: null }],
  })
  await runUntil(DAY_MS, 1_000)
  failing = true
  for (const name of ['F1', 'F2', 'F3', 'F4']) await lead(name, [`91980000002${name[1]}`])
  await runUntil(2 * DAY_MS, 1_000)
  failing = false
  await runUntil(3 * DAY_MS, 1_000)

  const deliveries = stub.deliveries()
  for (const state of ['held', 'parked', 'queued', 'accepted', 'sending'] as const) {
    await stub
      .deliveries()
      .list({ ...EVERY_DELIVERY, state, hook: 'h', group: 'g', limit: 5, before: 9 })
  }
  const filter = { ...EVERY_DELIVERY, text: 'a', phoneEnd: '1', limit: 5, before: null }
  await deliveries.seqs(filter)
  await deliveries.kept(1)
  await deliveries.reveal(1, 'test')
  await deliveries.settled([1], 1)
  const invite = { groupName: 'One', contacts: ['919800000005'], teammates: [], create: true }
  const consent = { basis: 'none', what: '', given: null, at: '' } as const
  const mapped = { kind: 'invite', invite, consent } as const
  await deliveries.remap(unmapped, { mapped, fields: '{}' }, 'test')
  const edit = { kind: 'edit', contacts: ['919800000006'], groupName: null, create: true } as const
  await deliveries.act([missing], edit, 'test')
  await deliveries.act([1, 2], { kind: 'exact' }, 'test')
  await deliveries.act([2], { kind: 'discard' }, 'test')
  await stub.account().pause('test')
  await stub.account().resume('test')
  await stub.account().overview()
  await stub.account().audit(null, 5)
  await stub.account().note('test', 'login', 'console', null)
  await stub.hooks().pause('webinar', 'test')
  await stub.hooks().resume('webinar', 'test')
  await stub.groups().list({ text: 'One', limit: 1, before: null })
  for (const change of [
    { kind: 'count', members: 2 },
    { kind: 'rename', name: 'First' },
    { kind: 'exists' },
    { kind: 'create' },
  ] as const) {
    await stub.groups().change(1, change, 'test')
  }
  await stub.hooks().facts('webinar')
  await stub.hooks().refused('webinar', 50, 'mismatch')
  await stub.people().suppress('919800000011', 1, 'test')
  await stub.people().unsuppress('919800000011', 1, 'test')
  await stub.people().file('919800000011', null, 'test')
  await stub.people().erase('919800000012', null, 'test')
  await story(1)
  const { text } = (await stub.backup().page('default', null, 'test')) ?? { text: '' }
  await outbox().stub.backup().take('default', { number: 0, text, last: true }, 'test')
  await runUntil(120 * DAY_MS, 5_000)
  return statements
}
