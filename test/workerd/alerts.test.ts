/** What the operator is told at ALERT_URL: once, in words, without saying who anybody is. */

import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, outbox, play } from './drive.ts'

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

/** EazyBe by script, and beside it somebody who takes alerts. */
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

  it('is not sent for what was over before anybody was told', async () => {
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

  it('is not sent for the end of what nobody was told of, whatever was told of an earlier time', async () => {
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
    await stub.resume('test')
    await runUntil(5 * HOUR)
    expect(told).toEqual([])
  })

  it('comes once an hour for the same matter, with how often it happened', async () => {
    listen(answers.invalid)
    const { lead, runUntil } = outbox()
    for (let n = 10; n < 15; n++) await lead('A', [`9198000000${n}`], { create: false })
    await runUntil(3 * HOUR)
    const counts = told.map(({ text }) => Number(/: (\d+) deliver/.exec(text)?.[1]))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5)
    expect(counts.length).toBeLessThanOrEqual(2)
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
      expect.stringContaining('2 deliveries are held and need a hand'),
    ])
  }, 30_000)

  it('comes once for a backlog of over a day', async () => {
    listen(answers.ok)
    const { lead, runUntil, stub } = outbox()
    await stub.pause('test')
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

  it('comes for a burst of webhooks that prove nothing', async () => {
    listen(answers.ok)
    const { runUntil, stub } = outbox()
    await stub.forged('webinar', 20)
    await stub.forged('webinar', 25)
    await runUntil(SECOND)
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('45 webhooks to /hooks/webinar'),
    ])
  })

  it('says of nobody who they are', async () => {
    listen(() => answers.invalid())
    const { lead, runUntil } = outbox()
    await lead('Asha’s group', [ASHA])
    await runUntil(HOUR)
    expect(told.length).toBeGreaterThan(0)
    for (const { text } of told) {
      expect(text).not.toMatch(/Asha|\d{7}|•/)
    }
  })

  it('costs nothing where nobody is to be told', async () => {
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
