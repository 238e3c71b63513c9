/** The stand-in for EazyBe: every documented status, every trouble it can play, its memory, and its page. */

import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, describe, expect, it } from 'vitest'
import { type BehaviourChange, HEALTHY } from '../../../src/sandbox/eazybe/behaviour.ts'
import {
  createEazybe,
  type SandboxOptions,
  startEazybe,
} from '../../../src/sandbox/eazybe/eazybe.ts'
import { WAYS, type Way } from '../../../src/sandbox/eazybe/mix.ts'
import { openJournal } from '../../../src/sandbox/eazybe/world.ts'

const TOKEN = 'sandbox-organization-token'
const START = Date.parse('2026-11-23T09:00:00Z')
const DAY_MS = 86_400_000
const [ASHA, BEN, CARA] = ['919876543210', '447700900123', '14155550123'] as const

const ACCEPTED = { status: true, message: 'Group created and chat IDs added successfully.' }
const INVALID = { status: false, message: 'Invalid data provided.' }
const UNAUTHORIZED = { status: false, message: 'Invalid access token' }
const INACTIVE = { status: false, message: 'Cloud session is not active or working.' }
const MISSING = { status: false, message: 'Group not found' }
const FAILED = { status: false, message: 'Failed to create group and add chat IDs.' }

const groupsSchema = v.array(
  v.object({
    name: v.string(),
    members: v.array(v.string()),
    createdAt: v.pipe(v.string(), v.isoTimestamp()),
    absent: v.array(v.string()),
  }),
)
const callsSchema = v.array(
  v.object({
    at: v.pipe(v.string(), v.isoTimestamp()),
    status: v.nullable(v.number()),
    body: v.unknown(),
    inFlight: v.number(),
    answeredAt: v.nullable(v.string()),
    answer: v.nullable(v.string()),
    way: v.nullable(v.string()),
  }),
)

const folder = mkdtempSync(join(tmpdir(), 'usher-sandbox-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
function freshPath(): string {
  files += 1
  return join(folder, `state-${files}`, 'eazybe.jsonl')
}

/** A sandbox of its own, with hands on its clock. */
function sandbox(options: Partial<SandboxOptions> & { path?: string } = {}) {
  const { path = freshPath(), ...rest } = options
  const clock = { now: START }
  const app = createEazybe({
    token: () => TOKEN,
    journal: openJournal(path),
    now: () => clock.now,
    random: () => 0.5,
    ...rest,
  })
  return {
    app,
    path,
    clock,
    async call(
      body: unknown,
      init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
    ) {
      return app.request('/v2/cloud/group', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/json',
          ...init.headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(init.signal && { signal: init.signal }),
      })
    },
    async behave(change: BehaviourChange) {
      const response = await app.request('/behaviour', {
        method: 'PUT',
        body: JSON.stringify(change),
      })
      expect(response.status).toBe(200)
      return response.json()
    },
    async reset() {
      expect((await app.request('/reset', { method: 'POST' })).status).toBe(200)
    },
    async groups() {
      return v.parse(groupsSchema, await (await app.request('/groups')).json())
    },
    async calls() {
      return v.parse(callsSchema, await (await app.request('/calls')).json())
    },
    /** Until the app has come as far as listing so many calls; nothing sleeps. */
    async untilListed(count: number) {
      for (let turn = 0; turn < 1_000; turn += 1) {
        if ((await this.calls()).length >= count) return
        await new Promise((resolve) => setImmediate(resolve))
      }
      throw new Error('The call was never listed')
    },
  }
}

const may = (...contacts: string[]) => ({ groupName: 'Webinar May', contacts })
const create = (...contacts: string[]) => ({ ...may(...contacts), create: true })

interface Row {
  readonly title: string
  readonly behaviour?: BehaviourChange
  /** What Webinar May holds before; the group is not there when left out. */
  readonly members?: readonly string[]
  readonly call: unknown
  readonly headers?: Record<string, string>
  readonly status: number
  readonly answer: unknown
  /** What every group of that name holds afterwards. */
  readonly after: readonly (readonly string[])[]
}

const documented: Row[] = [
  {
    title: 'A missing group is made when create is true',
    call: create(ASHA, BEN),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA, BEN]],
  },
  {
    title: 'People are appended to a group of that name, in the same words',
    members: [ASHA],
    call: may(BEN, CARA),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA, BEN, CARA]],
  },
  {
    title: 'create:true for a known group appends',
    members: [ASHA],
    call: create(BEN),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA, BEN]],
  },
  {
    title: 'Who is in the group already is accepted and stays once',
    members: [ASHA],
    call: may(ASHA),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA]],
  },
  {
    title: 'A contact listed twice counts once',
    behaviour: { groupLimit: 1 },
    call: create(ASHA, ASHA),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA]],
  },
  {
    title: 'A missing group is 404 when create is left out',
    call: may(ASHA),
    status: 404,
    answer: MISSING,
    after: [],
  },
  {
    title: 'A missing group is 404 when create is false',
    call: { ...may(ASHA), create: false },
    status: 404,
    answer: MISSING,
    after: [],
  },
  {
    title: 'A name in another case is another group',
    members: [ASHA],
    call: { groupName: 'webinar may', contacts: [BEN] },
    status: 404,
    answer: MISSING,
    after: [[ASHA]],
  },
  {
    title: 'A name of 100 UTF-16 units can be made',
    call: { groupName: 'x'.repeat(100), contacts: [ASHA], create: true },
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA]],
  },
  {
    title: 'A name of 101 UTF-16 units cannot',
    call: { groupName: 'x'.repeat(101), contacts: [ASHA], create: true },
    status: 500,
    answer: FAILED,
    after: [],
  },
]

