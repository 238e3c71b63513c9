/** Looking up what a webhook leaves out, on the real runtime: what is asked of the vendor, and what becomes of a lead meanwhile. */

import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EVERY_DELIVERY } from '../../../src/outbox/store/search.ts'
import { answers, play, type SeenCall } from '../drive.ts'
import { expectDiscreet, house, listen, post, VARS } from '../house.ts'
import { sender } from '../worker.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NAME = 'Zinnia'

type House = ReturnType<typeof house>
type Vendor = (url: string, init: RequestInit) => Response | Promise<Response>

let calls: SeenCall[]
/** What the vendor was asked, and when, in milliseconds since the test began. */
let asked: { url: string; init: RequestInit; at: number }[]
let lines: string[]

beforeEach(() => {
  calls = play(answers.ok)
  lines = listen()
  vendor((url) => person(url))
})

afterEach(() => {
  sender.explodes = true
  expectDiscreet(lines)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Puts a vendor beside EazyBe. */
function vendor(answer: Vendor): void {
  asked = []
  const began = Date.UTC(2035, 0, 1, 12)
  const eazybe = vi.mocked(globalThis.fetch).getMockImplementation()
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init = {}) => {
    const url = String(input)
    if (url.includes('eazybe')) return eazybe?.(input, init) ?? answers.failed()
    asked.push({ url, init, at: Date.now() - began })
    return answer(url, init)
  })
}

function person(url: string, more: object = {}): Response {
  const number = url.split('/').at(-1)
  return Response.json({ phone: `98000 0000${number}`, cohort: NAME, ...more })
}

const ids = (...all: string[]) => post({ ids: all }, VARS.TERSE_SECRET)

async function states(at: House) {
  const filter = { ...EVERY_DELIVERY, state: null, limit: 200, before: null }
  return (await at.drive().stub.deliveries().list(filter)).deliveries
}

async function story(at: House, id = 'default-1') {
  const headers = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
  return JSON.stringify(await (await at.ask(`/api/deliveries/${id}`, { headers })).json())
}

async function remap(at: House, id = 'default-1') {
  const headers = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
  const init = { method: 'POST', headers, body: '{"mode":"remap"}' }
  const answer = await at.ask(`/api/deliveries/${id}/retry`, init)
  const body: unknown = await answer.json()
  return { status: answer.status, body }
}

describe('a look-up', () => {
  it('waits for the alarm: a webhook is answered before any vendor is asked', async () => {
    const at = house()
    expect((await at.ask('/hooks/terse', ids('1', '2'))).status).toBe(200)
    expect(globalThis.fetch).not.toHaveBeenCalled()
    expect(await states(at)).toMatchObject([
      { state: 'queued', reason: 'the rest is asked of the sender' },
      { state: 'queued', reason: 'the rest is asked of the sender' },
    ])
  })

  it('asks the vendor once for each person, with the hook’s token and no redirect', async () => {
    const at = house()
    await at.ask('/hooks/terse', ids('1', '2'))
    await at.drive().runUntil(HOUR)
    expect(asked.map(({ url }) => url)).toEqual([
      'https://api.terse.example/people/1',
      'https://api.terse.example/people/2',
    ])
    for (const { init } of asked) {
      expect(new Headers(init.headers).get('authorization')).toBe(`Bearer ${VARS.TERSE_API_TOKEN}`)
      expect(init.redirect).toBe('manual')
    }
    expect(calls).toMatchObject([{ groupName: 'Cohort Zinnia' }])
    expect(calls[0]?.contacts.toSorted()).toEqual(['919800000001', '919800000002'])
  })

  it('is not made for what is not verified, nor for a repeat', async () => {
    const at = house()
    await at.ask('/hooks/terse', post({ ids: ['1'] }, 'not-the-secret-of-this-hook'))
    await at.ask('/hooks/terse', ids('1'))
    const again = await at.ask('/hooks/terse', ids('1'))
    expect(await again.json()).toEqual({ status: 'duplicate', deliveries: ['default-1'] })
    await at.drive().runUntil(HOUR)
    expect(asked).toHaveLength(1)
  })

  it('lets `when` judge what was found: what it does not want is skipped, and not looked up again', async () => {
    vendor((url) => person(url, { cohort: 'Unwanted' }))
    const at = house()
    for (let time = 0; time < 2; time++) {
      await at.ask('/hooks/terse', ids('1'))
      await at.drive().runUntil(HOUR)
    }
    expect(await states(at)).toMatchObject([{ state: 'skipped', reason: 'not wanted' }])
    expect(asked).toHaveLength(1)
    expect(calls).toEqual([])
  })

  it('of a thousand people in one body is made for at most twenty of them in one alarm', async () => {
    const at = house()
    const many = Array.from({ length: 1_000 }, (_, index) => String(index))
    vendor(() => Response.json({ phone: '', cohort: NAME }))
    expect((await at.ask('/hooks/terse', ids(...many))).status).toBe(200)
    const { stub } = at.drive()
    const steps: number[] = []
    while (asked.length < many.length) {
      const before = asked.length
      await runDurableObjectAlarm(stub)
      steps.push(asked.length - before)
    }
    expect(Math.max(...steps)).toBe(20)
    expect(steps).toHaveLength(50)
    expect(new Set(asked.map(({ url }) => url)).size).toBe(1_000)
  })
})

