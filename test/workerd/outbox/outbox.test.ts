/** The outcome table of the design, on the real object with its real tables. */

import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EVERY_DELIVERY } from '../../../src/outbox/store/search.ts'
import { BINDINGS } from '../bindings.ts'
import { answers, outbox, play, type SeenCall } from '../drive.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const ASHA = '919800000001'
const BINA = '919800000002'
const CHARU = '919800000003'
const TEN = Array.from({ length: 10 }, (_, index) => `9198000001${String(index).padStart(2, '0')}`)

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a lead that goes through', () => {
  it('is called once, with what its hook asked for, and settles as accepted', async () => {
    const calls = play(answers.ok)
    const { lead, story, runUntil } = outbox()
    const { seq, state } = await lead('Webinar May', [ASHA])
    expect(state).toBe('queued')
    await runUntil(HOUR)
    expect(calls).toEqual([
      {
        at: 20 * SECOND,
        groupName: 'Webinar May',
        contacts: [ASHA],
        create: true,
        token: 'Bearer eazybe-token-for-tests',
      },
    ])
    expect(await story(seq)).toMatchObject({
      id: `default-${seq}`,
      state: 'accepted',
      reason: null,
      groupName: 'Webinar May',
      attempts: 0,
      timeline: [{ event: 'received' }, { event: 'accepted by EazyBe' }],
    })
  })

  it('is shown masked', async () => {
    play(answers.ok)
    const { lead, story } = outbox()
    const { seq } = await lead('Webinar May', [ASHA])
    expect(JSON.stringify(await story(seq))).not.toContain('98000000')
  })

  it('travels with the others of its group, and later ones are added without leave to create', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil } = outbox()
    await lead('Webinar May', [ASHA])
    await lead('Webinar May', [BINA])
    await lead('Webinar June', [CHARU])
    await runUntil(10 * MINUTE)
    await lead('Webinar May', [CHARU])
    await runUntil(HOUR)
    expect(calls.map(({ groupName, contacts, create }) => [groupName, contacts, create])).toEqual([
      ['Webinar May', [ASHA, BINA], true],
      ['Webinar June', [CHARU], true],
      ['Webinar May', [CHARU], false],
    ])
  })

  it('waits for company also where a batch is full already, and a call carries no more than a batch', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil } = outbox()
    for (const contact of [...TEN, CHARU]) await lead('Full', [contact], { create: false })
    await runUntil(HOUR)
    expect(calls.map(({ at, contacts }) => [at / SECOND, contacts])).toEqual([
      [20, TEN],
      [50, [CHARU]],
    ])
  })

  it('keeps the pace: a rest after a creation, gaps between adds, longer ones between creations', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil } = outbox()
    await lead('One', [ASHA])
    await lead('Two', [ASHA])
    await runUntil(21 * SECOND)
    await lead('One', [BINA])
    await runUntil(HOUR)
    expect(calls.map(({ at, groupName }) => [at / SECOND, groupName])).toEqual([
      [20, 'One'],
      [20 + 180, 'One'],
      [20 + 300, 'Two'],
    ])
  })

  it('is not sent again to a group that took the same person before, however the number is spelt', async () => {
    const calls = play(answers.ok)
    const { lead, story, runUntil } = outbox()
    await lead('México', ['525512345678'])
    const twin = await lead('México', ['5215512345678'])
    await runUntil(HOUR)
    const late = await lead('México', ['5215512345678'])
    expect(late.state).toBe('skipped')
    const other = await lead('Otra', ['5215512345678'])
    await runUntil(2 * HOUR)
    expect(calls.map((call) => call.groupName)).toEqual(['México', 'Otra'])
    expect(calls[0]?.contacts).toHaveLength(1)
    expect(await story(twin.seq)).toMatchObject({ state: 'accepted' })
    expect(await story(other.seq)).toMatchObject({ state: 'accepted' })
  })
})

