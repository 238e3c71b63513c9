/** The way of a webhook on the real runtime: every answer it can get, and that nothing is lost or sent twice on the way. */

import { exports } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { EVERY_DELIVERY } from '../../../src/outbox/store/search.ts'
import { MAX_BODY_BYTES, readBody } from '../../../src/receive/request.ts'
import { worker } from '../../../src/worker.ts'
import { answers, play, type SeenCall } from '../drive.ts'
import { expectDiscreet, type HouseOptions, house, listen, post, VARS } from '../house.ts'
import { config, mapping } from '../worker.ts'

const HOUR = 3_600_000
const ZINNIA = 'Zinnia Club'

let calls: SeenCall[]
let lines: string[]

beforeEach(() => {
  calls = play(answers.ok)
  lines = listen()
})

// Whatever a test does, the log stays discreet.
afterEach(() => {
  expectDiscreet(lines)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

let lastPhone = 9_800_010_000
/** An invite for a new person. */
function invite(more: object = {}) {
  return { groupName: ZINNIA, contacts: [String(++lastPhone)], create: true, ...more }
}
/** A new person for a hook with fields. */
function lead(more: object = {}) {
  return { phone: String(++lastPhone), cohort: 'Zinnia', ...more }
}
function plain(body: unknown = invite(), headers: Record<string, string> = {}) {
  return post(body, VARS.PLAIN_SECRET, headers)
}
async function signed(body: unknown): Promise<RequestInit> {
  const bytes =
    body instanceof Uint8Array ? body : utf8(typeof body === 'string' ? body : JSON.stringify(body))
  const headers = new Headers({ 'content-type': 'application/json' })
  const outgoing = { method: 'POST', url: '', headers, body: bytes, id: '', now: Date.now() }
  const proof = await config.hooks.signed?.source.scheme.sign(outgoing, VARS.SIGNED_SECRET)
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...proof?.headers },
    body: bytes,
  }
}
function entries(): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line))
}
/** Every delivery of the account. */
async function deliveries({ drive }: ReturnType<typeof house>, account = 'default') {
  const filter = { ...EVERY_DELIVERY, state: null, limit: 200, before: null }
  return (await drive(account).stub.deliveries().list(filter)).deliveries
}

describe('the Worker as it is deployed', () => {
  it('takes a webhook and says that it is well', async () => {
    const answer = await exports.default.fetch('https://usher.example/hooks/plain', plain())
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'queued', deliveries: ['default-1'] })
    const health = await exports.default.fetch('https://usher.example/health')
    expect(await health.json()).toEqual({ status: 'ok' })
  })

  it('leads a person who opens its address in a browser to the console', async () => {
    const asked = new Request('https://usher.example/', { redirect: 'manual' })
    const answer = await exports.default.fetch(asked)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console'])
  })

  it('finds the route of a webhook with one regular expression', async () => {
    const app = worker(config)
    await app.request('/health')
    // Hono falls back to walking a tree where the pattern of one route matches the fixed name of another.
    expect(app.router.name).toBe('SmartRouter + RegExpRouter')
  })
})

