/**
 * `npm run bench`: Usher against three limits, round by round in one run on the same workerd. Trust the CPU of a webhook and the
 * ratios; the rates are the machine's. `--rows N`: Usher with so many settled leads in its table as well. `--accounts 8`: spread over so many
 * outboxes. `--also FILE`: one more contender. `--profile FILE`: where Usher's CPU goes.
 * `--bill`: what a webhook and a look at the console use of Cloudflare's plans. `--half-load`, `--slow-kv`, `--start-up`,
 * `--memory N` and `--drain N`: each beside the rates.
 */

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { type Contender, load, type Round, start, webhook } from './contenders.ts'
import { drain, halfLoad, median, memoryAfter, quantile, slowKv, startUp } from './life.ts'
import { profile } from './profile.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    webhooks: { type: 'string', default: '200' },
    connections: { type: 'string', default: '32' },
    rows: { type: 'string', default: '0' },
    accounts: { type: 'string', default: '1' },
    only: { type: 'string' },
    also: { type: 'string' },
    profile: { type: 'string' },
    bill: { type: 'boolean', default: false },
    'half-load': { type: 'boolean', default: false },
    'slow-kv': { type: 'boolean', default: false },
    'start-up': { type: 'boolean', default: false },
    memory: { type: 'string' },
    drain: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const accounts = Number(options.accounts)
const webhooks = Number(options.webhooks)
const connections = Number(options.connections)

interface Row {
  readonly name: string
  readonly of: Contender
  readonly status: number
  /** What each answer holds. */
  readonly says: string
  /** The next webhooks to send. */
  readonly requests: () => Promise<Buffer[]>
  readonly measured: { readonly round: Round; readonly cpuMs: number }[]
}

let number = 0
const limits = 'test/bench/limits.ts'
const usher = 'test/bench/usher.ts'

if (options.bill) bill()
else if (options['half-load']) await halfLoad()
else if (options['slow-kv']) await slowKv()
else if (options['start-up']) await startUp()
else if (options.memory !== undefined) await memoryAfter(Number(options.memory))
else if (options.drain !== undefined) await drain(Number(options.drain))
else if (options.profile !== undefined) await profileOf(options.profile)
else await compare()

/** Counts in a test Worker, where every statement can be seen. */
function bill(): void {
  const config = ['--config', 'test/vitest.config.ts', '--project', 'workerd']
  spawnSync('npx', ['vitest', 'run', ...config, 'test/workerd/outbox/bill.test.ts'], {
    stdio: 'inherit',
  })
}

async function compare(): Promise<void> {
  const bare = await start({ entry: limits, vars: { LIMIT: 'bare' } })
  const floor = await start({ entry: limits, vars: { LIMIT: 'floor' } })
  const straight = await start({ entry: limits, vars: { LIMIT: 'straight' } })
  const memory = await start({ entry: usher, vars: { KV: 'memory' } })
  const simulator = await start({ entry: usher, vars: { KV: 'simulator' } })
  const also =
    options.also === undefined
      ? []
      : [await start({ entry: options.also, vars: { KV: 'memory', LIMIT: 'straight' } })]
  const filled = options.rows === '0' ? [] : [await start({ entry: usher, vars: { KV: 'memory' } })]
  for (const one of filled) await fill(one, options.rows)
  const repeated = await fresh()
  const table: Row[] = [
    row('bare: verify and answer', bare),
    row('floor: bare and one durable INSERT', floor),
    row('straight: the same work, no structure', straight),
    ...also.map((one) => row(`also: ${options.also}`, one)),
    row('usher, KV of no cost', memory),
    ...filled.map((one) => row(`usher, ${options.rows} leads before`, one)),
    row('  a repeat that KV knows', memory, {
      says: '"deliveries"',
      requests: async () => repeated,
    }),
    row('  a repeat that only the outbox knows', memory, {
      says: '"deliveries"',
      requests: async () => {
        await forget(memory)
        return repeated
      },
    }),
    row('  a forgery', memory, { status: 401, says: '', requests: () => fresh({ forged: true }) }),
    row('usher, Miniflare’s simulator of KV', simulator),
  ].filter(({ name }) => options.only === undefined || new RegExp(options.only).test(name))
  for (const one of table) await measure(one)
  for (const one of table) one.measured.length = 0
  // Round by round, so that a slow moment of the machine hits all of them.
  for (let nth = 0; nth < rounds; nth++) for (const one of table) await measure(one)
  print(table)
  for (const one of [bare, floor, straight, memory, simulator, ...also, ...filled])
    await one.close()
}

