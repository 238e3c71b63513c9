/** What `npm run bench` measures: each contender in a workerd of its own, and the load it is put under. */

import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Miniflare } from 'miniflare'
import { bundle } from '../../src/sandbox/runner/esbuild.ts'
import { workerOptions } from '../../src/sandbox/runner/live-worker.ts'
import { ROOT } from '../../src/sandbox/settings.ts'

const SECRET = 'a-secret-for-measuring'
/** The kernel's unit of CPU time in /proc. */
const TICKS_PER_SECOND = 100

export interface Contender {
  readonly url: URL
  /** The bundle as workerd runs it. */
  readonly code: string
  /** Where its objects keep their tables. */
  readonly stateDir: string
  /** Seconds of CPU that its workerd has used, and its resident bytes. */
  cpuSeconds(): number
  residentBytes(): number
  inspector(): Promise<URL>
  close(): Promise<void>
}

export interface StartOptions {
  readonly entry: string
  readonly vars?: Readonly<Record<string, string>>
  /** Answers for EazyBe: an inactive session by default, which keeps every lead in the outbox. */
  readonly eazybe?: (request: Request) => Promise<Response>
  readonly inspect?: boolean
}

/** Starts one. Two at once would not be told apart. */
export async function start({ entry, vars, eazybe, inspect }: StartOptions): Promise<Contender> {
  const stateDir = mkdtempSync(join(tmpdir(), 'usher-bench-'))
  const { code } = await bundle(resolve(ROOT, entry), resolve(ROOT, 'src/config.ts'), {
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  })
  const secrets = Array.from({ length: 8 }, (_, at) => [`WEBINAR${at || ''}_SECRET`, SECRET])
  const options = workerOptions({
    code,
    map: '',
    port: 0,
    stateDir,
    vars: { ...Object.fromEntries(secrets), EAZYBE_TOKEN: 'token', USHER_SANDBOX: '1', ...vars },
    outbound: eazybe ?? (async () => new Response('{}', { status: 403 })),
  })
  const [worker] = options.workers
  if (worker === undefined) throw new TypeError('There is no worker to measure')
  const before = new Set(workerds())
  const miniflare = new Miniflare({
    ...options,
    ...(inspect && { inspectorPort: 0 }),
    // Nothing reads the log: a terminal would be measured instead.
    handleStructuredLogs: () => {},
    // A socket of its own: Miniflare's entry worker in front would be measured instead.
    workers: [{ ...worker, dev: { ...worker.dev, unsafeDirectSockets: [{ port: 0 }] } }],
  })
  const url = await miniflare.unsafeGetDirectURL()
  const pid = workerds().find((one) => !before.has(one))
  if (pid === undefined) throw new TypeError('No workerd was started')
  return {
    url,
    code,
    stateDir,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentBytes: () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
    inspector: () => miniflare.getInspectorURL(),
    async close() {
      await miniflare.dispose()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

/** The workerd processes of this one. */
function workerds(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const [, name, , parent] = /\((.*)\) (\S) (\d+)/.exec(stat(pid)) ?? []
        return name === 'workerd' && Number(parent) === process.pid
      } catch {
        return false
      }
    })
}

function stat(pid: number): string {
  return Number.isInteger(pid) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
}