describe('a request is refused', () => {
  const big = `{"groupName":"${'z'.repeat(MAX_BODY_BYTES)}"}`
  const basic = (text: string) => `Basic ${btoa(text)}`
  const streamed = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let piece = 0; piece < 8; piece++) controller.enqueue(new Uint8Array(64 * 1024))
        controller.close()
      },
    })

  interface Refusal {
    readonly path?: string
    readonly init?: () => RequestInit
    readonly vars?: HouseOptions['vars']
    readonly status: number
    readonly reason: string
    readonly because?: string
    readonly headers?: Record<string, string>
  }

  it.each<[sentence: string, refusal: Refusal]>([
    ['to a hook that is none', { path: '/hooks/nobody', status: 404, reason: 'unknown_hook' }],
    [
      'to a hook of a name that objects inherit',
      { path: '/hooks/constructor', status: 404, reason: 'unknown_hook' },
    ],
    ['to a hook in other letters', { path: '/hooks/Plain', status: 404, reason: 'unknown_hook' }],
    [
      'with GET',
      {
        init: () => ({ method: 'GET' }),
        status: 405,
        reason: 'method_not_allowed',
        headers: { allow: 'POST' },
      },
    ],
    [
      'with PUT',
      {
        init: () => ({ ...plain(), method: 'PUT' }),
        status: 405,
        reason: 'method_not_allowed',
        headers: { allow: 'POST' },
      },
    ],
    [
      'with DELETE',
      {
        init: () => ({ method: 'DELETE' }),
        status: 405,
        reason: 'method_not_allowed',
        headers: { allow: 'POST' },
      },
    ],
    ['with a body that is too long', { init: () => plain(big), status: 413, reason: 'too_large' }],
    [
      'with a body that says it is too long',
      {
        init: () => ({ ...plain('{}'), headers: { 'content-length': '300000' } }),
        status: 413,
        reason: 'too_large',
      },
    ],
    [
      'with a body that is too long and does not say so',
      { init: () => ({ ...plain(), body: streamed() }), status: 413, reason: 'too_large' },
    ],
    [
      'with a compressed body',
      {
        init: () => plain(invite(), { 'content-encoding': 'gzip' }),
        status: 415,
        reason: 'compressed',
        headers: { 'accept-encoding': 'identity' },
      },
    ],
    [
      'with a body of a coding nobody knows',
      {
        init: () => plain(invite(), { 'content-encoding': 'identity, br' }),
        status: 415,
        reason: 'compressed',
      },
    ],
    [
      'with text',
      {
        init: () => plain('hello', { 'content-type': 'text/plain' }),
        status: 415,
        reason: 'unsupported_type',
      },
    ],
    [
      'with a type that this source does not send',
      {
        init: () => plain('x', { 'content-type': 'multipart/form-data; boundary=x' }),
        status: 415,
        reason: 'unsupported_type',
      },
    ],
    [
      'without a type',
      {
        init: () => ({
          method: 'POST',
          headers: { authorization: `Bearer ${VARS.PLAIN_SECRET}` },
          body: utf8('{}'),
        }),
        status: 415,
        reason: 'unsupported_type',
      },
    ],
    [
      'while the hook has no secret',
      {
        path: '/hooks/secretless',
        status: 503,
        reason: 'misconfigured',
        because: 'the secret SECRETLESS_SECRET is not set',
        headers: { 'retry-after': '30' },
      },
    ],
    [
      'while the hook’s secret is blank',
      {
        vars: { PLAIN_SECRET: ' \n' },
        status: 503,
        reason: 'misconfigured',
        because: 'the secret PLAIN_SECRET is not set',
      },
    ],
    [
      'while the hook’s secret is weak, although it is shown',
      {
        path: '/hooks/weak',
        init: () => post(invite(), VARS.WEAK_SECRET),
        status: 503,
        reason: 'misconfigured',
        because: 'the secret WEAK_SECRET is shorter than 16 characters',
      },
    ],
    [
      'while one of two secrets is weak',
      {
        vars: { PLAIN_SECRET: `${VARS.PLAIN_SECRET}\nshort` },
        status: 503,
        reason: 'misconfigured',
      },
    ],
    [
      'while the hook’s secret is that of the documentation',
      {
        path: '/hooks/standard',
        vars: { STANDARD_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
        status: 503,
        reason: 'misconfigured',
        because: 'the secret STANDARD_SECRET is a sample',
      },
    ],
    [
      'while its account has the pace of the sandbox, and this is none',
      {
        path: '/hooks/rushed',
        init: () => post(invite(), VARS.RUSHED_SECRET),
        status: 503,
        reason: 'misconfigured',
        because: expect.stringContaining('"instant"'),
      },
    ],
    [
      'while the hook has no secret, as its sender wants to hear it',
      {
        path: '/hooks/throttled',
        vars: { THROTTLED_SECRET: undefined },
        status: 429,
        reason: 'misconfigured',
      },
    ],
    [
      'without a token',
      {
        init: () => ({
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        }),
        status: 401,
        reason: 'bad_signature',
        because: 'missing',
      },
    ],
    [
      'with a wrong token',
      {
        init: () => post(invite(), 'not-the-secret-of-this-hook'),
        status: 401,
        reason: 'bad_signature',
        because: 'mismatch',
      },
    ],
    [
      'with the token of another hook',
      {
        init: () => post(invite(), VARS.BUYERS_SECRET),
        status: 401,
        reason: 'bad_signature',
        because: 'mismatch',
      },
    ],
    [
      'with a wrong password',
      {
        init: () => plain(invite(), { authorization: basic('zapier:not-the-secret') }),
        status: 401,
        reason: 'bad_signature',
        because: 'mismatch',
      },
    ],
    [
      'with two tokens that disagree',
      {
        init: () => plain(invite(), { 'x-usher-secret': 'not-the-secret-of-this-hook' }),
        status: 401,
        reason: 'bad_signature',
        because: 'malformed',
      },
    ],
    [
      'with a secret that is being retired, and a wrong one',
      {
        path: '/hooks/rotated',
        init: () => post(invite(), VARS.ROTATED_SECRET.replace('\n', ' ')),
        status: 401,
        reason: 'bad_signature',
      },
    ],
    [
      'without a signature',
      { path: '/hooks/signed', status: 401, reason: 'bad_signature', because: 'missing' },
    ],
    [
      'without the secret in its URL',
      {
        path: '/hooks/linked',
        init: () => post(lead(), VARS.LINKED_SECRET),
        status: 401,
        reason: 'bad_signature',
        because: 'missing',
      },
    ],
    [
      'with a wrong secret in its URL',
      {
        path: '/hooks/linked/not-the-secret-zinnia',
        status: 401,
        reason: 'bad_signature',
        because: 'mismatch',
      },
    ],
    [
      'with an Idempotency-Key that is none',
      {
        init: () => plain(invite(), { 'idempotency-key': 'k'.repeat(256) }),
        status: 400,
        reason: 'bad_key',
      },
    ],
    [
      'with an Idempotency-Key of nothing',
      { init: () => plain(invite(), { 'idempotency-key': '""' }), status: 400, reason: 'bad_key' },
    ],
  ])('%s', async (_, { path = '/hooks/plain', init = plain, vars = {}, ...expected }) => {
    const at = house({ vars })
    const answer = await at.ask(path, init())
    expect(answer.status).toBe(expected.status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...expected.headers,
    })
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({
      type: 'about:blank',
      title: expect.any(String),
      status: expected.status,
    })
    // Exact in the log, vague to a stranger.
    const { reason, because = expect.toSatisfy(() => true) } = expected
    expect(entries()).toEqual([
      expect.objectContaining({ event: 'webhook.refused', reason, status: expected.status }),
    ])
    expect(entries()[0]?.because).toEqual(because)
    expect(text).not.toMatch(/mismatch|missing|malformed|_SECRET/)
    // The hook’s operator is told of what did not prove itself.
    expect(at.wakes).toEqual(reason === 'bad_signature' ? ['refused'] : [])
  })

  it('to a hook whose name is a secret, which stays out of the log', async () => {
    const answer = await house().ask(`/hooks/${VARS.PLAIN_SECRET}`, plain())
    expect(answer.status).toBe(404)
    expect(entries()).toEqual([expect.objectContaining({ hook: null, reason: 'unknown_hook' })])
  })
})

