/** Drives an outbox by a clock of the test's own: EazyBe's answers are scripted, and no time is waited for. */

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import type { Arrival } from '../../src/outbox/arrival.ts'
import type { OutboxObject } from '../../src/outbox/outbox.ts'
import type { DeliveryStory } from '../../src/outbox/views.ts'

/** Far ahead of the real clock, so that no alarm rings by itself. */
const BEGIN = Date.UTC(2035, 0, 1, 12)

export interface SeenCall {
  /** Milliseconds since the test began. */
  readonly at: number
  readonly groupName: string
  readonly contacts: string[]
  readonly create: boolean
  readonly token: string
}

export type Script = (call: SeenCall, n: number) => Response | Promise<Response>

/** A test's outbox: a fresh object under its own name. */
export function outbox(account = `test${crypto.randomUUID()}`) {
  const bindings: Env = env as unknown as Env
  const stub = bindings.OUTBOX.get(bindings.OUTBOX.idFromName(account))
  let number = 0
  /** When the alarm rings, in milliseconds since the test began; null: it is not set. */
  async function alarmAt(): Promise<number | null> {
    const at = await runInDurableObject(stub, (_: OutboxObject, state) => state.storage.getAlarm())
    return at === null ? null : at - BEGIN
  }
  return {
    stub,
    /** Hands a lead over, as the receiver does. */
    async lead(groupName: string, contacts: readonly string[], more: Partial<Lead> = {}) {
      const { key = `key-${++number}`, create = true, bodyKey = null, fingerprint = key } = more
      const { teammates = [], hook = 'webinar' } = more
      const arrival: Arrival = {
        account: 'default',
        hook,
        source: 'json',
        bodyKey,
        fingerprint,
        items: [
          {
            key,
            fields: '{}',
            mapped: {
              kind: 'invite',
              invite: { groupName, contacts, teammates, create },
              consent: null,
            },
          },
        ],
      }
      const [item] = await stub.accept(arrival)
      if (item === undefined) throw new Error('The outbox answered nothing')
      return { ...item, seq: Number(item.id.split('-').at(-1)) }
    },
    async story(seq: number): Promise<DeliveryStory> {
      const story = await stub.story(seq)
      if (story === null) throw new Error(`There is no delivery ${seq}`)
      return story
    },
    alarmAt,
    /** Rings every alarm up to then. Gives how many rang. */
    async runUntil(ms: number, most = 200): Promise<number> {
      for (let rang = 0; rang < most; rang++) {
        const at = await alarmAt()
        if (at === null || at > ms) {
          vi.setSystemTime(Math.max(Date.now(), BEGIN + ms))
          return rang
        }
        vi.setSystemTime(Math.max(Date.now(), BEGIN + at))
        await runDurableObjectAlarm(stub)
      }
      throw new Error(`More than ${most} alarms up to ${ms} ms`)
    },
    sql<row>(query: string, ...values: unknown[]): Promise<row[]> {
      return runInDurableObject(stub, (_: OutboxObject, state) =>
        state.storage.sql.exec(query, ...values).toArray(),
      ) as Promise<row[]>
    },
  }
}

interface Lead {
  readonly key: string
  readonly create: boolean
  readonly bodyKey: string | null
  readonly fingerprint: string
  readonly teammates: readonly string[]
  readonly hook: string
}

/** Stops the clock, and puts a script in the place of EazyBe. Gives the calls it saw, which grow as they come. */
export function play(script: Script): SeenCall[] {
  vi.useFakeTimers({ toFake: ['Date'], now: BEGIN })
  const calls: SeenCall[] = []
  vi.spyOn(Math, 'random').mockReturnValue(0)
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_url, init) => {
    const body = JSON.parse(String(init?.body))
    const token = new Headers(init?.headers).get('authorization') ?? ''
    const call = { ...body, token, at: Date.now() - BEGIN }
    calls.push(call)
    return script(call, calls.length)
  })
  return calls
}

/** A script that answers once its gate is open: what happens in the middle of a call happens before. */
export function gated(answer: () => Response): { open: boolean; script: Script } {
  const gate = {
    open: false,
    script: async () => {
      while (!gate.open) await scheduler.wait(1)
      return answer()
    },
  }
  return gate
}

/** EazyBe's answers, in its own words. */
export const answers = {
  ok: () => json(200, { status: true, message: 'Group created and chat IDs added successfully.' }),
  invalid: () => json(400, { status: false, message: 'Invalid data provided.' }),
  unauthorized: () => json(401, { status: false, message: 'Invalid access token' }),
  inactive: () => json(403, { status: false, message: 'Cloud session is not active or working.' }),
  missing: () => json(404, { status: false, message: 'Group not found' }),
  failed: () => json(500, { status: false, message: 'Failed to create group and add chat IDs.' }),
  throttled: (after?: string) =>
    new Response('{}', {
      status: 429,
      headers: after === undefined ? {} : { 'retry-after': after },
    }),
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status })
}
