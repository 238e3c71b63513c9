/** The Worker in workerd: its options, its way to the sandbox, and its replacement by an edited one while it runs. */

import { SourceMap } from 'node:module'
import {
  Miniflare,
  type MiniflareOptions,
  type Request as MiniflareRequest,
  Response as MiniflareResponse,
} from 'miniflare'
import { Trouble } from '../command-line.ts'
import type { Vars } from '../dev-vars.ts'

/** What may differ from one edit to the next. */
export type Edited = Pick<WorkerParts, 'code' | 'map' | 'vars'>

export interface LiveWorker {
  /** Without a slash at the end. */
  readonly url: string
  /** Takes the edited Worker, or throws and keeps the one from before. */
  replace(edited: Edited): Promise<void>
  close(): Promise<void>
}

/** Starts workerd; trouble where the Worker's own code throws while it is loaded. */
export async function startWorker(parts: WorkerParts): Promise<LiveWorker> {
  const miniflare = new Miniflare(workerOptions(parts))
  let current = parts
  try {
    const { origin } = await miniflare.ready
    return {
      url: origin,
      async replace(edited) {
        const next = { ...current, ...edited }
        try {
          await miniflare.setOptions(workerOptions(next))
        } catch (error) {
          // workerd is gone by now: the Worker from before is started again.
          await miniflare.setOptions(workerOptions(current))
          throw explain(error, next)
        }
        current = next
      },
      close: () => miniflare.dispose(),
    }
  } catch (error) {
    await miniflare.dispose().catch(() => undefined)
    throw explain(error, parts)
  }
}

/** What workerd said of a Worker that throws while it is loaded, without the frames of its machinery. */
function explain(error: unknown, { map }: WorkerParts): unknown {
  if (!(error instanceof Error)) return error
  const [, thrown, place] = THROWN.exec(error.message) ?? []
  if (thrown === undefined) return error
  const where = place === undefined ? '' : ` (${traced(place, map)})`
  return new Trouble(`The Worker does not start: ${thrown}${where}`)
}

const THROWN = /Uncaught (.*?)(?:\\n *at (\S+?:\d+:\d+)|\\n|$)/m
/** A place in the bundle, as workerd names it. */
const PLACE = /(?:file:\/\/\S*\/)?usher\.js:(\d+):(\d+)/g

/** A text of workerd, such as a stack trace, with the places in the bundle as those in the sources. */
function traced(text: string, map: string): string {
  if (map === '' || text.search(PLACE) < 0) return text
  const sources = new SourceMap(JSON.parse(map))
  return text.replaceAll(PLACE, (place, line, column) => {
    const origin = sources.findOrigin(Number(line), Number(column))
    return 'fileName' in origin
      ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`
      : place
  })
}

/**
 * What wrangler.toml says, said again: asking wrangler for it costs 1.7 s at every start.
 * `test/unit/sandbox/runner.test.ts` compares the two.
 */
export const DECLARED = {
  name: 'usher',
  compatibilityDate: '2026-10-01',
  kv: ['SEEN'],
  objects: { OUTBOX: 'Outbox' },
  limits: { GUESSES: { limit: 10, period: 60 } },
} as const

const HOST = '127.0.0.1'
const MODULE = 'usher.js'

interface WorkerParts {
  readonly code: string
  /** Of the code, as JSON; empty: its places are shown as they are. */
  readonly map: string
  readonly port: number
  readonly stateDir: string
  /** Secrets and variables. */
  readonly vars: Vars
  /** Takes every request that the Worker makes. */
  readonly outbound: (request: Request) => Promise<Response>
}

/** Options for a Miniflare that keeps its state on disk, listens on this machine only and looks nothing up. */
export function workerOptions({
  code,
  map,
  port,
  stateDir,
  vars,
  outbound,
}: WorkerParts): MiniflareOptions {
  return {
    host: HOST,
    port,
    resourcePersistencePath: stateDir,
    // No look-up of where this machine is, no log of URLs: one may end in a hook's secret.
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    handleStructuredLogs({ level, message }) {
      const isTrouble = level === 'error' || level === 'warn'
      console[isTrouble ? 'error' : 'log'](traced(message, map))
    },
    workers: [
      {
        config: {
          name: DECLARED.name,
          compatibilityDate: DECLARED.compatibilityDate,
          manifest: {
            mainModule: MODULE,
            modules: { [MODULE]: { type: 'esm', contents: code } },
          },
          env: {
            ...mapped(vars, (value) => ({ type: 'text' as const, value })),
            ...Object.fromEntries(DECLARED.kv.map((id) => [id, { type: 'kv' as const, id }])),
            ...mapped(DECLARED.objects, (exportName) => ({
              type: 'durable-object' as const,
              worker: DECLARED.name,
              exportName,
            })),
            ...mapped(DECLARED.limits, (simple, namespace) => ({
              type: 'rate-limit' as const,
              namespace,
              simple,
            })),
          },
          exports: Object.fromEntries(
            Object.values(DECLARED.objects).map((name) => [
              name,
              { type: 'durable-object' as const, storage: 'sqlite' as const },
            ]),
          ),
        },
        dev: {
          outboundService: {
            type: 'fetcher',
            handler: async (request) => toMiniflare(await outbound(await fromMiniflare(request))),
          },
        },
      },
    ],
  }
}

function mapped<value, binding>(
  values: Readonly<Record<string, value>>,
  to: (value: value, name: string) => binding,
): Record<string, binding> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value, name)]))
}

/** Miniflare has a `Request` and a `Response` of its own, which Node's `fetch` does not take. */
async function fromMiniflare(request: MiniflareRequest): Promise<Request> {
  const { method, url } = request
  const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
  return new Request(url, { method, headers: [...request.headers], body, redirect: 'manual' })
}

async function toMiniflare(response: Response): Promise<MiniflareResponse> {
  const { status } = response
  const body = response.body === null ? null : await response.arrayBuffer()
  return new MiniflareResponse(body, { status, headers: [...response.headers] })
}

const EAZYBE_HOST = 'api.eazybe.com'

/** Nothing leaves for EazyBe from here, whatever the port or protocol. */
export function outbound(
  eazybe: (request: Request) => Response | Promise<Response>,
  world: (request: Request) => Promise<Response> = fetch,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (new URL(request.url).hostname === EAZYBE_HOST) return eazybe(request)
    try {
      return await world(request)
    } catch {
      // Only a status can cross from Node into workerd, so a host that is not there looks like a bad gateway.
      return new Response('unreachable', { status: 502 })
    }
  }
}
