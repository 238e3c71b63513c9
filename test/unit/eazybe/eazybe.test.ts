/** The one call to EazyBe: what leaves, where to, what an answer means, and what is kept of it. */

import { describe, expect, it, vi } from 'vitest'
import type { Outcome } from '../../../src/eazybe/client.ts'
import { addToGroup, localRefusal } from '../../../src/eazybe/client.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const TOKEN = 'token-of-an-organization'
const CALL = { groupName: 'Webinar May', contacts: ['919876543210'], create: true }

/** An answer as EazyBe's remove-employees page shows it. */
function neighbour(statusCode: number, status: 'success' | 'error', message: string): Response {
  return Response.json({ statusCode, status, message, data: {} }, { status: statusCode })
}

/** EazyBe's own shape of an answer. */
function said(status: number, message: string, yes = false): Response {
  return Response.json({ status: yes, message }, { status })
}

async function callWith(answer: () => Response | Promise<Response>, timeoutMs = 60_000) {
  const asked: Request[] = []
  const outcome = await addToGroup({ ...CALL, more: 'of a webhook' } as typeof CALL, {
    token: TOKEN,
    now: () => NOW,
    timeoutMs,
    fetch: async (url, init) => {
      asked.push(new Request(String(url), init))
      return answer()
    },
  })
  const [request] = asked
  if (request === undefined) throw new Error('Nothing was asked')
  return { outcome, request, times: asked.length }
}

describe('the call', () => {
  it('goes to the one https address, once, with the token and nothing but the three members', async () => {
    const { request, times } = await callWith(() => said(200, 'Done.', true))
    expect(times).toBe(1)
    expect([request.method, request.url]).toEqual(['POST', 'https://api.eazybe.com/v2/cloud/group'])
    expect(request.headers.get('authorization')).toBe(`Bearer ${TOKEN}`)
    expect(await request.json()).toEqual(CALL)
  })

  it('takes the token across no redirect', async () => {
    const { request, outcome } = await callWith(() =>
      Response.redirect('https://elsewhere.example/', 307),
    )
    expect(request.redirect).toBe('manual')
    expect(outcome).toMatchObject({ kind: 'ambiguous', status: 307 })
  })
})

describe('an answer', () => {
  const rows: readonly { title: string; answer: () => Response; outcome: Outcome }[] = [
    {
      title: '200 with status:true is a yes',
      answer: () => said(200, 'Done.', true),
      outcome: { kind: 'accepted' },
    },
    {
      title: '200 with status:false may have worked',
      answer: () => said(200, 'Failed.'),
      outcome: { kind: 'ambiguous', status: 200, message: 'Failed.' },
    },
    {
      title: '200 with "true" for true is a yes',
      answer: () => Response.json({ status: 'true' }),
      outcome: { kind: 'accepted' },
    },
    {
      title: '200 as its neighbour says yes is a yes',
      answer: () => neighbour(200, 'success', 'Done.'),
      outcome: { kind: 'accepted' },
    },
    ...['error', 'ok', 1, null, undefined, ['success']].map((status) => ({
      title: `200 with the status ${JSON.stringify(status)} may have worked`,
      answer: () => Response.json({ status }),
      outcome: {
        kind: 'ambiguous',
        status: 200,
        message: 'EazyBe answered 200 without saying yes',
      } as const,
    })),
    ...['<h1>Hello</h1>', '', '"success"', 'true', '[{"status":true}]', 'null'].map((text) => ({
      title: `200 with ${text === '' ? 'nothing' : text} may have worked`,
      answer: () => new Response(text),
      outcome: {
        kind: 'ambiguous',
        status: 200,
        message: 'EazyBe answered 200 without a message of its own',
      } as const,
    })),
    {
      title: '400 is about the data',
      answer: () => said(400, 'Invalid data provided.'),
      outcome: { kind: 'invalid', message: 'Invalid data provided.' },
    },
    {
      title: '401 is about the token',
      answer: () => said(401, 'Invalid access token'),
      outcome: { kind: 'unauthorized', message: 'Invalid access token' },
    },
    {
      title: '403 is about the session',
      answer: () => said(403, 'Cloud session is not active or working.'),
      outcome: { kind: 'inactive', message: 'Cloud session is not active or working.' },
    },
    {
      title: '404 is about the group',
      answer: () => said(404, 'Group not found'),
      outcome: { kind: 'missing', message: 'Group not found' },
    },
    {
      title: '500 may have worked',
      answer: () => said(500, 'Failed to create group.'),
      outcome: { kind: 'ambiguous', status: 500, message: 'Failed to create group.' },
    },
    {
      title: '502 with a page may have worked',
      answer: () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
      outcome: {
        kind: 'ambiguous',
        status: 502,
        message: 'EazyBe answered 502 without a message of its own',
      },
    },
    {
      title: '521 is Cloudflare’s, and never arrived',
      answer: () => new Response('', { status: 521 }),
      outcome: { kind: 'unreachable', message: 'Cloudflare could not reach EazyBe (521)' },
    },
    {
      title: 'that repeats a number keeps it masked',
      answer: () => said(400, 'Bad number 919876543210.'),
      outcome: { kind: 'invalid', message: 'Bad number ••••••••3210.' },
    },
  ]
  it.each(rows)('$title', async ({ answer, outcome }) => {
    expect((await callWith(answer)).outcome).toEqual(outcome)
  })
})

