/** The API on the real runtime: who may ask, what a list and a story hold, and what sending again does. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, play, type SeenCall } from '../drive.ts'
import { expectDiscreet, house, listen, post, VARS } from '../house.ts'
import { mapping } from '../worker.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const ADMIN = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
const MASKED = '+91 ••••• •0001'

type House = ReturnType<typeof house>

let calls: SeenCall[]
let lines: string[]

beforeEach(() => {
  calls = play(answers.ok)
  lines = listen()
})

afterEach(() => {
  expectDiscreet(lines)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

async function ask(at: House, path: string, init: RequestInit = {}) {
  const answer = await at.ask(path, { ...init, headers: { ...ADMIN, ...init.headers } })
  const body: Record<string, unknown> = await answer.json()
  return { status: answer.status, headers: answer.headers, body }
}

interface Page {
  readonly status: number
  readonly ids: unknown[]
  readonly cursor: string | null
}

async function list(at: House, query: Record<string, string> = {}): Promise<Page> {
  const { status, body } = await ask(at, `/api/deliveries?${new URLSearchParams(query)}`)
  const rows = Array.isArray(body.deliveries) ? body.deliveries : []
  return {
    status,
    ids: rows.map((row: unknown) => Reflect.get(Object(row), 'id')),
    cursor: typeof body.cursor === 'string' ? body.cursor : null,
  }
}

function retry(at: House, id: string, body: unknown = { mode: 'exact' }) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return ask(at, `/api/deliveries/${id}/retry`, { method: 'POST', body: text })
}

/** A second after the one before, to the default account. */
async function plain(at: House, phone = '9800000001', groupName = 'Zinnia Club', create = true) {
  vi.setSystemTime(Date.now() + SECOND)
  const answer = await at.ask(
    '/hooks/plain',
    post({ groupName, contacts: [phone], create, at: Date.now() }, VARS.PLAIN_SECRET),
  )
  return answer.json()
}

/** A second after the one before, to the account of sales. */
async function buyer(at: House, phone = '9800000001', cohort = 'Zinnia') {
  vi.setSystemTime(Date.now() + SECOND)
  const answer = await at.ask(
    '/hooks/buyers',
    post({ phone, cohort, at: Date.now() }, VARS.BUYERS_SECRET),
  )
  return answer.json()
}

describe('who may ask', () => {
  const short = { ADMIN_SECRET: 'short-admin-secret' }

  it.each<
    [
      sentence: string,
      vars: Record<string, string | undefined>,
      authorization: string | null,
      status: number,
    ]
  >([
    ['with the admin secret: yes', {}, ADMIN.authorization, 200],
    ['with the scheme in small letters: yes', {}, `bearer ${VARS.ADMIN_SECRET}`, 200],
    [
      'with the new one of two: yes',
      { ADMIN_SECRET: `${VARS.ADMIN_SECRET}\nanother-admin-secret-of-length` },
      'Bearer another-admin-secret-of-length',
      200,
    ],
    ['without a secret: no', {}, null, 401],
    ['with nothing for a secret: no', {}, 'Bearer ', 401],
    ['with a wrong secret: no', {}, 'Bearer not-the-admin-secret-at-all', 401],
    ['with the secret of a hook: no', {}, `Bearer ${VARS.PLAIN_SECRET}`, 401],
    ['with the secret as a password: no', {}, `Basic ${btoa(`admin:${VARS.ADMIN_SECRET}`)}`, 401],
    ['with the secret and more: no', {}, `${ADMIN.authorization} x`, 401],
    ['with the secret alone: no', {}, VARS.ADMIN_SECRET, 401],
    ['with half the secret: no', {}, ADMIN.authorization.slice(0, -1), 401],
    ['while there is none', { ADMIN_SECRET: undefined }, ADMIN.authorization, 503],
    ['while it is empty', { ADMIN_SECRET: '' }, 'Bearer ', 503],
    ['while it is short, also with it', short, `Bearer ${short.ADMIN_SECRET}`, 503],
    [
      'while one of two is short: nobody',
      { ADMIN_SECRET: `${VARS.ADMIN_SECRET}\nshort` },
      ADMIN.authorization,
      503,
    ],
  ])('%s', async (_, vars, authorization, status) => {
    const at = house({ vars })
    const headers: Record<string, string> = authorization === null ? {} : { authorization }
    for (const path of ['/api/deliveries', '/api/deliveries/default-1', '/api/anything']) {
      const answer = await at.ask(path, { headers })
      const found = path === '/api/deliveries' ? 200 : 404
      expect([path, answer.status]).toEqual([path, status === 200 ? found : status])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      if (answer.status !== 200) {
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
      }
    }
    if (status !== 200) expect(at.wakes).toEqual([])
  })
})

