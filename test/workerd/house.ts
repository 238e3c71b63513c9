/** A Worker for one test: the real parts over hooks, memory and outboxes of its own, and a note of all it logged. */

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import * as v from 'valibot'
import { expect, vi } from 'vitest'
import { encode, utf8 } from '../../src/lib/bytes.ts'
import type { Phone } from '../../src/mapping/phone/index.ts'
import { urlToken } from '../../src/schemes/token.ts'
import type { Env } from '../../src/setup/readiness.ts'
import type { SourceOptions } from '../../src/sources/source.ts'
import { defineSource } from '../../src/sources/source.ts'
import { defineConfig, hook, json, phone, standardWebhooks } from '../../src/usher.ts'
import { worker } from '../../src/worker.ts'
import { BINDINGS } from './bindings.ts'
import { outbox } from './drive.ts'
import { batch, config, type LeadFields, leadSchema, mapping } from './worker.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      readonly SEEN: KVNamespace
      readonly OUTBOX: UsherEnv['OUTBOX']
    }
    interface GlobalProps {
      mainModule: typeof import('./worker.ts')
    }
  }
}
type UsherEnv = Env

export const VARS = {
  ...BINDINGS,
  BATCH_SECRET: 'batch-secret-for-tests',
  HEADED_SECRET: 'headed-secret-for-tests',
  LINKED_SECRET: 'linked-secret-for-tests',
  THROTTLED_SECRET: 'throttled-secret-for-tests',
  POLITE_SECRET: 'polite-secret-for-tests',
  RUSHED_SECRET: 'rushed-secret-for-tests',
  STANDARD_SECRET: `whsec_${encode(utf8('standard-secret-for-tests-32-b-'), 'base64')}`,
}

/** One whose id travels in a header that no signature covers. */
const headed: SourceOptions<LeadFields, LeadFields> = {
  ...batch,
  name: 'headed',
  payload: leadSchema,
  submissions: (fields, headers) => [{ id: headers.get('x-event-id'), fields }],
  unsignedId: true,
}

/** One that checks the address first, and wants an answer of its own. */
const polite: SourceOptions<{ envelope: LeadFields & { id: string } }, LeadFields> = {
  ...batch,
  name: 'polite',
  accepts: ['xml', 'text'],
  payload: v.object({ envelope: v.object({ ...leadSchema.entries, id: v.string() }) }),
  submissions: ({ envelope: { id, ...fields } }) => [
    { id, fields, ...(fields.cohort === 'Nobody' && { skip: 'nobody' }) },
  ],
  handshake: async ({ method, url, body }, secrets) => {
    const asked = method === 'GET' ? new URL(url).searchParams.get('challenge') : null
    if (asked === 'fail') throw new TypeError('Our own mistake')
    if (asked !== null) return new Response(`${asked} ${secrets.length}`)
    return body.length === 0 && method === 'POST' ? new Response(null, { status: 204 }) : null
  },
  acknowledge: ({ urlSecret }) =>
    new Response(`<ack>${urlSecret ?? 'true'}</ack>`, { headers: { 'content-type': 'text/xml' } }),
}

const mapped = {
  fields: v.object({ phone: phone('IN'), cohort: v.string() }),
  invite: (lead: { phone: Phone; cohort: string }) => ({
    groupName: mapping.groupName(lead.cohort),
    contacts: [lead.phone],
    create: true,
  }),
}

const app = worker(
  defineConfig({
    accounts: { default: {}, sales: {}, rushed: { pace: 'instant' } },
    hooks: {
      ...config.hooks,
      batch: hook({ source: defineSource(batch), ...mapped }),
      headed: hook({ source: defineSource(headed), ...mapped }),
      linked: hook({
        source: defineSource({ ...batch, name: 'linked', scheme: urlToken }),
        ...mapped,
      }),
      throttled: hook({
        source: defineSource({ ...batch, name: 'throttled', busyStatus: 429 }),
        ...mapped,
      }),
      polite: hook({ source: defineSource(polite), ...mapped }),
      standard: hook({ source: standardWebhooks, country: 'IN' }),
      rushed: hook({ source: json, country: 'IN', account: 'rushed' }),
    },
  }),
)

