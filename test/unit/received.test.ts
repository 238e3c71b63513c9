/** Every source through the real receiver: what is authentic is stored, held or skipped whatever is in it, and nothing else is. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { utf8 } from '../../src/bytes.ts'
import { contentKind } from '../../src/decode.ts'
import { defineConfig } from '../../src/define-config.ts'
import type { Hook } from '../../src/hook.ts'
import type { Arrival } from '../../src/outbox/arrival.ts'
import { receiver } from '../../src/receive/receive.ts'
import { withQuery } from '../../src/schemes/scheme.ts'
import type { Source } from '../../src/source.ts'
import { everySource } from '../every-source.ts'
import type { Fixture, FixtureRow } from '../fixtures/fixture.ts'
import { fixtures } from '../fixtures/index.ts'
import { emptied, nested, nulled, numbered } from '../oddities.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const ORIGIN = 'https://usher.example'
const PATH = '/hooks/example'

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterAll(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A receiver for one hook over an outbox that only takes notes. */
function house(source: Source, fixture: Fixture) {
  const arrived: Arrival[] = []
  const { fields, invite } = fixture
  const hook: Hook = {
    source,
    consent: { attested: 'In this test everybody agreed' },
    country: 'IN',
    ...(fields && invite && { fields, invite: (values) => contactsRead(invite(values)) }),
  }
  const accept = async (arrival: Arrival) => {
    arrived.push(arrival)
    return arrival.items.map(({ mapped }, index) => ({
      id: `default-${index + 1}`,
      state: mapped.kind === 'held' ? 'held' : 'queued',
      duplicate: false,
      conflict: false,
      awaited: false,
    }))
  }
  const env = {
    EXAMPLE_SECRET: fixture.secret,
    EXAMPLE_API_TOKEN: fixture.lookUp?.token,
    // Secrets of vendors' documentation are only for the sandbox.
    USHER_SANDBOX: '1',
    SEEN: { get: async () => null, put: async () => {} },
    OUTBOX: { idFromName: (name: string) => name, get: () => ({ accept }) },
  }
  const app = receiver(defineConfig({ hooks: { example: hook } }))
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }
  return {
    arrived,
    ask: (path: string, init: RequestInit, vars: object = {}) =>
      app.request(`${ORIGIN}${path}`, init, { ...env, ...vars }, context),
  }
}

/** What fixtures give as texts was read by `phone` in truth. */
function contactsRead(made: { groupName: string; contacts: readonly string[]; create?: boolean }) {
  return { ...made, contacts: made.contacts.map((contact): `${number}` => `${Number(contact)}`) }
}

/** The row's request with another body, rightly signed. */
async function signed(
  { scheme }: Source,
  { secret }: Fixture,
  row: FixtureRow,
  text: string,
): Promise<{ path: string; init: RequestInit }> {
  const headers = { 'content-type': row.contentType, ...row.headers }
  const body = utf8(text)
  const id = row.headers?.['webhook-id'] ?? 'msg_usher_1'
  const outgoing = { method: 'POST', url: ORIGIN + PATH, headers: new Headers(headers), body, id }
  const proof = await scheme.sign({ ...outgoing, now: NOW }, secret)
  const base = proof.urlSecret === undefined ? PATH : `${PATH}/${proof.urlSecret}`
  const path = withQuery(base, proof)
  const all = new Headers(headers)
  for (const [name, value] of Object.entries(proof.headers)) all.set(name, value)
  return { path, init: { method: 'POST', headers: all, body: proof.body ?? body } }
}

const table = everySource.flatMap((source) => {
  const fixture = fixtures[source.name]
  const [row] = fixture?.rows ?? []
  // Said in the table of sources.
  return fixture === undefined || row === undefined
    ? []
    : [{ name: source.name, source, fixture, row }]
})

