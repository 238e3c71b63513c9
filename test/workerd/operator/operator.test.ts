/** Sending again: what an operator's hand may and may not change. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { answers, play, type SeenCall } from '../drive.ts'
import { expectDiscreet, house, listen, post, VARS } from '../house.ts'
import { config, mapping, sender } from '../worker.ts'

const HOUR = 3_600_000
const ADMIN = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }

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

type House = ReturnType<typeof house>

let last = 9_800_020_000
function buyer(at: House, cohort: string) {
  const body = { phone: String(++last), cohort: `Zinnia ${cohort}` }
  return at.ask('/hooks/buyers', post(body, VARS.BUYERS_SECRET))
}
function remap(at: House, id: string) {
  const init = { method: 'POST', headers: ADMIN, body: '{"mode":"remap"}' }
  return at.ask(`/api/deliveries/${id}/retry`, init)
}

/** A person fills in the form whose consent is a question. */
async function signUp(at: House, agreed: boolean): Promise<void> {
  const event = { id: 'e', agreed, phone: '9800000001', cohort: 'Zinnia' }
  const body = utf8(JSON.stringify({ event }))
  const outgoing = { method: 'POST', url: '', headers: new Headers(), body, id: '', now: 0 }
  const proof = await config.hooks.signed?.source.scheme.sign(outgoing, VARS.SIGNED_SECRET)
  const headers = { 'content-type': 'application/json', ...proof?.headers }
  await at.ask('/hooks/signed', { method: 'POST', headers, body })
}

function breakMapping() {
  return vi.spyOn(mapping, 'groupName').mockImplementation(() => {
    throw new TypeError('no')
  })
}

function release(at: House, id: string, body: object | null = null) {
  const init = { method: 'POST', headers: ADMIN, ...(body && { body: JSON.stringify(body) }) }
  return at.ask(`/api/deliveries/${id}/release`, init)
}

describe('releasing', () => {
  it('takes the operator’s statement that the person agreed, and keeps it as the evidence', async () => {
    const at = house()
    await signUp(at, false)
    expect(await at.drive().story(1)).toMatchObject({ state: 'held', reason: 'consent' })
    expect((await release(at, 'default-1')).status).toBe(409)
    expect(await at.drive().story(1)).toMatchObject({ state: 'held', lacksConsent: true })
    expect((await release(at, 'default-1', { agreed: true })).status).toBe(200)
    expect(await at.drive().story(1)).toMatchObject({
      state: 'queued',
      lacksConsent: false,
      consent: { basis: 'attested', what: 'The operator’s word (api)' },
    })
  })

  it('takes that word for nothing else: who said no is not sent when only the mapping was asked about', async () => {
    const at = house()
    const broken = breakMapping()
    await signUp(at, false)
    broken.mockRestore()
    expect((await release(at, 'default-1')).status).toBe(409)
    expect(await at.drive().story(1)).toMatchObject({ state: 'held', reason: 'consent, mapping' })
    await remap(at, 'default-1')
    expect(await at.drive().story(1)).toMatchObject({ state: 'held', reason: 'consent' })
    await at.drive().runUntil(HOUR)
    expect(calls).toEqual([])
  })

  it('does not send a person who said no after an edit, unless the operator states that they agreed', async () => {
    const at = house()
    const broken = breakMapping()
    await signUp(at, false)
    broken.mockRestore()
    const edit = { groupName: 'Cohort Zinnia', contacts: ['+919800000001'], create: true }
    const path = '/api/deliveries/default-1/edit'
    expect((await at.ask(path, post(edit, VARS.ADMIN_SECRET))).status).toBe(409)
    const stated = { ...edit, agreed: true }
    expect((await at.ask(path, post(stated, VARS.ADMIN_SECRET))).status).toBe(200)
    await at.drive().runUntil(HOUR)
    expect(calls).toHaveLength(1)
    const [entry] = await at
      .drive()
      .sql<{ detail: string }>(`SELECT detail FROM audit WHERE action = 'edit' ORDER BY id DESC`)
    expect(entry?.detail).toBe('queued; the operator states that they agreed')
  })
})

describe('mapping again', () => {
  it('leaves no group behind as due: ten of them would hide every other from the plan', async () => {
    const at = house()
    for (let nth = 1; nth <= 10; nth++) await buyer(at, String(nth))
    const mended = vi.spyOn(mapping, 'groupName').mockImplementation(() => 'One')
    for (let nth = 1; nth <= 10; nth++) await remap(at, `sales-${nth}`)
    await at.drive('sales').runUntil(HOUR)
    mended.mockImplementation(() => 'Two')
    await buyer(at, 'new')
    await at.drive('sales').runUntil(30 * HOUR)
    expect(calls.map((call) => call.groupName)).toEqual(['One', 'Two'])
  })

  it('does not take an accepted delivery back: what EazyBe accepted stays accepted', async () => {
    const at = house()
    await buyer(at, '1')
    await at.drive('sales').runUntil(HOUR)
    vi.spyOn(mapping, 'groupName').mockImplementation(() => {
      throw new TypeError('no')
    })
    await remap(at, 'sales-1')
    expect(await at.drive('sales').story(1)).toMatchObject({ state: 'accepted' })
  })

  it('keeps the evidence of consent that it found', async () => {
    const at = house()
    const broken = breakMapping()
    await signUp(at, true)
    broken.mockRestore()
    await remap(at, 'default-1')
    const [row] = await at.drive().sql<{ consent: string | null }>('SELECT consent FROM deliveries')
    expect(row?.consent).toContain('event.agreed')
  })
})