const invalid: Row[] = [
  ['A call without a group name', { contacts: [BEN] }],
  ['An empty group name', { groupName: '', contacts: [BEN] }],
  ['A group name that is a number', { groupName: 7, contacts: [BEN] }],
  ['A call without contacts', { groupName: 'Webinar May' }],
  ['Contacts that are one text', { groupName: 'Webinar May', contacts: BEN }],
  ['No contact at all', may()],
  ['A contact that is a number', { groupName: 'Webinar May', contacts: [447700900123] }],
  ['A contact with a plus', may(`+${BEN}`)],
  ['A contact with spaces', may('44 7700 900123')],
  ['A contact with a leading zero', may('07700900123')],
  ['A contact with a chat suffix', may(`${BEN}@c.us`)],
  ['One bad contact among good ones', may(BEN, 'n/a')],
  ['A contact of six digits', may('123456')],
  ['A contact of 16 digits', may('1234567890123456')],
  ['A create that is a text', { ...may(BEN), create: 'true' }],
  ['A body that is a list', [may(BEN)]],
  ['A body that is null', 'null'],
  ['A body that is not JSON', '{"groupName":'],
  ['A body that is empty', ''],
].map(([title, call]) => ({
  title: `${String(title)} is invalid`,
  members: [ASHA],
  call,
  status: 400,
  answer: INVALID,
  after: [[ASHA]],
}))

const refused: Row[] = [
  ['No token', { authorization: '' }],
  ['Another token', { authorization: 'Bearer sandbox-organization-tokem' }],
  ['A token without Bearer', { authorization: TOKEN }],
  ['A Bearer without token', { authorization: 'Bearer ' }],
].map(([title, headers]) => ({
  title: `${String(title)} is refused`,
  call: create(ASHA),
  headers: v.parse(v.record(v.string(), v.string()), headers),
  status: 401,
  answer: UNAUTHORIZED,
  after: [],
}))

const troubled: Row[] = [
  {
    title: 'An inactive session answers 403 and changes nothing',
    behaviour: { session: 'inactive' },
    members: [ASHA],
    call: may(BEN),
    status: 403,
    answer: INACTIVE,
    after: [[ASHA]],
  },
  {
    title: 'A token that is no longer valid is refused though it is the right one',
    behaviour: { token: 'invalid' },
    call: create(ASHA),
    status: 401,
    answer: UNAUTHORIZED,
    after: [],
  },
  {
    title: 'Chance below the fail rate answers 500',
    behaviour: { failRate: 0.51 },
    call: create(ASHA),
    status: 500,
    answer: FAILED,
    after: [],
  },
  {
    title: 'Chance at the fail rate does not',
    behaviour: { failRate: 0.5 },
    call: create(ASHA),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA]],
  },
  {
    title: 'A poison number fails the whole creation',
    behaviour: { poison: [BEN] },
    call: create(ASHA, BEN),
    status: 500,
    answer: FAILED,
    after: [],
  },
  {
    title: 'A poison number fails the whole add',
    behaviour: { poison: [BEN] },
    members: [CARA],
    call: may(ASHA, BEN),
    status: 500,
    answer: FAILED,
    after: [[CARA]],
  },
  {
    title: 'A call without the poison number goes through',
    behaviour: { poison: [BEN] },
    members: [CARA],
    call: may(ASHA),
    status: 200,
    answer: ACCEPTED,
    after: [[CARA, ASHA]],
  },
  {
    title: 'A creation that fails before makes nothing',
    behaviour: { createAnswers500: 'before' },
    call: create(ASHA),
    status: 500,
    answer: FAILED,
    after: [],
  },
  {
    title: 'A creation that fails after has made the group and filled it',
    behaviour: { createAnswers500: 'after' },
    call: create(ASHA),
    status: 500,
    answer: FAILED,
    after: [[ASHA]],
  },
  {
    title: 'Adds go on while creations fail',
    behaviour: { createAnswers500: 'before' },
    members: [ASHA],
    call: create(BEN),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA, BEN]],
  },
  {
    title: 'A creation beyond the limit answers 500',
    behaviour: { createLimit: 0 },
    call: create(ASHA),
    status: 500,
    answer: FAILED,
    after: [],
  },
  {
    title: 'A silent number is accepted and not added',
    behaviour: { silent: [BEN] },
    members: [CARA],
    call: may(ASHA, BEN),
    status: 200,
    answer: ACCEPTED,
    after: [[CARA, ASHA]],
  },
  {
    title: 'A group of silent numbers only is empty',
    behaviour: { silent: [BEN] },
    call: create(BEN),
    status: 200,
    answer: ACCEPTED,
    after: [[]],
  },
  {
    title: 'status:false changes nothing',
    behaviour: { statusFalse: true },
    call: create(ASHA),
    status: 200,
    answer: FAILED,
    after: [],
  },
  {
    title: 'The last place of a group can be taken',
    behaviour: { groupLimit: 2 },
    members: [ASHA],
    call: may(BEN),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA, BEN]],
  },
  {
    title: 'A group without room for all of them takes none',
    behaviour: { groupLimit: 2 },
    members: [ASHA],
    call: may(BEN, CARA),
    status: 500,
    answer: FAILED,
    after: [[ASHA]],
  },
  {
    title: 'A full group still accepts who is in it',
    behaviour: { groupLimit: 1 },
    members: [ASHA],
    call: may(ASHA),
    status: 200,
    answer: ACCEPTED,
    after: [[ASHA]],
  },
]

