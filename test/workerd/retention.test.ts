/** What is deleted on schedule, and what outlives it. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, outbox, play } from './drive.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MOST_RINGS = 2_000
const ASHA = '919800000001'
const BINA = '919800000002'

beforeEach(() => {
  play(({ contacts, groupName }) => {
    if (groupName === 'Missing') return answers.missing()
    return contacts.includes(BINA) ? answers.invalid() : answers.ok()
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type Row = { seq: number; contacts: string; fields: string | null }

describe('a delivery', () => {
  it('loses its numbers and fields a week after it was accepted, and goes after ninety days', async () => {
    const { lead, runUntil, sql, story } = outbox()
    const { seq } = await lead('A', [ASHA])
    await lead('A', ['919800000003'])
    await runUntil(7 * DAY, MOST_RINGS)
    expect((await sql<Row>('SELECT * FROM deliveries'))[0]?.contacts).toContain(ASHA)
    await runUntil(9 * DAY, MOST_RINGS)
    const [row] = await sql<Row>('SELECT * FROM deliveries')
    expect(row?.contacts).not.toContain(ASHA)
    expect(row?.fields).toBeNull()
    expect(await story(seq)).toMatchObject({ state: 'accepted', contacts: ['+91 ••••• •0001'] })
    await runUntil(92 * DAY, MOST_RINGS)
    // The newest stays, masked: its number must not be given to another.
    expect((await sql<Row>('SELECT * FROM deliveries')).map((left) => left.seq)).toEqual([2])
    expect(await sql('SELECT * FROM keys')).toHaveLength(1)
    expect(JSON.stringify(await sql('SELECT * FROM deliveries'))).not.toContain('919800000003')
  }, 30_000)

  it('is still known by its person and group when it is gone', async () => {
    const { lead, runUntil, story } = outbox()
    await lead('A', [ASHA])
    await lead('A', ['919800000003'])
    await runUntil(92 * DAY, MOST_RINGS)
    const again = await lead('A', [ASHA])
    await runUntil(93 * DAY, MOST_RINGS)
    expect(await story(again.seq)).toMatchObject({ state: 'skipped', reason: 'already accepted' })
  }, 30_000)

  it('that is held or parked keeps them for thirty days, so that it can be mended', async () => {
    const { lead, runUntil, sql } = outbox()
    await lead('Missing', [ASHA], { create: false })
    await lead('A', [BINA])
    await lead('A', ['919800000003'])
    const kept = async () =>
      (await sql<Row>('SELECT * FROM deliveries WHERE seq < 3')).filter(
        (row) => row.fields !== null,
      )
    await runUntil(29 * DAY, MOST_RINGS)
    expect(await kept()).toHaveLength(2)
    await runUntil(32 * DAY, MOST_RINGS)
    expect(await kept()).toHaveLength(0)
  }, 30_000)

  it('that waits is never deleted, however long its account is paused', async () => {
    const { lead, runUntil, stub, story } = outbox()
    await stub.pause('test')
    const { seq } = await lead('A', [ASHA])
    for (let n = 3; n < 9; n++) await lead('B', [`91980000000${n}`])
    await runUntil(200 * DAY, MOST_RINGS)
    await stub.resume('test')
    await runUntil(201 * DAY, MOST_RINGS)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    // Its week begins when it was accepted.
    await runUntil(206 * DAY, MOST_RINGS)
    expect(await stub.reveal(seq, 'test')).toMatchObject({ contacts: [ASHA] })
    await runUntil(212 * DAY, MOST_RINGS)
    expect((await stub.reveal(seq, 'test'))?.contacts ?? []).toEqual([])
  }, 30_000)

  it('that was mended late is looked at once more', async () => {
    const { lead, runUntil, stub, sql } = outbox()
    const { seq } = await lead('A', [BINA])
    await lead('A', ['919800000003'])
    await runUntil(20 * DAY, MOST_RINGS)
    const edit = { kind: 'edit', contacts: [ASHA], groupName: null, create: null } as const
    await stub.act([seq], edit, 'test')
    await runUntil(26 * DAY, MOST_RINGS)
    expect(JSON.stringify(await sql('SELECT * FROM deliveries'))).toContain(ASHA)
    await runUntil(29 * DAY, MOST_RINGS)
    expect(JSON.stringify(await sql('SELECT * FROM deliveries'))).not.toContain(ASHA)
  }, 30_000)

  it('leaves what shows that the person agreed, and an unmade name of a visitor goes with it', async () => {
    const { lead, runUntil, sql } = outbox()
    await lead('A', [ASHA])
    await sql(`UPDATE deliveries SET consent = '{"basis":"field"}'`)
    const poll = { hook: 'poll' }
    for (const name of ['P1', 'P2', 'P3']) await lead(name, ['919800000004'], poll)
    // The newest group stays whatever it is: its number must not be given to another.
    await lead('Z', ['919800000005'])
    await lead('A', ['919800000003'])
    await runUntil(95 * DAY, MOST_RINGS)
    expect(await sql('SELECT consent FROM evidence')).toEqual([{ consent: '{"basis":"field"}' }])
    const names = await sql<{ name: string }>('SELECT name FROM groups ORDER BY id')
    expect(names.map(({ name }) => name)).toEqual(['A', 'P1', 'P2', 'Z'])
  }, 30_000)

  it('is one of many: a step looks at a bounded number, and the next one comes soon', async () => {
    const { lead, runUntil, sql } = outbox()
    await lead('A', [ASHA])
    await runUntil(HOUR)
    await sql(
      `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
       INSERT INTO deliveries (hook, source, key, state, contacts, creates, forced, attempts, received_at, settled_at, fields, timeline)
       SELECT 'h', 's', 'k' || n, 'accepted', '[]', 0, 0, 0, 0, 0, '{}', '[]' FROM n`,
    )
    const kept = async () =>
      (await sql('SELECT seq FROM deliveries WHERE fields IS NOT NULL')).length
    const before = await kept()
    // A day's own ring, and one more for every two hundred rows.
    const rang = await runUntil(9 * DAY, MOST_RINGS)
    expect(rang).toBeGreaterThanOrEqual(8 + Math.floor(before / 200))
    expect(await kept()).toBe(0)
  }, 30_000)
})
