/** `npm run bench`: webhooks a second of Usher against two limits, in one run on the same workerd. Ratios tell, seconds do not. */

import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Miniflare } from 'miniflare'
import { utf8 } from '../../src/lib/bytes.ts'
import { bundle } from '../../src/sandbox/runner/esbuild.ts'
import { workerOptions } from '../../src/sandbox/runner/worker-options.ts'
import { ROOT } from '../../src/sandbox/settings.ts'
import { typeform } from '../../src/sources/typeform.ts'

const SECRET = 'a-secret-for-measuring'
const CONNECTIONS = 16
const WEBHOOKS = 400
const ROUNDS = 5
/** Typical of a form with a dozen questions. */
const ABOUT_BYTES = 2_100

const CONTENDERS = [
  { name: 'bare: verify and answer', entry: 'test/bench/bare.ts' },
  { name: 'floor: bare and one durable INSERT', entry: 'test/bench/floor.ts' },
  { name: 'usher', entry: 'src/index.ts' },
  { name: 'usher without the KV simulator', entry: 'test/bench/without-kv.ts' },
]

interface Contender {
  readonly name: string
  readonly url: URL
  readonly rates: number[]
  readonly latencies: number[]
  close(): Promise<void>
}

let webhooks = 0
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
const contenders: Contender[] = []
for (const contender of CONTENDERS) contenders.push(await start(contender))
for (const contender of contenders) await round(contender)
for (const contender of contenders) contender.rates.length = contender.latencies.length = 0
// Round by round, so that a slow moment of the machine hits all of them.
for (let nth = 0; nth < ROUNDS; nth++) for (const contender of contenders) await round(contender)

const bare = median(contenders[0]?.rates ?? [])
const floor = median(contenders[1]?.rates ?? [])
console.log(
  `${WEBHOOKS} signed webhooks, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds\n`,
)
console.log(row('', 'per second', 'of bare', 'of floor', 'p50 ms'))
for (const { name, rates, latencies } of contenders) {
  const rate = median(rates)
  const ratios = [(rate / bare).toFixed(2), (rate / floor).toFixed(2)]
  console.log(row(name, rate.toFixed(0), ...ratios, median(latencies).toFixed(2)))
}
agent.destroy()
await Promise.all(contenders.map((contender) => contender.close()))

async function start({ name, entry }: (typeof CONTENDERS)[number]): Promise<Contender> {
  const stateDir = mkdtempSync(join(tmpdir(), 'usher-bench-'))
  const { code } = await bundle(resolve(ROOT, entry), resolve(ROOT, 'test/journeys/config.ts'), {
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  })
  const vars = { WEBINAR_SECRET: SECRET, EAZYBE_TOKEN: 'token', USHER_SANDBOX: '1' }
  // EazyBe is not what is measured: an inactive session keeps every lead in the outbox.
  const outbound = async () => new Response('{}', { status: 403 })
  const usher =
    entry === 'test/bench/bare.ts' ? `${code}\nexport { Outbox }; class Outbox {}` : code
  const options = workerOptions({ code: usher, port: 0, stateDir, vars, outbound })
  const [worker] = options.workers
  if (worker === undefined) throw new TypeError('There is no worker to measure')
  // A socket of its own: Miniflare's entry in front would be measured instead.
  const direct = { ...worker, dev: { ...worker.dev, unsafeDirectSockets: [{ port: 0 }] } }
  // The log is written and read by nobody: a terminal would be measured instead.
  const quiet = { ...options, handleStructuredLogs: () => {}, workers: [direct] }
  const miniflare = new Miniflare(quiet)
  const url = await miniflare.unsafeGetDirectURL()
  const close = async () => {
    await miniflare.dispose()
    rmSync(stateDir, { recursive: true, force: true })
  }
  return { name, url, rates: [], latencies: [], close }
}

async function round({ url, rates, latencies }: Contender): Promise<void> {
  const signed = await Promise.all(Array.from({ length: WEBHOOKS }, sign))
  const began = performance.now()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let next = signed.pop(); next !== undefined; next = signed.pop()) {
        const sent = performance.now()
        const status = await post(`${url.origin}/hooks/webinar`, next)
        if (status !== 200) throw new Error(`A webhook was answered ${status}`)
        latencies.push(performance.now() - sent)
      }
    }),
  )
  rates.push(WEBHOOKS / ((performance.now() - began) / 1_000))
}

interface Signed {
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

async function sign(): Promise<Signed> {
  const id = `webhook-${++webhooks}`
  const phone = `+9198${String(10_000_000 + webhooks)}`
  const fields = { phone, cohort: `${webhooks % 3}`, whatsapp_ok: 'yes', more: '' }
  const short = typeform.sample({ fields, id, now: Date.now() }).body.length
  fields.more = 'x'.repeat(Math.max(0, (ABOUT_BYTES - short) / 2))
  const sample = typeform.sample({ fields, id, now: Date.now() })
  const body = utf8(sample.body)
  const outgoing = { method: 'POST', url: '', headers: new Headers(), body, id, now: Date.now() }
  const proof = await typeform.scheme.sign(outgoing, SECRET)
  return { headers: { 'content-type': sample.contentType, ...proof.headers }, body }
}

function post(url: string, { headers, body }: Signed): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject).end(body)
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(36) + cells.map((cell) => cell.padStart(11)).join('')
}
