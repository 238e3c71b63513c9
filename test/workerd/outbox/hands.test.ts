/** What an operator's hand does: release, edit, send again, discard, pause, resume; and what is written down of it. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { EVERY_DELIVERY } from '../../../src/outbox/store/search.ts'
import { answers, gated, outbox, play } from '../drive.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ASHA = '919800000001'
const BINA = '919800000002'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a delivery', () => {
  it('that waits is edited: another number, another group', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    const edit = { kind: 'edit', contacts: [BINA], groupName: 'B', create: null } as const
    expect(await stub.deliveries().act([seq], edit, 'test')).toEqual([{ seq, result: 'queued' }])
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted', groupName: 'B' })
    expect(calls).toMatchObject([{ groupName: 'B', contacts: [BINA] }])
  })

  it('that is parked is mended and sent', async () => {
    play(({ contacts }) => (contacts.includes(ASHA) ? answers.invalid() : answers.ok()))
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'parked' })
    const edit = { kind: 'edit', contacts: [BINA], groupName: null, create: null } as const
    await stub.deliveries().act([seq], edit, 'test')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted', attempts: 0 })
  })

  it('that waits may not create its group any more, once an operator says so', async () => {
    const calls = play(answers.missing)
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    const edit = { kind: 'edit', contacts: null, groupName: null, create: false } as const
    await stub.deliveries().act([seq], edit, 'test')
    await runUntil(HOUR)
    expect(calls).toMatchObject([{ groupName: 'A', create: false }])
    expect(await story(seq)).toMatchObject({ state: 'held', reason: 'group missing' })
  })

  it.each([
    ['held', false],
    ['waiting', true],
  ])(
    'that is %s goes to another group, and a name that was a visitor’s text goes with it',
    async (_, waits) => {
      play(({ groupName }) => (groupName === 'Visitors' ? answers.missing() : answers.ok()))
      const { lead, runUntil, story, stub, sql } = outbox()
      const { seq } = await lead('Visitors', [ASHA], { create: false })
      if (!waits) await runUntil(HOUR)
      const edit = { kind: 'edit', contacts: null, groupName: 'B', create: true } as const
      expect(await stub.deliveries().act([seq], edit, 'test')).toEqual([{ seq, result: 'queued' }])
      expect(await sql('SELECT name FROM parts')).toEqual([{ name: 'B' }])
      await runUntil(2 * HOUR)
      expect(await story(seq)).toMatchObject({ state: 'accepted', groupName: 'B' })
    },
  )

  it('is discarded, one or a hundred at once, and may still be sent later, with its protection', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story, stub, alarmAt } = outbox()
    const seqs: number[] = []
    for (let n = 10; n < 40; n++) seqs.push((await lead('A', [`9198000000${n}`])).seq)
    const results = await stub.deliveries().act(seqs, { kind: 'discard' }, 'test')
    expect(results.every(({ result }) => result === 'discarded')).toBe(true)
    await runUntil(HOUR)
    expect(calls).toEqual([])
    expect(await alarmAt()).toBeGreaterThan(HOUR)
    const [seq = 0] = seqs
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'discarded' })
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted', forced: false })
    expect(await stub.deliveries().act([seq], { kind: 'discard' }, 'test')).toEqual([
      { seq, result: 'not_possible' },
    ])
  })

  it('that was accepted is sent again where the operator says so, and only then', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    await lead('A', [ASHA], { key: 'another event' })
    await runUntil(2 * HOUR)
    expect(calls).toHaveLength(1)
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    await runUntil(3 * HOUR)
    expect(calls).toHaveLength(2)
  })

  it('that is to be sent again still is where it is mapped again before its turn', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    const invite = { groupName: 'A', contacts: [ASHA], teammates: [], create: true }
    const mapped = { kind: 'invite', invite, consent: null } as const
    expect(await stub.deliveries().remap(seq, { mapped, fields: '{}' }, 'test')).toBe('queued')
    await runUntil(2 * HOUR)
    expect(calls).toHaveLength(2)
  })

  it('that may have worked stays in doubt where today’s mapping does not fit it', async () => {
    play(answers.failed)
    const { lead, runUntil, stub, story } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(MINUTE)
    const mapped = { kind: 'held', reasons: ['mapping'], issues: [], consent: null } as const
    expect(await stub.deliveries().remap(seq, { mapped, fields: '{}' }, 'test')).toBe('not_mapped')
    expect(await story(seq)).toMatchObject({ state: 'unknown' })
  })

  it('is not touched while a call with it is under way, nor where there is none of its number', async () => {
    const gate = gated(answers.ok)
    play(gate.script)
    const { lead, runUntil, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    const rings = runUntil(HOUR)
    await vi.waitFor(() => expect(globalThis.fetch).toHaveBeenCalled())
    expect(await stub.deliveries().act([seq, 99], { kind: 'discard' }, 'test')).toEqual([
      { seq, result: 'busy' },
      { seq: 99, result: 'not_found' },
    ])
    gate.open = true
    await rings
  })

  it('shows its numbers to who asks, which is written down and cannot be unwritten', async () => {
    play(answers.ok)
    const { lead, stub, sql } = outbox()
    const { seq } = await lead('A', [ASHA])
    expect(await stub.deliveries().reveal(seq, 'console')).toEqual({
      contacts: [ASHA],
      fields: '{}',
    })
    expect((await stub.account().audit(null, 10)).entries).toMatchObject([
      { actor: 'console', action: 'reveal', target: `default-${seq}` },
    ])
    await expect(sql('DELETE FROM audit')).rejects.toThrow('immutable')
    await expect(sql(`UPDATE audit SET actor = 'nobody'`)).rejects.toThrow('immutable')
  })
})

describe('the account', () => {
  it('makes no calls while it is paused by hand, whatever comes, and goes on when it is resumed', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story, stub } = outbox()
    await stub.account().pause('test')
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'queued', reason: 'paused by the operator' })
    expect(await stub.account().overview()).toMatchObject({
      pause: { reason: 'operator', probeAt: null },
    })
    expect(calls).toEqual([])
    await stub.account().resume('test')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('stays paused by hand though a call under way is answered', async () => {
    const gate = gated(answers.inactive)
    play(gate.script)
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    const rings = runUntil(HOUR)
    await vi.waitFor(() => expect(globalThis.fetch).toHaveBeenCalled())
    await stub.account().pause('test')
    gate.open = true
    await rings
    expect(await story(seq)).toMatchObject({ state: 'queued', reason: 'paused by the operator' })
  })

  it('is resumed by hand where EazyBe paused it: the next call tells', async () => {
    let refused = true
    const calls = play(() => (refused ? answers.unauthorized() : answers.ok()))
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    refused = false
    await stub.account().resume('test')
    await runUntil(HOUR + SECOND)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    expect(calls).toHaveLength(2)
  })

  it('waits as long as EazyBe asks for, says so where that is long, and goes on at once when it is resumed', async () => {
    const calls = play((_, n) => (n === 1 ? answers.throttled(String(3 * 86_400)) : answers.ok()))
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(await stub.account().overview()).toMatchObject({
      pause: null,
      longWait: { why: 'throttled', until: '2035-01-04T12:00:20.000Z' },
      nextCallAt: '2035-01-04T12:00:20.000Z',
    })
    expect(await story(seq)).toMatchObject({ state: 'queued', reason: 'EazyBe asked to wait' })
    await runUntil(DAY)
    expect(calls).toHaveLength(1)
    await stub.account().resume('test')
    expect(await stub.account().overview()).toMatchObject({ longWait: null })
    await runUntil(DAY + SECOND)
    expect(calls).toHaveLength(2)
    expect(await story(seq)).toMatchObject({ state: 'accepted', attempts: 0 })
  })

  it('keeps the gap after a call that broke, also when it is resumed', async () => {
    const calls = play((_, n) => {
      if (n === 2) throw new TypeError('fetch failed')
      return answers.ok()
    })
    const { lead, runUntil, stub } = outbox()
    await lead('A', [ASHA])
    await runUntil(10 * MINUTE)
    await lead('A', [BINA])
    await runUntil(10 * MINUTE + 21 * SECOND)
    expect(calls).toHaveLength(2)
    await stub.account().resume('test')
    await runUntil(10 * MINUTE + 49 * SECOND)
    expect(calls).toHaveLength(2)
    await runUntil(12 * MINUTE)
    expect(calls).toHaveLength(3)
  })

  it('makes nothing of a wait of less than an hour', async () => {
    play(() => answers.throttled('3000'))
    const { lead, runUntil, stub } = outbox()
    await lead('A', [ASHA])
    await runUntil(MINUTE)
    expect(await stub.account().overview()).toMatchObject({ longWait: null })
  })

  it('is known by its own name before anything has come for it', async () => {
    expect(await outbox('sales').stub.account().overview()).toMatchObject({ account: 'sales' })
    expect(await outbox('nobody').stub.account().overview()).toMatchObject({ account: 'default' })
  })

  it('tells how it stands: backlog, budgets used, the day by hours, what the next call waits for', async () => {
    play(({ groupName }) => (groupName === 'Bad' ? answers.invalid() : answers.ok()))
    const { lead, runUntil, stub } = outbox()
    await lead('Good', [ASHA])
    await lead('Bad', [BINA])
    await runUntil(6 * 60 * SECOND)
    await lead('Good', [BINA])
    const overview = await stub.account().overview()
    expect(overview).toMatchObject({
      pause: null,
      nextCallWhy: 'its turn',
      sending: 0,
      backlog: { queued: 1, unknown: 0, held: 0, parked: 1, more: false },
      used: { peopleHour: 1, peopleDay: 1, createsHour: 1, createsDay: 1 },
      caps: { peopleHour: 30, peopleDay: 100, createsDay: 20 },
      lastCall: { outcome: 'invalid' },
    })
    expect(overview.backlog.reasons).toEqual([
      { state: 'parked', reason: expect.stringContaining('refused'), count: 1 },
    ])
    expect(overview.hours).toHaveLength(24)
    expect(overview.hours.at(-1)).toMatchObject({ accepted: 1, held: 0, parked: 1 })
  })
})

describe('a search', () => {
  it('finds by the end of a number, a piece of the name or of the fields, the reason and the time', async () => {
    play(answers.ok)
    const { lead, stub, sql } = outbox()
    const { seq } = await lead('Pune 100%_x', [ASHA])
    await lead('Nashik', [BINA], { create: false })
    await sql(`UPDATE deliveries SET fields = '{"name":"Asha Rao"}' WHERE seq = ?`, seq)
    const find = async (filter: Partial<typeof EVERY_DELIVERY>) =>
      (await stub.deliveries().list({ ...EVERY_DELIVERY, ...filter, limit: 9, before: null }))
        .deliveries.length
    expect(await find({ phoneEnd: '0001' })).toBe(1)
    expect(await find({ phoneEnd: '800000001' })).toBe(1)
    expect(await find({ phoneEnd: '1234' })).toBe(0)
    expect(await find({ text: 'asha r' })).toBe(1)
    expect(await find({ text: '%_X' })).toBe(1)
    expect(await find({ text: '_' })).toBe(1)
    expect(await find({ hook: 'webinar', source: 'json', group: 'Nashik' })).toBe(1)
    expect(await find({ reason: 'consent' })).toBe(0)
    expect(await find({ from: Date.now() + 1 })).toBe(0)
    expect(await find({ to: Date.now() })).toBe(2)
  })

  it('goes through a bounded number of rows at a time, and on from there', async () => {
    play(answers.ok)
    const test = outbox()
    const { lead, stub } = test
    const { seq } = await lead('A', [ASHA])
    await test.fill(12_000)
    await test.sql(`UPDATE deliveries SET fields = '{"name":"Asha Rao"}' WHERE seq = ?`, seq)
    const filter = { ...EVERY_DELIVERY, text: 'asha', limit: 9 }
    const first = await stub.deliveries().list({ ...filter, before: null })
    expect(first).toMatchObject({ deliveries: [], before: expect.any(Number) })
    const second = await stub.deliveries().list({ ...filter, before: first.before })
    expect(second).toMatchObject({ deliveries: [{ id: `default-${seq}` }], before: null })
  })
})