it('logs a flood of forgeries a few times, and counts each', async () => {
  const { ask } = house()
  for (let nth = 0; nth < 100; nth++) {
    expect((await ask('/hooks/batch', post({ nth }, 'not-the-secret-of-batch'))).status).toBe(401)
  }
  const lines = entries().filter(({ event }) => event === 'webhook.refused')
  expect(lines.length).toBeLessThan(16)
  const logged = lines.reduce((sum, { times = 1 }) => sum + Number(times), 0)
  expect(logged).toBeGreaterThan(50)
})

describe('a body', () => {
  const request = (body: ReadableStream | string, headers = {}) =>
    new Request('https://usher.example/', { method: 'POST', body, headers })

  it('that stops in the middle is given up after its time', async () => {
    const stalled = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(utf8('{"groupName":')),
    })
    vi.useRealTimers()
    const read = await readBody(request(stalled), { deadlineMs: 5 })
    expect(read).toEqual({ ok: false, refusal: { reason: 'too_slow' } })
  })

  it('that breaks off is not taken', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('gone')),
    })
    expect(await readBody(request(broken))).toEqual({ ok: false, refusal: { reason: 'too_slow' } })
  })

  it('that comes in pieces is put together', async () => {
    const pieces = ['{"a":', '1', '}']
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(utf8(piece))
      },
    })
    expect(await readBody(request(stream))).toEqual({ ok: true, bytes: utf8('{"a":1}') })
  })

  it('may be as long as the bound, not coded, or nothing at all', async () => {
    const whole = await readBody(request('z'.repeat(MAX_BODY_BYTES)))
    expect(whole.ok && whole.bytes.length).toBe(MAX_BODY_BYTES)
    expect(await readBody(request('z'.repeat(MAX_BODY_BYTES + 1)))).toMatchObject({ ok: false })
    expect(await readBody(request('{}', { 'content-encoding': 'Identity' }))).toMatchObject({
      ok: true,
    })
    const empty = new Request('https://usher.example/', { method: 'POST' })
    expect(await readBody(empty)).toEqual({ ok: true, bytes: new Uint8Array(0) })
  })
})

describe('a sender proves itself', () => {
  it.each<[sentence: string, path: string, init: () => RequestInit]>([
    ['with a Bearer token', '/hooks/plain', plain],
    [
      'with the password of Basic',
      '/hooks/plain',
      () => plain(invite(), { authorization: `Basic ${btoa(`zapier:${VARS.PLAIN_SECRET}`)}` }),
    ],
    [
      'with a header of our own',
      '/hooks/plain',
      () => ({
        ...plain(),
        headers: { 'content-type': 'application/json', 'x-usher-secret': VARS.PLAIN_SECRET },
      }),
    ],
    [
      'with the old secret of two',
      '/hooks/rotated',
      () => post(invite(), 'the-old-secret-of-this-hook'),
    ],
    [
      'with the new secret of two',
      '/hooks/rotated',
      () => post(invite(), 'the-new-secret-of-this-hook'),
    ],
    [
      'with the end of its URL',
      `/hooks/linked/${VARS.LINKED_SECRET}`,
      () => post({ events: [lead({ id: 'e' })] }, 'none-at-all'),
    ],
  ])('%s', async (_, path, init) => {
    const answer = await house().ask(path, init())
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'queued', deliveries: ['default-1'] },
    ])
  })

  it('in the sandbox with a sample of a secret, and at any pace', async () => {
    const sample = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const at = house({ vars: { USHER_SANDBOX: '1', PLAIN_SECRET: sample } })
    expect((await at.ask('/hooks/plain', post(invite(), sample))).status).toBe(200)
    expect((await at.ask('/hooks/rushed', post(invite(), VARS.RUSHED_SECRET))).status).toBe(200)
  })

  it('with a signature over the very bytes', async () => {
    const at = house()
    const init = await signed({ event: { id: 'e', agreed: true, ...lead() } })
    const tampered = { ...init, body: String(new TextDecoder().decode(utf8('{"event":{}}'))) }
    expect((await at.ask('/hooks/signed', tampered)).status).toBe(401)
    expect((await at.ask('/hooks/signed', init)).status).toBe(200)
  })
})

