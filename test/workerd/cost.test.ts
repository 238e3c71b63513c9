/** What a lead costs in storage: rows written are the bill, and no query may grow with the table. */

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EVERY_DELIVERY } from '../../src/outbox/search.ts'
import { answers, outbox, play } from './drive.ts'

const HOUR_MS = 3_600_000
const LEADS = 50
/** Rows written for a lead that goes through, all included. */
const BUDGET = 6

interface Statement {
  readonly query: string
  readonly cursor: SqlStorageCursor<Record<string, SqlStorageValue>>
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Records every statement that the outbox makes from now on. */
async function record(stub: ReturnType<typeof outbox>['stub']): Promise<Statement[]> {
  const statements: Statement[] = []
  await runInDurableObject(stub, (_, state) => {
    const prototype: { exec: SqlStorage['exec'] } = Object.getPrototypeOf(state.storage.sql)
    const exec = prototype.exec
    vi.spyOn(prototype, 'exec').mockImplementation(function (
      this: SqlStorage,
      query: string,
      ...values: unknown[]
    ) {
      const cursor = exec.call(this, query, ...values)
      statements.push({ query, cursor })
      return cursor
    } as SqlStorage['exec'])
  })
  return statements
}

describe('the cost of a lead', () => {
  it(`is at most ${BUDGET} rows written when it goes through in company`, async () => {
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
    const rows = statements.reduce((sum, { cursor }) => sum + cursor.rowsWritten, 0)
    const perLead = (rows + alarms.mock.calls.length) / LEADS
    expect(perLead).toBeLessThanOrEqual(BUDGET)
  })

  it('does not grow with the table: every statement searches by a key or an index', async () => {
    play((call, n) => {
      if (n === 1) return answers.failed()
      if (n === 2) return answers.missing()
      return call.contacts.length > 1 ? answers.invalid() : answers.ok()
    })
    const { lead, runUntil, stub, story } = outbox()
    const statements = await record(stub)
    await lead('One', ['919800000001'], { bodyKey: 'body' })
    await lead('One', ['919800000002'])
    const { seq } = await lead('Missing', ['919800000003'], { create: false })
    await runUntil(5 * HOUR_MS)
    await stub.retry(seq, null, 'test')
    await story(seq)
    for (const state of ['held', 'parked', 'queued', 'accepted'] as const) {
      await stub.list({ ...EVERY_DELIVERY, state, hook: 'h', group: 'g', limit: 5, before: 9 })
    }
    const queries = [...new Set(statements.map(({ query }) => query))]
    expect(queries.length).toBeGreaterThan(20)
    const scans: string[] = []
    await runInDurableObject(stub, (_, state) => {
      for (const query of queries.filter((query) => /^\s*(SELECT|UPDATE)/.test(query))) {
        const values = Array.from({ length: query.split('?').length - 1 }, () => 1)
        const rows = state.storage.sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...values).toArray()
        const steps = rows.map((row) => String(row.detail))
        // A sub-query that an index has bounded may be walked, and so may the list inside json_each.
        const slow = steps.filter((step) => /^SCAN (?!\(|CONSTANT)|TEMP B-TREE/.test(step))
        if (slow.length > 0) scans.push(`${slow.join('; ')} in ${query.trim()}`)
      }
    })
    expect(scans).toEqual([])
  })
})
