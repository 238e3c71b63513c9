/**
 * What Usher is measured against, each as short as it can be written. `bare` verifies and answers. `floor` also keeps the body with
 * one durable INSERT. `straight` does the work of an accepted webhook without structure, operator, caps, teammates or errors.
 */

import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import * as v from 'valibot'

interface LimitEnv {
  readonly LIMIT: 'bare' | 'floor' | 'straight'
  readonly WEBINAR_SECRET: string
  readonly OUTBOX: DurableObjectNamespace<Outbox>
}

interface Lead {
  readonly hook: string
  readonly key: string
  readonly fingerprint: string
  readonly groupName: string
  readonly digits: string
  readonly fields: string
}

const COALESCE_MS = 400
const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const SIGNATURE = /^sha256=[A-Za-z0-9+/]{43}=$/

const answer = v.looseObject({
  type: v.string(),
  field: v.object({ id: v.string(), ref: v.string() }),
})
const payload = v.object({
  event_id: v.string(),
  event_type: v.string(),
  form_response: v.object({
    token: v.string(),
    hidden: v.optional(v.record(v.string(), v.string())),
    answers: v.array(answer),
  }),
})
const leadFields = v.object({ whatsapp: v.string(), group: v.string() })
const labelled = v.object({ label: v.string() })

export class Outbox extends DurableObject<object> {
  readonly #key: Promise<CryptoKey>
  #alarmAt: number | null = null

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env)
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS kept (seq INTEGER PRIMARY KEY, body TEXT);
      CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY, name TEXT UNIQUE, due INTEGER);
      CREATE TABLE IF NOT EXISTS deliveries (seq INTEGER PRIMARY KEY, hook TEXT, source TEXT, key TEXT, state TEXT,
        group_id INTEGER, contacts TEXT, due_at INTEGER, received_at INTEGER, fields TEXT, timeline TEXT);
      CREATE INDEX IF NOT EXISTS open ON deliveries (state, group_id, due_at) WHERE state = 'queued';
      CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, seq INTEGER, fingerprint TEXT) WITHOUT ROWID`)
    const secret = encode('0123456789abcdef0123456789abcdef')
    this.#key = crypto.subtle.importKey('raw', secret, HMAC, false, ['sign'])
  }

  keep(body: string): void {
    this.ctx.storage.sql.exec('INSERT INTO kept (body) VALUES (?)', body)
  }

  async accept(lead: Lead): Promise<{ seq: number; duplicate: boolean }> {
    const { hook, key, fingerprint, groupName, digits, fields } = lead
    const person = hex(await crypto.subtle.sign('HMAC', await this.#key, encode(digits)))
    const { sql } = this.ctx.storage
    const now = Date.now()
    const taken = this.ctx.storage.transactionSync(() => {
      const [seen] = sql.exec<{ seq: number }>('SELECT seq FROM keys WHERE key = ?', key).toArray()
      if (seen !== undefined) return { seq: seen.seq, duplicate: true }
      const group =
        sql.exec<{ id: number }>('SELECT id FROM groups WHERE name = ?', groupName).toArray()[0] ??
        sql
          .exec<{ id: number }>(
            'INSERT INTO groups (name, due) VALUES (?, ?) RETURNING id',
            groupName,
            now + COALESCE_MS,
          )
          .one()
      const contacts = JSON.stringify([{ digits, person, state: 'waiting' }])
      const { seq } = sql
        .exec<{ seq: number }>(
          `INSERT INTO deliveries (hook, source, key, state, group_id, contacts, due_at, received_at, fields, timeline)
           VALUES (?, 'typeform', ?, 'queued', ?, ?, ?, ?, ?, '[]') RETURNING seq`,
          ...[hook, key, group.id, contacts, now + COALESCE_MS, now, fields],
        )
        .one()
      sql.exec('INSERT INTO keys (key, seq, fingerprint) VALUES (?, ?, ?)', key, seq, fingerprint)
      return { seq, duplicate: false }
    })
    if (this.#alarmAt === null || this.#alarmAt > now + COALESCE_MS) {
      this.#alarmAt = now + COALESCE_MS
      await this.ctx.storage.setAlarm(this.#alarmAt)
    }
    return taken
  }

  override alarm(): void {
    this.#alarmAt = null
  }
}

let verifier: Promise<CryptoKey> | undefined
const known = new Map<string, number>()
const app = new Hono<{ Bindings: LimitEnv }>()

app.post('/hooks/:hook', async (c) => {
  const began = Date.now()
  const hook = c.req.param('hook')
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  const secret = encode(c.env.WEBINAR_SECRET)
  verifier ??= crypto.subtle.importKey('raw', secret, HMAC, false, ['verify'])
  const header = c.req.header('typeform-signature') ?? ''
  if (!SIGNATURE.test(header)) return c.json({ error: 'bad signature' }, 401)
  const mac = Uint8Array.from(atob(header.slice(7)), (character) => character.charCodeAt(0))
  const verified = await crypto.subtle.verify('HMAC', await verifier, mac, bytes)
  if (!verified) return c.json({ error: 'bad signature' }, 401)
  if (c.env.LIMIT === 'bare') return c.json({ status: 'queued' })
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  if (c.env.LIMIT === 'floor') {
    await outboxOf(c.env, hook).keep(text)
    return c.json({ status: 'queued' })
  }

  const { form_response } = v.parse(payload, JSON.parse(text))
  const fields: Record<string, unknown> = { ...form_response.hidden }
  for (const one of form_response.answers) {
    const value = one[one.type]
    fields[one.field.ref] = fields[one.field.id] = v.is(labelled, value) ? value.label : value
  }
  const { whatsapp, group } = v.parse(leadFields, fields)
  const phone = parsePhoneNumberFromString(whatsapp, 'IN')
  if (!phone?.isValid()) return c.json({ status: 'held' })
  const fingerprint = hex(await crypto.subtle.digest('SHA-256', bytes))
  const event = encode(`${hook}\n${form_response.token}`)
  const key = hex(await crypto.subtle.digest('SHA-256', event))
  const seen = known.get(key)
  if (seen !== undefined) return c.json({ status: 'duplicate', deliveries: [`default-${seen}`] })
  const { seq, duplicate } = await outboxOf(c.env, hook).accept({
    hook,
    key,
    fingerprint,
    groupName: group,
    digits: phone.number.slice(1),
    fields: JSON.stringify(fields),
  })
  known.set(key, seq)
  const status = duplicate ? 'duplicate' : 'queued'
  const deliveries = [`default-${seq}`]
  console.log(JSON.stringify({ event: 'webhook', hook, status, ms: Date.now() - began }))
  return c.json({ status, deliveries })
})

export default app

function outboxOf({ OUTBOX }: LimitEnv, hook: string) {
  return OUTBOX.get(OUTBOX.idFromName(hook))
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