describe.each([
  { kind: 'as documented', rows: documented },
  { kind: 'invalid bodies', rows: invalid },
  { kind: 'refused tokens', rows: refused },
  { kind: 'in trouble', rows: troubled },
])('POST /v2/cloud/group, $kind', ({ rows }) => {
  it.each(rows)('$title', async ({ behaviour, members, call, headers, status, answer, after }) => {
    const box = sandbox()
    if (members !== undefined) await box.call(create(...members))
    if (behaviour !== undefined) await box.behave(behaviour)
    const before = (await box.calls()).length

    const response = await box.call(call, headers ? { headers } : {})

    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
    expect(await response.json()).toEqual(answer)
    expect((await box.groups()).map((group) => group.members)).toEqual(after)
    const calls = await box.calls()
    expect(calls).toHaveLength(before + 1)
    expect(calls.at(-1)).toMatchObject({ status, inFlight: 0 })
  })
})

describe('Answers as EazyBe’s neighbour gives them', () => {
  it.each([
    ['a yes', {}, 200, 'success', ACCEPTED.message, [[ASHA]]],
    ['a 200 that says no', { statusFalse: true }, 200, 'error', FAILED.message, []],
    ['a refused token', { token: 'invalid' }, 401, 'error', UNAUTHORIZED.message, []],
    ['an inactive session', { session: 'inactive' }, 403, 'error', INACTIVE.message, []],
    ['a failure', { failRate: 1 }, 500, 'error', FAILED.message, []],
    ['too many calls', { retryAfterSeconds: 1 }, 429, 'error', 'Too many requests.', []],
  ] as const)('%s', async (_, behaviour, statusCode, status, message, after) => {
    const box = sandbox()
    await box.behave({ ...behaviour, answers: 'neighbour' })
    const response = await box.call(create(ASHA))
    expect([response.status, await response.json()]).toEqual([
      statusCode,
      { statusCode, status, message, data: {} },
    ])
    expect((await box.groups()).map((group) => group.members)).toEqual(after)
  })

  it('are no pages of a proxy, nor empty', async () => {
    const box = sandbox()
    await box.behave({ answers: 'neighbour', body: 'html' })
    expect(await (await box.call(create(ASHA))).text()).toContain('502 Bad Gateway')
    await box.behave({ body: 'empty' })
    expect(await (await box.call(create(ASHA))).text()).toBe('')
  })
})

describe('Answers that are not EazyBe’s', () => {
  it('429 carries Retry-After until it is turned off', async () => {
    const box = sandbox()
    await box.behave({ retryAfterSeconds: 7 })
    for (const _ of [1, 2]) {
      const response = await box.call(create(ASHA))
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    }
    expect(await box.groups()).toEqual([])
    await box.behave({ retryAfterSeconds: null })
    expect((await box.call(create(ASHA))).status).toBe(200)
  })

  it('A proxy’s page is a 502 in HTML, and the call got no further', async () => {
    const box = sandbox()
    await box.behave({ body: 'html' })
    const response = await box.call(create(ASHA))
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await response.text()).toContain('502 Bad Gateway')
    expect(await box.groups()).toEqual([])
  })

  it('An empty body is a 200 that says nothing and did nothing', async () => {
    const box = sandbox()
    await box.behave({ body: 'empty' })
    const response = await box.call(create(ASHA))
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(await box.groups()).toEqual([])
  })

  it('A body not declared as JSON is invalid, and listed as the text it is', async () => {
    const box = sandbox()
    const text = JSON.stringify(create(ASHA))
    const response = await box.call(text, { headers: { 'content-type': 'text/plain' } })
    expect(response.status).toBe(400)
    expect((await box.calls())[0]?.body).toBe(text)
  })
})

/** Every call meets this. */
const always = (...ways: Way[]) => ({ mix: { seed: 7, share: 1, ways } })

const mixed: Row[] = [
  ['invalid', 400, INVALID, [ASHA]],
  ['unauthorized', 401, UNAUTHORIZED, [ASHA]],
  ['inactive', 403, INACTIVE, [ASHA]],
  ['missing', 404, MISSING, [ASHA]],
  ['throttled', 429, { status: false, message: 'Too many requests.' }, [ASHA]],
  ['retryAfter', 429, { status: false, message: 'Too many requests.' }, [ASHA]],
  ['failed', 500, FAILED, [ASHA]],
  ['statusFalse', 200, FAILED, [ASHA]],
  ['createLimit', 200, ACCEPTED, [ASHA, BEN, CARA]],
  ['after', 500, FAILED, [ASHA, BEN, CARA]],
  ['partly', 500, FAILED, [ASHA, BEN]],
  ['silent', 200, ACCEPTED, [ASHA, CARA]],
].map(([way, status, answer, after]) => ({
  title: `${String(way)} is ${String(status)}`,
  behaviour: always(v.parse(v.picklist(WAYS), way)),
  members: [ASHA],
  call: may(BEN, CARA),
  status: Number(status),
  answer,
  after: [v.parse(v.array(v.string()), after)],
}))