describe('a refusal', () => {
  const REFUSALS = [
    [400, 'invalid', 'Invalid data provided.'],
    [401, 'unauthorized', 'Invalid access token'],
    [403, 'inactive', 'Cloud session is not active or working.'],
    [404, 'missing', 'Group not found'],
  ] as const

  it.each(REFUSALS)(
    '%i counts in each form that EazyBe may give it',
    async (status, kind, sentence) => {
      const forms = [
        said(status, sentence),
        neighbour(status, 'error', sentence),
        new Response(sentence, { status }),
        new Response(`${sentence}\n`, { status }),
        new Response(JSON.stringify(sentence.toUpperCase()), { status }),
      ]
      for (const form of forms) {
        const { outcome } = await callWith(() => form)
        expect(outcome).toMatchObject({ kind })
        expect(JSON.stringify(outcome).toLowerCase()).toContain(sentence.toLowerCase())
      }
      expect((await callWith(() => Response.json({}, { status }))).outcome).toEqual({
        kind,
        message: `EazyBe answered ${status} without a message of its own`,
      })
    },
  )

  it.each(REFUSALS)(
    '%i of a gateway says nothing of the call: it may have worked',
    async (status) => {
      const others = REFUSALS.filter(([other]) => other !== status).map(
        ([, , sentence]) => sentence,
      )
      const bodies = ['', '<h1>Not here</h1>', 'Access denied', '[]', '42', '"no"', ...others]
      for (const body of bodies) {
        const { outcome } = await callWith(() => new Response(body, { status }))
        expect(outcome).toEqual({
          kind: 'ambiguous',
          status,
          message: `EazyBe answered ${status} without a message of its own`,
        })
      }
    },
  )

  it('keeps its message alone, whatever else is in its body', async () => {
    const body = {
      statusCode: 400,
      status: 'error',
      message: 'No.',
      data: { number: '919876543210', token: TOKEN },
    }
    const { outcome } = await callWith(() => Response.json(body, { status: 400 }))
    expect(outcome).toEqual({ kind: 'invalid', message: 'No.' })
  })

  it('keeps a piece of a long message', async () => {
    const { outcome } = await callWith(() => said(400, 'No. '.repeat(1_000)))
    expect(outcome.kind === 'invalid' && outcome.message.length).toBe(300)
  })
})

