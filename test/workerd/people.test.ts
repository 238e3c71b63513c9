/** People: never sent against their word, erased everywhere, and told what is kept of them. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, gated, outbox, play, type SeenCall } from './drive.ts'

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

describe('whoever asked never to be sent', () => {
  it('is left out on arrival, and the others of the lead go', async () => {
    const { lead, runUntil, story, stub } = outbox()
    await stub.suppress(ASHA, null, 'test')
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
    await stub.suppress('525512345678', null, 'test')
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    expect(sent()).toEqual([])
  })

  it('is not sent by a retry either: no operator’s hurry is above it', async () => {
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    await stub.suppress(ASHA, null, 'test')
    expect(await stub.retry(seq, null, 'test')).toBe('queued')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    expect(sent()).toEqual([ASHA])
  })

  it('may be so for one group and all its parts only, and may change their mind', async () => {
    const { lead, runUntil, story, stub } = outbox()
    const first = await lead('Left', [ASHA])
    await runUntil(HOUR)
    await stub.suppress(ASHA, 1, 'test')
    await lead('Other', [ASHA])
    // A year later the memory of groups has run out, the word has not.
    await runUntil(366 * 24 * HOUR, 1_000)
    const again = await lead('Left', [ASHA], { key: 'again' })
    await runUntil(367 * 24 * HOUR, 1_000)
    expect(await story(first.seq).catch(() => 'deleted')).toBe('deleted')
    expect(await story(again.seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
    await stub.unsuppress(ASHA, 1, 'test')
    expect(await stub.retry(again.seq, null, 'test')).toBe('queued')
    await runUntil(368 * 24 * HOUR, 1_000)
    expect(await story(again.seq)).toMatchObject({ state: 'accepted' })
    expect(calls.map(({ groupName }) => groupName)).toEqual(['Left', 'Other', 'Left'])
  }, 30_000)
})

describe('whoever is erased', () => {
  async function erase(stub: ReturnType<typeof outbox>['stub'], digits: string): Promise<number> {
    let erased = 0
    let before: number | null = null
    do {
      const step: { erased: number; before: number | null } = await stub.erase(
        digits,
        before,
        'test',
      )
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
      people: [{ mask: 'erased', state: 'erased' }, { state: 'accepted' }],
    })
    const dump = JSON.stringify([
      await sql('SELECT * FROM deliveries'),
      await sql('SELECT * FROM calls'),
      await sql('SELECT * FROM audit'),
    ])
    expect(dump).not.toContain(ASHA)
    expect(dump).not.toContain('•0001"')
    expect(await sql('SELECT * FROM people')).toHaveLength(1)
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
      const { lead, stub, sql, story } = outbox()
      const { seq } = await lead('A', [BINA])
      await sql(
        `UPDATE deliveries SET state = 'held', reason = 'consent', contacts = '[]', group_id = NULL, fields = ?`,
        JSON.stringify({ name: 'Asha Rao', phone }),
      )
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
    const { lead, stub, sql, story } = outbox()
    const { seq } = await lead('A', [BINA])
    await sql(
      `UPDATE deliveries SET state = 'held', reason = 'consent', contacts = '[]', group_id = NULL, fields = ?`,
      JSON.stringify({ phone }),
    )
    expect(await erase(stub, digits)).toBe(1)
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'erased', fields: null })
  })

  it('leaves what shows that the other person of the lead agreed', async () => {
    const { lead, stub, sql } = outbox()
    await lead('A', [ASHA, BINA])
    await sql(`UPDATE deliveries SET consent = '{"basis":"field"}'`)
    await erase(stub, ASHA)
    expect(await sql('SELECT consent FROM evidence')).toHaveLength(1)
    expect((await stub.personFile(BINA, null, 'test')).consents).toHaveLength(1)
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
    expect(await sql('SELECT * FROM people')).toEqual([])
  })

  it('is found however many deliveries there are, a bounded number at a time', async () => {
    const { lead, stub, sql } = outbox()
    await lead('A', [ASHA])
    await sql(
      `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)
       INSERT INTO deliveries (hook, source, key, state, contacts, creates, forced, attempts, received_at, timeline)
       SELECT 'h', 's', 'k' || n, 'accepted', '[]', 0, 0, 0, 0, '[]' FROM n`,
    )
    const first = await stub.erase(ASHA, null, 'test')
    expect(first).toMatchObject({ erased: 0, before: expect.any(Number) })
    expect(await erase(stub, ASHA)).toBe(1)
  })
})

describe('whoever asks what is kept of them', () => {
  it('is told their deliveries, groups, suppressions and what shows that they agreed', async () => {
    const { lead, runUntil, stub, sql } = outbox()
    const { seq } = await lead('A', [ASHA, BINA])
    await runUntil(HOUR)
    await stub.suppress(ASHA, 1, 'test')
    const [row] = await sql<{ person: string }>('SELECT person FROM suppressed')
    await sql(
      `INSERT INTO evidence (person, at, consent) VALUES (?, 0, '{"basis":"field","what":"ok"}')`,
      row?.person,
    )
    expect(await stub.personFile(ASHA, null, 'test')).toMatchObject({
      deliveries: [{ id: `default-${seq}` }],
      groups: [{ group: 'A', acceptedAt: expect.any(String) }],
      suppressed: [{ group: 'A', why: 'the operator' }],
      consents: [{ basis: 'field' }],
    })
    expect(await stub.personFile('919800000009', null, 'test')).toMatchObject({
      deliveries: [],
      groups: [],
    })
  })
})
