/** What comes over the wire: bodies that never end or lie about their length, headers twice and huge, odd methods and paths. */

import { readBody } from '../../src/receive/request.ts'
import { attackHouse, lead, ORIGIN, ROUTES, SECRETS } from './house.ts'
import { type Attack, type Effort, isTried, Score } from './score.ts'

const KIB = 1_024
const MAX_BODY = 256 * KIB
const CHUNK = new Uint8Array(16 * KIB).fill(0x20)
/** One chunk is under way when the limit is found, and one is asked for ahead. */
const SPARE_CHUNKS = 3
const SHORT_DEADLINE_MS = 30
const HUGE = 64 * KIB
const GOOD = { groupName: 'A', contacts: ['+919812345678'], create: true }

export async function wire(effort: Effort): Promise<Attack[]> {
  return [
    await bodies(effort),
    await headers(effort),
    await methodsAndPaths(effort),
    await hostileIds(effort),
  ]
}

/** A stream that counts what is pulled of it: an endless body is never held as one. */
function pulled(next: (nth: number) => Uint8Array | null | Promise<never>) {
  const state = { chunks: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await next(state.chunks++)
        if (chunk === null) controller.close()
        else controller.enqueue(chunk)
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { state, stream }
}

function withStream(stream: ReadableStream, more: Record<string, string> = {}): RequestInit {
  const { headers } = lead('')
  return Object.assign(
    { method: 'POST', headers: { ...Object(headers), ...more }, body: stream },
    { duplex: 'half' },
  )
}

/** Bodies that never end, or stop in the middle, are let go of at the bound; nothing of them is kept. HTTP itself ends what has a length. */
async function bodies(effort: Effort): Promise<Attack> {
  const score = new Score('bodies without an end, a length or a word of truth')
  const at = attackHouse()
  const never = () => new Promise<never>(() => {})
  const endings: [string, (nth: number) => Uint8Array | null | Promise<never>][] = [
    ['endless', () => CHUNK],
    ['endless, byte by byte at first', (nth) => (nth < 200 ? CHUNK.subarray(0, 1) : CHUNK)],
    ['endless and empty', (nth) => (nth < 5_000 ? CHUNK.subarray(0, 1) : CHUNK)],
    ['of a kilobyte too many', (nth) => (nth <= MAX_BODY / CHUNK.length ? CHUNK : null)],
    ['broken off', (nth) => (nth < 2 ? CHUNK : Promise.reject(new TypeError('reset')))],
  ]
  for (const [title, next] of endings) {
    for (const length of [undefined, '-1', '1e9', '10, 10', 'x', String(2 ** 53)]) {
      if (!isTried(effort)) continue
      const { state, stream } = pulled(next)
      const more = length === undefined ? {} : { 'content-length': length }
      const answer = await at.ask('/hooks/plain', withStream(stream, more))
      const most = MAX_BODY / CHUNK.length + SPARE_CHUNKS + 5_000
      const kept = at.calls.includes('accept')
      const isOpen = kept || answer.status >= 500 || state.chunks > most
      score.add(
        String(answer.status),
        isOpen ? `${title}, length ${length}: ${answer.status}` : null,
      )
      at.calls.length = 0
    }
  }
  for (const slow of [0, 1, 3]) {
    const { stream } = pulled((nth) => (nth < slow ? CHUNK : never()))
    const request = new Request(`${ORIGIN}/hooks/plain`, withStream(stream))
    const began = performance.now()
    const body = await readBody(request, { deadlineMs: SHORT_DEADLINE_MS })
    const late = performance.now() - began > 100 * SHORT_DEADLINE_MS
    const answer = body.ok ? 'read' : body.refusal.reason
    score.add(answer, body.ok || late ? `a slow body was ${answer}` : null)
  }
  for (const coding of ['gzip', 'br', 'deflate, gzip', 'IDENTITY, gzip', 'zstd']) {
    const { stream } = pulled(() => CHUNK)
    const answer = await at.ask('/hooks/plain', withStream(stream, { 'content-encoding': coding }))
    score.add(String(answer.status), answer.status === 415 ? null : `${coding}: ${answer.status}`)
  }
  return score.attack
}

const NAMES = [
  'authorization',
  'x-usher-secret',
  'content-type',
  'idempotency-key',
  'prefer',
  'tally-signature',
  'webhook-id',
  'cookie',
  'sec-fetch-site',
  'origin',
  'cf-connecting-ip',
  'cf-access-jwt-assertion',
  'if-none-match',
  'x-usher-part',
]

/** Headers twice, huge and strange make no door open, and nothing fall over. */
async function headers(effort: Effort): Promise<Attack> {
  const score = new Score('headers twice, huge and strange')
  const at = attackHouse()
  const values = [
    '',
    ',',
    'a, a',
    '\t',
    '"',
    '\\',
    '%00',
    'é',
    '='.repeat(HUGE),
    'a,'.repeat(HUGE / 2),
    '-1',
    '{}',
    'wait=999999999999, respond-async',
  ]
  const paths = [
    '/hooks/plain',
    '/hooks/form',
    '/console/deliveries',
    '/console/login',
    '/api/hooks',
    '/metrics',
  ]
  for (const name of NAMES) {
    for (const value of values) {
      for (const path of paths) {
        for (const method of ['GET', 'POST']) {
          if (!isTried(effort)) continue
          const sent = new Headers({
            'content-type': 'application/json',
            'cf-connecting-ip': crypto.randomUUID(),
          })
          sent.append(name, value)
          if (name !== 'content-type') sent.append(name, value)
          const init = { method, headers: sent, ...(method === 'POST' && { body: '{}' }) }
          const answer = await at.ask(path, init)
          const reached = at.calls.filter((call) => call !== 'guessed' && call !== 'refused')
          const isOpen = reached.length > 0 || answer.status >= 500
          score.add(
            String(answer.status),
            isOpen ? `${method} ${path}, ${name}: ${answer.status} ${reached}` : null,
          )
          at.calls.length = 0
        }
      }
    }
  }
  return score.attack
}

/** Methods and paths that no sender uses reach nothing. */
async function methodsAndPaths(effort: Effort): Promise<Attack> {
  const score = new Score('odd methods and paths')
  const at = attackHouse()
  const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'POSTX', 'get']
  const paths = [
    '/hooks/plain',
    '/hooks/plain/x/y',
    '/hooks//plain',
    '/hooks/%70lain/%2e%2e',
    '/hooks/plain%00',
    '/hooks/plain;a=b',
    '/HOOKS/plain',
    '/hooks/%E0%A4%A',
    `/hooks/${'a'.repeat(HUGE)}`,
    '/api',
    '/api/',
    '/api//hooks',
    '/API/hooks',
    '/api/hooks/../../console',
    '/api/%68ooks',
    '/console/',
    '/Console/deliveries',
    '/console/deliveries/%00',
    '/console/%2e%2e/api/hooks',
    '/console;x/deliveries',
    '/metrics/',
    '/metrics%2f',
    '/openapi.json/x',
    '/.git/config',
    '/wrangler.toml',
  ]
  for (const method of methods) {
    for (const path of paths) {
      if (!isTried(effort)) continue
      const answer = await at.ask(path, { method, headers: { ...OWN_SITE } })
      const isOpen = at.calls.length > 0 || answer.status >= 500
      score.add(
        String(answer.status),
        isOpen ? `${method} ${path.slice(0, 60)}: ${answer.status}` : null,
      )
      at.calls.length = 0
    }
  }
  return score.attack
}

