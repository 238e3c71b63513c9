/** Every source through the real receiver: what is authentic is stored, held or skipped whatever is in it, and nothing else is. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { contentKind } from '../../../src/lib/decode.ts'
import type { Hook } from '../../../src/mapping/hook.ts'
import type { Arrival, ArrivalItem } from '../../../src/outbox/accept.ts'
import { receiver } from '../../../src/receive/receive.ts'
import { withQuery } from '../../../src/schemes/scheme.ts'
import { defineConfig } from '../../../src/setup/define-config.ts'
import { lookUps } from '../../../src/setup/look-up.ts'
import { contactForm7, jotform, metaLeadAds, shopify } from '../../../src/sources/index.ts'
import type { Source } from '../../../src/sources/source.ts'
import { everySource } from '../../every-source.ts'
import type { Fixture, FixtureRow } from '../../fixtures/fixture.ts'
import { fixtures } from '../../fixtures/index.ts'
import { emptied, nested, nulled, numbered } from '../../oddities.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
/** What a template of a plugin's user becomes when an answer has a quote in it. */
const BROKEN = '{"phone":"98765 43005","message":"I am "Ravi""}'
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
      state: mapped?.kind === 'held' ? 'held' : 'queued',
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
  const config = defineConfig({ hooks: { example: hook } })
  const app = receiver(config)
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }
  return {
    arrived,
    /** The invite of an item, looked up where that is still to do; null: it is held. */
    async inviteOf({ mapped, fields }: ArrivalItem) {
      const found = mapped === null ? await lookUps(config, env)('example', fields) : null
      const last = found?.kind === 'mapped' ? found.mapped : mapped
      return last?.kind === 'invite' ? last.invite : null
    },
    /** What the outbox's alarm would learn. */
    lookUp: (fields: string) => lookUps(config, env)('example', fields),
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
  const type = row.contentType === '' ? {} : { 'content-type': row.contentType }
  const headers = { ...type, ...row.headers }
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

/** They sign the time and the body without a separator, so that other bodies have the same signature: only JSON is accepted. */
const UNSEPARATED = new Set(['cashfree', 'close', 'framer', 'hubspot', 'zendesk'])

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
    const invites = await Promise.all(items.map(at.inviteOf))
    const expected = wanted.map(({ invite }) => invite && expect.objectContaining(invite))
    expect(invites).toEqual(expected.map((invite) => invite ?? null))
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
    const unmappable = source.readsAnswer === true && wanted.some(({ invite }) => !invite)
    expect(answer.status).toBe(unmappable ? 422 : 200)
  })

  test('is kept under another content type, and without one, unless a program reads the answer', async () => {
    for (const type of ['text/html', 'text/plain', 'application/octet-stream', null]) {
      // JSON is read whatever it is called.
      if (type === 'text/plain' && source.accepts.includes('text')) continue
      const at = house(source, fixture)
      const request = await signed(
        source,
        fixture,
        { ...row, contentType: type ?? '' },
        BROKEN,
      ).catch(() => null)
      // A proof that is a member of the body needs a body that has members.
      if (request === null) continue
      const { status } = await at.ask(request.path, request.init)
      const held = at.arrived.flatMap(({ items }) => items.map(({ mapped }) => mapped))
      if (UNSEPARATED.has(source.name)) {
        expect([status, held]).toEqual([401, []])
        continue
      }
      if (source.readsAnswer === true) {
        expect([status, held]).toEqual([415, []])
        continue
      }
      expect(status).toBe(200)
      expect(held).toMatchObject([{ kind: 'held', issues: [{ path: '' }] }])
      expect(JSON.stringify(held)).toContain('"payload"')
      // A signer that writes its signature into a form spells the text anew.
      const kept = decodeURIComponent(String(at.arrived[0]?.items[0]?.fields).replaceAll('+', ' '))
      expect(kept).toContain('98765 43005')
    }
  })

  test('lets nothing in under another content type that another secret signed', async () => {
    const at = house(source, fixture)
    const plain = { ...row, contentType: 'text/plain' }
    // A proof that is a member of a form needs a body that is called one.
    const request = await signed(source, fixture, plain, row.body).catch(() =>
      signed(source, fixture, row, row.body),
    )
    const { path, init } = request
    const answer = await at.ask(path, init, { EXAMPLE_SECRET: fixture.otherSecret })
    expect(answer.status).toBe(401)
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
      const ends = UNSEPARATED.has(source.name) && !isJson(text) ? [401] : [200, 202, 204, 422]
      expect(ends, text.slice(0, 200)).toContain(answer.status)
      for (const { fields, mapped } of at.arrived.flatMap((arrival) => arrival.items)) {
        // Also where the body shows it, and could not be read.
        expect(fields).not.toContain(fixture.secret)
        if (mapped?.kind !== 'held') continue
        expect(mapped.issues.length).toBeGreaterThan(0)
      }
    }
  })

  test('answers no GET but one of its own', async () => {
    const { status } = await house(source, fixture).ask(PATH, {})
    expect(source.handshake === undefined ? [405] : [200, 204, 400, 403, 405]).toContain(status)
  })
})