function cpuSecondsOf(pid: number): number {
  // After the name: state is the first field, user and system time the twelfth and thirteenth.
  const fields = stat(pid).split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const OFFERS = ['Morning', 'Noon', 'Evening']
const PARAGRAPH =
  'I teach at a school in Pune and would like to use what I learn with my tenth grade next term.'

/** A Typeform's webhook with a dozen questions, as a whole HTTP request. `forged`: its signature is of another body. */
export function webhook(
  number: number,
  { forged = false, accounts = 1 }: { readonly forged?: boolean; readonly accounts?: number } = {},
): Buffer {
  const asked: readonly (readonly [string, string, string, string, unknown])[] = [
    ['name', 'What is your name?', 'short_text', 'text', `Asha Kulkarni ${number}`],
    ['whatsapp', 'Your WhatsApp number', 'phone_number', 'phone_number', phoneOf(number)],
    ['email', 'Your email', 'email', 'email', `asha.${number}@example.com`],
    ['group', 'Which batch?', 'dropdown', 'choice', choice(`Batch ${number % 3}`)],
    ['whatsapp_ok', 'May we add you to a WhatsApp group?', 'yes_no', 'boolean', true],
    ['city', 'Which city are you in?', 'short_text', 'text', 'Pune'],
    ['role', 'What do you do?', 'multiple_choice', 'choice', choice('Teacher')],
    [
      'offers',
      'When can you join?',
      'multiple_choice',
      'choices',
      { ids: ['a', 'b'], labels: OFFERS },
    ],
    ['years', 'For how many years?', 'number', 'number', 7],
    ['rating', 'How did you like the last one?', 'rating', 'number', 4],
    ['start', 'When would you start?', 'date', 'date', '2026-12-01'],
    ['why', 'Why do you want to join?', 'long_text', 'text', `${PARAGRAPH} ${PARAGRAPH}`],
  ]
  const fields = asked.map(([ref, title, type], at) => ({
    id: `F${at}kNwVqZpRtLm`,
    ref,
    title,
    type,
  }))
  const body = JSON.stringify({
    event_id: `01KAEV${number}`,
    event_type: 'form_response',
    form_response: {
      form_id: 'aBcD12',
      token: `token${number}kd83hf7s`,
      landed_at: '2026-11-27T09:58:11Z',
      submitted_at: '2026-11-27T10:02:45Z',
      hidden: { utm_source: 'newsletter', utm_campaign: 'december' },
      definition: { id: 'aBcD12', title: 'Join the course', fields },
      answers: asked.map(([ref, , fieldType, type, value], at) => ({
        type,
        [type]: value,
        field: { id: fields[at]?.id, type: fieldType, ref },
      })),
    },
  })
  const signed = forged ? `${body} ` : body
  const path = accounts === 1 ? '' : String(number % accounts || '')
  const head = [
    `POST /hooks/webinar${path} HTTP/1.1`,
    'Host: usher.example',
    'User-Agent: Typeform Webhooks',
    'Content-Type: application/json',
    `Typeform-Signature: sha256=${createHmac('sha256', SECRET).update(signed).digest('base64')}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function phoneOf(number: number): string {
  return `+9198${String(10_000_000 + number)}`
}

function choice(label: string) {
  return { id: 'xYz9', ref: 'c1', label }
}

export interface Round {
  readonly perSecond: number
  /** Milliseconds from the first byte sent to the last one read. */
  readonly latencies: readonly number[]
  /** Of one core, that the load itself took. */
  readonly loadShare: number
}

export interface LoadOptions {
  readonly connections: number
  /** Every answer must have it, and hold this. */
  readonly status: number
  readonly says?: string
  /** Requests begin at this rate, whatever the answers take; by default the next begins when one is answered. */
  readonly perSecond?: number
}

/** Sends whole requests over plain sockets, one at a time on each: an HTTP client would take as much CPU as what it measures. */
export async function load(
  { hostname, port }: URL,
  requests: readonly Buffer[],
  { connections, status, says = '', perSecond }: LoadOptions,
): Promise<Round> {
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => opened(connect(Number(port), hostname))),
  )
  const latencies: number[] = []
  const wanted = `HTTP/1.1 ${status} `
  let next = 0
  const used = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      for (let at = next++; at < requests.length; at = next++) {
        const startAt =
          perSecond === undefined ? performance.now() : began + (at * 1_000) / perSecond
        const early = startAt - performance.now()
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
        const answer = await exchange(socket, requests[at] ?? Buffer.alloc(0))
        if (!answer.startsWith(wanted) || !answer.includes(says))
          throw new Error(`A webhook was answered: ${answer}`)
        latencies.push(performance.now() - startAt)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(used)
  for (const socket of sockets) socket.destroy()
  return {
    perSecond: requests.length / seconds,
    latencies,
    loadShare: (user + system) / 1_000_000 / seconds,
  }
}

function opened(socket: Socket): Promise<Socket> {
  socket.setNoDelay(true)
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
}

/** One request and its whole answer. */
function exchange(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      socket.off('data', read)
      resolve(text)
    }
    socket.on('data', read)
    socket.write(request)
  })
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  return length === undefined
    ? text.endsWith('\r\n0\r\n\r\n')
    : text.length >= end + 4 + Number(length)
}