const OWN_SITE = { 'sec-fetch-site': 'same-origin' }
const HOSTILE = [
  '%0d%0aset-cookie:%20a=b',
  '%00',
  '%2e%2e%2f%2e%2e',
  'constructor',
  '__proto__',
  'default-0',
  'default-99999999999999999',
  'constructor-1',
  '%ff',
  '%F0%9F%98%80',
  "1'%20OR%20'1'='1",
  '%3Cscript%3E',
  'a'.repeat(2_000),
]

/** Ids and queries that an operator was made to open fall over nowhere, and put nothing into a header. */
async function hostileIds(effort: Effort): Promise<Attack> {
  const score = new Score('hostile ids and queries, with the admin secret')
  const at = attackHouse()
  const authorization = `Bearer ${SECRETS.ADMIN_SECRET}`
  await at.ask('/hooks/plain', lead(GOOD))
  for (const { method, path } of ROUTES) {
    if (path.startsWith('/hooks/')) continue
    for (const id of HOSTILE) {
      const other = HOSTILE[Math.floor(effort.chance() * HOSTILE.length)] ?? ''
      const place = path.replaceAll(/:\w+\??/g, id)
      const query = ['state', 'done', 'n', 'cursor', 'text', 'from', 'limit', 'phoneEnd', 'next']
        .map((name) => `${name}=${other}`)
        .join('&')
      const body = `action=${other}&phone=${other}&fields=${id}&index=${id}&use=${id}`
      const init = {
        method,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        ...(method === 'POST' && { body }),
      }
      for (const end of ['', `?${query}`]) {
        if (!isTried(effort)) continue
        const answer = await at.ask(`${place}${end}`, init)
        const isInjected = answer.headers.has('set-cookie') && path !== '/console/logout'
        const isOpen = answer.status >= 500 || isInjected
        score.add(
          String(answer.status),
          isOpen ? `${method} ${place.slice(0, 80)}: ${answer.status}` : null,
        )
      }
    }
  }
  return score.attack
}