describe('a look-up that failed', () => {
  interface Trouble {
    readonly answer?: Vendor
    readonly token?: null
    readonly says: string
  }

  afterEach(() => {
    Reflect.set(env, 'TERSE_API_TOKEN', VARS.TERSE_API_TOKEN)
  })

  it.each<[sentence: string, trouble: Trouble]>([
    ['while the token is not set', { token: null, says: 'the secret TERSE_API_TOKEN' }],
    [
      'as the vendor refuses, without the token in its words',
      { answer: () => new Response(null, { status: 403 }), says: 'Terse answered 403 to ….' },
    ],
    [
      'as the vendor points elsewhere',
      { answer: () => Response.redirect('https://elsewhere.example/', 302), says: '302' },
    ],
    [
      'as the vendor cannot be reached',
      { answer: () => Promise.reject(new TypeError('zinnia')), says: '(TypeError)' },
    ],
    ['as the answer is no JSON', { answer: () => new Response('<html>'), says: '(SyntaxError)' }],
    [
      'as the answer has another shape',
      { answer: () => Response.json({ zinnia: 1 }), says: '(ValiError)' },
    ],
    [
      'as the answer is too large',
      { answer: () => new Response('z'.repeat(300_000)), says: '(RangeError)' },
    ],
  ])('%s says so, and is made again a minute later', async (_, trouble) => {
    const { answer = (url: string) => person(url), token, says } = trouble
    vendor(answer)
    if (token === null) Reflect.deleteProperty(env, 'TERSE_API_TOKEN')
    const at = house()
    await at.ask('/hooks/terse', ids('1'))
    await at.drive().runUntil(0)
    expect(await states(at)).toMatchObject([
      { state: 'queued', waitingUntil: '2035-01-01T12:01:00.000Z' },
    ])
    const told = await story(at)
    expect(told).toContain(says)
    expect(told).not.toContain(VARS.TERSE_API_TOKEN)
    Reflect.set(env, 'TERSE_API_TOKEN', VARS.TERSE_API_TOKEN)
    vendor((url) => person(url))
    await at.drive().runUntil(HOUR)
    expect(await states(at)).toMatchObject([{ state: 'accepted' }])
  })

  it('is made again at 1, 5 and 30 minutes, 2 and 12 hours; then the lead is held, and can be mapped again', async () => {
    vendor(() => new Response(null, { status: 500 }))
    const at = house()
    await at.ask('/hooks/terse', ids('1'))
    await at.drive().runUntil(24 * HOUR)
    expect(asked.map((one) => one.at / MINUTE)).toEqual([0, 1, 6, 36, 156, 876])
    expect(await states(at)).toMatchObject([{ state: 'held', reason: 'look-up' }])
    vendor((url) => person(url))
    expect(await remap(at)).toMatchObject({ body: { state: 'queued' } })
    await at.drive().runUntil(25 * HOUR)
    expect(calls).toMatchObject([{ contacts: ['919800000001'] }])
  })

  it('is given up after 5 s, and its request ended', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() })
    let ended: AbortSignal | null | undefined
    vendor((_, { signal }) => {
      ended = signal
      setTimeout(() => vi.advanceTimersByTime(6_000), 0)
      queueMicrotask(() => vi.advanceTimersByTime(6_000))
      return new Promise(() => {})
    })
    const at = house()
    await at.ask('/hooks/terse', ids('1'))
    await at.drive().runUntil(0)
    expect(await story(at)).toContain('within 5 s')
    expect(ended?.aborted).toBe(true)
  })

  it('is not made for what was discarded meanwhile', async () => {
    const at = house()
    await at.ask('/hooks/terse', ids('1'))
    await at.drive().stub.deliveries().act([1], { kind: 'discard' }, 'test')
    await at.drive().runUntil(HOUR)
    expect(asked).toEqual([])
    expect(await states(at)).toMatchObject([{ state: 'skipped', reason: 'discarded' }])
  })
})

describe('mapping again', () => {
  it('looks up at once what waits for its next try', async () => {
    vendor(() => new Response(null, { status: 500 }))
    const at = house()
    await at.ask('/hooks/terse', ids('1', '2'))
    await at.drive().runUntil(0)
    vendor((url) => person(url))
    expect(await remap(at, 'default-2')).toMatchObject({ body: { state: 'queued' } })
    expect(asked.map(({ url }) => url)).toEqual(['https://api.terse.example/people/2'])
    await at.drive().runUntil(30_000)
    expect(calls).toMatchObject([{ contacts: ['919800000002'] }])
    expect(await states(at)).toMatchObject([{ state: 'accepted' }, { state: 'queued' }])
  })

  it('looks up again what was mended at the vendor', async () => {
    vendor((url) => person(url, { phone: '' }))
    const at = house()
    await at.ask('/hooks/terse', ids('1'))
    await at.drive().runUntil(0)
    expect(await states(at)).toMatchObject([{ state: 'held', reason: 'mapping' }])
    vendor(() => new Response(null, { status: 500 }))
    const still = await remap(at)
    expect(still).toMatchObject({ body: { state: 'held', reason: 'look-up' } })
    expect(await story(at)).toContain('Terse answered 500')
    vendor((url) => person(url))
    expect(await remap(at)).toMatchObject({ body: { state: 'queued' } })
  })

  it('reads a body that could not be read, and then looks up', async () => {
    const at = house()
    await at.ask('/hooks/terse', ids('explode'))
    await at.drive().runUntil(0)
    expect(await states(at)).toMatchObject([{ state: 'held', reason: 'payload' }])
    expect(asked).toEqual([])
    sender.explodes = false
    vendor(() => new Response(null, { status: 500 }))
    expect(await remap(at)).toMatchObject({ body: { state: 'held', reason: 'payload' } })
    vendor((url) => person(url, { phone: '' }))
    expect(await remap(at)).toMatchObject({ body: { state: 'held', reason: 'payload' } })
    vendor((url) => person(url, { phone: '9800000007' }))
    expect(await remap(at)).toMatchObject({ body: { state: 'queued' } })
  })
})
