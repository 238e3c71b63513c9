/**
 * What one lead executes, from the bytes of its webhook to EazyBe's answer: the functions of `src` that run, in lines, as V8's
 * coverage counts them. `npm run path` prints the list; `--json` as JSON. A test compares it with the reading list of docs/architecture.md.
 */

import { readFileSync } from 'node:fs'
import { type Profiler, Session } from 'node:inspector/promises'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addToGroup } from '../../src/eazybe/client.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { Arrival } from '../../src/outbox/accept.ts'
import { accept } from '../../src/outbox/accept.ts'
import { assembleOutbox } from '../../src/outbox/assemble.ts'
import { receiver } from '../../src/receive/receive.ts'
import { defineConfig } from '../../src/setup/define-config.ts'
import { hook, tally } from '../../src/usher.ts'
import { fixture } from '../fixtures/tally.ts'
import { Disk } from '../simulation/disk.ts'
import { storageOn } from '../simulation/storage.ts'

const SRC = resolve(import.meta.dirname, '../../src')
const NOW = Date.parse('2026-11-20T09:15:04Z')
const HOOK_URL = 'https://usher.example/hooks/webinar'

/** A file, and how many of its lines are in functions that ran. */
export interface FileRun {
  readonly file: string
  readonly lines: number
}

export interface Path {
  /** Until the sender has its 200. */
  readonly accepting: readonly FileRun[]
  /** To the end: what the alarm does, too. */
  readonly whole: readonly FileRun[]
}

/** Takes a lead through, and says what ran. Throws where it does not arrive. */
export async function oneLead(): Promise<Path> {
  const { fields, invite, secret, rows } = fixture
  const [row] = rows
  if (fields === undefined || invite === undefined || row === undefined)
    throw new Error('No fixture')
  const config = defineConfig({
    hooks: {
      webinar: hook({
        source: tally,
        consent: { field: 'Consent (Add me, please)' },
        fields,
        invite: (values) => {
          const { groupName, contacts } = invite(values)
          return {
            groupName,
            contacts: contacts.map((one): `${number}` => `${Number(one)}`),
            create: true,
          }
        },
      }),
    },
  })
  let now = NOW
  const asked: unknown[] = []
  const disk = new Disk()
  const { context } = assembleOutbox({
    storage: storageOn(disk, () => {}),
    now: () => now,
    random: () => 0.5,
    addToGroup: (call, token) =>
      addToGroup(call, {
        token,
        fetch: async (_, init) => {
          asked.push(init?.body)
          return Response.json({ status: true, data: { message: 'Group created' } })
        },
      }),
    lookUp: async () => ({ kind: 'failed', message: 'nothing is looked up' }),
    sendAlert: async () => false,
    config,
    env: { EAZYBE_TOKEN: 'token' },
  })
  const env = {
    EAZYBE_TOKEN: 'token',
    WEBINAR_SECRET: secret,
    SEEN: { get: async () => null, put: async () => {} },
    OUTBOX: {
      idFromName: (name: string) => name,
      get: () => ({ accept: (arrival: Arrival) => accept(context, arrival) }),
    },
  }
  const app = receiver(config)
  const waiting: Promise<unknown>[] = []
  const execution = {
    waitUntil: (one: Promise<unknown>) => waiting.push(one),
    passThroughOnException: () => {},
    props: {},
  }
  async function send(text: string): Promise<void> {
    const body = utf8(text)
    const headers = new Headers({ 'content-type': row?.contentType ?? '' })
    const outgoing = { method: 'POST', url: HOOK_URL, headers, body, id: 'one', now: NOW }
    const proof = await tally.scheme.sign(outgoing, secret)
    for (const [name, value] of Object.entries(proof.headers)) headers.set(name, value)
    const response = await app.request(HOOK_URL, { method: 'POST', headers, body }, env, execution)
    await Promise.all(waiting)
    if (!response.ok) throw new Error(`The webhook was refused: ${response.status}`)
  }
  async function ring(): Promise<void> {
    const before = asked.length
    while (asked.length === before && disk.alarmAt !== null) {
      now = Math.max(now, disk.alarmAt)
      await context.alarm.ring()
    }
    if (asked.length === before) throw new Error('The lead never reached EazyBe')
  }

  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  // The first lead of a process and of an account also sets up what later ones find: this is about a later one.
  await send(row.body)
  await ring()
  await session.post('Profiler.takePreciseCoverage')
  await send(row.body.replaceAll('mAbCd1', 'mAbCd2').replaceAll('9800000011', '9800000012'))
  const lines = new Lines()
  lines.add(await session.post('Profiler.takePreciseCoverage'))
  const accepting = lines.files()
  await ring()
  lines.add(await session.post('Profiler.takePreciseCoverage'))
  session.disconnect()
  return { accepting, whole: lines.files() }
}

/** The lines that ran, file by file. Types are erased in place, so places in the code that runs are those of the source. */
class Lines {
  readonly #ran = new Map<string, Set<number>>()

  add({ result }: Profiler.TakePreciseCoverageReturnType): void {
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue
      const file = relative(SRC, fileURLToPath(url))
      if (file.startsWith('..')) continue
      const text = readFileSync(resolve(SRC, file), 'utf8')
      const ran = this.#ran.get(file) ?? new Set()
      this.#ran.set(file, ran)
      for (const line of linesOf(text, functions)) ran.add(line)
    }
  }

  files(): FileRun[] {
    return [...this.#ran]
      .map(([file, ran]) => ({ file, lines: ran.size }))
      .filter(({ lines }) => lines > 0)
      .toSorted((one, other) => (one.file < other.file ? -1 : 1))
  }
}

/** The lines with code of functions that ran, without the branches that did not. */
function linesOf(text: string, functions: readonly Profiler.FunctionCoverage[]): number[] {
  const counts = new Int32Array(text.length)
  // From the outside in: an inner range says more than the one around it.
  const ranges = functions
    // The module itself runs at the start.
    .flatMap(({ ranges }) =>
      ranges.filter((one) => one.startOffset > 0 || one.endOffset < text.length),
    )
    .toSorted(
      (one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset,
    )
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, startOffset, endOffset)
  const found: number[] = []
  let at = 0
  text.split('\n').forEach((line, number) => {
    const inner = counts.subarray(at, at + line.length)
    if (line.trim() !== '' && inner.some((count) => count > 0)) found.push(number)
    at += line.length + 1
  })
  return found
}

if (import.meta.main) {
  const path: Record<keyof Path, readonly FileRun[]> = await oneLead()
  if (process.argv.includes('--json')) console.log(JSON.stringify(path))
  else {
    for (const [title, files] of Object.entries(path)) {
      const lines = files.reduce((sum, one) => sum + one.lines, 0)
      console.log(`${title}: ${lines} lines of ${files.length} files`)
      for (const { file, lines } of files) console.log(`${String(lines).padStart(5)} ${file}`)
    }
  }
}