export interface HouseOptions {
  /** Secrets and variables over the usual ones; undefined: not set. */
  readonly vars?: Readonly<Record<string, string | undefined>>
  /** Takes the place of the KV's own methods. */
  readonly seen?: Partial<Record<'get' | 'put', (key: string, value?: string) => unknown>>
  /** Stands between the receiver and the outbox. */
  readonly between?: (method: string, go: () => Promise<unknown>, nth: number) => Promise<unknown>
}

/** A fresh house: nothing was seen before, and its outboxes are empty. */
export function house({ vars = {}, seen = {}, between = (_, go) => go() }: HouseOptions = {}) {
  const id = crypto.randomUUID()
  const wakes: string[] = []

  const kept = new Proxy(env.SEEN, {
    get(target, name) {
      const own: unknown = Reflect.get(seen, name)
      if (typeof own === 'function') return own
      if (name !== 'get' && name !== 'put') return undefined
      const method = target[name].bind(target) as (...all: unknown[]) => unknown
      return (key: string, ...rest: unknown[]) => method(`${id}:${key}`, ...rest)
    },
  })
  const watched = new Proxy(env.OUTBOX, {
    get(target, name) {
      if (name === 'idFromName') return (account: string) => target.idFromName(`${id}-${account}`)
      if (name !== 'get') return undefined
      return (objectId: DurableObjectId) => watch(target.get(objectId))
    },
  })
  /** `accept` of the outbox itself, and the methods of its RPC targets, by their own names. */
  function watch(stub: ReturnType<UsherEnv['OUTBOX']['get']>) {
    const call = (method: string, go: () => Promise<unknown>) => {
      wakes.push(method)
      return between(method, go, wakes.length)
    }
    return new Proxy(stub, {
      get(stub, method) {
        const own = Reflect.get(stub, method)
        if (method === 'accept') {
          return (...all: unknown[]) => call(method, async () => Reflect.apply(own, stub, all))
        }
        const on = (of: string, all: unknown[]) => async () => {
          // biome-ignore lint/suspicious/noExplicitAny: the targets differ, and their callers know their methods.
          using target: any = await Reflect.apply(own, stub, [])
          return await target[of](...all)
        }
        return () =>
          new Proxy(
            {},
            {
              get: (_, of) => {
                const name = String(of)
                return (...all: unknown[]) => call(name, on(name, all))
              },
            },
          )
      },
    })
  }
  const bindings: Env = { ...VARS, ...vars, SEEN: kept, OUTBOX: watched }

  return {
    /** The methods of outboxes that were called so far. */
    wakes,
    /** The outbox of an account, to be driven by the clock. */
    drive: (account = 'default') => outbox(`${id}-${account}`),
    /** Asks, and lets what comes after the answer end too. */
    async ask(path: string, init: RequestInit = {}): Promise<Response> {
      const context = createExecutionContext()
      const response = await app.fetch(
        new Request(new URL(path, 'https://usher.example'), init),
        bindings,
        context,
      )
      await waitOnExecutionContext(context)
      return response
    },
  }
}

/** A POST of JSON to a hook that takes its secret as a Bearer token. */
export function post(
  body: unknown,
  secret: string,
  headers: Record<string, string> = {},
): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  }
}

/** Collects the lines of the log. */
export function listen(): string[] {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(String(line)))
  return lines
}

/** Of everything that goes in, nothing may be in the log: all payloads of these tests name a zinnia. */
export function expectDiscreet(lines: readonly string[]): void {
  for (const line of lines) {
    const entry: unknown = JSON.parse(line)
    expect(entry).toMatchObject({ event: expect.any(String) })
    expect(line).not.toMatch(/zinnia|\d{9}|bearer/i)
    for (const secret of Object.values(VARS).flatMap((value) => value.split('\n'))) {
      // The weak one is a word that a sentence may have.
      if (secret !== VARS.WEAK_SECRET) expect(line).not.toContain(secret)
    }
  }
}