describe('A mix', () => {
  it.each(mixed)('$title', async ({ behaviour = {}, call, status, answer, after }) => {
    const box = sandbox()
    await box.call(create(ASHA))
    await box.behave(behaviour)
    const response = await box.call(call)
    expect([response.status, await response.json()]).toEqual([status, answer])
    expect((await box.groups()).map((group) => group.members)).toEqual(after)
    expect((await box.calls()).at(-1)).toMatchObject({ way: behaviour.mix?.ways[0] })
  })

  it.each([
    ['createLimit', []],
    ['after', [[ASHA, BEN]]],
    ['partly', [[ASHA]]],
  ] as const)('%s is 500 to a creation', async (way, after) => {
    const box = sandbox()
    await box.behave(always(way))
    expect((await box.call(create(ASHA, BEN))).status).toBe(500)
    expect((await box.groups()).map((group) => group.members)).toEqual(after)
  })

  it('tells how long to wait by retryAfter only', async () => {
    const box = sandbox()
    const waits = []
    for (const way of ['throttled', 'retryAfter'] as const) {
      await box.behave(always(way))
      waits.push((await box.call(create(ASHA))).headers.get('retry-after'))
    }
    expect(waits).toEqual([null, '1'])
  })

  it.each([
    ['dropped', []],
    ['droppedAfter', [ASHA]],
  ] as const)('%s breaks the connection in the middle of the answer', async (way, after) => {
    const stateDir = join(folder, way)
    const served = await startEazybe({ port: 0, stateDir, token: () => TOKEN })
    const mix = JSON.stringify(always(way))
    await fetch(`${served.url}/behaviour`, { method: 'PUT', body: mix })
    const response = await fetch(`${served.url}/v2/cloud/group`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(create(ASHA)),
    })
    await expect(response.text()).rejects.toThrow('terminated')
    const ask = async (path: string) => (await fetch(`${served.url}${path}`)).json()
    const groups = v.parse(groupsSchema, await ask('/groups'))
    expect(groups.flatMap((group) => group.members)).toEqual(after)
    expect(v.parse(callsSchema, await ask('/calls'))).toMatchObject([{ status: null, way }])
    expect(await (await fetch(served.url)).text()).toContain('The connection broke')
    await served.close()
  })

  it('never answers what it hangs, whatever is switched', async () => {
    const box = sandbox()
    await box.behave(always('hang'))
    const caller = new AbortController()
    const call = box.call(create(ASHA), { signal: caller.signal })
    await box.untilListed(1)
    await box.behave({ mix: null, hang: false })
    expect((await box.call(create(BEN))).status).toBe(200)
    expect(await box.calls()).toMatchObject([{ status: null }, { status: 200, inFlight: 0 }])
    caller.abort()
    await call
    expect((await box.calls())[0]?.status).toBe(null)
  })

  it('denies a group only after a call about it was accepted, never twice running', async () => {
    const box = sandbox()
    await box.behave(always('after'))
    await box.call(create(ASHA))
    await box.behave(always('missing'))
    const statuses = []
    for (const _ of [1, 2, 3, 4]) statuses.push((await box.call(may(BEN))).status)
    expect(statuses).toEqual([200, 404, 200, 404])
  })

  it('gives the same call the same trouble, by its number, also after a restart', async () => {
    const ways: Way[] = ['failed', 'html', 'empty']
    const mix = { seed: 3, share: 0.4, ways }
    const met = async (restart: boolean) => {
      let box = sandbox()
      await box.behave({ mix })
      for (let call = 0; call < 40; call += 1) {
        await box.call(create(ASHA))
        if (!restart || call !== 20) continue
        box = sandbox({ path: box.path })
        await box.behave({ mix })
      }
      return (await box.calls()).map(({ way }) => way)
    }
    const once = await met(false)
    expect(await met(true)).toEqual(once)
    expect(new Set(once)).toEqual(new Set([null, ...ways]))
    const share = once.filter((way) => way !== null).length / once.length
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.6)
  })

  it('takes every way when none is named', async () => {
    const box = sandbox()
    const body = JSON.stringify({ mix: { seed: 1, share: 0.3 } })
    const response = await box.app.request('/behaviour', { method: 'PUT', body })
    expect(await response.json()).toMatchObject({ mix: { seed: 1, share: 0.3, ways: WAYS } })
    expect(await (await box.app.request('/')).text()).toContain('30 % meet some trouble')
  })
})

describe('The token', () => {
  it('Any of several lines opens it, and none does while it is empty', async () => {
    let token = `first-token\n${TOKEN}\n`
    const box = sandbox({ token: () => token })
    expect((await box.call(create(ASHA))).status).toBe(200)
    token = ''
    expect((await box.call(may(ASHA))).status).toBe(401)
    expect((await box.call(may(ASHA), { headers: { authorization: 'Bearer ' } })).status).toBe(401)
  })
})

