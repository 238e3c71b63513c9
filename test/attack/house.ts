/** The whole Worker in Node over outboxes on a disk: what an attack asks of it, and what it gave away meanwhile. */

import * as v from 'valibot'
import { addToGroup } from '../../src/eazybe/client.ts'
import { accept } from '../../src/outbox/accept.ts'
import { defineConfig, hook, json, phone, tally } from '../../src/usher.ts'
import { worker } from '../../src/worker.ts'
import type { Step } from '../simulation/storage.ts'
import { type DiskOutbox, outboxOnDisk } from '../unit/outbox/outbox-on-disk.ts'

export const ORIGIN = 'https://usher.example'
/** Each of them is a canary: it may stand in nothing that the Worker writes, says or asks. */
export const SECRETS = {
  ADMIN_SECRET: 'canary-of-the-admin-Qx7fT2mZ9',
  EAZYBE_TOKEN: 'canary-of-the-token-Lw4hB8vK1',
  PLAIN_SECRET: 'canary-of-a-hook-Rj6nC3sY5',
  PAID_SECRET: 'canary-of-another-hook-Dg2pX8qM7',
  FORM_SECRET: 'canary-of-a-form-Vb9kE1wH4',
}
export const ALERTS = 'https://alerts.example/canary-of-the-address-Zt5rN0'

const fields = v.object({ phone: phone('IN'), cohort: v.string() })
const config = defineConfig({
  accounts: { default: {} },
  hooks: {
    plain: hook({ source: json, country: 'IN' }),
    paid: hook({
      source: json,
      fields,
      invite: ({ phone, cohort }) => ({ groupName: cohort, contacts: [phone], create: true }),
    }),
    form: hook({
      source: tally,
      consent: { field: 'agreed' },
      fields,
      invite: ({ phone, cohort }) => ({ groupName: cohort, contacts: [phone], create: true }),
    }),
  },
})
const app = worker(config)

/** Methods and paths of everything that is mounted, without what stands before them. */
export const ROUTES = app.routes.flatMap(({ method, path }) =>
  method === 'ALL' || path.includes('*') ? [] : [{ method, path }],
)

export interface KvFaults {
  readonly get?: (key: string) => Promise<string | null>
  readonly put?: (key: string, value: string) => Promise<void>
}

export interface HouseOptions {
  readonly kv?: KvFaults
  readonly step?: Step
  /** EazyBe's answer to a call. */
  readonly eazybe?: (url: string, init: RequestInit) => Promise<Response>
  /** Sees every byte that leaves: a log line, an alert, a key or value of KV, a URL that is asked. */
  readonly saw?: (where: string, text: string) => void
}

const YES = () =>
  Response.json({ status: true, message: 'Group created and chat IDs added successfully.' })

export function attackHouse(options: HouseOptions = {}) {
  const { kv = {}, saw = () => {}, eazybe = async () => YES() } = options
  const calls: string[] = []
  const pending: Promise<unknown>[] = []
  const seen = new Map<string, string>()
  const env = {
    ...SECRETS,
    ALERT_URL: ALERTS,
    SEEN: {
      get: async (key: string) => {
        saw('kv key', key)
        return kv.get === undefined ? (seen.get(key) ?? null) : kv.get(key)
      },
      put: async (key: string, value: string) => {
        saw('kv key', key)
        saw('kv value', value)
        return kv.put === undefined ? void seen.set(key, value) : kv.put(key, value)
      },
    },
    OUTBOX: { idFromName: (name: string) => name, get: () => stub },
  }
  const outbox: DiskOutbox = outboxOnDisk({
    hooks: config.hooks,
    env,
    typed: ['form'],
    ...(options.step !== undefined && { step: options.step }),
    addToGroup: (call, token) =>
      addToGroup(call, {
        token,
        fetch: async (input, init = {}) => {
          saw('url', String(input))
          return eazybe(String(input), init)
        },
      }),
  })
  /** A room, with a note of each method that is called. */
  const room = <methods extends object>(methods: methods): methods =>
    new Proxy(methods, {
      get(target, name) {
        calls.push(String(name))
        return Reflect.get(target, name)
      },
    })
  const stub = {
    accept: (arrival: Parameters<typeof accept>[1]) => {
      calls.push('accept')
      return accept(outbox.context, arrival)
    },
    account: () => room(outbox.account),
    deliveries: () => room(outbox.deliveries),
    groups: () => room(outbox.groups),
    people: () => room(outbox.people),
    hooks: () => room(outbox.hooks),
  }
  const context = {
    waitUntil: (promise: Promise<unknown>) => pending.push(promise),
    passThroughOnException: () => {},
    props: {},
  }
  return {
    outbox,
    /** Methods of the outbox that were called so far. */
    calls,
    kv: seen,
    async ask(path: string, init: RequestInit = {}): Promise<Response> {
      const request = new Request(new URL(path, ORIGIN), init)
      const response = await app.request(request, undefined, env, context)
      await Promise.race([
        Promise.allSettled(pending.splice(0)),
        new Promise((resolve) => setTimeout(resolve, 50)),
      ])
      return response
    },
  }
}

/** A lead of the hook `plain`, or of another that takes its secret as a Bearer token. */
export function lead(body: unknown, secret = SECRETS.PLAIN_SECRET): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}