describe('no answer', () => {
  it('in time may have worked', async () => {
    const late = () => Promise.reject(new DOMException('late', 'TimeoutError'))
    expect((await callWith(late, 5_000)).outcome).toEqual({
      kind: 'ambiguous',
      status: null,
      message: 'No answer within 5 s',
    })
  })

  it('at all is no connection, and says nothing of what was sent', async () => {
    const { outcome } = await callWith(() => Promise.reject(new TypeError(`refused ${TOKEN}`)))
    expect(outcome).toEqual({
      kind: 'unreachable',
      message: 'No connection to EazyBe, or it broke',
    })
  })
})

function ask(answer: Response) {
  const call = { groupName: 'A', contacts: ['919800000001'], create: false }
  return addToGroup(call, { token: 'token', fetch: async () => answer, now: () => NOW })
}

it('takes a yes for a yes, however much is said beside it', async () => {
  const data = Array.from({ length: 1_000 }, (_, n) => ({ id: `${n}@c.us`, added: true }))
  expect(await ask(Response.json({ data, status: true }))).toEqual({ kind: 'accepted' })
})

it.each([['“eyJhbGciOi”'], ['\u200beyJhbGciOi'], ['Bearer eyJhbGciOi']])(
  'takes the token %s for one that is refused, not for a connection that is missing',
  async (token) => {
    const call = { groupName: 'A', contacts: ['919800000001'], create: false }
    const send = vi.fn(async () => Response.json({ status: true }))
    const outcome = await addToGroup(call, { token, fetch: send })
    expect(outcome).toMatchObject({ kind: 'unauthorized' })
    expect(JSON.stringify(outcome)).not.toContain('eyJ')
    expect(send).not.toHaveBeenCalled()
  },
)

it('reads only as much as it needs of a page that never ends', async () => {
  let sent = 0
  const page = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 16_384
      controller.enqueue(new Uint8Array(16_384).fill(32))
    },
  })
  expect(await ask(new Response(page, { status: 502 }))).toMatchObject({ kind: 'ambiguous' })
  expect(sent).toBeLessThan(1_000_000)
})

it('keeps no piece of a number that its message is cut at', async () => {
  const message = `${'x'.repeat(293)} 919800000001 is not valid`
  const outcome = await ask(Response.json({ status: false, message }, { status: 400 }))
  expect(outcome).toMatchObject({ kind: 'invalid' })
  expect(JSON.stringify(outcome)).not.toMatch(/\d{4}/)
})

it.each([
  ['90', 90_000],
  ['1.5', 1_500],
  [new Date(NOW + 60_000).toUTCString(), 60_000],
  ['9999999', 31 * 24 * 3_600_000],
  ['0', null],
  ['-1', null],
  ['soon', null],
  [new Date(NOW - 60_000).toUTCString(), null],
  [null, null],
])('reads a Retry-After of %s as %s ms', async (header, retryAfterMs) => {
  const headers = header === null ? {} : { 'retry-after': header }
  const outcome = await ask(new Response('{}', { status: 429, headers }))
  expect(outcome).toEqual({ kind: 'throttled', retryAfterMs })
})

describe('a Worker on a developer’s machine', () => {
  const rows: readonly { isLocal: boolean; env: object; calls: boolean }[] = [
    { isLocal: true, env: { EAZYBE_TOKEN: 'real' }, calls: false },
    { isLocal: true, env: { USHER_SANDBOX: '1' }, calls: true },
    { isLocal: true, env: { USHER_CALL_EAZYBE: '1' }, calls: true },
    { isLocal: true, env: { USHER_CALL_EAZYBE: '0' }, calls: false },
    { isLocal: false, env: { EAZYBE_TOKEN: 'real' }, calls: true },
  ]
  it.each(rows)(
    'that is local: $isLocal, with $env, calls EazyBe: $calls',
    ({ isLocal, env, calls }) => {
      expect(localRefusal(isLocal, env) === null).toBe(calls)
    },
  )
})