describe('a repeat', () => {
  it('is known by its key, and by the digest of its body where the id is not signed', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil } = outbox()
    const first = await lead('A', [ASHA], { key: 'one', bodyKey: 'body', fingerprint: 'f' })
    const same = await lead('A', [ASHA], { key: 'one', bodyKey: 'other', fingerprint: 'g' })
    const forged = await lead('A', [ASHA], { key: 'fresh', bodyKey: 'body', fingerprint: 'f' })
    expect(same).toMatchObject({ id: first.id, duplicate: true, conflict: true })
    expect(forged).toMatchObject({ id: first.id, duplicate: true, conflict: false })
    await runUntil(HOUR)
    expect(calls).toHaveLength(1)
  })
})

describe('arrivals at once, which share a commit', () => {
  it('are all kept except one that storage refuses', async () => {
    play(answers.ok)
    const { stub, sql } = outbox()
    const arrive = (key: string, fields: readonly string[]) => {
      const items = fields.map((one, place) => ({
        key: `${key} ${place}`,
        fields: one,
        mapped: null,
      }))
      const of = { account: 'default', hook: 'webinar', source: 'json', bodyKey: null }
      return stub.accept({ ...of, fingerprint: key, items })
    }
    await arrive('zero', ['{}'])
    await sql(`CREATE TRIGGER refuse BEFORE INSERT ON deliveries WHEN NEW.fields = '"bad"'
      BEGIN SELECT raise(ABORT, 'refused'); END`)
    const all = await Promise.allSettled([
      arrive('one', ['{}']),
      // What it wrote before is undone with it.
      arrive('two', ['{}', '"bad"']),
      arrive('three', ['{}']),
    ])
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await sql('SELECT seq FROM deliveries')).toHaveLength(3)
    // What was refused may come again.
    expect(await arrive('two', ['{}'])).toMatchObject([{ state: 'queued', duplicate: false }])
  })
})

describe('a search', () => {
  it('takes a text longer than the patterns that SQLite likes, in any script', async () => {
    play(answers.ok)
    const { lead, stub } = outbox()
    const name = 'कार्यशाला के लिए नया समूह: Advanced pottery on Saturdays, Pune 2027'
    await lead(name, [ASHA])
    const page = { limit: 5, before: null }
    const found = await stub.deliveries().list({ ...EVERY_DELIVERY, ...page, text: name.slice(3) })
    expect(found.deliveries).toHaveLength(1)
    expect((await stub.groups().list({ ...page, text: name.slice(3) })).groups).toHaveLength(1)
    const none = await stub
      .deliveries()
      .list({ ...EVERY_DELIVERY, ...page, text: `${name.slice(3)}!` })
    expect(none.deliveries).toEqual([])
  })

  it('takes signs to the letter, and capitals for small ones', async () => {
    play(answers.ok)
    const { lead, stub } = outbox()
    await lead('100%_Off\\ Club', [ASHA])
    const page = { limit: 5, before: null }
    const found = async (text: string) =>
      (await stub.deliveries().list({ ...EVERY_DELIVERY, ...page, text })).deliveries.length +
      (await stub.groups().list({ ...page, text })).groups.length
    expect(await found('100%_off\\ club')).toBe(2)
    expect(await found('100%%')).toBe(0)
    expect(await found('1__%')).toBe(0)
  })
})

