/** People: never sent against their word, erased everywhere, and told what is kept of them. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, gated, outbox, play, type SeenCall } from '../drive.ts'

const HOUR = 3_600_000
const ASHA = '919800000001'
const BINA = '919800000002'

let calls: SeenCall[]

beforeEach(() => {
  calls = play(answers.ok)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function sent() {
  return calls.flatMap(({ contacts }) => contacts)
}

describe('a person who asked never to be sent', () => {
  it('is left out on arrival, and the others of the lead go', async () => {
    const { lead, runUntil, story, stub } = outbox()
    await stub.people().suppress(ASHA, null, 'test')
    const alone = await lead('A', [ASHA])
    const both = await lead('A', [ASHA, BINA])
    await runUntil(HOUR)
    expect(await story(alone.seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    expect(await story(both.seq)).toMatchObject({
      state: 'accepted',
      people: [{ state: 'suppressed', suppressed: true }, { state: 'accepted' }],
    })
    expect(sent()).toEqual([BINA])
  })

  it('is left out before the call where the word came after the lead, under any spelling of the number', async () => {
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', ['5215512345678'])
    await stub.people().suppress('525512345678', null, 'test')
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    expect(sent()).toEqual([])
  })

  it('is not sent by a retry either: no operator’s hurry is above it', async () => {
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    await stub.people().suppress(ASHA, null, 'test')
    expect(await stub.deliveries().act([seq], { kind: 'exact' }, 'test')).toEqual([
      { seq, result: 'skipped' },
    ])
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({
      state: 'skipped',
      reason: 'already accepted',
      people: [{ state: 'already', suppressed: true }],
    })
    expect(sent()).toEqual([ASHA])
  })

  it('stays so for a group that no lead names any more, and that was never made', async () => {
    const { lead, runUntil, sql, story, stub } = outbox()
    const first = await lead('Maybe later', [BINA], { create: false })
    await stub.people().suppress(ASHA, 1, 'test')
    const elsewhere = { contacts: null, groupName: 'Elsewhere', create: true }
    await stub.deliveries().act([first.seq], { kind: 'edit', ...elsewhere }, 'test')
    const again = await lead('Maybe later', [ASHA, BINA])
    await runUntil(HOUR)
    expect(await story(again.seq)).toMatchObject({
      state: 'accepted',
      people: [{ state: 'suppressed' }, { state: 'accepted' }],
    })
    expect(sent()).not.toContain(ASHA)
    await expect(sql('DELETE FROM groups WHERE id = 1')).rejects.toThrow('a suppression names')
  })

  it('may be so for one group and all its parts only, and may change their mind', async () => {
    const { lead, runUntil, story, stub } = outbox()
    const first = await lead('Left', [ASHA])
    await runUntil(HOUR)
    await stub.people().suppress(ASHA, 1, 'test')
    await lead('Other', [ASHA])
    // A year later the memory of groups has run out, the word has not.
    await runUntil(366 * 24 * HOUR, 1_000)
    const again = await lead('Left', [ASHA], { key: 'again' })
    await runUntil(367 * 24 * HOUR, 1_000)
    expect(await story(first.seq).catch(() => 'deleted')).toBe('deleted')
    expect(await story(again.seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    await stub.people().unsuppress(ASHA, 1, 'test')
    await stub.deliveries().act([again.seq], { kind: 'exact' }, 'test')
    await runUntil(368 * 24 * HOUR, 1_000)
    expect(await story(again.seq)).toMatchObject({ state: 'accepted' })
    expect(calls.map(({ groupName }) => groupName)).toEqual(['Left', 'Other', 'Left'])
  }, 30_000)
})

describe('a person who is erased', () => {
  async function erase(stub: ReturnType<typeof outbox>['stub'], digits: string): Promise<number> {
    let erased = 0
    let before: number | null = null
    do {
      const step: { erased: number; before: number | null } = await stub
        .people()
        .erase(digits, before, 'test')
      erased += step.erased
      before = step.before
    } while (before !== null)
    return erased
  }

  it('stands nowhere any more, waits for nothing, and is never sent again', async () => {
    const { lead, runUntil, story, stub, sql } = outbox()
    const done = await lead('Done', [ASHA])
    await runUntil(HOUR)
    const waiting = await lead('Waiting', [ASHA])
    const shared = await lead('Waiting', [ASHA, BINA])
    expect(await erase(stub, ASHA)).toBe(3)
    await runUntil(2 * HOUR)
    expect(await story(done.seq)).toMatchObject({ state: 'accepted', contacts: ['erased'] })
    expect(await story(waiting.seq)).toMatchObject({
      state: 'skipped',
      reason: 'erased',
      fields: null,
    })
    expect(await story(shared.seq)).toMatchObject({
      state: 'accepted',
      people: [{ state: 'accepted' }, { mask: 'erased', state: 'erased' }],
    })
    const [kept] = await sql<{ person: string }>('SELECT person FROM suppressed')
    const tables = ['deliveries', 'memberships', 'asks', 'calls', 'evidence', 'alerts']
    const rows = await Promise.all(tables.map((table) => sql(`SELECT * FROM ${table}`)))
    const dump = JSON.stringify(rows)
    for (const trace of [ASHA, '•0001"', kept?.person]) expect(dump).not.toContain(trace)
    expect(dump).toContain('•0002"')
    const later = await lead('Later', [ASHA])
    await runUntil(3 * HOUR)
    expect(await story(later.seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    expect(sent()).toEqual([ASHA, BINA])
  })

  it.each([
    ['098000 00001'],
    ['+91 98000–00001'],
    ['(98000)   00001, 12 Elm Street'],
    ['98000 00001 2026-11-25'],
    ['९८००० ००००१'],
    ['\u202a98000\u200b00001\u202c'],
  ])(
    'is found in what was said where there was no invite yet, as it is typed there: %s',
    async (phone) => {
      const { held, stub, story } = outbox()
      const seq = await held({ name: 'Asha Rao', phone })
      const fields = (await story(seq)).fields ?? ''
      expect([...fields.matchAll(/\p{Nd}/gu)].length).toBeLessThanOrEqual(6)
      expect(await erase(stub, ASHA)).toBe(1)
      expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'erased', fields: null })
    },
  )

  it.each([
    ['5511987000003', '+55 11 8700-0003'],
    ['551187000003', '(11) 98700-0003'],
  ])('is found by either spelling of a Brazilian mobile: %s in %s', async (digits, phone) => {
    const { held, stub, story } = outbox()
    const seq = await held({ phone })
    expect(await erase(stub, digits)).toBe(1)
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'erased', fields: null })
  })

  it('leaves what shows that the other person of the lead agreed', async () => {
    const { lead, stub, sql } = outbox()
    await lead('A', [ASHA, BINA])
    await sql(`UPDATE deliveries SET consent = '{"basis":"field"}'`)
    await erase(stub, ASHA)
    expect(await sql('SELECT consent FROM evidence')).toHaveLength(1)
    expect((await stub.people().file(BINA, null, 'test')).consents).toHaveLength(1)
  })

  it('in the middle of the call that sends them stays erased when its answer comes', async () => {
    vi.restoreAllMocks()
    const gate = gated(answers.ok)
    play(gate.script)
    const { lead, runUntil, story, stub, sql } = outbox()
    const { seq } = await lead('A', [ASHA])
    const rings = runUntil(HOUR)
    await vi.waitFor(() => expect(globalThis.fetch).toHaveBeenCalled())
    await erase(stub, ASHA)
    gate.open = true
    await rings
    expect((await story(seq)).people).toMatchObject([{ state: 'erased' }])
    expect(await sql('SELECT * FROM memberships')).toEqual([])
  })

  it('leaves no digest behind: of no event, no body and no call', async () => {
    const { lead, runUntil, stub, sql } = outbox()
    const more = { key: 'event-1', bodyKey: 'body-1', fingerprint: 'print-1' }
    const { seq } = await lead('A', [ASHA, BINA], more)
    await runUntil(HOUR)
    type Digests = { key: string; body_key: string | null; fingerprint: string; leads: string }
    const digests = async () => {
      const [row] = await sql<Digests>(
        'SELECT key, body_key, fingerprint, leads FROM deliveries JOIN calls WHERE seq = ?',
        seq,
      )
      if (row === undefined) throw new Error('There is no such delivery')
      return { ...row, leads: JSON.parse(row.leads) as string[] }
    }
    const before = await digests()
    expect(before.leads).toHaveLength(2)
    await erase(stub, ASHA)
    const after = await digests()
    expect(after).toMatchObject({ key: `erased ${seq}`, body_key: null, fingerprint: '' })
    const gone = before.leads.filter((person) => !after.leads.includes(person))
    expect(gone).toHaveLength(1)
    const tables = ['deliveries', 'memberships', 'asks', 'calls', 'evidence']
    const dump = JSON.stringify(
      await Promise.all(tables.map((table) => sql(`SELECT * FROM ${table}`))),
    )
    for (const digest of [before.key, before.body_key, before.fingerprint, ...gone]) {
      expect(dump).not.toContain(digest)
    }
    // The event is not known any more, and its person is suppressed.
    expect(await lead('A', [ASHA], more)).toMatchObject({ duplicate: false, state: 'skipped' })
    await runUntil(2 * HOUR)
    expect(calls).toHaveLength(1)
  })

  it('is found however many deliveries there are, a bounded number at a time', async () => {
    const test = outbox()
    const { held, stub } = test
    await held({ phone: '98000 00001' })
    await test.fill(12_000)
    const first = await stub.people().erase(ASHA, null, 'test')
    expect(first).toMatchObject({ erased: 0, before: expect.any(Number) })
    expect(await erase(stub, ASHA)).toBe(1)
  })
})

describe('a person who asks what is kept of them', () => {
  it('is told their deliveries, groups, suppressions and what shows that they agreed', async () => {
    const { lead, runUntil, stub, sql } = outbox()
    const { seq } = await lead('A', [ASHA, BINA])
    await runUntil(HOUR)
    await stub.people().suppress(ASHA, 1, 'test')
    const [row] = await sql<{ person: string }>('SELECT person FROM suppressed')
    await sql(
      `INSERT INTO evidence (person, at, consent) VALUES (?, 0, '{"basis":"field","what":"ok"}')`,
      row?.person,
    )
    expect(await stub.people().file(ASHA, null, 'test')).toMatchObject({
      deliveries: [{ id: `default-${seq}` }],
      groups: [{ group: 'A', acceptedAt: expect.any(String) }],
      suppressed: [{ group: 'A', why: 'the operator' }],
      consents: [{ basis: 'field' }],
    })
    expect(await stub.people().file('919800000009', null, 'test')).toMatchObject({
      deliveries: [],
      groups: [],
    })
  })
})