function row(name: string, of: Contender, more: Partial<Row> = {}): Row {
  return { name, of, status: 200, says: '"queued"', requests: fresh, measured: [], ...more }
}

/** Webhooks that were never sent before. */
async function fresh({ forged = false } = {}): Promise<Buffer[]> {
  return Array.from({ length: webhooks }, () => webhook(++number, { forged, accounts }))
}

async function measure({ of, status, says, requests, measured }: Row): Promise<void> {
  const sent = await requests()
  const before = of.cpuSeconds()
  const round = await load(of.url, sent, { connections, status, says })
  measured.push({ round, cpuMs: ((of.cpuSeconds() - before) * 1_000) / sent.length })
}

function print(table: readonly Row[]): void {
  const bare = table.find(({ name }) => name.startsWith('bare'))
  const straight = table.find(({ name }) => name.startsWith('straight'))
  const lines = table.map(({ name, measured }) => {
    const rates = measured.map(({ round }) => round.perSecond)
    const latencies = measured.flatMap(({ round }) => round.latencies)
    const against = (other: Row | undefined, of: (one: Row['measured'][number]) => number) =>
      other === undefined
        ? '-'
        : median(measured.map((one, nth) => of(one) / of(other.measured[nth] ?? one))).toFixed(2)
    return [
      name,
      median(rates).toFixed(0),
      against(straight, ({ round }) => round.perSecond),
      mean(measured.map(({ cpuMs }) => cpuMs)).toFixed(2),
      (
        mean(measured.map((one) => one.cpuMs)) /
        mean((straight?.measured ?? []).map((one) => one.cpuMs))
      ).toFixed(2),
      (
        mean(measured.map((one) => one.cpuMs)) /
        mean((bare?.measured ?? []).map((one) => one.cpuMs))
      ).toFixed(2),
      median(latencies).toFixed(1),
      quantile(latencies, 0.99).toFixed(1),
      mean(measured.map(({ round }) => round.loadShare)).toFixed(2),
    ]
  })
  const head = [
    '',
    'per s',
    'of straight',
    'CPU ms',
    'of straight',
    'of bare',
    'p50 ms',
    'p99 ms',
    'load',
  ]
  console.log(
    `${rounds} rounds of ${webhooks} webhooks, ${connections} connections, ${accounts} account(s); ` +
      '"load" is the share of a core that sending took\n',
  )
  for (const cells of [head, ...lines]) {
    console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(40) : cell.padStart(12))).join(''))
  }
}

async function forget({ url }: Contender): Promise<void> {
  await fetch(new URL('/bench/forget', url))
}

async function fill({ url }: Contender, rows: string): Promise<void> {
  const { ok } = await fetch(new URL(`/bench/fill/${rows}`, url), { method: 'POST' })
  if (!ok) throw new Error('The table could not be filled')
}

async function profileOf(file: string): Promise<void> {
  const entry = options.also ?? usher
  const vars = entry === limits ? { LIMIT: 'straight' } : { KV: 'memory' }
  const contender = await start({ entry, vars, inspect: true })
  await load(contender.url, await fresh(), { connections, status: 200 })
  const shares = await profile(await contender.inspector(), contender.code, file, async () => {
    for (let nth = 0; nth < rounds; nth++) {
      await load(contender.url, await fresh(), { connections, status: 200 })
    }
  })
  const most = rounds * webhooks
  for (const { name, ms } of shares) {
    console.log(`${name.padEnd(44)}${(ms / most).toFixed(4).padStart(10)} ms a webhook`)
  }
  await contender.close()
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
