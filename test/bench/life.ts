/** What `npm run bench` measures beside webhooks a second: the wait at half load, a slow KV, start-up, memory, and the way to EazyBe. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Contender, load, start, webhook } from './contenders.ts'

const LIMITS = 'test/bench/limits.ts'
const USHER = 'test/bench/usher.ts'
const CONNECTIONS = 32
const ROUNDS = 7
const MIB = 1024 * 1024
/** The least that a Worker with an object can be. */
const NOTHING = `import { DurableObject } from 'cloudflare:workers'
  export class Outbox extends DurableObject {}
  export default { fetch: () => new Response() }`

let number = 0

/** The median wait of webhooks that come at half of what Usher takes, beside floor's and straight's at the same rate. */
export async function halfLoad(): Promise<void> {
  const floor = await start({ entry: LIMITS, vars: { LIMIT: 'floor' } })
  const straight = await start({ entry: LIMITS, vars: { LIMIT: 'straight' } })
  const usher = await start({ entry: USHER, vars: { KV: 'memory' } })
  for (const one of [floor, straight]) await send(one, 400)
  const { perSecond } = await send(usher, 400)
  const rate = perSecond / 2
  const ratios: { usher: number; straight: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const least = median((await send(floor, 150, rate)).latencies)
    const plain = median((await send(straight, 150, rate)).latencies)
    const { latencies } = await send(usher, 150, rate)
    ratios.push({ usher: median(latencies) / least, straight: plain / least })
    say(
      `at ${rate.toFixed(0)}/s: p50 of floor ${least.toFixed(1)} ms, of straight ${plain.toFixed(1)}, of Usher ${median(latencies).toFixed(1)} (p99 ${quantile(latencies, 0.99).toFixed(1)})`,
    )
  }
  const of = (name: 'usher' | 'straight') => median(ratios.map((one) => one[name])).toFixed(2)
  say(`p50 of floor’s: Usher ${of('usher')} (at most 1.2), straight ${of('straight')}`)
  for (const one of [floor, straight, usher]) await one.close()
}

/** What a KV costs a webhook that answers after 500 ms. */
export async function slowKv(): Promise<void> {
  const quick = await start({ entry: USHER, vars: { KV: 'memory' } })
  const slow = await start({ entry: USHER, vars: { KV: 'slow' } })
  const more: number[] = []
  for (const one of [quick, slow]) await send(one, 200, undefined, 1)
  for (let round = 0; round < ROUNDS; round++) {
    const [of, own] = [await send(quick, 60, undefined, 1), await send(slow, 60, undefined, 1)]
    more.push(median(own.latencies) - median(of.latencies))
  }
  say(`a KV that takes 500 ms costs a webhook ${median(more).toFixed(1)} ms (at most 15)`)
  await quick.close()
  await slow.close()
}

/** Bundle, and what workerd takes until the first answer, beside a Worker that does nothing. */
export async function startUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-nothing-'))
  const nothing = join(folder, 'nothing.ts')
  writeFileSync(nothing, NOTHING)
  const more: { cpu: number; bytes: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [of, own] = [await firstAnswer(nothing), await firstAnswer('src/index.ts')]
    more.push({ cpu: own.cpu - of.cpu, bytes: own.bytes - of.bytes })
    if (round === 0) {
      const { length } = gzipSync(own.code)
      say(
        `bundle: ${(own.code.length / 1024).toFixed(0)} KiB, ${(length / 1024).toFixed(0)} gzipped`,
      )
    }
  }
  const cpu = median(more.map((one) => one.cpu)) * 1_000
  const mib = median(more.map((one) => one.bytes)) / MIB
  say(
    `start-up to the first answer: ${cpu.toFixed(0)} ms of CPU, ${mib.toFixed(1)} MiB (Cloudflare allows 1 s)`,
  )
  rmSync(folder, { recursive: true })
}

async function firstAnswer(entry: string) {
  const one = await start({ entry })
  await (await fetch(new URL('/health', one.url))).text()
  const found = { cpu: one.cpuSeconds(), bytes: one.residentBytes(), code: one.code }
  await one.close()
  return found
}

/** The resident memory while so many webhooks come. KV keeps nothing: it is not the Worker's memory. */
export async function memoryAfter(webhooks: number): Promise<void> {
  const usher = await start({ entry: USHER, vars: { KV: 'none' } })
  const steps = 10
  for (let step = 1; step <= steps; step++) {
    await send(usher, Math.ceil(webhooks / steps))
    say(`after ${number} webhooks: ${(usher.residentBytes() / MIB).toFixed(0)} MiB`)
  }
  await usher.close()
}

/** Leads a second from their webhook to EazyBe's yes, with `instant`, and calls a lead. */
export async function drain(leads: number): Promise<void> {
  let calls = 0
  let people = 0
  const done = Promise.withResolvers<void>()
  const usher = await start({
    entry: USHER,
    vars: { KV: 'memory', PACE: 'instant' },
    eazybe: async (request) => {
      const { contacts } = (await request.json()) as { contacts: string[] }
      calls++
      people += contacts.length
      if (people >= leads) done.resolve()
      return Response.json({ status: true })
    },
  })
  const began = performance.now()
  await send(usher, leads)
  const taken = (performance.now() - began) / 1_000
  await done.promise
  const seconds = (performance.now() - began) / 1_000
  say(
    `drain: ${leads} leads taken in ${taken.toFixed(1)} s, the last accepted after ${seconds.toFixed(1)} s: ${(leads / seconds).toFixed(0)} leads/s, ${(calls / leads).toFixed(3)} calls a lead`,
  )
  await usher.close()
}

function send(to: Contender, webhooks: number, perSecond?: number, connections = CONNECTIONS) {
  const requests = Array.from({ length: webhooks }, () => webhook(++number))
  return load(to.url, requests, {
    connections,
    status: 200,
    says: '"queued"',
    ...(perSecond !== undefined && { perSecond }),
  })
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN
}

function say(line: string): void {
  console.log(line)
}