describe('New groups', () => {
  it('are unseen while the list lags: create:false is 404, create:true makes another', async () => {
    const box = sandbox()
    await box.behave({ listLagMs: 60_000 })
    expect((await box.call(create(ASHA))).status).toBe(200)
    box.clock.now += 59_999
    expect((await box.call(may(BEN))).status).toBe(404)
    expect((await box.call(create(BEN))).status).toBe(200)
    expect((await box.groups()).map(({ name, members }) => [name, members])).toEqual([
      ['Webinar May', [ASHA]],
      ['Webinar May', [BEN]],
    ])
    box.clock.now += 1
    expect((await box.call(may(CARA))).status).toBe(200)
    expect((await box.groups()).map((group) => group.members)).toEqual([[ASHA, CARA], [BEN]])
  })

  it('are seen at once when the lag is turned off, and old ones are not hidden by turning it on', async () => {
    const box = sandbox()
    await box.call({ groupName: 'Old', contacts: [ASHA], create: true })
    await box.behave({ listLagMs: 60_000 })
    expect((await box.call({ groupName: 'Old', contacts: [BEN] })).status).toBe(200)
    await box.call(create(ASHA))
    expect((await box.call(may(BEN))).status).toBe(404)
    await box.behave({ listLagMs: 0 })
    expect((await box.call(may(BEN))).status).toBe(200)
  })

  it('are limited over 24 hours, also those whose creation was answered 500', async () => {
    const box = sandbox()
    await box.behave({ createLimit: 2, createAnswers500: 'after' })
    const named = (groupName: string) => box.call({ groupName, contacts: [ASHA], create: true })
    await named('One')
    await box.behave({ createAnswers500: null })
    box.clock.now += 1_000
    expect((await named('Two')).status).toBe(200)
    expect((await named('Three')).status).toBe(500)
    expect((await named('Two')).status).toBe(200)
    box.clock.now = START + DAY_MS
    expect((await named('Three')).status).toBe(200)
    expect((await named('Four')).status).toBe(500)
  })

  it('hold 1024 members and not one more', async () => {
    const box = sandbox()
    const contacts = Array.from({ length: 1_024 }, (_, index) => String(919_800_000_000 + index))
    expect((await box.call(create(...contacts))).status).toBe(200)
    expect((await box.call(may(ASHA))).status).toBe(500)
    expect((await box.groups())[0]?.members).toEqual(contacts)
  })
})

describe('GET /groups', () => {
  it('tells when a group was made and which people EazyBe accepted without adding, until they are added', async () => {
    const box = sandbox()
    await box.behave({ silent: [BEN] })
    box.clock.now += 5_000
    await box.call(create(ASHA, BEN))
    const group = { name: 'Webinar May', members: [ASHA], createdAt: '2026-11-23T09:00:05.000Z' }
    expect(await box.groups()).toEqual([{ ...group, absent: [BEN] }])
    await box.behave({ silent: [] })
    await box.call(may(BEN))
    expect(await box.groups()).toEqual([{ ...group, members: [ASHA, BEN], absent: [] }])
  })
})

describe('GET /calls', () => {
  it('lists a call once it is answered, and how many others were being carried out when it came', async () => {
    const sleepers: (() => void)[] = []
    const sleep = (ms: number) => {
      expect(ms).toBe(250)
      return new Promise<void>((resolve) => sleepers.push(resolve))
    }
    const box = sandbox({ sleep })
    await box.behave({ latencyMs: 250 })
    const first = box.call(create(ASHA))
    const second = box.call(create(BEN))
    while (sleepers.length < 2) await new Promise((resolve) => setImmediate(resolve))
    expect(await box.calls()).toEqual([])
    expect(await box.groups()).toEqual([])

    box.clock.now += 250
    sleepers[1]?.()
    await second
    const third = box.call(may(CARA))
    while (sleepers.length < 3) await new Promise((resolve) => setImmediate(resolve))
    for (const wake of sleepers) wake()
    await Promise.all([first, third])

    const calls = await box.calls()
    expect(calls.map(({ body, inFlight }) => [body, inFlight])).toEqual([
      [create(ASHA), 0],
      [create(BEN), 1],
      [may(CARA), 1],
    ])
    expect(calls[1]).toMatchObject({
      at: '2026-11-23T09:00:00.000Z',
      answeredAt: '2026-11-23T09:00:00.250Z',
      answer: JSON.stringify(ACCEPTED),
    })
    expect((await box.groups()).map((group) => group.members)).toEqual([[BEN, ASHA, CARA]])
  })

  it('One call after the other never finds another one on its way', async () => {
    const box = sandbox({ sleep: async () => {} })
    await box.behave({ latencyMs: 10 })
    for (const person of [ASHA, BEN, CARA]) await box.call(create(person))
    expect((await box.calls()).map((call) => call.inFlight)).toEqual([0, 0, 0])
  })

  it('A call whose caller leaves during the latency is carried out all the same', async () => {
    let wake = () => {}
    const box = sandbox({ sleep: () => new Promise((resolve) => (wake = resolve)) })
    await box.behave({ latencyMs: 10 })
    const caller = new AbortController()
    const call = box.call(create(ASHA), { signal: caller.signal })
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    caller.abort()
    wake()
    await call
    expect((await box.groups())[0]?.members).toEqual([ASHA])
    expect((await box.calls())[0]?.status).toBe(200)
  })
})