describe('the list', () => {
  it('is empty at first', async () => {
    expect((await ask(house(), '/api/deliveries')).body).toEqual({ deliveries: [], cursor: null })
  })

  it('holds of each delivery what programs count on, and no number of a person', async () => {
    const at = house()
    await plain(at)
    const received = new Date().toISOString()
    const queued = await ask(at, '/api/deliveries')
    expect(queued.body).toEqual({
      deliveries: [
        {
          id: 'default-1',
          hook: 'plain',
          source: 'json',
          account: 'default',
          state: 'queued',
          reason: 'others for the same group',
          wrong: null,
          waitingUntil: expect.any(String),
          groupName: 'Zinnia Club',
          contacts: [MASKED],
          who: null,
          attempts: 0,
          receivedAt: received,
          settledAt: null,
        },
      ],
      cursor: null,
    })
    await at.drive().runUntil(HOUR)
    const { body } = await ask(at, '/api/deliveries')
    expect(body).toMatchObject({
      deliveries: [
        { state: 'accepted', reason: null, waitingUntil: null, settledAt: expect.any(String) },
      ],
    })
    expect(JSON.stringify(body)).not.toContain('98000')
  })

  describe('with deliveries of two accounts', () => {
    let at: House
    beforeEach(async () => {
      at = house()
      await plain(at, '9800000001') // default-1
      await buyer(at, '9800000002') // sales-1
      await buyer(at, 'unreadable') // sales-2, held
      await plain(at, '9800000003', 'Zinnia Two') // default-2
      await plain(at, 'unreadable') // default-3, held
    })

    it.each<[sentence: string, query: Record<string, string>, ids: string[]]>([
      ['is newest first', {}, ['default-3', 'default-2', 'sales-2', 'sales-1', 'default-1']],
      ['is short when that is asked', { limit: '2' }, ['default-3', 'default-2']],
      ['holds one state', { state: 'held' }, ['default-3', 'sales-2']],
      ['holds another state', { state: 'queued' }, ['default-2', 'sales-1', 'default-1']],
      ['holds nothing of a state that none is in', { state: 'parked' }, []],
      ['holds one hook', { hook: 'buyers' }, ['sales-2', 'sales-1']],
      ['holds one group', { group: 'Zinnia Two' }, ['default-2']],
      [
        'holds what fits all that was asked',
        { hook: 'plain', state: 'queued', limit: '1' },
        ['default-2'],
      ],
      ['holds nothing of a hook that is none', { hook: 'nobody' }, []],
      ['holds nothing of a group that is a statement', { group: "' OR 1=1 --" }, []],
    ])('%s', async (_, query, ids) => {
      expect((await list(at, query)).ids).toEqual(ids)
    })

    it.each(['1', '2', '3', '4', '5', '6'])(
      'by pages of %s holds each once, in order',
      async (limit) => {
        const all: unknown[] = []
        let query: Record<string, string> = { limit }
        for (let pages = 0; pages < 10; pages++) {
          const { ids, cursor } = await list(at, query)
          all.push(...ids)
          if (cursor === null) break
          query = { limit, cursor }
        }
        expect(all).toEqual(['default-3', 'default-2', 'sales-2', 'sales-1', 'default-1'])
      },
    )

    it('by pages with a filter holds each once', async () => {
      const first = await list(at, { state: 'queued', limit: '1' })
      const second = await list(at, { state: 'queued', limit: '1', cursor: first.cursor ?? '' })
      const third = await list(at, { state: 'queued', limit: '1', cursor: second.cursor ?? '' })
      expect([first.ids, second.ids, third.ids].flat()).toEqual([
        'default-2',
        'sales-1',
        'default-1',
      ])
    })

    it('by pages is not disturbed by what comes meanwhile', async () => {
      const first = await list(at, { limit: '2' })
      await plain(at, '9800000004')
      await buyer(at, '9800000005')
      const second = await list(at, { limit: '5', cursor: first.cursor ?? '' })
      expect(second.ids).toEqual(['sales-2', 'sales-1', 'default-1'])
      expect(second.cursor).toBeNull()
    })

    it('by pages holds each once although a clock was set back', async () => {
      vi.setSystemTime(Date.now() - HOUR)
      await plain(at, '9800000006') // default-4, with the oldest time of all
      const all: unknown[] = []
      let query: Record<string, string> = { limit: '2' }
      for (let pages = 0; pages < 10; pages++) {
        const { ids, cursor } = await list(at, query)
        all.push(...ids)
        if (cursor === null) break
        query = { limit: '2', cursor }
      }
      expect(all.toSorted()).toEqual([
        'default-1',
        'default-2',
        'default-3',
        'default-4',
        'sales-1',
        'sales-2',
      ])
    })
  })

  it.each<[sentence: string, query: Record<string, string>, path: string]>([
    ['no page', { limit: '0' }, 'limit'],
    ['more than a page may hold', { limit: '201' }, 'limit'],
    ['part of a page', { limit: '1.5' }, 'limit'],
    ['less than nothing', { limit: '-1' }, 'limit'],
    ['a page in words', { limit: 'all' }, 'limit'],
    ['a state that is none', { state: 'added' }, 'state'],
    ['a cursor that is none', { cursor: 'zinnia' }, 'cursor'],
    ['a cursor of somewhere else', { cursor: btoa('{"page":"zinnia"}') }, 'cursor'],
  ])('is refused with 400 when it is asked for %s', async (_, query, path) => {
    const search = new URLSearchParams(query)
    const { status, headers, body } = await ask(house(), `/api/deliveries?${search}`)
    expect(status).toBe(400)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({ issues: [{ path }] })
    expect(JSON.stringify(body)).not.toContain('zinnia')
  })

  it('takes a parameter without a value for one that is not given', async () => {
    const at = house()
    await plain(at)
    const { status, ids } = await list(at, { state: '', hook: '', limit: '', cursor: '', from: '' })
    expect([status, ids]).toEqual([200, ['default-1']])
  })

  it('may be as long as 200', async () => {
    expect((await list(house(), { limit: '200' })).status).toBe(200)
  })
})