describe.each(table)('$name', ({ source, fixture, row }) => {
  beforeAll(() => {
    const { lookUp } = fixture
    if (lookUp === undefined) return
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) =>
      lookUp.answer(new Request(input, init)),
    )
  })

  test.each(fixture.rows)('is taken: $title', async (each) => {
    const at = house(source, fixture)
    const { path, init } = await signed(source, fixture, each, each.body)
    const answer = await at.ask(path, init)
    const wanted = each.submissions.filter(({ skipped }) => skipped !== true)
    const items = at.arrived.flatMap((arrival) => arrival.items)
    const invites = items.map(({ mapped }) => (mapped.kind === 'held' ? null : mapped.invite))
    const expected = wanted.map(({ invite }) => invite && expect.objectContaining(invite))
    expect(invites).toEqual(expected.map((invite) => invite ?? null))
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
    const unmappable = source.readsAnswer === true && wanted.some(({ invite }) => !invite)
    expect(answer.status).toBe(unmappable ? 422 : 200)
  })

  test('is refused by another content type, and without one', async () => {
    const at = house(source, fixture)
    for (const type of ['text/html', 'application/octet-stream', 'application/jsonp', null]) {
      const { path, init } = await signed(source, fixture, row, row.body)
      const headers = new Headers(init.headers)
      if (type === null) headers.delete('content-type')
      else headers.set('content-type', type)
      expect((await at.ask(path, { ...init, headers })).status).toBe(415)
    }
    expect(at.arrived).toEqual([])
  })

  test('lets nothing in without its secret, or with one that is empty or weak', async () => {
    const at = house(source, fixture)
    const { path, init } = await signed(source, fixture, row, row.body)
    for (const EXAMPLE_SECRET of [undefined, '', ' \n', 'short']) {
      const answer = await at.ask(path, init, { EXAMPLE_SECRET })
      expect(answer.status).toBe(source.busyStatus ?? 503)
      expect(answer.headers.get('retry-after')).not.toBeNull()
    }
    expect(at.arrived).toEqual([])
  })

  test('lets nothing in that another secret signed', async () => {
    const at = house(source, fixture)
    const { path, init } = await signed(source, fixture, row, row.body)
    const answer = await at.ask(path, init, { EXAMPLE_SECRET: fixture.otherSecret })
    expect(answer.status).toBe(401)
    expect(at.arrived).toEqual([])
  })

  test('holds or skips what is authentic and makes no sense, and never fails', async () => {
    for (const text of nonsense(fixture.rows)) {
      const at = house(source, fixture)
      const request = await signed(source, fixture, row, text).catch(() => null)
      // A proof that is a member of the body needs a body that has members.
      if (request === null) continue
      const answer = await at.ask(request.path, request.init)
      expect([200, 202, 204, 422], text.slice(0, 200)).toContain(answer.status)
      for (const { fields, mapped } of at.arrived.flatMap((arrival) => arrival.items)) {
        // Also where the body shows it, and could not be read.
        expect(fields).not.toContain(fixture.secret)
        if (mapped.kind !== 'held') continue
        expect(mapped.issues.length).toBeGreaterThan(0)
      }
    }
  })

  test('answers no GET but one of its own', async () => {
    const { status } = await house(source, fixture).ask(PATH, {})
    expect(source.handshake === undefined ? [405] : [200, 204, 400, 403, 405]).toContain(status)
  })
})

/** Bodies that are none, and the row's own, distorted as a whole. */
function nonsense(rows: readonly FixtureRow[]): string[] {
  const distorted = rows
    .filter(({ contentType }) => contentKind(contentType) === 'json')
    .flatMap(({ body }) => {
      const value: unknown = JSON.parse(body)
      return [nulled(value), numbered(value), emptied(value), [value], { value }]
    })
  const whole = [null, 0, 'text', [], {}, [[]], nested(20), nested(40)]
  return [
    '',
    ' ',
    '{',
    'a=1&a=2',
    '<a/>',
    ...[...whole, ...distorted].map((one) => JSON.stringify(one)),
  ]
}