describe('A hanging call', () => {
  it('is listed without a status, and is answered 500 and has done nothing when the hang is over', async () => {
    const box = sandbox()
    await box.behave({ hang: true })
    const call = box.call(create(ASHA))
    await box.untilListed(1)
    expect(await box.calls()).toMatchObject([{ status: null, answeredAt: null, answer: null }])
    await box.behave({ latencyMs: 0 })
    expect((await box.calls())[0]?.status).toBe(null)

    await box.behave({ hang: false })
    const response = await call
    expect([response.status, await response.json()]).toEqual([500, FAILED])
    expect(await box.calls()).toMatchObject([{ status: 500, body: create(ASHA) }])
    expect(await box.groups()).toEqual([])
    expect((await box.call(create(ASHA))).status).toBe(200)
  })

  it('keeps no status when its caller leaves, and is not counted as being carried out', async () => {
    const box = sandbox()
    await box.behave({ hang: true })
    const caller = new AbortController()
    const call = box.call(create(ASHA), { signal: caller.signal })
    await box.untilListed(1)
    caller.abort()
    await call
    await box.behave({ hang: false })
    expect((await box.call(create(BEN))).status).toBe(200)
    expect(await box.calls()).toMatchObject([
      { status: null, body: create(ASHA) },
      { status: 200, body: create(BEN), inFlight: 0 },
    ])
  })

  it('leaves no trace after a reset', async () => {
    const box = sandbox()
    await box.behave({ hang: true })
    const call = box.call(create(ASHA))
    await box.untilListed(1)
    await box.reset()
    expect((await call).status).toBe(500)
    expect([await box.groups(), await box.calls()]).toEqual([[], []])
  })
})

describe('PUT /behaviour', () => {
  it('takes any part and leaves the rest as it is', async () => {
    const box = sandbox()
    expect(await (await box.app.request('/behaviour')).json()).toEqual(HEALTHY)
    await box.behave({ session: 'inactive', poison: [ASHA] })
    expect(await box.behave({ latencyMs: 5 })).toEqual({
      ...HEALTHY,
      session: 'inactive',
      poison: [ASHA],
      latencyMs: 5,
    })
  })

  it.each([
    ['an unknown switch', { sesion: 'inactive' }, 'sesion'],
    ['a session in another word', { session: 'down' }, 'session'],
    ['a fail rate above 1', { failRate: 1.1 }, 'failRate'],
    ['a negative latency', { latencyMs: -1 }, 'latencyMs'],
    ['a number with a plus', { poison: [`+${ASHA}`] }, 'poison.0'],
    ['a text for a truth', { hang: 'yes' }, 'hang'],
    ['null where off is another word', { session: null }, 'session'],
    ['a list', [{ hang: true }], '0'],
    [
      'a trouble nobody knows in a mix',
      { mix: { seed: 1, share: 1, ways: ['fire'] } },
      'mix.ways.0',
    ],
    ['a mix of no troubles', { mix: { seed: 1, share: 1, ways: [] } }, 'mix.ways'],
    ['no JSON', undefined, ''],
  ])('refuses %s with its path, and changes nothing', async (_, change, path) => {
    const box = sandbox()
    const body = change === undefined ? '{' : JSON.stringify(change)
    const response = await box.app.request('/behaviour', { method: 'PUT', body })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 400, issues: [{ path }] })
    expect(await (await box.app.request('/behaviour')).json()).toEqual(HEALTHY)
  })

  it('changes nothing when one of several is wrong', async () => {
    const box = sandbox()
    const body = JSON.stringify({ session: 'inactive', failRate: 2 })
    expect((await box.app.request('/behaviour', { method: 'PUT', body })).status).toBe(400)
    expect((await box.call(create(ASHA))).status).toBe(200)
  })
})

describe('POST /reset', () => {
  it('forgets groups, calls and behaviour, on disk too', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    await box.behave({ session: 'inactive' })
    await box.reset()
    expect([await box.groups(), await box.calls()]).toEqual([[], []])
    expect(await (await box.app.request('/behaviour')).json()).toEqual(HEALTHY)
    expect(readFileSync(box.path, 'utf8')).toBe('')
    expect(await sandbox({ path: box.path }).groups()).toEqual([])
  })

  it('A call that was under way leaves no trace', async () => {
    let wake = () => {}
    const box = sandbox({ sleep: () => new Promise((resolve) => (wake = resolve)) })
    await box.behave({ latencyMs: 10 })
    const call = box.call(create(ASHA))
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await box.reset()
    wake()
    expect((await call).status).toBe(500)
    expect([await box.groups(), await box.calls()]).toEqual([[], []])
  })

  it.each([
    ['another web site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['another site, told by an old browser', { origin: 'https://example.com' }],
    ['a page without an origin', { origin: 'null' }],
  ])('is not for %s', async (_, headers) => {
    const box = sandbox()
    await box.call(create(ASHA))
    for (const path of ['/reset', '/reset-form', '/healthy-form', '/behaviour-form']) {
      const response = await box.app.request(path, { method: 'POST', headers })
      expect(response.status, path).toBe(403)
    }
    expect(await box.groups()).toHaveLength(1)
  })

  it('is for the sandbox’s own page', async () => {
    const box = sandbox()
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://localhost' }]) {
      const response = await box.app.request('/reset', { method: 'POST', headers })
      expect(response.status).toBe(200)
    }
  })
})