describe('EazyBe answers 400', () => {
  it('splits the batch until the bad number stands alone, and parks that one only', async () => {
    const bad = TEN[6]
    const calls = play((call) =>
      call.contacts.some((contact) => contact === bad) ? answers.invalid() : answers.ok(),
    )
    const { lead, story, runUntil, stub } = outbox()
    const leads = []
    for (const contact of TEN) leads.push(await lead('Batch', [contact]))
    await runUntil(HOUR)
    const states = await Promise.all(leads.map(async ({ seq }) => (await story(seq)).state))
    expect(states.filter((state) => state === 'accepted')).toHaveLength(9)
    expect(states[6]).toBe('parked')
    const parked = await stub
      .deliveries()
      .list({ ...EVERY_DELIVERY, state: 'parked', limit: 5, before: null })
    expect(parked.deliveries[0]?.reason).toBe('refused: Invalid data provided.')
    const sent = calls.flatMap((call) => (call.contacts.includes(bad ?? '') ? [] : call.contacts))
    expect(new Set(sent).size).toBe(sent.length)
  })

  it('counts no attempt while it splits: the one who goes alone at last has all attempts left', async () => {
    const bad = TEN[6] ?? ''
    const failed = new Set<string>()
    play(({ contacts }) => {
      if (contacts.includes(bad)) return answers.invalid()
      const [alone] = contacts.length === 1 ? contacts : []
      if (alone === undefined || failed.has(alone)) return answers.ok()
      failed.add(alone)
      return answers.failed()
    })
    const { lead, story, runUntil, stub } = outbox()
    const leads = []
    for (const contact of TEN) leads.push(await lead('Batch', [contact], { create: false }))
    await runUntil(HOUR)
    expect(failed.size).toBeGreaterThan(0)
    const states = await Promise.all(leads.map(async ({ seq }) => (await story(seq)).state))
    expect(states).toEqual(TEN.map((contact) => (contact === bad ? 'parked' : 'accepted')))
    const { deliveries } = await stub
      .deliveries()
      .list({ ...EVERY_DELIVERY, limit: 50, before: null })
    expect(Math.max(...deliveries.map(({ attempts }) => attempts))).toBe(1)
  })

  it('splits the contacts of one lead as well: the others are accepted', async () => {
    play((call) => (call.contacts.includes(BINA) ? answers.invalid() : answers.ok()))
    const { lead, story, runUntil } = outbox()
    const { seq } = await lead('Team', [ASHA, BINA, CHARU])
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'parked', reason: 'some numbers were refused' })
  })
})

describe('EazyBe answers 401', () => {
  it('pauses the account without consuming attempts, and another token ends the pause', async () => {
    const calls = play((call) =>
      call.token.endsWith('tests') ? answers.unauthorized() : answers.ok(),
    )
    const { lead, story, runUntil, stub } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(3 * HOUR)
    expect(calls).toHaveLength(1)
    expect(await story(seq)).toMatchObject({
      state: 'queued',
      attempts: 0,
      reason: 'EazyBe refuses the token',
    })
    await runInDurableObject(stub, (instance) => {
      Reflect.set(Reflect.get(instance, 'env'), 'EAZYBE_TOKEN', 'another-token')
    })
    await runUntil(4 * HOUR)
    await runInDurableObject(stub, (instance) => {
      Reflect.set(Reflect.get(instance, 'env'), 'EAZYBE_TOKEN', BINDINGS.EAZYBE_TOKEN)
    })
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })
})

describe('EazyBe answers 403', () => {
  it('pauses the account, asks at 1, 2, 5, 10, 15 and then every 30 minutes, and resumes by itself', async () => {
    let active = false
    const calls = play(() => (active ? answers.ok() : answers.inactive()))
    const { lead, story, runUntil } = outbox()
    const first = await lead('A', [ASHA])
    await runUntil(2 * HOUR)
    const minutes = calls.map(({ at }) => Math.round((at - 20 * SECOND) / MINUTE))
    expect(minutes).toEqual([0, 1, 3, 8, 18, 33, 63, 93])
    const second = await lead('B', [BINA])
    expect(await story(first.seq)).toMatchObject({ state: 'queued', attempts: 0 })
    active = true
    await runUntil(3 * HOUR)
    expect(await story(first.seq)).toMatchObject({ state: 'accepted', attempts: 0 })
    expect(await story(second.seq)).toMatchObject({ state: 'accepted', attempts: 0 })
  })

  it('stays paused where a probe fails, which says nothing of the session: no other person is tried', async () => {
    const calls = play((_, n) => (n === 1 ? answers.inactive() : answers.failed()))
    const { lead, story, runUntil } = outbox()
    const leads = await Promise.all(['A', 'B', 'C'].map((name) => lead(name, [ASHA])))
    await runUntil(30 * MINUTE)
    const minutes = calls.map(({ at }) => Math.floor(at / MINUTE))
    expect(minutes).toEqual([0, 1, 3, 8, 18])
    const stories = await Promise.all(leads.map(({ seq }) => story(seq)))
    // The probe's own failures count: it may be its number that fails, and then another must ask.
    expect(stories.map(({ attempts }) => attempts)).toEqual([3, 0, 0])
  })
})