describe('an address of the API', () => {
  it.each([
    ['POST', '/api/deliveries', 405, 'GET'],
    ['DELETE', '/api/deliveries/default-1', 405, 'GET'],
    ['GET', '/api/deliveries/default-1/retry', 405, 'POST'],
    ['PUT', '/api/bulk', 405, 'POST'],
    ['POST', '/metrics', 405, 'GET'],
    ['POST', '/openapi.json', 405, 'GET'],
    ['GET', '/api/nowhere', 404, null],
    ['POST', '/api/deliveries/default-1/nothing', 404, null],
  ])('%s %s is answered %i', async (method, path, status, allow) => {
    const { headers, ...answer } = await ask(house(), path, { method })
    expect(answer.status).toBe(status)
    expect(headers.get('allow')).toBe(allow)
    expect(headers.get('content-type')).toBe('application/problem+json')
  })

  it.each<[sentence: string, type: string, body: string, status: number]>([
    ['JSON under another name', 'text/plain', '{"mode":"exact"}', 404],
    ['what is no JSON', 'application/json; charset=utf-8', '{"mode"', 400],
    ['a form', 'application/x-www-form-urlencoded', 'mode=exact', 415],
  ])('that takes a body is sent %s', async (_, type, body, status) => {
    const init = { method: 'POST', headers: { 'content-type': type }, body }
    const answer = await ask(house(), '/api/deliveries/default-1/retry', init)
    expect(answer.status).toBe(status)
  })

  it.each<[path: string, body: object, member: string]>([
    ['/api/bulk', { filter: { stat: 'held' }, action: 'discard' }, 'filter.stat'],
    ['/api/bulk', { filter: {}, action: 'discard', dryrun: true }, 'dryrun'],
    ['/api/deliveries/default-1/edit', { group_name: 'A' }, 'group_name'],
    ['/api/people/suppress', { phone: '+919800000001', groop: 'default-1' }, 'groop'],
  ])('%s refuses %o: what is misspelt would do more than was meant', async (path, body, member) => {
    const answer = await ask(house(), path, post(body, VARS.ADMIN_SECRET))
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ issues: [{ path: member, message: 'is not known here' }] })
  })
})