describe('The journal', () => {
  it('brings groups and calls back, and no behaviour', async () => {
    const box = sandbox()
    await box.behave({ silent: [CARA], listLagMs: 1_000 })
    await box.call(create(ASHA, CARA))
    box.clock.now += 1_000
    await box.call(may(BEN))
    await box.call('{')
    await box.behave({ createAnswers500: 'after' })
    await box.call({ groupName: 'Second', contacts: [BEN], create: true })

    const again = sandbox({ path: box.path })
    expect(await again.groups()).toEqual(await box.groups())
    expect(await again.calls()).toEqual(await box.calls())
    expect(await (await again.app.request('/behaviour')).json()).toEqual(HEALTHY)
    // And once more, from the compacted file.
    const third = sandbox({ path: box.path })
    expect(await third.groups()).toEqual(await box.groups())
    expect(await third.calls()).toEqual(await box.calls())
    await third.call({ groupName: 'Third', contacts: [ASHA], create: true })
    expect((await third.groups()).map((group) => group.name)).toEqual([
      'Webinar May',
      'Second',
      'Third',
    ])
  })

  it('is written before the answer is sent', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    expect(readFileSync(box.path, 'utf8')).toMatch(/^\{.*"added":\["919876543210"\].*\}\n$/)
  })

  it('ignores a last line torn at any byte: call and effect are both there or neither', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    const whole = readFileSync(box.path)
    await box.call(may(BEN))
    const both = readFileSync(box.path)
    for (let size = whole.length; size <= both.length; size += 1) {
      writeFileSync(box.path, both)
      truncateSync(box.path, size)
      const again = sandbox({ path: box.path })
      const complete = size === both.length
      expect((await again.groups())[0]?.members).toEqual(complete ? [ASHA, BEN] : [ASHA])
      expect(await again.calls()).toHaveLength(complete ? 2 : 1)
    }
  })

  it('goes on after a torn line', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    appendFileSync(box.path, '{"type":"call","id":2,"at":17')
    await sandbox({ path: box.path }).call(may(BEN))
    expect((await sandbox({ path: box.path }).groups())[0]?.members).toEqual([ASHA, BEN])
  })

  it('refuses a file that is not its own, naming file and line', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    appendFileSync(box.path, '{"type":"other"}\n')
    expect(() => sandbox({ path: box.path })).toThrow(`${box.path}: line 2`)
  })

  it('keeps a hanging call of a killed process unanswered', async () => {
    const box = sandbox()
    await box.behave({ hang: true })
    const call = box.call(create(ASHA))
    await box.untilListed(1)
    const again = sandbox({ path: box.path })
    expect(await again.calls()).toMatchObject([{ status: null }])
    expect(await again.groups()).toEqual([])
    await box.reset()
    await call
  })

  it('can be read by its owner alone', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    expect(statSync(box.path).mode & 0o777).toBe(0o600)
  })
})