describe('EazyBe answers 404', () => {
  it('holds a lead whose hook did not ask to create, and lets it go once another lead made the group', async () => {
    let exists = false
    play((call) => {
      exists ||= call.create
      return exists ? answers.ok() : answers.missing()
    })
    const { lead, story, runUntil } = outbox()
    const held = await lead('Later', [ASHA], { create: false })
    await runUntil(HOUR)
    expect(await story(held.seq)).toMatchObject({ state: 'held', reason: 'group missing' })
    await lead('Later', [BINA])
    await runUntil(2 * HOUR)
    expect(await story(held.seq)).toMatchObject({ state: 'accepted' })
  })

  it('asks again at 3, 10 and 30 minutes for a group that exists, then holds; it never recreates', async () => {
    const calls = play((_, n) => (n === 1 ? answers.ok() : answers.missing()))
    const { lead, story, runUntil } = outbox()
    await lead('Gone', [ASHA])
    await runUntil(10 * MINUTE)
    const late = await lead('Gone', [BINA])
    await runUntil(3 * HOUR)
    expect(calls.slice(1).map((call) => call.create)).toEqual([false, false, false, false])
    expect(await story(late.seq)).toMatchObject({ state: 'held', reason: 'group gone' })
  })
})

describe('EazyBe answers 429', () => {
  it.each([
    ['seconds', '90', 90],
    ['an HTTP date', new Date(Date.UTC(2035, 0, 1, 12, 10, 20)).toUTCString(), 600],
  ])('waits for a Retry-After of %s in full', async (_, header, seconds) => {
    const calls = play((_, n) => (n === 1 ? answers.throttled(header) : answers.ok()))
    const { lead, story, runUntil } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(calls.map(({ at }) => at / SECOND)).toEqual([20, 20 + seconds])
    expect(await story(seq)).toMatchObject({ state: 'accepted', attempts: 0 })
  })

  it.each([
    ['none at all', '0'],
    ['one that is over', new Date(Date.UTC(2035, 0, 1, 11)).toUTCString()],
    ['what is no time', '-1'],
  ])('takes a Retry-After of %s as none: calls would go on without end', async (_, header) => {
    const calls = play((_, n) => (n < 3 ? answers.throttled(header) : answers.ok()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(calls.map(({ at }) => at / SECOND)).toEqual([20, 80, 200])
  })

  it('keeps the gap between calls where EazyBe asks for less', async () => {
    const calls = play((_, n) => (n === 1 ? answers.throttled('1') : answers.ok()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(calls.map(({ at }) => at / SECOND)).toEqual([20, 50])
  })

  it('doubles from a minute where EazyBe names no time', async () => {
    const calls = play((_, n) => (n < 4 ? answers.throttled() : answers.ok()))
    const { lead, runUntil } = outbox()
    await lead('A', [ASHA])
    await runUntil(HOUR)
    expect(calls.map(({ at }) => at / SECOND)).toEqual([20, 80, 200, 440])
  })
})

describe('EazyBe answers 500, or nothing, or nonsense', () => {
  const troubles: [string, () => Response | Promise<Response>][] = [
    ['500', answers.failed],
    ['200 with status false', () => Response.json({ status: false, message: 'no' })],
    ['an HTML page', () => new Response('<h1>Bad Gateway</h1>', { status: 502 })],
    ['an empty body', () => new Response('')],
    ['no answer in time', () => Promise.reject(new DOMException('late', 'TimeoutError'))],
  ]

  it.each(troubles)('to a creation (%s): probes before it creates again', async (_, trouble) => {
    const calls = play((call, n) => {
      if (n === 1) return trouble()
      return call.create ? answers.ok() : answers.missing()
    })
    const { lead, story, runUntil } = outbox()
    const { seq } = await lead('New', [ASHA])
    await runUntil(21 * SECOND)
    expect(await story(seq)).toMatchObject({
      state: 'unknown',
      reason: 'group may have been created',
      waitingUntil: new Date(Date.UTC(2035, 0, 1, 12, 2, 20)).toISOString(),
    })
    await runUntil(HOUR)
    expect(calls.map(({ at, create }) => [at / SECOND, create])).toEqual([
      [20, true],
      [140, false],
      [140 + 900, false],
      [140 + 900 + 30, true],
    ])
    expect(await story(seq)).toMatchObject({ state: 'accepted', attempts: 1 })
  })

  it('to a creation that happened: the probe adds, and nothing is created twice', async () => {
    const calls = play((_, n) => (n === 1 ? answers.failed() : answers.ok()))
    const { lead, story, runUntil } = outbox()
    const { seq } = await lead('New', [ASHA])
    await runUntil(HOUR)
    expect(calls.map((call) => call.create)).toEqual([true, false])
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  /** Fails for "New" alone. */
  const newFails = (call: SeenCall) => {
    if (call.groupName !== 'New') return answers.ok()
    return call.create ? answers.failed() : answers.missing()
  }
  const creationsOf = (calls: readonly SeenCall[]) =>
    calls.filter((call) => call.groupName === 'New' && call.create)

  it('to creations, while another group is created: they pause longer each time, adds go on, and the lead is parked after four', async () => {
    const calls = play(newFails)
    const { lead, story, runUntil } = outbox()
    await lead('Old', [ASHA])
    await runUntil(10 * MINUTE)
    const { seq } = await lead('New', [BINA])
    await runUntil(20 * MINUTE)
    await lead('Old', [CHARU])
    await runUntil(22 * MINUTE)
    expect(calls.at(-1)).toMatchObject({ groupName: 'Old', create: false })
    await lead('Another', [CHARU])
    await runUntil(72 * HOUR)
    expect(await story(seq)).toMatchObject({
      state: 'parked',
      reason: 'group could not be created',
      attempts: 4,
    })
    expect(creationsOf(calls)).toHaveLength(4)
  })

  it('to creations, and no other group is created: the lead is parked after eight, whatever adds say', async () => {
    const calls = play(newFails)
    const { lead, story, runUntil } = outbox()
    await lead('Old', [ASHA])
    await runUntil(10 * MINUTE)
    const { seq } = await lead('New', [BINA])
    await runUntil(20 * MINUTE)
    await lead('Old', [CHARU])
    await runUntil(72 * HOUR)
    // The group is known to be absent since the second probe: it waits to be created again.
    expect(await story(seq)).toMatchObject({ state: 'queued' })
    await runUntil(14 * 24 * HOUR)
    expect(await story(seq)).toMatchObject({
      state: 'parked',
      reason: 'group could not be created',
      attempts: 8,
    })
    expect(creationsOf(calls)).toHaveLength(8)
  })

  it.each(troubles)(
    'to an add (%s), while another is accepted: again at 1, 5 and 30 minutes, then parked',
    async (_, trouble) => {
      const calls = play(({ contacts }) => (contacts.includes(BINA) ? trouble() : answers.ok()))
      const { lead, story, runUntil } = outbox()
      await lead('Old', [ASHA])
      await runUntil(10 * MINUTE)
      const { seq } = await lead('Old', [BINA])
      await runUntil(10 * MINUTE + 25 * SECOND)
      await lead('Other', [CHARU], { create: false })
      await runUntil(24 * HOUR)
      const failed = calls.filter(({ contacts }) => contacts.includes(BINA))
      const first = failed[0]?.at ?? 0
      expect(failed.map(({ at }) => Math.floor((at - first) / MINUTE))).toEqual([0, 1, 6, 36])
      expect(await story(seq)).toMatchObject({ state: 'parked', attempts: 4 })
    },
  )

  it.each(troubles)(
    'to an add (%s), and no other person is accepted: the waits grow for two and a half days before the lead is parked',
    async (_, trouble) => {
      const calls = play((_, n) => (n === 1 ? answers.ok() : trouble()))
      const { lead, story, runUntil } = outbox()
      await lead('Old', [ASHA])
      await runUntil(10 * MINUTE)
      const { seq } = await lead('Old', [BINA])
      await runUntil(2 * 24 * HOUR)
      expect(await story(seq)).toMatchObject({ state: 'unknown' })
      await runUntil(7 * 24 * HOUR)
      const first = calls[1]?.at ?? 0
      expect(calls.slice(1).map(({ at }) => (at - first) / MINUTE)).toEqual([
        0, 1, 6, 36, 156, 516, 1956, 3396,
      ])
      expect(await story(seq)).toMatchObject({ state: 'parked', attempts: 8 })
    },
  )

  it('to adds with one bad number: the others get in, the bad one is parked alone', async () => {
    const bad = TEN[3] ?? ''
    play((call, n) => (n > 1 && call.contacts.includes(bad) ? answers.failed() : answers.ok()))
    const { lead, story, runUntil } = outbox()
    await lead('Old', [ASHA])
    await runUntil(10 * MINUTE)
    const leads = []
    for (const contact of TEN) leads.push(await lead('Old', [contact]))
    await runUntil(24 * HOUR)
    const states = await Promise.all(leads.map(async ({ seq }) => (await story(seq)).state))
    expect(states).toEqual(TEN.map((contact) => (contact === bad ? 'parked' : 'accepted')))
  })

  it('to one number of a lead: the other one goes, and only the bad one is parked', async () => {
    const calls = play(({ contacts }) =>
      contacts.includes(ASHA) ? answers.failed() : answers.ok(),
    )
    const { lead, story, runUntil } = outbox()
    await lead('Old', [CHARU])
    await runUntil(10 * MINUTE)
    const { seq } = await lead('Old', [ASHA, BINA])
    await runUntil(24 * HOUR)
    const sent = calls.flatMap(({ contacts }) => contacts)
    expect(sent.filter((contact) => contact === ASHA)).toHaveLength(4)
    expect(calls).toContainEqual(expect.objectContaining({ contacts: [BINA] }))
    expect(await story(seq)).toMatchObject({
      state: 'parked',
      reason: 'some numbers were refused',
      people: [{ state: 'refused' }, { state: 'accepted' }],
    })
  })
})

describe('EazyBe fails for everybody', () => {
  const DAYS_OUT = 48 * HOUR
  const PEOPLE = TEN.slice(0, 6)

  /** An EazyBe that answers every call so for two days, and then works. */
  function outage(answer: () => Response) {
    return play(({ at }) => (at < DAYS_OUT ? answer() : answers.ok()))
  }

  it.each([
    ['500', true, answers.failed],
    ['500', false, answers.failed],
    ['400', true, answers.invalid],
    ['400', false, answers.invalid],
  ])(
    'for two days with %s: no lead is parked, and all are accepted without an operator (create: %s)',
    async (_, create, answer) => {
      outage(answer)
      const { lead, story, runUntil, stub } = outbox()
      const leads = []
      for (const [index, contact] of PEOPLE.entries()) {
        leads.push(await lead(`Group ${index % 3}`, [contact], { create }))
      }
      await runUntil(47 * HOUR, 1_000)
      expect((await stub.account().overview()).backlog).toMatchObject({ parked: 0, held: 0 })
      for (const { seq } of leads) {
        expect(['queued', 'unknown']).toContain((await story(seq)).state)
      }
      await runUntil(DAYS_OUT + 12 * HOUR, 1_000)
      for (const { seq } of leads) {
        expect(await story(seq)).toMatchObject({ state: 'accepted' })
      }
      expect((await stub.account().overview()).pause).toBeNull()
    },
  )

  it('is known by three calls that share no person: single people are tried in turn, ever more rarely', async () => {
    const calls = outage(answers.failed)
    const { lead, story, runUntil, stub } = outbox()
    const leads = []
    for (const [index, contact] of PEOPLE.entries()) {
      leads.push(await lead(`Group ${index}`, [contact], { create: false }))
    }
    await runUntil(5 * MINUTE)
    expect(await stub.account().overview()).toMatchObject({
      pause: { reason: 'failing', probeAt: expect.any(String) },
    })
    for (const { seq } of leads) expect(await story(seq)).toMatchObject({ attempts: 0 })
    await runUntil(40 * HOUR, 1_000)
    const probes = calls.slice(3)
    expect(new Set(probes.flatMap(({ contacts }) => contacts)).size).toBe(PEOPLE.length)
    expect(probes.every(({ contacts }) => contacts.length === 1)).toBe(true)
    const minutes = probes.map(({ at }, index) =>
      Math.round((at - (calls[index + 2]?.at ?? 0)) / MINUTE),
    )
    expect(minutes.slice(0, 7)).toEqual([1, 2, 5, 10, 15, 30, 30])
    expect(minutes.at(-1)).toBe(120)
  })

  it('is not said of one bad number, however often it fails alone', async () => {
    const [bad = ''] = TEN
    play(({ contacts }) => (contacts.includes(bad) ? answers.failed() : answers.ok()))
    const { lead, story, runUntil, stub } = outbox()
    const { seq } = await lead('A', [bad], { create: false })
    for (let hour = 1; hour <= 72; hour++) {
      await runUntil(hour * HOUR)
      expect((await stub.account().overview()).pause).toBeNull()
    }
    await runUntil(4 * 24 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'parked', attempts: 8 })
  })

  it('is not said of a batch that is split until its bad number stands alone', async () => {
    const bad = TEN[3] ?? ''
    const calls = play(({ contacts }) =>
      contacts.includes(bad) ? answers.invalid() : answers.ok(),
    )
    const { lead, story, runUntil, stub } = outbox()
    const leads = []
    for (const contact of TEN) leads.push(await lead('A', [contact], { create: false }))
    await runUntil(2 * HOUR)
    expect((await stub.account().overview()).pause).toBeNull()
    const states = await Promise.all(leads.map(async ({ seq }) => (await story(seq)).state))
    expect(states).toEqual(TEN.map((contact) => (contact === bad ? 'parked' : 'accepted')))
    expect(calls.length).toBeLessThan(10)
  })
})

describe('no connection to EazyBe', () => {
  it('is tried again for a week without consuming attempts, then parked', {
    timeout: 30_000,
  }, async () => {
    const calls = play(() => Promise.reject(new TypeError('Network connection lost.')))
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { lead, story, runUntil } = outbox()
    await lead('A', [ASHA], { create: false })
    const { seq } = await lead('B', [BINA], { create: false })
    await runUntil(6 * 24 * HOUR, 1_000)
    expect(await story(seq)).toMatchObject({ state: 'queued', attempts: 0 })
    expect(calls.length).toBeLessThan(400)
    await runUntil(8 * 24 * HOUR, 1_000)
    expect(await story(seq)).toMatchObject({ state: 'parked', reason: 'no connection for 7 days' })
  })

  it('counts no week in which its operator had paused it', async () => {
    play(() => Promise.reject(new TypeError('Network connection lost.')))
    const { lead, story, runUntil, stub } = outbox()
    const { seq } = await lead('A', [ASHA], { create: false })
    await runUntil(MINUTE)
    await stub.account().pause('test')
    await runUntil(8 * 24 * HOUR)
    await stub.account().resume('test')
    await runUntil(8 * 24 * HOUR + 5 * MINUTE)
    expect(await story(seq)).toMatchObject({ state: 'unknown' })
  })
})

describe('a process that ends in the middle of a call', () => {
  it('leaves an unknown creation, which is probed and not made again', async () => {
    const calls = play((_, n) => (n === 1 ? new Promise<Response>(() => {}) : answers.ok()))
    const { stub, lead, story, runUntil, sql } = outbox()
    const { seq } = await lead('Cut', [ASHA])
    // The claim as a call leaves it when the process ends before it can write the outcome.
    await sql(
      `INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at)
       SELECT part_id, group_id, 'webinar', 'create', json_array(person), '[]', 1, 1, 0 FROM memberships`,
    )
    expect(await story(seq)).toMatchObject({ state: 'sending' })
    await evictDurableObject(stub)
    calls.length = 0
    vi.mocked(globalThis.fetch).mockClear()
    await runUntil(21 * SECOND)
    expect(await story(seq)).toMatchObject({ state: 'unknown' })
    expect(calls).toEqual([])
  })
})

describe('the alarm', () => {
  it('is set for what is due, and once a day for what the outbox does of its own accord', async () => {
    play(answers.ok)
    const { lead, alarmAt, runUntil } = outbox()
    expect(await alarmAt()).toBeNull()
    await lead('A', [ASHA])
    // The first delivery ever: retention and the watchdog begin.
    expect(await alarmAt()).toBe(0)
    await runUntil(0)
    expect(await alarmAt()).toBe(20 * SECOND)
    await runUntil(2 * HOUR)
    expect(await alarmAt()).toBe(24 * HOUR)
  })

  it('survives an outbox that throws, and a console view sets it again where it was lost', async () => {
    play(answers.ok)
    const { stub, lead, alarmAt, story, runUntil } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runInDurableObject(stub, async (_, state) => state.storage.deleteAlarm())
    await evictDurableObject(stub)
    expect(await alarmAt()).toBeNull()
    await story(seq)
    expect(await alarmAt()).not.toBeNull()
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('survives ten exceptions in a row, and those who waited go when they are over', async () => {
    const calls = play(answers.ok)
    const { stub, lead, alarmAt, story, runUntil } = outbox()
    const { seq } = await lead('A', [ASHA])
    const exec = await runInDurableObject(stub, (_, state) => {
      const prototype: { exec: SqlStorage['exec'] } = Object.getPrototypeOf(state.storage.sql)
      return vi.spyOn(prototype, 'exec').mockImplementation(() => {
        throw new Error('disk I/O error')
      })
    })
    // Every ring fails and sets the next one.
    expect(await runUntil(20 * SECOND + 9 * 30 * SECOND)).toBe(10)
    expect(await alarmAt()).not.toBeNull()
    expect(calls).toEqual([])
    exec.mockRestore()
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('that slept for a month does what was due, and nothing twice', async () => {
    const calls = play(answers.ok)
    const { stub, lead, story, runUntil } = outbox()
    const { seq } = await lead('A', [ASHA])
    await runInDurableObject(stub, async (_, state) => state.storage.deleteAlarm())
    await evictDurableObject(stub)
    vi.setSystemTime(Date.now() + 30 * 24 * HOUR)
    await story(seq)
    await runUntil(31 * 24 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    expect(calls).toHaveLength(1)
  })
})

describe('what the account keeps of itself', () => {
  it('begins anew where it cannot be read: nothing stands still for it', async () => {
    play(answers.ok)
    const { lead, story, runUntil, sql } = outbox()
    const { seq } = await lead('A', [ASHA])
    await sql(
      `INSERT OR REPLACE INTO account (key, value) VALUES ('state', '{'), ('watch', '{'), ('sweep', '[')`,
    )
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })
})
