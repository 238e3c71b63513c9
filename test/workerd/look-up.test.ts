/** Looking up what a webhook leaves out, on the real runtime: what is asked of the vendor, and what becomes of a lead meanwhile. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EVERY_DELIVERY } from '../../src/outbox/search.ts'
import { answers, play, type SeenCall } from './drive.ts'
import { expectDiscreet, house, listen, post, sender, VARS } from './house.ts'

const HOUR = 3_600_000
const NAME = 'Zinnia'

type House = ReturnType<typeof house>
type Vendor = (url: string, init: RequestInit) => Response | Promise<Response>

let calls: SeenCall[]
let asked: { url: string; init: RequestInit }[]
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
  const eazybe = vi.mocked(globalThis.fetch).getMockImplementation()
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init = {}) => {
    const url = String(input)
    if (url.includes('eazybe')) return eazybe?.(input, init) ?? answers.failed()
    asked.push({ url, init })
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
  return (await at.drive().stub.list(filter)).deliveries
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
  it('asks the vendor once for each person, with the hook’s token and no redirect', async () => {
    const at = house()
    expect((await at.ask('/hooks/terse', ids('1', '2'))).status).toBe(200)
    expect(asked.map(({ url }) => url)).toEqual([
      'https://api.terse.example/people/1',
      'https://api.terse.example/people/2',
    ])
    for (const { init } of asked) {
      expect(new Headers(init.headers).get('authorization')).toBe(`Bearer ${VARS.TERSE_API_TOKEN}`)
      expect(init.redirect).toBe('manual')
    }
    await at.drive().runUntil(HOUR)
    expect(calls).toMatchObject([
      { groupName: 'Cohort Zinnia', contacts: ['919800000001', '919800000002'] },
    ])
  })

  it('is not made for who is not believed, nor for a repeat', async () => {
    const at = house()
    await at.ask('/hooks/terse', post({ ids: ['1'] }, 'not-the-secret-of-this-hook'))
    expect(asked).toEqual([])
    await at.ask('/hooks/terse', ids('1'))
    const again = await at.ask('/hooks/terse', ids('1'))
    expect(await again.json()).toEqual({ status: 'duplicate', deliveries: ['default-1'] })
    expect(asked).toHaveLength(1)
  })

  it('lets `when` judge what was found, and is not made again for what it does not want', async () => {
    vendor((url) => person(url, { cohort: 'Unwanted' }))
    const at = house()
    for (let time = 0; time < 2; time++) {
      const answer = await at.ask('/hooks/terse', ids('1'))
      expect(await answer.json()).toMatchObject({ deliveries: [] })
    }
    expect(asked).toHaveLength(1)
    expect(at.wakes).toEqual([])
  })
})

describe('a lead is held, and says what to do,', () => {
  interface Trouble {
    readonly answer?: Vendor
    readonly vars?: Record<string, string | undefined>
    readonly says: string
  }

  it.each<[sentence: string, trouble: Trouble]>([
    [
      'while the token is not set',
      { vars: { TERSE_API_TOKEN: undefined }, says: 'the secret TERSE_API_TOKEN' },
    ],
    [
      'when the vendor refuses, without the token in its words',
      { answer: () => new Response(null, { status: 403 }), says: 'Terse answered 403 to ….' },
    ],
    [
      'when the vendor points elsewhere',
      { answer: () => Response.redirect('https://elsewhere.example/', 302), says: '302' },
    ],
    [
      'when the vendor cannot be reached',
      { answer: () => Promise.reject(new TypeError('zinnia')), says: '(TypeError)' },
    ],
    ['when the answer is no JSON', { answer: () => new Response('<html>'), says: '(SyntaxError)' }],
    [
      'when the answer has another shape',
      { answer: () => Response.json({ zinnia: 1 }), says: '(ValiError)' },
    ],
    [
      'when the answer is too large',
      { answer: () => new Response('z'.repeat(300_000)), says: '(RangeError)' },
    ],
  ])('%s', async (_, { answer = (url: string) => person(url), vars = {}, says }) => {
    vendor(answer)
    const at = house({ vars })
    expect((await at.ask('/hooks/terse', ids('1'))).status).toBe(200)
    expect(await states(at)).toMatchObject([{ state: 'held', reason: 'payload' }])
    const told = await story(at)
    expect(told).toContain(says)
    expect(told).not.toContain(VARS.TERSE_API_TOKEN)
  })

  it('when the vendor takes too long', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() })
    let ended: AbortSignal | null | undefined
    vendor((_, { signal }) => {
      ended = signal
      setTimeout(() => vi.advanceTimersByTime(6_000), 0)
      queueMicrotask(() => vi.advanceTimersByTime(6_000))
      return new Promise(() => {})
    })
    const at = house()
    expect((await at.ask('/hooks/terse', ids('1'))).status).toBe(200)
    expect(await story(at)).toContain('within 5 s')
    expect(ended?.aborted).toBe(true)
  })
})

describe('mapping again', () => {
  it('looks up again what could not be looked up before', async () => {
    vendor(() => new Response(null, { status: 500 }))
    const at = house()
    await at.ask('/hooks/terse', ids('1', '2'))
    expect(await remap(at, 'default-2')).toMatchObject({ status: 200, body: { state: 'held' } })
    vendor((url) => person(url))
    expect(await remap(at, 'default-2')).toMatchObject({ body: { state: 'queued' } })
    expect(asked.map(({ url }) => url)).toEqual(['https://api.terse.example/people/2'])
    await at.drive().runUntil(HOUR)
    expect(calls).toMatchObject([{ contacts: ['919800000002'] }])
    expect(await states(at)).toMatchObject([{ state: 'accepted' }, { state: 'held' }])
  })

  it('looks up again what was mended at the vendor', async () => {
    vendor((url) => person(url, { phone: '' }))
    const at = house()
    await at.ask('/hooks/terse', ids('1'))
    expect(await states(at)).toMatchObject([{ state: 'held', reason: 'mapping' }])
    vendor(() => new Response(null, { status: 500 }))
    const still = await remap(at)
    expect(still).toMatchObject({ body: { state: 'held', reason: 'mapping' } })
    expect(await story(at)).toContain('Terse answered 500')
    vendor((url) => person(url))
    expect(await remap(at)).toMatchObject({ body: { state: 'queued' } })
  })

  it('reads a body that could not be read, and then looks up', async () => {
    const at = house()
    await at.ask('/hooks/terse', ids('explode'))
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
