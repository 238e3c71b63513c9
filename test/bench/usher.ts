/** Usher as it is measured: one form's hook and eight accounts; with Cloudflare's KV as Miniflare simulates it, or a memory instead. */

import * as v from 'valibot'
import { OutboxObject } from '../../src/outbox/outbox.ts'
import type { Env } from '../../src/setup/readiness.ts'
import { defineConfig, hook, phone, typeform } from '../../src/usher.ts'
import { worker } from '../../src/worker.ts'

interface BenchEnv extends Omit<Env, 'OUTBOX'> {
  readonly OUTBOX: DurableObjectNamespace<Outbox>
  /** `simulator`: Miniflare's, which costs more than all the rest and says nothing of the real one. `slow`: answers after 500 ms. */
  readonly KV: 'simulator' | 'memory' | 'none' | 'slow'
  readonly PACE?: 'steady' | 'instant'
}

const ACCOUNTS = ['default', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'] as const

function webinar(account: string) {
  return hook({
    source: typeform,
    account,
    consent: { field: 'whatsapp_ok' },
    // Otherwise most are held as a burst, which is another path.
    leadsPerDay: 1_000_000_000,
    fields: v.object({ whatsapp: phone('IN'), group: v.string() }),
    invite: ({ whatsapp, group }) => ({ groupName: group, contacts: [whatsapp], create: true }),
  })
}

function configOf(pace: 'steady' | 'instant') {
  return defineConfig({
    accounts: Object.fromEntries(ACCOUNTS.map((account) => [account, { pace }])),
    hooks: Object.fromEntries(
      ACCOUNTS.map((account, at) => [at === 0 ? 'webinar' : `webinar${at}`, webinar(account)]),
    ),
  })
}

const configs = { steady: configOf('steady'), instant: configOf('instant') }
const workers = { steady: worker(configs.steady), instant: worker(configs.instant) }

export class Outbox extends OutboxObject {
  constructor(ctx: DurableObjectState, env: BenchEnv) {
    const lookUp = async () => ({ kind: 'failed', message: 'nothing is looked up' }) as const
    super(ctx, env, configs[env.PACE ?? 'steady'], lookUp)
  }

  /** Puts so many settled leads behind those that are there. */
  fill(rows: number): void {
    const numbers = 'WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)'
    const { sql } = this.ctx.storage
    sql.exec(
      `${numbers} INSERT INTO deliveries (key, fingerprint, hook, source, state, creates, received_at, settled_at, fields, timeline)
       SELECT hex(randomblob(16)), 'f', 'webinar', 'typeform', 'accepted', 1, 0, 0, '{}', '[]' FROM n`,
      rows,
    )
    sql.exec(
      `${numbers} INSERT INTO memberships (person, group_id, part_id, status, creates, accepted_at, due_at, asked_at, mask)
       SELECT hex(randomblob(8)), 1, 1, 'accepted', 1, 1, 0, 0, '' FROM n`,
      rows,
    )
    sql.exec(
      `INSERT INTO asks (delivery, person, group_id, team_part, place, lead)
       SELECT row_number() OVER (), person, group_id, team_part, 0, 1 FROM memberships`,
    )
  }
}

const seen = new Map<string, string>()
const memory = {
  get: async (key: string) => seen.get(key) ?? null,
  put: async (key: string, value: string) => {
    seen.set(key, value)
  },
}

const none = { get: async () => null, put: async () => {} }
const slow = { ...none, get: () => scheduler.wait(500).then(() => null) }
const memories = { memory, none, slow }

let own: object | undefined

export default {
  async fetch(request: Request, env: BenchEnv, context: ExecutionContext) {
    if (request.url.includes('/bench/')) {
      const [, , what, rows] = new URL(request.url).pathname.split('/')
      if (what === 'forget') seen.clear()
      if (what === 'fill') await env.OUTBOX.get(env.OUTBOX.idFromName('default')).fill(Number(rows))
      return new Response()
    }
    own ??= env.KV === 'simulator' ? env : { ...env, SEEN: memories[env.KV] }
    return workers[env.PACE ?? 'steady'].fetch(request, own, context)
  },
}
