/** What the operator is told at ALERT_URL: once, in words, without identifying a person. */

import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, outbox, play } from '../drive.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const ASHA = '919800000001'
const BINA = '919800000002'
const URL = 'https://alerts.example/hook'

interface Told {
  readonly at: number
  readonly text: string
}

let told: Told[]
let alertStatus: number

/** EazyBe by script, and beside it a server that takes alerts. */
function listen(script: Parameters<typeof play>[0]) {
  const calls = play(script)
  const began = Date.now()
  const eazybe = vi.mocked(globalThis.fetch).getMockImplementation()
  vi.mocked(globalThis.fetch).mockImplementation(async (url, init) => {
    if (url !== URL) return eazybe?.(url, init) ?? new Response()
    const { text } = JSON.parse(String(init?.body))
    told.push({ at: Date.now() - began, text })
    return new Response('ok', { status: alertStatus })
  })
  return calls
}

beforeEach(() => {
  told = []
  alertStatus = 200
  Reflect.set(env, 'ALERT_URL', URL)
})

afterEach(() => {
  Reflect.deleteProperty(env, 'ALERT_URL')
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('an alert', () => {
  it('comes at once when the session is inactive, again after an hour, and when it works again', async () => {
    let active = false
    listen(() => (active ? answers.ok() : answers.inactive()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(MINUTE)
    expect(told).toMatchObject([
      { at: 20 * SECOND, text: expect.stringContaining('session is inactive') },
    ])
    await runUntil(70 * MINUTE)
    expect(told).toHaveLength(2)
    expect(told[1]?.text).toContain('over an hour')
    active = true
    await runUntil(2 * HOUR)
    expect(told[2]?.text).toContain('takes calls again')
    expect(told).toHaveLength(3)
  })

  it('says nothing of a session where EazyBe only asks to wait', async () => {
    listen((_, n) => (n === 2 ? answers.throttled('90') : answers.inactive()))
    const { lead, story, runUntil } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(2 * MINUTE)
    expect(await story(seq)).toMatchObject({ reason: 'EazyBe’s cloud session is inactive' })
    await runUntil(65 * MINUTE)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('session is inactive'),
      expect.stringContaining('inactive for over an hour'),
    ])
  })

  it('comes once where EazyBe asks for a wait of days, and again for another wait', async () => {
    listen((_, n) => answers.throttled(String(n * 2 * 86_400)))
    const { lead, runUntil, stub } = outbox()
    await lead('A', [ASHA])
    await runUntil(20 * HOUR)
    expect(told).toEqual([
      { at: 20 * SECOND, text: expect.stringContaining('asked to wait for over an hour') },
    ])
    expect(told[0]?.text).toContain('“Resume” in the console ends the wait')
    await stub.account().resume('test')
    await runUntil(23 * HOUR)
    expect(told).toHaveLength(2)
    expect(told[1]?.text).toBe(told[0]?.text)
  })

  it('does not come for a wait of minutes', async () => {
    listen((_, n) => (n === 1 ? answers.throttled('3000') : answers.ok()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(5 * HOUR)
    expect(told).toEqual([])
  })

  it('comes when EazyBe fails for everybody, and when it works again', async () => {
    let down = true
    listen(() => (down ? answers.failed() : answers.ok()))
    const { lead, runUntil, story } = outbox()
    const leads = []
    for (const name of ['A', 'B', 'C', 'D']) {
      leads.push(await lead(name, [`91980000000${leads.length}`], { create: false }))
    }
    await runUntil(48 * HOUR)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('EazyBe fails for everybody'),
      expect.stringContaining('has waited for over a day'),
    ])
    down = false
    await runUntil(60 * HOUR)
    expect(told.at(-1)?.text).toContain('takes calls again')
    expect(told).toHaveLength(3)
    for (const { seq } of leads) expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('is not sent for what was over before it was told', async () => {
    alertStatus = 500
    let active = false
    listen(() => (active ? answers.ok() : answers.inactive()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(25 * SECOND)
    expect(told).toHaveLength(1)
    active = true
    // Tried again, and again in vain, before the session's next turn.
    await runUntil(85 * SECOND)
    const before = told.length
    alertStatus = 200
    await runUntil(HOUR)
    expect(told).toHaveLength(before)
  })

  it('is not sent for the end of what was not told, whatever was told of an earlier time', async () => {
    listen((_, n) => (n === 1 ? answers.inactive() : answers.ok()))
    const { lead, runUntil, sql } = outbox()
    const minutesAgo = (minutes: number) => Date.now() - minutes * MINUTE
    await sql(
      `INSERT INTO alerts (key, kind, subject, count, due_at, sent_at, attempts)
       VALUES ('sessionInactive', 'sessionInactive', '', 0, NULL, ?, 0), ('stillInactive', 'stillInactive', '', 0, NULL, ?, 0)`,
      minutesAgo(10),
      minutesAgo(1_000),
    )
    await lead('A', [ASHA])
    await runUntil(5 * HOUR)
    expect(told).toEqual([])
  })

  it('is not sent for what the operator has mended meanwhile', async () => {
    listen((_, n) => (n === 1 ? answers.unauthorized() : answers.ok()))
    const { lead, runUntil, sql, stub } = outbox()
    await sql(
      `INSERT INTO alerts (key, kind, subject, count, due_at, sent_at, attempts)
       VALUES ('tokenRefused', 'tokenRefused', '', 0, NULL, ?, 0)`,
      Date.now() - 10 * MINUTE,
    )
    await lead('A', [ASHA])
    await runUntil(MINUTE)
    await stub.account().resume('test')
    await runUntil(5 * HOUR)
    expect(told).toEqual([])
  })

  it('comes once an hour for the same matter, with how often it happened', async () => {
    listen(({ groupName }) => (groupName === 'Good' ? answers.ok() : answers.invalid()))
    const { lead, runUntil } = outbox()
    for (let n = 10; n < 15; n++) {
      await lead('Bad', [`9198000000${n}`], { create: false })
      // Another one is accepted between: it is their numbers that are refused.
      await lead('Good', [`9198000000${n}`], { create: false })
      await runUntil((n - 9) * 5 * MINUTE)
    }
    await runUntil(3 * HOUR)
    const counts = told.map(({ text }) => Number(/: (\d+) deliver/.exec(text)?.[1]))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5)
    expect(counts.length).toBeLessThanOrEqual(2)
  })

  it('comes for a teammate who signs up with a number that was refused', async () => {
    const mentor = '919811112222'
    listen(({ contacts }) => (contacts.includes(mentor) ? answers.invalid() : answers.ok()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA, mentor], { teammates: [mentor] })
    await runUntil(HOUR)
    expect(told).toEqual([])
    await lead('A', [mentor])
    await runUntil(2 * HOUR)
    expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('1 delivery is parked')])
  })

  it('is tried again where it did not arrive, later each time, and not for ever', async () => {
    alertStatus = 500
    listen(answers.unauthorized)
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(10 * HOUR)
    expect(told.length).toBeGreaterThan(5)
    expect(told.length).toBeLessThan(30)
    await runUntil(72 * HOUR, 1_000)
    const before = told.length
    await runUntil(96 * HOUR, 1_000)
    expect(told).toHaveLength(before)
  }, 30_000)

  it('comes for deliveries that are held for over an hour, once', async () => {
    listen(answers.missing)
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA], { create: false })
    await lead('B', [BINA], { create: false })
    await runUntil(50 * MINUTE)
    expect(told).toEqual([])
    await runUntil(3 * 24 * HOUR, 1_000)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('2 deliveries are held and need a decision'),
    ])
  }, 30_000)

  it('comes once for a backlog of over a day', async () => {
    listen(answers.ok)
    const { lead, runUntil, stub } = outbox()
    await stub.account().pause('test')
    await lead('A', [ASHA])
    await runUntil(5 * 24 * HOUR, 1_000)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('has waited for over a day'),
    ])
  }, 30_000)

  it('comes when a group is nearly full', async () => {
    listen(answers.ok)
    const { lead, runUntil } = outbox()
    for (let n = 10; n < 13; n++) await lead('A', [`9198000000${n}`], { hook: 'batch' })
    await runUntil(HOUR)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('Group 1 is nearly full'),
    ])
  })

  it('comes for the first webhook that proves nothing, where nothing else came by the hook', async () => {
    listen(answers.ok)
    const { runUntil, stub } = outbox()
    await stub.hooks().refused('webinar', 1, 'mismatch')
    await stub.hooks().refused('webinar', 2, 'mismatch')
    await runUntil(SECOND)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('A webhook to /hooks/webinar'),
    ])
    const { refused } = await stub.hooks().states()
    expect(refused).toMatchObject([{ hook: 'webinar', count: 3 }])
  })

  it('comes for a burst only, where the hook works, and is over with the next one that is verified', async () => {
    listen(answers.ok)
    const { lead, runUntil, sql, stub } = outbox()
    await lead('A', [ASHA])
    await stub.hooks().refused('webinar', 19, 'mismatch')
    await runUntil(MINUTE)
    expect(told).toEqual([])
    await stub.hooks().refused('webinar', 6, 'mismatch')
    await runUntil(2 * MINUTE)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('6 webhooks to /hooks/webinar'),
    ])
    expect(await sql('SELECT hook, refused AS count FROM hooks WHERE refused > 0')).toEqual([
      { hook: 'webinar', count: 25 },
    ])
    await lead('A', ['919800000002'])
    expect((await stub.hooks().states()).refused).toEqual([])
    expect(await sql('SELECT hook FROM hooks WHERE refused > 0')).toEqual([])
  })

  it('is written once a minute at most, however many are refused', async () => {
    listen(answers.ok)
    const { runUntil, sql, stub } = outbox()
    for (let n = 0; n < 50; n++) await stub.hooks().refused('webinar', 1, 'missing')
    expect(await sql('SELECT refused AS count FROM hooks')).toEqual([{ count: 1 }])
    await runUntil(MINUTE)
    expect(await sql('SELECT refused AS count FROM hooks')).toEqual([{ count: 50 }])
  })

  it('identifies no person', async () => {
    listen(() => answers.invalid())
    const { lead, runUntil } = outbox()
    await lead('Asha’s group', [ASHA])
    await runUntil(HOUR)
    expect(told.length).toBeGreaterThan(0)
    for (const { text } of told) {
      expect(text).not.toMatch(/Asha|\d{7}|•/)
    }
  })

  it('costs nothing where there is no ALERT_URL', async () => {
    Reflect.deleteProperty(env, 'ALERT_URL')
    listen(answers.unauthorized)
    const { lead, runUntil, sql } = outbox()
    await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(await sql('SELECT * FROM alerts')).toEqual([])
  })

  it('never holds up a call, whatever its address does', async () => {
    const calls = listen(({ groupName }) =>
      groupName === 'Bad' ? answers.invalid() : answers.ok(),
    )
    const eazybe = vi.mocked(globalThis.fetch).getMockImplementation()
    vi.mocked(globalThis.fetch).mockImplementation(async (url, init) => {
      if (url === URL) throw new TypeError('no such host')
      return eazybe?.(url, init) ?? new Response()
    })
    const { lead, runUntil, story } = outbox()
    await lead('Bad', [ASHA])
    const good = await lead('Good', [BINA])
    await runUntil(HOUR)
    expect(await story(good.seq)).toMatchObject({ state: 'accepted' })
    expect(calls).toHaveLength(2)
  })
})
