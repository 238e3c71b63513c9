/** What is deleted on schedule, and what outlives it. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, outbox, play } from '../drive.ts'

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

type Row = { seq: number; fields: string | null }

describe('a delivery', () => {
  it('loses its numbers and fields a week after it was accepted, and goes after ninety days', async () => {
    const { lead, runUntil, sql, story } = outbox()
    const { seq } = await lead('A', [ASHA])
    await lead('A', ['919800000003'])
    await runUntil(7 * DAY, MOST_RINGS)
    const numbers = () => sql('SELECT digits FROM memberships WHERE digits IS NOT NULL')
    expect(await numbers()).toContainEqual({ digits: ASHA })
    await runUntil(9 * DAY, MOST_RINGS)
    expect(await numbers()).toEqual([])
    const [row] = await sql<Row>('SELECT * FROM deliveries')
    expect(row?.fields).toBeNull()
    expect(await story(seq)).toMatchObject({ state: 'accepted', contacts: ['+91 ••••• •0001'] })
    await runUntil(92 * DAY, MOST_RINGS)
    // The newest stays, masked: its number must not be given to another.
    expect((await sql<Row>('SELECT * FROM deliveries')).map((left) => left.seq)).toEqual([2])
    expect(await sql('SELECT delivery FROM asks')).toEqual([{ delivery: 2 }])
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
    await stub.account().pause('test')
    const { seq } = await lead('A', [ASHA])
    for (let n = 3; n < 9; n++) await lead('B', [`91980000000${n}`])
    await runUntil(200 * DAY, MOST_RINGS)
    await stub.account().resume('test')
    await runUntil(201 * DAY, MOST_RINGS)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    // Its week begins when it was accepted.
    await runUntil(206 * DAY, MOST_RINGS)
    expect(await stub.deliveries().reveal(seq, 'test')).toMatchObject({ contacts: [ASHA] })
    await runUntil(212 * DAY, MOST_RINGS)
    expect((await stub.deliveries().reveal(seq, 'test'))?.contacts ?? []).toEqual([])
  }, 30_000)

  it('that was mended late is looked at once more', async () => {
    const { lead, runUntil, stub, sql } = outbox()
    const { seq } = await lead('A', [BINA])
    await lead('A', ['919800000003'])
    await runUntil(20 * DAY, MOST_RINGS)
    const edit = { kind: 'edit', contacts: [ASHA], groupName: null, create: null } as const
    await stub.deliveries().act([seq], edit, 'test')
    await runUntil(26 * DAY, MOST_RINGS)
    const number = () => sql('SELECT digits FROM memberships WHERE digits = ?', ASHA)
    expect(await number()).toHaveLength(1)
    await runUntil(29 * DAY, MOST_RINGS)
    expect(await number()).toEqual([])
  }, 30_000)

  it('leaves what shows that the person agreed, and an unmade name of a visitor goes with it', async () => {
    const { lead, runUntil, sql } = outbox()
    await lead('A', [ASHA])
    await sql(`UPDATE deliveries SET consent = '{"basis":"field"}'`)
    const poll = { hook: 'poll' }
    for (const name of ['P1', 'P2', 'P3']) await lead(name, ['919800000004'], poll)
    await lead('A', ['919800000003'])
    await runUntil(95 * DAY, MOST_RINGS)
    expect(await sql('SELECT consent FROM evidence')).toEqual([{ consent: '{"basis":"field"}' }])
    const names = await sql<{ name: string }>('SELECT name FROM groups ORDER BY id')
    expect(names.map(({ name }) => name)).toEqual(['A', 'P1', 'P2'])
  }, 30_000)

  it('is one of many: a step looks at a bounded number, and the next one comes soon', async () => {
    const test = outbox()
    const { lead, runUntil, sql } = test
    await lead('A', [ASHA])
    await runUntil(HOUR)
    await test.fill(1_000)
    const kept = async () =>
      (await sql('SELECT seq FROM deliveries WHERE fields IS NOT NULL')).length
    const before = await kept()
    // A day's own ring, and one more for every two hundred rows.
    const rang = await runUntil(9 * DAY, MOST_RINGS)
    expect(rang).toBeGreaterThanOrEqual(8 + Math.floor(before / 200))
    expect(await kept()).toBe(0)
  }, 30_000)
})

describe('a group that was never made', () => {
  it('stays where a suppression names it, and no other group takes that over', async () => {
    const { lead, runUntil, stub, sql, story } = outbox()
    await lead('A', [ASHA])
    for (const name of ['P1', 'P2', 'P3']) await lead(name, ['919800000004'], { hook: 'poll' })
    await stub.people().suppress('919800000004', 4, 'test')
    await lead('A', ['919800000003'])
    await runUntil(95 * DAY, MOST_RINGS)
    expect(await sql(`SELECT name FROM groups WHERE name = 'P3'`)).toEqual([{ name: 'P3' }])
    await lead('Next', [ASHA])
    const { seq } = await lead('Next', ['919800000004'])
    await runUntil(96 * DAY, MOST_RINGS)
    expect(await story(seq)).toMatchObject({ state: 'accepted', groupId: 5 })
  }, 30_000)

  /** Day 92: the held lead that brought the name is deleted, and one that was parked with it is left. */
  async function aged() {
    play(({ contacts, groupName }) => {
      if (contacts.includes(BINA)) return answers.invalid()
      return groupName === 'Visitors' ? answers.missing() : answers.ok()
    })
    const test = outbox()
    const held = await test.lead('Visitors', [ASHA], { create: false })
    await test.runUntil(80 * DAY, MOST_RINGS)
    expect(await test.story(held.seq)).toMatchObject({ state: 'held', reason: 'group missing' })
    const parked = await test.lead('Visitors', [BINA], { create: false })
    await test.lead('Other', [ASHA])
    await test.runUntil(92 * DAY, MOST_RINGS)
    await expect(test.story(held.seq)).rejects.toThrow('There is no delivery')
    expect(await test.story(parked.seq)).toMatchObject({ state: 'parked' })
    return { ...test, seq: parked.seq, deliveries: test.stub.deliveries() }
  }
  type Aged = Awaited<ReturnType<typeof aged>>

  const invite = { groupName: 'Other', contacts: ['919800000003'], teammates: [], create: true }
  const mapped = { kind: 'invite', invite, consent: null } as const

  it.each<[what: string, act: (at: Aged) => Promise<unknown>, state: string]>([
    [
      'discarded, also with others at once',
      async ({ deliveries, seq }) =>
        expect(await deliveries.act([1, seq, 99], { kind: 'discard' }, 'test')).toEqual([
          { seq: 1, result: 'not_found' },
          { seq, result: 'discarded' },
          { seq: 99, result: 'not_found' },
        ]),
      'skipped',
    ],
    [
      'edited',
      async ({ deliveries, seq }) => {
        const edit = { kind: 'edit', contacts: ['919800000003'], groupName: 'Other' } as const
        await deliveries.act([seq], { ...edit, create: null }, 'test')
      },
      'accepted',
    ],
    [
      'mapped again',
      async ({ deliveries, seq }) => deliveries.remap(seq, { mapped, fields: '{}' }, 'test'),
      'accepted',
    ],
    [
      'sent again as it is, also with others at once',
      async ({ deliveries, seq }) =>
        expect(await deliveries.act([seq, 3], { kind: 'exact' }, 'test')).toEqual([
          { seq, result: 'queued' },
          { seq: 3, result: 'nothing_kept' },
        ]),
      'parked',
    ],
    ['erased', async ({ stub }) => stub.people().erase(BINA, null, 'test'), 'skipped'],
  ])(
    'stays while a parked lead names it, which can be %s',
    async (_, act, state) => {
      const at = await aged()
      await act(at)
      await at.runUntil(93 * DAY, MOST_RINGS)
      expect(await at.story(at.seq)).toMatchObject({ state })
      // Nothing failed on the way, and retention goes on: with the last lead that names it the name goes.
      await at.lead('Other', ['919800000009'])
      await at.runUntil(220 * DAY, MOST_RINGS)
      expect(await at.sql(`SELECT name FROM groups WHERE name = 'Visitors'`)).toEqual([])
    },
    30_000,
  )
})