describe('a body that its source could not read', () => {
  const events = (...ids: string[]) => ({
    events: ids.map((id) => ({ id, phone: '9800000001', cohort: 'Zinnia' })),
  })
  afterEach(() => {
    sender.explodes = true
  })

  it('is read again by the source of today, and what it holds is kept in its place', async () => {
    const at = house()
    await at.ask('/hooks/batch', post(events('explode'), VARS.BATCH_SECRET))
    expect(await at.drive().story(1)).toMatchObject({ state: 'held', reason: 'payload' })
    await remap(at, 'default-1')
    expect(await at.drive().story(1)).toMatchObject({ state: 'held', reason: 'payload' })
    sender.explodes = false
    await remap(at, 'default-1')
    expect(await at.drive().story(1)).toMatchObject({ state: 'queued', groupName: 'Cohort Zinnia' })
    const [row] = await at.drive().sql<{ fields: string }>('SELECT fields FROM deliveries')
    expect(JSON.parse(row?.fields ?? '')).toEqual({ phone: '9800000001', cohort: 'Zinnia' })
  })

  it('stays held where it holds several events, since it is one delivery', async () => {
    const at = house()
    await at.ask('/hooks/batch', post(events('explode', 'other'), VARS.BATCH_SECRET))
    sender.explodes = false
    await remap(at, 'default-1')
    const { state, timeline } = await at.drive().story(1)
    expect([state, timeline.at(-1)?.detail]).toEqual(['held', expect.stringContaining('2 events')])
  })
})

describe('a hook whose secret is in its URL', () => {
  it('takes a URL with a slash at its end', async () => {
    const at = house()
    const path = `/hooks/linked/${VARS.LINKED_SECRET}/`
    const lead = { events: [{ id: 'a', phone: '9800000001', cohort: 'Zinnia' }] }
    expect((await at.ask(path, post(lead, 'nobody'))).status).toBe(200)
  })

  it('does not keep the secret when the sender repeats its URL in the body', async () => {
    const at = house()
    const path = `/hooks/linked/${VARS.LINKED_SECRET}`
    const body = { webhookURL: `https://usher.example${path}`, events: 'none' }
    await at.ask(path, post(body, 'nobody'))
    const [row] = await at.drive().sql<{ fields: string }>('SELECT fields FROM deliveries')
    expect(row?.fields).toContain('https://usher.example/hooks/linked/…')
    expect(row?.fields).not.toContain(VARS.LINKED_SECRET)
  })
})

describe('waiting for an outcome', () => {
  it('ends when its person gets in, also where another delivery asked for them first', async () => {
    const at = house()
    const { drive } = at
    const lead = (phone: string, more: object = {}) =>
      at.ask(
        '/hooks/plain',
        post({ groupName: 'Zinnia', contacts: [phone], create: true, ...more }, VARS.PLAIN_SECRET),
      )
    await lead('9800000001')
    for (let nth = 10; nth < 22; nth++) await lead(`98000010${nth}`)
    await lead('9800000001', { again: true })
    // Far longer than a test may take.
    const waiting = drive().stub.deliveries().settled([14], HOUR)
    await drive().runUntil(HOUR)
    expect(await waiting).toMatchObject([{ state: 'accepted' }])
  })
})

describe('the console', () => {
  const text = async (at: House, path: string, method = 'GET') =>
    (await at.ask(path, { method, headers: ADMIN })).text()

  it('offers the groups that are known where none was read, and the number once it is revealed', async () => {
    const at = house()
    await buyer(at, '1')
    await at.ask('/hooks/buyers', post({ phone: '9800029999' }, VARS.BUYERS_SECRET))
    const page = await text(at, '/console/deliveries/sales-2')
    expect(page).toContain('<option value="Cohort Zinnia 1">')
    expect(page).toContain('cohort: is missing')
    expect(page).not.toContain('9800029999')
    const revealed = await text(at, '/console/deliveries/sales-2/reveal', 'POST')
    expect(revealed).toMatch(/<textarea[^>]*>\+919800029999<\/textarea>/)
  })

  it('shows the budget beside the groups, why leads are held, and when a hook last received', async () => {
    const at = house()
    await at.ask('/hooks/buyers', post({ phone: '9800029999' }, VARS.BUYERS_SECRET))
    expect(await text(at, '/console/groups')).toMatch(/Budget used.*New groups today.*0 of 20/s)
    const overview = await text(at, '/console')
    expect(overview).toContain('/console/deliveries?state=held&amp;reason=mapping')
    const hooks = await text(at, '/console/hooks')
    expect(hooks).toMatch(/buyers<\/a>(?:(?!<tr>).)*<time/s)
    expect(hooks).toMatch(/poll<\/a>(?:(?!<tr>).)*nothing yet/s)
  })
})