describe('a webhook that is authentic', () => {
  it('is queued, called with what it asked for, and accepted', async () => {
    const at = house()
    const body = invite({ contacts: ['98000 00001'] })
    const answer = await at.ask('/hooks/plain', plain(body))
    expect(answer.headers.get('cache-control')).toBe('no-store')
    await at.drive().runUntil(HOUR)
    expect(calls).toMatchObject([{ groupName: ZINNIA, contacts: ['919800000001'], create: true }])
    expect(await deliveries(at)).toMatchObject([
      { state: 'accepted', hook: 'plain', source: 'json' },
    ])
  })

  it('goes to the account of its hook', async () => {
    const at = house()
    const answer = await at.ask('/hooks/buyers', post(lead(), VARS.BUYERS_SECRET))
    expect(await answer.json()).toEqual({ status: 'queued', deliveries: ['sales-1'] })
    await at.drive('sales').runUntil(HOUR)
    expect(calls).toMatchObject([
      { groupName: 'Cohort Zinnia', token: `Bearer ${VARS.EAZYBE_TOKEN_SALES}` },
    ])
  })

  it('may come as a form from a source that takes forms', async () => {
    const at = house()
    const body = new URLSearchParams([
      ['groupName', ZINNIA],
      ['contacts', '9800000002'],
      ['contacts', '9800000003'],
      ['create', 'True'],
    ])
    const init = {
      ...plain(),
      body: body.toString(),
      headers: {
        authorization: `Bearer ${VARS.PLAIN_SECRET}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    }
    expect((await at.ask('/hooks/plain', init)).status).toBe(200)
    await at.drive().runUntil(HOUR)
    expect(calls).toMatchObject([{ create: true }])
    expect(calls[0]?.contacts.toSorted()).toEqual(['919800000002', '919800000003'])
  })

  it('is skipped when its person was accepted into that group before', async () => {
    const at = house()
    const body = invite()
    await at.ask('/hooks/plain', plain(body))
    await at.drive().runUntil(HOUR)
    const again = await at.ask('/hooks/plain', plain({ ...body, note: 'another event' }))
    expect(await again.json()).toEqual({ status: 'skipped', deliveries: ['default-2'] })
  })

  it('is skipped, and not kept, when the hook does not want it', async () => {
    const at = house()
    const answer = await at.ask(
      '/hooks/signed',
      await signed({ event: { id: 'e', note: 'unwanted' } }),
    )
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'skipped', deliveries: [] },
    ])
    expect(at.wakes).toEqual([])
  })
})

describe('a body with several events', () => {
  const ask = (at: ReturnType<typeof house>, ...events: object[]) =>
    at.ask('/hooks/batch', post({ events }, VARS.BATCH_SECRET))

  it('is summed up by the worst of them, and names a delivery for each', async () => {
    const at = house()
    const [one, two, three] = [lead({ id: '1' }), lead({ id: '2' }), lead({ id: '3' })]
    const unreadable = { id: '4', phone: 'zinnia', cohort: 'Zinnia' }
    expect(await (await ask(at, one, two)).json()).toEqual({
      status: 'queued',
      deliveries: ['default-1', 'default-2'],
    })
    expect(await (await ask(at, two, unreadable)).json()).toEqual({
      status: 'held',
      deliveries: ['default-2', 'default-3'],
    })
    expect(await (await ask(at, unreadable, three)).json()).toEqual({
      status: 'queued',
      deliveries: ['default-3', 'default-4'],
    })
    expect(await (await ask(at, one, three)).json()).toEqual({
      status: 'duplicate',
      deliveries: ['default-1', 'default-4'],
    })
    expect(await (await ask(at)).json()).toEqual({ status: 'skipped', deliveries: [] })
  })

  it('names a delivery once although the event is in it twice', async () => {
    const one = lead({ id: '1' })
    expect(await (await ask(house(), one, one)).json()).toEqual({
      status: 'queued',
      deliveries: ['default-1'],
    })
  })

  it('leaves out what its source says is not for us', async () => {
    const at = house()
    const answer = await ask(at, lead({ id: '1', skip: 'a test' }), lead({ id: '2' }))
    expect(await answer.json()).toEqual({ status: 'queued', deliveries: ['default-1'] })
    expect(await (await ask(at, lead({ id: '3', skip: 'a test' }))).json()).toEqual({
      status: 'skipped',
      deliveries: [],
    })
  })

  it('is answered from memory when it comes again whole', async () => {
    const at = house()
    const events = [lead({ id: '1' }), lead({ id: '2' })]
    await ask(at, ...events)
    expect(await (await ask(at, ...events)).json()).toEqual({
      status: 'duplicate',
      deliveries: ['default-1', 'default-2'],
    })
    expect(at.wakes).toEqual(['accept'])
  })
})

describe('a webhook that cannot be mapped is held', () => {
  const deep = `${'['.repeat(40)}1${']'.repeat(40)}`
  const wide = `[${'0,'.repeat(20_000)}0]`
  const unreadable: [sentence: string, body: string | Uint8Array, message: string][] = [
    ['it is no JSON', '{"groupName": "Zinnia', 'The body is not JSON'],
    ['it is no UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22), 'The body is not UTF-8'],
    ['it nests too deep', deep, 'The body nests too deep or is too wide'],
    ['it is too wide', wide, 'The body nests too deep or is too wide'],
    ['it is empty', '', 'The body is not JSON'],
  ]

  it.each(unreadable)('and answered 200 to a machine: %s', async (_, body) => {
    const at = house()
    const answer = await at.ask('/hooks/signed', await signed(body))
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'held', deliveries: ['default-1'] },
    ])
    expect(await deliveries(at)).toMatchObject([{ state: 'held', reason: 'payload' }])
    const again = await at.ask('/hooks/signed', await signed(body))
    expect(await again.json()).toEqual({ status: 'duplicate', deliveries: ['default-1'] })
  })

  it.each(unreadable)('and answered 422 to who reads the answer: %s', async (_, body, message) => {
    const at = house()
    const answer = await at.ask('/hooks/plain', plain(body))
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({
      status: 422,
      issues: [{ path: '', message }],
      deliveries: ['default-1'],
    })
    expect(await deliveries(at)).toMatchObject([{ state: 'held', reason: 'payload' }])
  })

  it.each<[sentence: string, body: object, reason: string]>([
    ['an answer is missing', { event: { id: 'e', agreed: true, cohort: 'Zinnia' } }, 'mapping'],
    [
      'the phone cannot be read',
      { event: { id: 'e', agreed: true, phone: 'zinnia', cohort: 'Zinnia' } },
      'mapping',
    ],
    [
      'the person did not agree',
      { event: { id: 'e', agreed: false, phone: '9800000004', cohort: 'Zinnia' } },
      'consent',
    ],
  ])('with its reason: %s', async (_, body, reason) => {
    const at = house()
    const answer = await at.ask('/hooks/signed', await signed(body))
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'held', deliveries: ['default-1'] },
    ])
    await at.drive().runUntil(HOUR)
    expect(calls).toEqual([])
    expect(await deliveries(at)).toMatchObject([{ state: 'held', reason }])
  })

  it('and told where it does not fit, without a word of what was sent', async () => {
    const answer = await house().ask(
      '/hooks/plain',
      plain({ contacts: ['98000 00001', 'zinnia'], create: 'zinnia' }),
    )
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({
      status: 422,
      issues: [
        { path: 'groupName', message: 'is missing' },
        { path: 'contacts.1', message: 'has letters where only a phone number belongs' },
        { path: 'create', message: 'must be true or false' },
      ],
    })
    expect(text).not.toMatch(/zinnia/i)
  })

  it('when the mapping throws', async () => {
    vi.spyOn(mapping, 'groupName').mockImplementation(() => {
      throw new Error('There is no Zinnia')
    })
    const answer = await house().ask('/hooks/buyers', post(lead(), VARS.BUYERS_SECRET))
    expect(await answer.json()).toMatchObject({
      status: 422,
      issues: [{ path: '', message: 'invite threw Error' }],
    })
  })

  it('when the source itself throws: no sender tries for ever', async () => {
    const at = house()
    const answer = await at.ask(
      '/hooks/batch',
      post({ events: [lead({ id: 'explode' })] }, VARS.BATCH_SECRET),
    )
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'held', deliveries: ['default-1'] },
    ])
    expect((await at.drive().story(1)).timeline.at(-1)?.detail).toContain(
      'Batch cannot be read: TypeError',
    )
  })

  it('and not blamed for it when it is held for another reason and comes again', async () => {
    calls = play(answers.missing)
    const at = house({ seen: { get: async () => null } })
    const init = plain(invite({ create: false }))
    await at.ask('/hooks/plain', init)
    await at.drive().runUntil(HOUR)
    expect(await deliveries(at)).toMatchObject([{ state: 'held', reason: 'group missing' }])
    const again = await at.ask('/hooks/plain', init)
    expect([again.status, await again.json()]).toEqual([
      200,
      { status: 'duplicate', deliveries: ['default-1'] },
    ])
  })
})

describe('a webhook that comes again', () => {
  it('is a duplicate, told from memory, and wakes no outbox', async () => {
    const at = house()
    const init = plain()
    await at.ask('/hooks/plain', init)
    const again = await at.ask('/hooks/plain', init)
    expect([again.status, await again.json()]).toEqual([
      200,
      { status: 'duplicate', deliveries: ['default-1'] },
    ])
    expect(at.wakes).toEqual(['accept'])
    expect(again.headers.get('idempotency-replayed')).toBeNull()
  })

  it('is known by the id that was signed, although its body differs', async () => {
    const at = house()
    const event = { id: 'e', agreed: true, ...lead() }
    await at.ask('/hooks/signed', await signed({ event, attempt: 1 }))
    const again = await at.ask('/hooks/signed', await signed({ event, attempt: 2 }))
    expect(await again.json()).toEqual({ status: 'duplicate', deliveries: ['default-1'] })
    expect(at.wakes).toEqual(['accept'])
  })

  it('three times at once is one delivery', async () => {
    const at = house()
    const init = plain()
    const all = await Promise.all(
      [1, 2, 3].map(async () => (await at.ask('/hooks/plain', init)).json()),
    )
    expect(all).toHaveLength(3)
    for (const answer of all) expect(answer).toMatchObject({ deliveries: ['default-1'] })
    expect(all.filter((answer) => JSON.stringify(answer).includes('queued'))).toHaveLength(1)
    expect(await deliveries(at)).toHaveLength(1)
  })

  const sick: [sentence: string, seen: HouseOptions['seen']][] = [
    ['forgot it', { get: async () => null }],
    ['fails to read', { get: () => Promise.reject(new Error('KV GET failed: 500')) }],
    [
      'throws before it reads',
      {
        get: () => {
          throw new Error('No KV')
        },
      },
    ],
    ['does not answer', { get: () => new Promise(() => {}) }],
    ['answers nonsense', { get: async () => '{"fingerprint":7}' }],
    ['answers half a JSON', { get: async () => '{"finger' }],
    ['answers another text', { get: async () => 'null' }],
    [
      'fails to write',
      { put: () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests')) },
    ],
    [
      'throws before it writes',
      {
        put: () => {
          throw new Error('No KV')
        },
      },
    ],
  ]

  it.each(sick)(
    'is a duplicate too where the memory %s: nothing is lost, nothing sent twice',
    async (_, seen) => {
      const at = house({ seen: seen ?? {} })
      const init = plain()
      const first = await at.ask('/hooks/plain', init)
      expect([first.status, await first.json()]).toEqual([
        200,
        { status: 'queued', deliveries: ['default-1'] },
      ])
      const again = await at.ask('/hooks/plain', init)
      expect([again.status, await again.json()]).toEqual([
        200,
        { status: 'duplicate', deliveries: ['default-1'] },
      ])
      await at.drive().runUntil(HOUR)
      expect(calls).toHaveLength(1)
    },
  )

  it('is answered before a slow memory answers, which is asked once and told once', async () => {
    vi.useRealTimers()
    const asked: string[] = []
    const get = async () => {
      asked.push('get')
      await new Promise((resolve) => setTimeout(resolve, 500))
      asked.push('answer')
      return null
    }
    const put = async () => void asked.push('put')
    const at = house({ seen: { get, put } })
    expect((await at.ask('/hooks/plain', plain())).status).toBe(200)
    expect(asked).toEqual(['get', 'put'])
  })

  it('writes nothing into KV for a known body under a new id that nothing signs', async () => {
    const put = vi.fn(async () => {})
    const at = house({ seen: { get: async () => null, put } })
    const body = lead()
    for (const id of ['first', 'second', 'third'])
      await at.ask('/hooks/headed', post(body, VARS.HEADED_SECRET, { 'x-event-id': id }))
    expect(put).toHaveBeenCalledTimes(1)
  })

  it('is another event where a forger put a known body under the id of an event to come', async () => {
    const at = house()
    const ask = (body: object, id: string) =>
      at.ask('/hooks/headed', post(body, VARS.HEADED_SECRET, { 'x-event-id': id }))
    const [first, second] = [lead(), lead()]
    await ask(first, 'first')
    expect(await (await ask(first, 'second')).json()).toEqual({
      status: 'duplicate',
      deliveries: ['default-1'],
    })
    expect(await (await ask(second, 'second')).json()).toEqual({
      status: 'queued',
      deliveries: ['default-2'],
    })
    expect(await (await ask(second, 'second')).json()).toEqual({
      status: 'duplicate',
      deliveries: ['default-2'],
    })
  })
})

describe('while we are in trouble', () => {
  it.each<[sentence: string, path: string, secret: string, status: number]>([
    ['503', '/hooks/plain', VARS.PLAIN_SECRET, 503],
    ['what it understands', '/hooks/throttled', VARS.THROTTLED_SECRET, 429],
  ])(
    'a sender is told %s and when to come again, and nothing is lost',
    async (_, path, secret, status) => {
      const at = house({
        between: (_, go, nth) =>
          nth === 1 ? Promise.reject(new Error('Network connection lost.')) : go(),
      })
      const body = path.endsWith('plain') ? invite() : { events: [lead({ id: 'e' })] }
      const refused = await at.ask(path, post(body, secret))
      expect(refused.status).toBe(status)
      expect(refused.headers.get('retry-after')).toBe('30')
      expect(await refused.json()).toMatchObject({ status, title: 'Not stored: try again' })
      const taken = await at.ask(path, post(body, secret))
      expect(await taken.json()).toEqual({ status: 'queued', deliveries: ['default-1'] })
    },
  )

  it('a webhook that was stored although we said it was not is stored once', async () => {
    const at = house({
      async between(_, go, nth) {
        const taken = await go()
        if (nth === 1) throw new Error('Network connection lost.')
        return taken
      },
    })
    const init = plain()
    expect((await at.ask('/hooks/plain', init)).status).toBe(503)
    const again = await at.ask('/hooks/plain', init)
    expect([again.status, await again.json()]).toEqual([
      200,
      { status: 'duplicate', deliveries: ['default-1'] },
    ])
    expect(await deliveries(at)).toHaveLength(1)
  })
})

describe('Idempotency-Key', () => {
  const keyed = (body: unknown, key: string, headers = {}) =>
    plain(body, { 'idempotency-key': key, ...headers })

  const memories: [sentence: string, seen: NonNullable<HouseOptions['seen']>][] = [
    ['warm', {}],
    ['cold', { get: async () => null }],
  ]

  it.each(memories)(
    'gives the first answer again, byte for byte, from a memory that is %s',
    async (_, seen) => {
      const at = house({ seen })
      const body = invite()
      const first = await at.ask('/hooks/plain', keyed(body, 'run-1'))
      const again = await at.ask('/hooks/plain', keyed(body, '"run-1"'))
      expect(first.headers.get('idempotency-replayed')).toBeNull()
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect(again.status).toBe(200)
      expect(await again.text()).toBe(await first.text())
      expect(await deliveries(at)).toHaveLength(1)
    },
  )

  it.each(memories)(
    'gives a refusal of the payload again from a memory that is %s',
    async (_, seen) => {
      const at = house({ seen })
      const init = keyed({ groupName: ZINNIA }, 'run-1')
      const first = await at.ask('/hooks/plain', init)
      const again = await at.ask('/hooks/plain', init)
      expect([first.status, again.status]).toEqual([422, 422])
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect(await again.text()).toBe(await first.text())
    },
  )

  it.each(memories)('is not taken for another body, from a memory that is %s', async (_, seen) => {
    const at = house({ seen })
    await at.ask('/hooks/plain', keyed(invite(), 'run-1'))
    for (const body of [invite(), '{"groupName":']) {
      const other = await at.ask('/hooks/plain', keyed(body, 'run-1'))
      expect(other.status).toBe(422)
      expect(await other.json()).toMatchObject({
        title: 'The Idempotency-Key was used with another body',
      })
    }
    expect(await deliveries(at)).toHaveLength(1)
  })

  it('makes two of one body', async () => {
    const at = house()
    const body = invite()
    await at.ask('/hooks/plain', keyed(body, 'run-1'))
    const other = await at.ask('/hooks/plain', keyed(body, 'run-2'))
    expect(await other.json()).toEqual({ status: 'queued', deliveries: ['default-2'] })
  })

  it('is a hook’s own', async () => {
    const at = house()
    await at.ask('/hooks/plain', keyed(invite(), 'run-1'))
    const other = await at.ask(
      '/hooks/rotated',
      post(invite(), 'the-old-secret-of-this-hook', { 'idempotency-key': 'run-1' }),
    )
    expect(await other.json()).toEqual({ status: 'queued', deliveries: ['default-2'] })
  })

  it('means nothing to a sender that does not read its answer', async () => {
    const at = house()
    const init = post({ events: [lead({ id: 'e' })] }, VARS.BATCH_SECRET, {
      'idempotency-key': 'k'.repeat(256),
    })
    expect((await at.ask('/hooks/batch', init)).status).toBe(200)
  })

  it('is in progress while the first caller waits for the outcome', async () => {
    const at = house()
    const init = keyed(invite(), 'run-1', { prefer: 'wait=20' })
    const first = at.ask('/hooks/plain', init)
    while (!at.wakes.includes('settled')) await scheduler.wait(1)
    await scheduler.wait(10)
    const meanwhile = await at.ask('/hooks/plain', init)
    expect(meanwhile.status).toBe(409)
    expect(meanwhile.headers.get('retry-after')).toBe('1')
    await at.drive().runUntil(HOUR)
    expect(await (await first).json()).toMatchObject({
      outcomes: [{ id: 'default-1', state: 'accepted' }],
    })
    const after = await at.ask('/hooks/plain', init)
    expect(after.status).toBe(200)
    expect(calls).toHaveLength(1)
  })

  it('makes no new event of one that was signed: it is not under the signature', async () => {
    const at = house()
    const body = utf8(JSON.stringify(invite()))
    const scheme = (await import('../../../src/usher.ts')).standardWebhooks.scheme
    const outgoing = {
      method: 'POST',
      url: '',
      headers: new Headers(),
      body,
      id: 'msg_1',
      now: Date.now(),
    }
    const { headers } = await scheme.sign(outgoing, VARS.STANDARD_SECRET)
    const ask = async (extra: Record<string, string>) => {
      const all = { 'content-type': 'application/json', ...headers, ...extra }
      return (await at.ask('/hooks/standard', { method: 'POST', headers: all, body })).json()
    }
    expect(await ask({})).toEqual({ status: 'queued', deliveries: ['default-1'] })
    for (const key of ['run-1', 'run-2']) {
      expect(await ask({ 'idempotency-key': key })).toMatchObject({ deliveries: ['default-1'] })
    }
    expect(await deliveries(at)).toHaveLength(1)
  })

  it('makes no new event of one that came with a key first and without it then', async () => {
    const at = house()
    const body = { ...invite(), id: 'evt_1' }
    const { scheme } = (await import('../../../src/usher.ts')).standardWebhooks
    const outgoing = {
      method: 'POST',
      url: '',
      headers: new Headers(),
      body: utf8(JSON.stringify(body)),
      id: 'msg_2',
      now: Date.now(),
    }
    const { headers } = await scheme.sign(outgoing, VARS.STANDARD_SECRET)
    for (const extra of [{ 'idempotency-key': 'run-1' }, {}]) {
      const all = { 'content-type': 'application/json', ...headers, ...extra }
      const init = { method: 'POST', headers: all, body: outgoing.body }
      const answer = await at.ask('/hooks/standard', init)
      expect(await answer.json()).toMatchObject({ deliveries: ['default-1'] })
    }
    expect(await deliveries(at)).toHaveLength(1)
  })
})

describe('Prefer', () => {
  it('respond-async is answered 202 with where to look', async () => {
    const at = house()
    const answer = await at.ask('/hooks/plain', plain(invite(), { prefer: 'respond-async' }))
    expect(answer.status).toBe(202)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      location: '/api/deliveries/default-1',
      'retry-after': '5',
      'preference-applied': 'respond-async',
    })
    expect(await answer.json()).toEqual({ status: 'queued', deliveries: ['default-1'] })
  })

  it('respond-async is plain 200 where there is nothing to look at', async () => {
    const init = post({ events: [] }, VARS.BATCH_SECRET, { prefer: 'respond-async' })
    const answer = await house().ask('/hooks/batch', init)
    expect([answer.status, answer.headers.get('location')]).toEqual([200, null])
  })

  it('wait is answered with the outcome', async () => {
    const at = house()
    const waiting = at.ask('/hooks/plain', plain(invite(), { prefer: 'wait=20' }))
    while ((await at.drive().alarmAt()) === null) await scheduler.wait(1)
    await at.drive().runUntil(HOUR)
    const answer = await waiting
    expect(answer.status).toBe(200)
    expect(answer.headers.get('preference-applied')).toBe('wait')
    expect(await answer.json()).toEqual({
      status: 'queued',
      deliveries: ['default-1'],
      outcomes: [{ id: 'default-1', state: 'accepted', reason: null }],
    })
  })

  it('wait is answered at once where the outcome is known', async () => {
    const at = house()
    const init = plain(invite(), { prefer: 'wait=20' })
    await at.ask('/hooks/plain', plain(JSON.parse(String(init.body))))
    await at.drive().runUntil(HOUR)
    const answer = await at.ask('/hooks/plain', init)
    expect(await answer.json()).toMatchObject({
      status: 'duplicate',
      outcomes: [{ state: 'accepted' }],
    })
  })

  it('wait is nothing where the source reads no answers: it would hold a connection for every stranger', async () => {
    const event = { phone: '98000 00001', cohort: 'May', id: 'e1' }
    const init = post({ events: [event] }, VARS.BATCH_SECRET, { prefer: 'wait=20' })
    const answer = await house().ask('/hooks/batch', init)
    expect(answer.headers.get('preference-applied')).toBeNull()
    expect(await answer.json()).toEqual({ status: 'queued', deliveries: ['default-1'] })
  })

  it('wait is honoured for fifty callers at once; the next are answered without the outcome', async () => {
    const at = house()
    const all = Array.from({ length: 60 }, (_, n) =>
      at.ask('/hooks/plain', plain({ ...invite(), n }, { prefer: 'wait=20' })),
    )
    const early = await Promise.race([...all.slice(50), scheduler.wait(10_000)])
    expect(early?.headers.get('preference-applied')).toBeNull()
    while ((await at.drive().alarmAt()) === null) await scheduler.wait(1)
    await at.drive().runUntil(HOUR)
    const applied = (await Promise.all(all)).map(({ headers }) => headers.get('preference-applied'))
    expect(applied.filter((one) => one === 'wait')).toHaveLength(50)
  })

  it('wait ends with how things stand when its time is up', async () => {
    const at = house()
    await at.ask('/hooks/plain', plain())
    const [story] = await at.drive().stub.deliveries().settled([1], 5)
    expect(story).toMatchObject({ id: 'default-1', state: 'queued' })
  })

  it('wait is answered without the outcome where the outbox cannot be watched: the webhook is safe', async () => {
    const at = house({
      between: (method, go) => (method === 'settled' ? Promise.reject(new Error('gone')) : go()),
    })
    const answer = await at.ask('/hooks/plain', plain(invite(), { prefer: 'wait=20' }))
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'queued', deliveries: ['default-1'] },
    ])
  })
})

describe('the log', () => {
  it('has one line for a webhook that was taken, with ids and no person', async () => {
    await house().ask('/hooks/plain', plain())
    expect(entries()).toEqual([
      {
        event: 'webhook',
        hook: 'plain',
        source: 'json',
        status: 'queued',
        deliveries: 'default-1',
        ms: 0,
      },
    ])
  })

  it('has no secret of a URL, be it right or wrong or of a hook that has none', async () => {
    const at = house()
    const init = post({ events: [lead({ id: 'e' })] }, 'none-at-all')
    await at.ask(`/hooks/linked/${VARS.LINKED_SECRET}`, init)
    await at.ask(`/hooks/linked/${VARS.LINKED_SECRET}x`, init)
    await at.ask(`/hooks/nobody/${VARS.LINKED_SECRET}`, init)
    await at.ask(`/hooks/linked/${VARS.LINKED_SECRET}/more`, init)
    expect(lines.length).toBeGreaterThanOrEqual(3)
    expectDiscreet(lines)
  })

  it('tells what KV could not do', async () => {
    const fail = () => Promise.reject(new Error('KV failed'))
    await house({ seen: { get: fail, put: fail } }).ask('/hooks/plain', plain())
    expect(entries()).toMatchObject([
      { event: 'seen.unread', error: 'Error: KV failed' },
      { event: 'webhook' },
      { event: 'seen.unwritten', error: 'Error: KV failed' },
    ])
  })
})

describe('a sender that looks first', () => {
  const look = (at: ReturnType<typeof house>, challenge: string, method = 'GET') =>
    at.ask(`/hooks/polite?challenge=${challenge}`, { method })

  it('is answered with the hook’s secrets at hand, and no word of them is in the log', async () => {
    const at = house()
    const answer = await look(at, 'hello')
    expect([answer.status, await answer.text()]).toEqual([200, 'hello 1'])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(entries()).toEqual([
      { event: 'webhook.handshake', hook: 'polite', source: 'polite', status: 200 },
    ])
    expect(at.wakes).toEqual([])
  })

  it.each([
    ['is not set', undefined],
    ['is weak', 'short'],
  ])('gets none of them while one %s', async (_, POLITE_SECRET) => {
    expect(await (await look(house({ vars: { POLITE_SECRET } }), 'hello')).text()).toBe('hello 0')
  })

  it('may look with HEAD, and post a check of its own', async () => {
    const at = house()
    expect((await look(at, 'x', 'HEAD')).status).toBe(405)
    expect((await at.ask('/hooks/polite', { method: 'POST' })).status).toBe(204)
  })

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('gets 405 for any other %s', async (method) => {
    const answer = await house().ask('/hooks/polite', { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('is asked to come again where our own code fails', async () => {
    expect((await look(house(), 'fail')).status).toBe(503)
  })
})

describe('a sender that wants an answer of its own', () => {
  const envelope = (id: string, cohort = 'Zinnia') =>
    `<x:envelope xmlns:x="urn:x"><id>${id}</id><phone>${++lastPhone}</phone><cohort>${cohort}</cohort></x:envelope>`
  const soap = (body: string, secret: string = VARS.POLITE_SECRET) =>
    post(body, secret, { 'content-type': 'text/xml; charset=utf-8' })

  it('gets it for what is stored, repeated or skipped', async () => {
    const at = house()
    const body = envelope('e1')
    for (const each of [body, body, envelope('e2', 'Nobody')]) {
      const answer = await at.ask('/hooks/polite', soap(each))
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
        200,
        'text/xml',
        '<ack>true</ack>',
      ])
    }
    expect(entries().map(({ status }) => status)).toEqual(['queued', 'duplicate', 'skipped'])
    await at.drive().runUntil(HOUR)
    expect(calls).toMatchObject([{ groupName: 'Cohort Zinnia' }])
  })

  it('gets it for what is held, too: it is stored', async () => {
    const at = house()
    expect(await (await at.ask('/hooks/polite', soap('<x/>'))).text()).toBe('<ack>true</ack>')
    expect(await deliveries(at)).toMatchObject([{ state: 'held', reason: 'payload' }])
  })

  it('gets no such thing for what is not verified, or not stored', async () => {
    const refused = await house().ask('/hooks/polite', soap(envelope('e'), 'not-the-secret-of-it'))
    expect(refused.status).toBe(401)
    const failing = house({ between: () => Promise.reject(new Error('gone')) })
    expect((await failing.ask('/hooks/polite', soap(envelope('e')))).status).toBe(503)
  })

  it('may send JSON under the name of text', async () => {
    const at = house()
    const init = post({ envelope: lead({ id: 'e3' }) }, VARS.POLITE_SECRET, {
      'content-type': 'text/plain',
    })
    expect((await at.ask('/hooks/polite', init)).status).toBe(200)
    expect(await deliveries(at)).toMatchObject([{ state: 'queued' }])
  })
})