test('a lead that its look-up shows to be made up is not wanted, and is asked for after the answer', async () => {
  const { metaLeadAds: fixture } = fixtures
  if (fixture === undefined) throw new TypeError('There is no fixture')
  const values = ['<test lead: dummy data for phone_number>']
  const ask = vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async () =>
      Response.json({ field_data: [{ name: 'phone_number', values }] }),
    )
  const at = house(metaLeadAds, fixture)
  const { body, contentType } = metaLeadAds.sample({ fields: {}, id: 'lead-1', now: NOW })
  const row = { title: 'A lead', body, contentType, submissions: [] }
  const { path, init } = await signed(metaLeadAds, fixture, row, body)
  const answer = await at.ask(path, init)
  expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'queued' }])
  expect(ask).not.toHaveBeenCalled()
  const [item] = at.arrived.flatMap(({ items }) => items)
  expect(item?.mapped).toBeNull()
  expect(await at.lookUp(item?.fields ?? '')).toEqual({
    kind: 'unwanted',
    reason: 'a made-up lead of the testing tool',
  })
})

describe('a body', () => {
  function shopOrder(lines: number): string {
    const money = { shop_money: { amount: '170.00', currency_code: 'INR' } }
    const line = { title: 'Pune Batch 7', price_set: money, total_discount_set: money }
    const taxes = ['CGST', 'SGST'].map((title) => ({ title, rate: 0.09, price_set: money }))
    const whole = {
      ...line,
      tax_lines: taxes,
      properties: [{ name: 'Note', value: 'x'.repeat(1_500) }],
    }
    const { body } = shopify.sample({ fields: {}, id: 'order-1', now: NOW })
    return JSON.stringify({ ...JSON.parse(body), line_items: Array(lines).fill(whole) })
  }

  async function sent(source: Source, fixture: Fixture | undefined, body: string, type: string) {
    if (fixture === undefined) throw new TypeError('There is no fixture')
    const at = house(source, fixture)
    const row = { title: 'A body', body, contentType: type, submissions: [] }
    const { path, init } = await signed(source, fixture, row, body)
    const { status } = await at.ask(path, init)
    return {
      status,
      kinds: at.arrived.flatMap(({ items }) => items.map(({ mapped }) => mapped?.kind)),
    }
  }

  test('of a shop may list 300 things that were bought', async () => {
    const order = shopOrder(300)
    expect(order.length).toBeGreaterThan(512 * 1024)
    expect(await sent(shopify, fixtures.shopify, order, 'application/json')).toEqual({
      status: 200,
      kinds: ['invite'],
    })
    const { status } = await sent(shopify, fixtures.shopify, shopOrder(700), 'application/json')
    expect(status).toBe(413)
  })

  test('of Jotform may hold a drawn signature', async () => {
    const { body, contentType } = jotform.sample({
      fields: {
        signature: `data:image/png;base64,${'A'.repeat(600_000)}`,
        whatsappNumber: '+919800000001',
      },
      id: 'submission-1',
      now: NOW,
    })
    const { status } = await sent(jotform, fixtures.jotform, body, contentType)
    expect(status).toBe(200)
  })

  test('of another sender is no larger than 256 KiB', async () => {
    const body = JSON.stringify({ phone: '98765 43005', text: 'x'.repeat(300_000) })
    const { status } = await sent(contactForm7, fixtures.contactForm7, body, 'application/json')
    expect(status).toBe(413)
  })

  test('that is JSON is read when it is announced as a text', async () => {
    const { body } = contactForm7.sample({ fields: {}, id: 'mail-1', now: NOW })
    const [row] = fixtures.contactForm7?.rows ?? []
    for (const text of [body, row?.body ?? '']) {
      const { status, kinds } = await sent(
        contactForm7,
        fixtures.contactForm7,
        text,
        'text/plain; charset=UTF-8',
      )
      expect([status, kinds.length]).toEqual([200, 1])
    }
    const read = await sent(contactForm7, fixtures.contactForm7, row?.body ?? '', 'text/plain')
    expect(read.kinds).toEqual(['invite'])
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