describe('the story', () => {
  it('of a delivery is what the list says, and all that happened', async () => {
    const at = house()
    await plain(at)
    const listed = (await ask(at, '/api/deliveries')).body.deliveries
    const { status, body } = await ask(at, '/api/deliveries/default-1')
    expect(status).toBe(200)
    expect({ deliveries: [body] }).toMatchObject({ deliveries: listed })
    expect(body).toMatchObject({
      timeline: [{ at: body.receivedAt, event: 'received' }],
      people: [{ mask: '+91 ••••• •0001', state: 'waiting', suppressed: false }],
      // What the sender said, with its numbers hidden.
      fields: expect.objectContaining({ contacts: ['••••••0001'] }),
      create: true,
      forced: false,
    })
    await at.drive().runUntil(HOUR)
    expect((await ask(at, '/api/deliveries/default-1')).body).toMatchObject({
      timeline: [{ event: 'received' }, { event: 'accepted by EazyBe', at: expect.any(String) }],
    })
  })

  it('of a held delivery says why', async () => {
    const at = house()
    await buyer(at, 'zinnia')
    const { body } = await ask(at, '/api/deliveries/sales-1')
    expect(body).toMatchObject({ state: 'held', reason: 'mapping', groupName: null, contacts: [] })
    const said = JSON.stringify(body.timeline)
    expect(said).toContain('phone: has letters where only a phone number belongs')
    expect(said).not.toContain('zinnia')
  })

  it.each([
    'default-2',
    'default-0',
    'sales-1',
    'nobody-1',
    'constructor-1',
    'default',
    '1',
    '%00',
    "default-1'--",
  ])('of %s is none: 404', async (id) => {
    const at = house()
    await plain(at)
    for (const answer of [await ask(at, `/api/deliveries/${id}`), await retry(at, id)]) {
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
  })
})

describe('sending again', () => {
  it.each<[sentence: string, body: unknown]>([
    ['no mode', {}],
    ['a mode that is none', { mode: 'zinnia' }],
    ['a list', ['exact']],
    ['no JSON', '{"mode":'],
    ['nothing', ''],
  ])('with %s is refused: 400', async (_, body) => {
    const at = house()
    await plain(at)
    const answer = await retry(at, 'default-1', body)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).not.toContain('zinnia')
  })

  it('a held delivery by today’s mapping, once that is mended', async () => {
    const at = house()
    const broken = vi.spyOn(mapping, 'groupName').mockImplementation(() => {
      throw new TypeError('No such cohort')
    })
    expect(await buyer(at)).toMatchObject({ status: 422 })
    const still = await retry(at, 'sales-1', { mode: 'remap' })
    expect([still.status, still.body]).toMatchObject([200, { state: 'held', reason: 'mapping' }])
    broken.mockImplementation((cohort) => `Mended ${cohort}`)
    const sent = await retry(at, 'sales-1', { mode: 'remap' })
    expect([sent.status, sent.body]).toMatchObject([
      200,
      { state: 'queued', groupName: 'Mended Zinnia', contacts: [MASKED] },
    ])
    await at.drive('sales').runUntil(HOUR)
    expect(calls).toMatchObject([
      { groupName: 'Mended Zinnia', contacts: ['919800000001'], create: true },
    ])
    expect((await ask(at, '/api/deliveries/sales-1')).body).toMatchObject({ state: 'accepted' })
  })

  it('a held delivery exactly is not possible: it never became an invite', async () => {
    const at = house()
    await buyer(at, 'unreadable')
    const answer = await retry(at, 'sales-1')
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({ detail: expect.stringContaining('map it again') })
  })

  it('of a person who did not agree is not possible in any mode', async () => {
    const at = house()
    const { source } = (await import('../worker.ts')).config.hooks.signed ?? {}
    const body = new TextEncoder().encode(
      JSON.stringify({ event: { id: 'e', agreed: false, phone: '9800000001', cohort: 'Zinnia' } }),
    )
    const outgoing = { method: 'POST', url: '', headers: new Headers(), body, id: '', now: 0 }
    const proof = await source?.scheme.sign(outgoing, VARS.SIGNED_SECRET)
    const headers = { 'content-type': 'application/json', ...proof?.headers }
    await at.ask('/hooks/signed', { method: 'POST', headers, body })
    expect((await retry(at, 'default-1')).status).toBe(409)
    expect((await retry(at, 'default-1', { mode: 'remap' })).status).toBe(409)
    await at.drive().runUntil(HOUR)
    expect(calls).toEqual([])
    const stated = await retry(at, 'default-1', { mode: 'remap', agreed: true })
    expect([stated.status, stated.body]).toMatchObject([200, { state: 'queued' }])
  })

  it('an accepted delivery exactly calls again: the operator said so', async () => {
    const at = house()
    await plain(at)
    await at.drive().runUntil(HOUR)
    expect(calls).toHaveLength(1)
    const answer = await retry(at, 'default-1')
    expect([answer.status, answer.body]).toMatchObject([200, { state: 'queued', settledAt: null }])
    await at.drive().runUntil(2 * HOUR)
    expect(calls).toMatchObject([{ create: true }, { contacts: ['919800000001'], create: false }])
    expect((await ask(at, '/api/deliveries/default-1')).body).toMatchObject({ state: 'accepted' })
  })

  it('a delivery that is being sent is not possible: 409', async () => {
    const at = house()
    await plain(at)
    await at.drive().sql(
      `INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at)
         SELECT part_id, group_id, 'webinar', 'create', json_array(person), '[]', 1, 1, 0 FROM memberships`,
    )
    expect((await ask(at, '/api/deliveries/default-1')).body).toMatchObject({ state: 'sending' })
    for (const mode of ['exact', 'remap']) {
      const answer = await retry(at, 'default-1', { mode })
      expect(answer.status).toBe(409)
      expect(answer.body).toMatchObject({ detail: 'A call with this delivery is under way.' })
    }
  })

  it('a delivery whose hook is gone by today’s mapping is not possible: 409', async () => {
    const at = house()
    await plain(at)
    await at.drive().sql(`UPDATE deliveries SET hook = 'gone'`)
    expect((await retry(at, 'default-1', { mode: 'remap' })).body).toMatchObject({
      status: 409,
      detail: 'The hook is no longer in the config.',
    })
  })

  it('a delivery whose payload was deleted by today’s mapping is not possible: 409', async () => {
    const at = house()
    await plain(at)
    await at.drive().sql('UPDATE deliveries SET fields = NULL')
    expect((await retry(at, 'default-1', { mode: 'remap' })).body).toMatchObject({
      status: 409,
      detail: 'What was sent is no longer kept.',
    })
  })

  it('is written in the log, by the delivery’s id', async () => {
    const at = house()
    await plain(at)
    lines.length = 0
    await retry(at, 'default-1')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'operator.act', delivery: 'default-1', action: 'exact', outcome: 'queued' },
    ])
  })
})