describe('The page', () => {
  const textOf = async (response: Response | Promise<Response>) => (await response).text()

  it('tells accepted from in the group', async () => {
    const box = sandbox()
    await box.behave({ silent: [BEN] })
    await box.call(create(ASHA, BEN))
    const text = await textOf(box.app.request('/'))
    expect(text).toContain(`<li>+${ASHA}</li>`)
    expect(text).toContain(`<li class="out">+${BEN}</li>`)
    expect(text).toContain('EazyBe accepted, not in the group')
    expect(text).toContain(
      'EazyBe accepted 2. The group was made. Added by this call: 1. Not in the group: 1.',
    )
  })

  it.each([
    ['two groups of one name', { listLagMs: 9_000 }, 'one of 2 groups of this name'],
    ['a group EazyBe does not find yet', { listLagMs: 9_000 }, 'EazyBe does not find it until'],
    ['a group made by a failed call', { createAnswers500: 'after' }, 'answered 500'],
    ['a full group', { groupLimit: 1 }, '<p class="flag">full</p>'],
  ] as const)('flags %s', async (_, behaviour, flag) => {
    const box = sandbox()
    await box.behave(behaviour)
    await box.call(create(ASHA))
    await box.call(create(BEN))
    expect(await textOf(box.app.request('/'))).toContain(flag)
  })

  it('escapes what callers sent, and allows no inline script', async () => {
    const box = sandbox()
    const groupName = '<script>alert(1)</script>"\''
    await box.call({ groupName, contacts: [ASHA], create: true })
    await box.call('<img src=x onerror=alert(1)>')
    const response = await box.app.request('/')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    const text = await response.text()
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;')
    expect(text).not.toMatch(/<script>|<img|<[^>]+\s(?:on\w+|style)=/)
  })

  it('is sent again only when something changed', async () => {
    const box = sandbox()
    const ask = async (etag: string) => box.app.request('/', { headers: { 'if-none-match': etag } })
    const etag = (await ask('')).headers.get('etag') ?? ''
    expect((await ask(etag)).status).toBe(304)
    await box.call(create(ASHA))
    expect((await ask(etag)).status).toBe(200)
  })

  it.each([
    ['/console.css', 'text/css'],
    ['/page.css', 'text/css'],
    ['/page.js', 'text/javascript'],
  ])('%s is a file of its own', async (path, type) => {
    const response = await sandbox().app.request(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain(type)
    expect((await response.text()).length).toBeGreaterThan(100)
  })

  const post = (box: ReturnType<typeof sandbox>, path: string, form: Record<string, string>) =>
    box.app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams(form)),
    })

  it('sets every switch by a plain form', async () => {
    const box = sandbox()
    const response = await post(box, '/behaviour-form', {
      inactive: 'on',
      invalid: 'on',
      latencyMs: '5',
      hang: 'on',
      failRate: '0.25',
      createAnswers500: 'after',
      poison: ` +91 98765 43210\r\n${BEN}\r\n`,
      listLagMs: '6',
      createLimit: '7',
      retryAfterSeconds: '8',
      answers: 'neighbour',
      body: 'html',
      statusFalse: 'on',
      silent: `${CARA}, ${BEN}`,
      groupLimit: '9',
      mixShare: '0.5',
      mixSeed: '10',
      mixWays: 'after\r\nhang',
    })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    expect(await (await box.app.request('/behaviour')).json()).toEqual({
      session: 'inactive',
      token: 'invalid',
      latencyMs: 5,
      hang: true,
      failRate: 0.25,
      createAnswers500: 'after',
      poison: [ASHA, BEN],
      listLagMs: 6,
      createLimit: 7,
      retryAfterSeconds: 8,
      answers: 'neighbour',
      body: 'html',
      statusFalse: true,
      silent: [CARA, BEN],
      groupLimit: 9,
      mix: { share: 0.5, seed: 10, ways: ['after', 'hang'] },
    })
  })

  it('An empty form is an EazyBe without faults', async () => {
    const box = sandbox()
    await box.behave({ session: 'inactive', createLimit: 3, retryAfterSeconds: 4 })
    await post(box, '/behaviour-form', {})
    expect(await (await box.app.request('/behaviour')).json()).toEqual(HEALTHY)
  })

  it('says what is wrong with a switch, and changes nothing', async () => {
    const box = sandbox()
    const response = await post(box, '/behaviour-form', { latencyMs: 'soon', inactive: 'on' })
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/Nothing was changed.*\n?.*latencyMs/)
    expect(await (await box.app.request('/behaviour')).json()).toEqual(HEALTHY)
  })

  it('has a button that ends all faults and keeps the groups, and one that forgets them', async () => {
    const box = sandbox()
    await box.call(create(ASHA))
    await box.behave({ session: 'inactive' })
    expect((await post(box, '/healthy-form', {})).status).toBe(303)
    expect(await (await box.app.request('/behaviour')).json()).toEqual(HEALTHY)
    expect(await box.groups()).toHaveLength(1)
    expect((await post(box, '/reset-form', {})).status).toBe(303)
    expect(await box.groups()).toEqual([])
  })
})

describe('startEazybe', () => {
  const request = (host: string) =>
    new Request(`${host}/v2/cloud/group`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(create(ASHA)),
    })

  it('listens on this machine, takes requests for EazyBe’s own host, and remembers', async () => {
    const options = { port: 0, stateDir: join(folder, 'served'), token: () => TOKEN }
    const first = await startEazybe(options)
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await first.fetch(request('https://api.eazybe.com'))).status).toBe(200)
    expect((await fetch(request(first.url))).status).toBe(200)
    await first.close()

    const second = await startEazybe(options)
    const groups = await (await fetch(`${second.url}/groups`)).json()
    expect(groups).toMatchObject([{ name: 'Webinar May', members: [ASHA] }])
    await second.close()
  })

  it('sees over the network that the caller of a hanging call has left, and closes on those who wait', async () => {
    const served = await startEazybe({
      port: 0,
      stateDir: join(folder, 'hanging'),
      token: () => TOKEN,
    })
    const calls = async () =>
      v.parse(callsSchema, await (await fetch(`${served.url}/calls`)).json())
    const listed = async (count: number) => {
      while ((await calls()).length < count) await new Promise((resolve) => setImmediate(resolve))
    }
    const behave = (hang: boolean) =>
      fetch(`${served.url}/behaviour`, { method: 'PUT', body: JSON.stringify({ hang }) })
    await behave(true)
    const caller = new AbortController()
    const left = fetch(request(served.url), { signal: caller.signal }).catch(() => 'left')
    await listed(1)
    caller.abort()
    expect(await left).toBe('left')
    const waiting = fetch(request(served.url)).catch(() => 'cut off')
    await listed(2)
    expect((await calls()).map((call) => call.status)).toEqual([null, null])
    await served.close()
    expect(await waiting).toBe('cut off')
  })

  it('rejects when the port is taken, and leaves the other one’s journal alone', async () => {
    const stateDir = join(folder, 'taken')
    const first = await startEazybe({ port: 0, stateDir, token: () => TOKEN })
    await first.fetch(request('https://api.eazybe.com'))
    const journal = join(stateDir, 'eazybe.jsonl')
    const before = statSync(journal).ino
    const port = Number(new URL(first.url).port)
    await expect(startEazybe({ port, stateDir, token: () => TOKEN })).rejects.toThrow('EADDRINUSE')
    expect(statSync(journal).ino).toBe(before)
    await first.close()
  })
})
