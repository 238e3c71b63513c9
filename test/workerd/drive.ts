/** Drives an outbox by a clock of the test's own: EazyBe's answers are scripted, and no time is waited for. */

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { Arrival, ArrivalItem } from '../../src/outbox/accept.ts'
import type { DeliveryStory } from '../../src/outbox/admin/views.ts'
import type { OutboxObject } from '../../src/outbox/outbox.ts'
import type { Env } from '../../src/setup/readiness.ts'

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
  async function arrive(of: Pick<Arrival, 'hook' | 'bodyKey' | 'fingerprint'>, one: ArrivalItem) {
    const [item] = await stub.accept({ ...of, account: 'default', source: 'json', items: [one] })
    if (item === undefined) throw new Error('The outbox answered nothing')
    return { ...item, seq: Number(item.id.split('-').at(-1)) }
  }
  /** When the alarm rings, in milliseconds since the test began; null: it is not set. */
  async function alarmAt(): Promise<number | null> {
    const at = await runInDurableObject(stub, (_: OutboxObject, state) => state.storage.getAlarm())
    return at === null ? null : at - BEGIN
  }
  return {
    stub,
    /** Hands a lead over, as the receiver does. A millisecond passes between two leads, so that the queue has their order. */
    async lead(groupName: string, contacts: readonly string[], more: Partial<Lead> = {}) {
      if (number++ > 0) vi.setSystemTime(Date.now() + 1)
      const { key = `key-${number}`, create = true, bodyKey = null, fingerprint = key } = more
      const { teammates = [], hook = 'webinar' } = more
      const invite = { groupName, contacts, teammates, create }
      const mapped = { kind: 'invite', invite, consent: null } as const
      return arrive({ hook, bodyKey, fingerprint }, { key, fields: '{}', mapped })
    },
    /** Hands over a lead that is held before it is mapped. Gives its number. */
    async held(fields: object): Promise<number> {
      const mapped = { kind: 'held', reasons: ['consent'], issues: [], consent: null } as const
      const key = `key-${++number}`
      const item = { key, fields: JSON.stringify(fields), mapped }
      return (await arrive({ hook: 'webinar', bodyKey: null, fingerprint: key }, item)).seq
    },
    async story(seq: number): Promise<DeliveryStory> {
      // An RPC target that is not disposed of keeps the object in memory, where a test may want to evict it.
      using deliveries = await stub.deliveries()
      const story = await deliveries.story(seq)
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
    /** Puts so many settled deliveries behind those that are there: what came over years. */
    async fill(count: number): Promise<void> {
      await this.sql(
        `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
         INSERT INTO deliveries (key, fingerprint, hook, source, state, creates, received_at, settled_at, fields, timeline)
         SELECT 'k' || n, '', 'h', 's', 'accepted', 0, 0, 0, '{}', '[]' FROM n`,
        count,
      )
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

/** A statement that was made; its cursor counts the rows. */
export interface Statement {
  readonly query: string
  readonly cursor: SqlStorageCursor<Record<string, SqlStorageValue>>
}

/** Records every statement that outboxes make from now on, until mocks are restored. */
export async function record(stub: ReturnType<typeof outbox>['stub']): Promise<Statement[]> {
  const statements: Statement[] = []
  await runInDurableObject(stub, (_, state) => {
    const prototype: { exec: SqlStorage['exec'] } = Object.getPrototypeOf(state.storage.sql)
    const exec = prototype.exec
    vi.spyOn(prototype, 'exec').mockImplementation(function (
      this: SqlStorage,
      query: string,
      ...values: unknown[]
    ) {
      const cursor = exec.call(this, query, ...values)
      statements.push({ query, cursor })
      return cursor
    } as SqlStorage['exec'])
  })
  return statements
}

/** Rows written by these, without alarms. */
export function rowsWritten(statements: readonly Statement[]): number {
  return statements.reduce((sum, { cursor }) => sum + cursor.rowsWritten, 0)
}
