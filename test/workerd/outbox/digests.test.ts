/** Digests: what stands for a body, an event or a person is keyed everywhere, since a plain hash of a number is reversed in hours. */

import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'
import { digest, encode, utf8 } from '../../../src/lib/bytes.ts'
import { fingerprintOf, keyOf } from '../../../src/receive/request.ts'
import { answers, play } from '../drive.ts'
import { house, listen, post, VARS } from '../house.ts'

const HOUR = 3_600_000
const PHONE = '919800000001'
const ID = 'evt-zinnia-1'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('no table and no KV entry holds a plain SHA-256 of a body, an id or a number', async () => {
  play(answers.ok)
  listen()
  const at = house()
  const lead = { phone: PHONE, cohort: 'Zinnia' }
  const invite = { groupName: 'Zinnia', contacts: [PHONE], create: true }
  const requests = [
    // By the sender's id, by an id that no signature covers, by the caller's key, by the body itself, and one that is no JSON.
    ['batch', { events: [{ id: ID, ...lead }] }, VARS.BATCH_SECRET, {}],
    ['headed', lead, VARS.HEADED_SECRET, { 'x-event-id': ID }],
    ['plain', invite, VARS.PLAIN_SECRET, { 'idempotency-key': ID }],
    ['plain', { ...invite, groupName: 'Zinnia 2' }, VARS.PLAIN_SECRET, {}],
    ['plain', '{', VARS.PLAIN_SECRET, {}],
  ] as const
  const bodies: string[] = []
  for (const [hook, body, secret, headers] of requests) {
    const init = post(body, secret, headers)
    bodies.push(String(init.body))
    expect((await at.ask(`/hooks/${hook}`, init)).status).toBeLessThan(500)
  }
  await at.drive().runUntil(HOUR)
  await at.drive().stub.people().suppress(PHONE, null, 'test')

  const prints = await Promise.all(bodies.map((body) => fingerprintOf(utf8(body))))
  const keys = [ID, keyOf('id', ID), keyOf('key', ID, '0')].concat(
    ...prints.map((print) => [
      print,
      keyOf('digest', print, '0'),
      keyOf('body', print),
      keyOf('unread', print),
    ]),
  )
  const hooks = ['batch', 'headed', 'plain']
  const texts = [
    ...bodies,
    ...keys,
    ...hooks.flatMap((hook) => keys.flatMap((key) => [`${hook} ${key}`, keyOf(hook, key)])),
    PHONE,
    `+${PHONE}`,
    `event:${ID}`,
  ]
  const dump = await everythingKept(at)
  expect(dump).toContain('Zinnia 2')
  expect(dump).toContain('seen:')
  for (const text of texts) {
    for (const plain of await spellings(text)) expect(dump, text).not.toContain(plain)
  }
})

/** A plain SHA-256 in every spelling, and the half of it that stands for a person. */
async function spellings(text: string): Promise<string[]> {
  const hash = new Uint8Array(await digest('SHA-256', utf8(text)))
  return [hash, hash.subarray(0, 16)].flatMap((bytes) => {
    const base64 = encode(bytes, 'base64')
    return [
      encode(bytes, 'hex'),
      base64,
      base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
    ]
  })
}

async function everythingKept(at: ReturnType<typeof house>): Promise<string> {
  const { sql } = at.drive()
  const tables = await sql<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
  )
  const rows = await Promise.all(tables.map(({ name }) => sql(`SELECT * FROM ${name}`)))
  const { keys } = await env.SEEN.list()
  const entries = await Promise.all(keys.map(async ({ name }) => [name, await env.SEEN.get(name)]))
  return JSON.stringify([tables, rows, entries])
}
