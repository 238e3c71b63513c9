/** Groups: how they begin, what happens when they are full, how many may be made, and what an operator knows better. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { answers, gated, outbox, play } from '../drive.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 3_600_000
const DAY = 24 * HOUR
const [ASHA, BINA, CHITRA, DEEPA, ESHA] = [1, 2, 3, 4, 5].map((n) => `91980000000${n}`) as [
  string,
  string,
  string,
  string,
  string,
]
const MENTOR = '919811112222'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function called(calls: ReturnType<typeof play>) {
  return calls.map(({ groupName, contacts, create }) => [groupName, contacts, create])
}

describe('a new group', () => {
  it('begins with the hook’s own people alone: one bad number fails a whole creation', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story } = outbox()
    const first = await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    const second = await lead('Course', [BINA, MENTOR], { teammates: [MENTOR] })
    await runUntil(HOUR)
    expect(called(calls)).toEqual([
      ['Course', [MENTOR], true],
      ['Course', [ASHA, BINA], false],
    ])
    for (const { seq } of [first, second]) {
      expect(await story(seq)).toMatchObject({ state: 'accepted' })
    }
  })

  it('is not made for a person who asked never to be added', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story, stub } = outbox()
    await stub.people().suppress(ASHA, null, 'test')
    const { seq } = await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    await runUntil(HOUR)
    expect(calls).toEqual([])
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'suppressed' })
  })

  it('is asked for by others of its people while one of them waits to be tried again', async () => {
    const calls = play(answers.failed)
    const { lead, runUntil, sql } = outbox()
    for (let nth = 0; nth < 4; nth++) {
      await lead('Course', [`91980000100${nth}`, MENTOR], { teammates: [MENTOR] })
    }
    await runUntil(HOUR / 3)
    expect(calls.length).toBeGreaterThan(8)
    const withMentor = calls.filter(({ contacts }) => contacts.includes(MENTOR))
    expect(withMentor.length).toBeLessThan(calls.length / 2)
    expect(await sql(`SELECT 1 FROM memberships WHERE status = 'refused'`)).toEqual([])
  })

  it('begins without one of the hook’s own people whose number turned out to be bad, however many leads bring it', {
    timeout: 30_000,
  }, async () => {
    let there = false
    const calls = play(({ contacts, create }) => {
      if (!there && !create) return answers.missing()
      if (contacts.includes(MENTOR)) return answers.failed()
      there = true
      return answers.ok()
    })
    const { lead, runUntil, story } = outbox()
    const first = await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    for (let day = 1; day <= 10; day++) {
      await lead('Course', [`9198000010${day + 10}`, MENTOR], { teammates: [MENTOR] })
      await runUntil(day * DAY)
    }
    const made = calls.filter(({ create }) => create).at(-1)
    expect(made?.contacts).not.toContain(MENTOR)
    // It is in, whatever becomes of the mentor.
    expect(await story(first.seq)).toMatchObject({
      state: 'accepted',
      people: [{ state: 'accepted' }, { state: 'refused' }],
    })
    const late = await lead('Course', [BINA, MENTOR], { teammates: [MENTOR] })
    await runUntil(11 * DAY)
    expect(await story(late.seq)).toMatchObject({
      state: 'accepted',
      reason: null,
      people: [{ state: 'accepted' }, { state: 'refused' }],
    })
  })

  it.each([
    ['400', answers.invalid, HOUR],
    ['500', answers.failed, 12 * DAY],
  ])(
    'is not delayed by one of the hook’s own people whose number was refused in another group: %s',
    async (_, refuse, known) => {
      let there = false
      const calls = play(({ contacts, create, groupName }) => {
        if (contacts.includes(MENTOR)) return refuse()
        if (groupName === 'First' && !there && !create) return answers.missing()
        there = true
        return answers.ok()
      })
      const { lead, runUntil, story } = outbox()
      const more = { teammates: [MENTOR] }
      await lead('First', [ASHA, MENTOR], more)
      for (let day = 1; day <= known / DAY; day++) {
        await lead('First', [`9198000010${day + 10}`, MENTOR], more)
        await runUntil(day * DAY)
      }
      await runUntil(known)
      calls.length = 0
      const { seq } = await lead('Second', [BINA, MENTOR], more)
      await runUntil(known + HOUR)
      expect(
        calls.map(({ at, contacts, create }) => [
          Math.floor((at - known) / SECOND),
          contacts,
          create,
        ]),
      ).toEqual([[20, [BINA], true]])
      expect(await story(seq)).toMatchObject({
        state: 'accepted',
        people: [{ state: 'accepted' }, { state: 'refused' }],
      })
    },
    30_000,
  )

  it('keeps what a call said of the hook’s own people, though its lead went to another group meanwhile', async () => {
    const gate = gated(answers.ok)
    const calls = play(gate.script)
    const { lead, runUntil, stub } = outbox()
    const { seq } = await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    const ringing = runUntil(MINUTE)
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    const edit = { kind: 'edit', contacts: null, groupName: 'Later', create: null } as const
    expect(await stub.deliveries().act([seq], edit, 'test')).toEqual([{ seq, result: 'queued' }])
    gate.open = true
    await ringing
    await lead('Course', [BINA, MENTOR], { teammates: [MENTOR] })
    await runUntil(HOUR)
    const course = called(calls).filter(([groupName]) => groupName === 'Course')
    expect(course).toEqual([
      ['Course', [MENTOR], true],
      ['Course', [BINA], false],
    ])
  })

  it('begins with the first lead where the hook has no teammates', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil } = outbox()
    await lead('Course', [ASHA])
    await runUntil(HOUR)
    expect(called(calls)).toEqual([['Course', [ASHA], true]])
  })
})

describe('a teammate who signs up', () => {
  it('is in the group already where EazyBe accepted them with a lead', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story } = outbox()
    await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    await runUntil(HOUR)
    const { seq } = await lead('Course', [MENTOR])
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'skipped', reason: 'already accepted' })
    expect(calls).toHaveLength(2)
  })

  it('is called once where they wait as a teammate', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story } = outbox()
    await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    const { seq } = await lead('Course', [MENTOR])
    expect(await story(seq)).toMatchObject({ state: 'queued' })
    await runUntil(HOUR)
    expect(calls.flatMap(({ contacts }) => contacts).toSorted()).toEqual([ASHA, MENTOR])
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('is parked where their number was refused, and goes again when the operator says so', async () => {
    let isBad = true
    play(({ contacts }) => (isBad && contacts.includes(MENTOR) ? answers.invalid() : answers.ok()))
    const { lead, runUntil, story, stub } = outbox()
    await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    await runUntil(HOUR)
    const { seq } = await lead('Course', [MENTOR])
    expect(await story(seq)).toMatchObject({
      state: 'parked',
      reason: expect.stringContaining('refused'),
    })
    isBad = false
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('is parked where it turns out that their number is bad', async () => {
    play(({ contacts }) => (contacts.includes(MENTOR) ? answers.invalid() : answers.ok()))
    const { lead, runUntil, story } = outbox()
    await lead('Course', [ASHA, MENTOR], { teammates: [MENTOR] })
    const { seq } = await lead('Course', [MENTOR])
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'parked' })
  })
})

describe('a creation that is answered 404', () => {
  it('is in doubt: it is asked for before it is made again', async () => {
    const calls = play((_, nth) => (nth === 1 ? answers.missing() : answers.ok()))
    const { lead, runUntil, story } = outbox()
    const { seq } = await lead('Course', [ASHA])
    await runUntil(HOUR)
    expect(called(calls)).toEqual([
      ['Course', [ASHA], true],
      ['Course', [ASHA], false],
    ])
    const { state, timeline } = await story(seq)
    expect(state).toBe('accepted')
    expect(JSON.stringify(timeline)).not.toContain('Usher stopped')
  })
})

describe('a group that is full', () => {
  const batch = { hook: 'batch' }

  it('goes on in "Name 2", which begins with the hook’s own people again', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    const more = { ...batch, teammates: [MENTOR] }
    for (const person of [ASHA, BINA, CHITRA, DEEPA]) await lead('Batch', [person, MENTOR], more)
    await runUntil(DAY)
    // The capacity is one of leads: a teammate takes no place.
    expect(called(calls)).toEqual([
      ['Batch', [MENTOR], true],
      ['Batch', [ASHA, BINA, CHITRA], false],
      ['Batch 2', [MENTOR], true],
      ['Batch 2', [DEEPA], false],
    ])
    const { groups } = await stub.groups().list({ text: 'batch', limit: 9, before: null })
    expect(groups).toMatchObject([
      { name: 'Batch 2', part: 2, members: 1, capacity: 3, status: 'exists' },
      { name: 'Batch', part: 1, members: 3, parts: [{ name: 'Batch' }, { name: 'Batch 2' }] },
    ])
  })

  it('takes no person twice: one who is in one part is not sent to another', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story } = outbox()
    for (const person of [ASHA, BINA, CHITRA, DEEPA]) await lead('Batch', [person], batch)
    await runUntil(DAY)
    const again = await lead('Batch', [`+${ASHA}`.slice(1)], batch)
    const other = await lead('Batch', [ESHA], batch)
    await runUntil(2 * DAY)
    expect(await story(again.seq)).toMatchObject({ state: 'skipped', reason: 'already accepted' })
    expect(await story(other.seq)).toMatchObject({ state: 'accepted', groupName: 'Batch 2' })
    expect(calls.flatMap(({ contacts }) => contacts).toSorted()).toEqual(
      [ASHA, BINA, CHITRA, DEEPA, ESHA].toSorted(),
    )
  })

  it('fills person by person: the people of one lead may be in two parts, each of them once', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story } = outbox()
    await lead('Batch', [ASHA, BINA], batch)
    const { seq } = await lead('Batch', [CHITRA, DEEPA, ESHA], batch)
    await runUntil(DAY)
    expect(calls.map(({ groupName, contacts }) => [groupName, contacts.length])).toEqual([
      ['Batch', 3],
      ['Batch 2', 2],
    ])
    expect(calls.flatMap(({ contacts }) => contacts).toSorted()).toEqual(
      [ASHA, BINA, CHITRA, DEEPA, ESHA].toSorted(),
    )
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('keeps people that a failed call may have added: they are asked for there, and in no other part', async () => {
    // The second call adds its people and says that it failed.
    const calls = play((_, n) => (n === 2 ? answers.failed() : answers.ok()))
    const { lead, runUntil, story, sql } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    const unsure = await lead('Batch', [BINA], batch)
    await runUntil(HOUR + 40 * SECOND)
    expect(await story(unsure.seq)).toMatchObject({ state: 'unknown' })
    await sql('UPDATE parts SET members = 3')
    const same = await lead('Batch', [BINA], { ...batch, key: 'another event' })
    const other = await lead('Batch', [CHITRA], batch)
    await runUntil(DAY)
    expect(called(calls)).toEqual([
      ['Batch', [ASHA], true],
      ['Batch', [BINA], false],
      ['Batch 2', [CHITRA], true],
      ['Batch', [BINA], false],
    ])
    expect(await story(other.seq)).toMatchObject({ state: 'accepted', groupName: 'Batch 2' })
    // Both ask for the same person in the same group, and settle together.
    for (const { seq } of [unsure, same]) {
      expect(await story(seq)).toMatchObject({ state: 'accepted', groupName: 'Batch' })
    }
  })

  it.each([
    ['inactive', answers.inactive],
    ['throttled', answers.throttled],
    ['not visible', answers.missing],
    ['out of reach', () => Promise.reject(new TypeError('no connection'))],
  ])(
    'keeps them also where the next call of theirs is refused for another reason: %s',
    async (_, refuse) => {
      const calls = play((_call, n) => {
        if (n === 2) return answers.failed()
        return n === 3 ? refuse() : answers.ok()
      })
      const { lead, runUntil, story, sql } = outbox()
      await lead('Batch', [ASHA], batch)
      await runUntil(HOUR)
      const unsure = await lead('Batch', [BINA], batch)
      await runUntil(HOUR + 95 * SECOND)
      expect(calls).toHaveLength(3)
      expect(await story(unsure.seq)).toMatchObject({ state: 'unknown', attempts: 1 })
      await sql('UPDATE parts SET members = 3')
      await runUntil(DAY)
      expect(called(calls).at(-1)).toEqual(['Batch', [BINA], false])
      expect(await story(unsure.seq)).toMatchObject({ state: 'accepted', groupName: 'Batch' })
    },
  )

  it('keeps a person who was suppressed during a call that may have added them', async () => {
    const gate = gated(answers.failed)
    const calls = play((call, n) => (n === 2 ? gate.script(call, n) : answers.ok()))
    const { lead, runUntil, stub } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    await lead('Batch', [BINA], batch)
    const ringing = runUntil(HOUR + MINUTE)
    await vi.waitFor(() => expect(calls).toHaveLength(2))
    await stub.people().suppress(BINA, null, 'test')
    gate.open = true
    await ringing
    await stub.people().unsuppress(BINA, null, 'test')
    for (const person of [CHITRA, DEEPA, ESHA]) await lead('Batch', [person], batch)
    await runUntil(DAY)
    await lead('Batch', [BINA], { ...batch, key: 'again' })
    await runUntil(2 * DAY)
    const groups = calls.flatMap(({ contacts, groupName }) =>
      contacts.includes(BINA) ? [groupName] : [],
    )
    expect(groups).toEqual(['Batch', 'Batch'])
  })

  it('keeps a place for people that a failed call may have added, so that the next ones go to another part', async () => {
    const calls = play((_, n) => (n === 2 ? answers.failed() : answers.ok()))
    const { lead, runUntil, stub } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    await lead('Batch', [BINA], batch)
    await runUntil(HOUR + 40 * SECOND)
    for (const person of [CHITRA, DEEPA]) await lead('Batch', [person], batch)
    await runUntil(DAY)
    expect(called(calls)).toEqual([
      ['Batch', [ASHA], true],
      ['Batch', [BINA], false],
      ['Batch', [CHITRA], false],
      ['Batch', [BINA], false],
      ['Batch 2', [DEEPA], true],
    ])
    const { groups } = await stub.groups().list({ text: 'batch', limit: 9, before: null })
    expect(groups).toMatchObject([{ name: 'Batch 2' }, { name: 'Batch', members: 3 }])
  })

  it('keeps people that a broken connection may have added, also when EazyBe asks to wait after that', async () => {
    const calls = play((_, n) => {
      if (n === 2) return Promise.reject(new TypeError('Network connection lost.'))
      return n === 3 ? answers.throttled('60') : answers.ok()
    })
    const { lead, runUntil, story, sql } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    const { seq } = await lead('Batch', [BINA], batch)
    await runUntil(HOUR + 40 * SECOND)
    expect(await story(seq)).toMatchObject({ state: 'unknown', attempts: 0 })
    await sql('UPDATE parts SET members = 3')
    await runUntil(DAY)
    expect(called(calls).map(([name]) => name)).toEqual(['Batch', 'Batch', 'Batch', 'Batch'])
  })

  it('keeps people that the operator sends again while they may be in a part', async () => {
    const calls = play((_, n) => (n === 2 ? answers.failed() : answers.ok()))
    const { lead, runUntil, sql, stub } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    const { seq } = await lead('Batch', [BINA], batch)
    await runUntil(HOUR + 40 * SECOND)
    await sql('UPDATE parts SET members = 3')
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    await runUntil(DAY)
    expect(called(calls).map(([name]) => name)).toEqual(['Batch', 'Batch', 'Batch'])
  })

  it('keeps people that a creation may have added until a second probe says that there is no group', async () => {
    const calls = play((_, n) => {
      if (n === 1) return answers.failed()
      return n === 2 ? answers.missing() : answers.ok()
    })
    const { lead, runUntil, story } = outbox()
    const { seq } = await lead('Batch', [ASHA], batch)
    await runUntil(4 * 60 * SECOND)
    expect(calls).toHaveLength(2)
    expect(await story(seq)).toMatchObject({
      state: 'unknown',
      reason: 'an earlier call may have worked',
    })
  })

  it('keeps people whose calls failed until they were parked with the part that they may be in', async () => {
    let fails = true
    const calls = play(({ contacts }) =>
      fails && contacts.includes(BINA) ? answers.failed() : answers.ok(),
    )
    const { lead, runUntil, sql, story } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    const { seq } = await lead('Batch', [BINA], batch)
    await runUntil(HOUR + 5 * 60 * SECOND)
    await lead('Other', [ESHA])
    await runUntil(DAY)
    expect(await story(seq)).toMatchObject({ state: 'parked', attempts: 4 })
    fails = false
    await sql('UPDATE parts SET members = 3')
    await lead('Batch', [BINA], batch)
    await runUntil(2 * DAY)
    expect(called(calls).at(-1)).toEqual(['Batch', [BINA], false])
  })

  it('counts a person once whom the operator sends again', async () => {
    play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    const { seq } = await lead('Batch', [ASHA, MENTOR], { ...batch, teammates: [MENTOR] })
    await runUntil(HOUR)
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    await runUntil(DAY)
    const { groups } = await stub.groups().list({ text: 'batch', limit: 9, before: null })
    expect(groups).toMatchObject([{ name: 'Batch', members: 1 }])
  })

  it('counts a person once whose lead went on to another group', async () => {
    play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    const first = await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    const second = await lead('Batch', [ASHA], batch)
    const elsewhere = { kind: 'edit', contacts: null, groupName: 'Course', create: true } as const
    await stub.deliveries().act([first.seq], elsewhere, 'test')
    await stub.deliveries().act([second.seq], { kind: 'exact' }, 'test')
    await runUntil(DAY)
    const { groups } = await stub.groups().list({ text: 'batch', limit: 9, before: null })
    expect(groups).toMatchObject([{ name: 'Batch', members: 1 }])
  })

  it('finds people that the operator sends again in their own part, by whichever of their leads', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    for (const person of [ASHA, BINA, CHITRA, DEEPA]) await lead('Batch', [person], batch)
    await runUntil(DAY)
    const again = await lead('Batch', [ASHA], batch)
    await stub.deliveries().act([again.seq], { kind: 'exact' }, 'test')
    await runUntil(2 * DAY)
    expect(called(calls).at(-1)).toEqual(['Batch', [ASHA], false])
  })

  it('sends people again to the part where they are, and not to the next one', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    const { seq } = await lead('Batch', [ASHA], batch)
    for (const person of [BINA, CHITRA, DEEPA]) await lead('Batch', [person], batch)
    await runUntil(DAY)
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    // Asked twice, it is still the operator's word.
    await stub.deliveries().act([seq], { kind: 'exact' }, 'test')
    await runUntil(2 * DAY)
    expect(called(calls).at(-1)).toEqual(['Batch', [ASHA], false])
  })

  it('does not fill a group that an operator named "Name 2"', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil } = outbox()
    await lead('Batch 2', [ESHA], batch)
    for (const person of [ASHA, BINA, CHITRA, DEEPA]) await lead('Batch', [person], batch)
    await runUntil(DAY)
    expect(calls.map(({ groupName }) => groupName)).toEqual(['Batch 2', 'Batch', 'Batch 3'])
  })

  it('ends after ten parts: the next one is held, and can be released', async () => {
    play(answers.ok)
    const { lead, runUntil, story, sql, stub } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    await sql('UPDATE parts SET members = 3')
    for (let part = 2; part <= 10; part++) {
      await sql(
        `INSERT INTO parts (group_id, number, name, status, open, members) VALUES (1, ?, ?, 'exists', 0, 1000)`,
        part,
        `Batch ${part}`,
      )
    }
    const { seq } = await lead('Batch', [BINA], batch)
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'held', reason: 'group full' })
    expect(await stub.groups().change(1, { kind: 'count', members: 2 }, 'test')).toBe('done')
    expect(await stub.deliveries().act([seq], { kind: 'release' }, 'test')).toEqual([
      { seq, result: 'queued' },
    ])
    await runUntil(3 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
  })

  it('moves a bounded number at a time, however many wait', async () => {
    play(answers.ok)
    const { lead, runUntil, sql } = outbox()
    await lead('Batch', [ASHA], batch)
    await runUntil(HOUR)
    await sql('UPDATE parts SET members = 3')
    for (let n = 0; n < 250; n++) {
      await lead('Batch', [`9198100${String(n).padStart(5, '0')}`], batch)
    }
    await runUntil(HOUR + 60 * SECOND)
    const left = await sql<{ count: number }>(
      `SELECT count(*) AS count FROM deliveries WHERE state = 'queued' AND part_id = 1`,
    )
    expect(left).toEqual([{ count: 0 }])
  })
})

describe('new names of one hook', () => {
  it('are held beyond the day’s number; others of a name that is there go on, and a release is the operator’s word', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, story, stub } = outbox()
    const poll = { hook: 'poll' }
    await lead('One', [ASHA], poll)
    await lead('Two', [ASHA], poll)
    const third = await lead('Three', [ASHA], poll)
    const again = await lead('Three', [BINA], poll)
    const known = await lead('Two', [BINA], poll)
    const elsewhere = await lead('Four', [ASHA])
    await runUntil(HOUR)
    for (const { seq } of [third, again]) {
      expect(await story(seq)).toMatchObject({ state: 'held', reason: 'too many new groups' })
    }
    for (const { seq } of [known, elsewhere]) {
      expect(await story(seq)).toMatchObject({ state: 'accepted' })
    }
    await stub.deliveries().act([third.seq], { kind: 'release' }, 'test')
    await runUntil(2 * HOUR)
    expect(await story(third.seq)).toMatchObject({ state: 'accepted' })
    // The name is there now, so no other lead of it needs a decision; a day later there is room again.
    await runUntil(25 * HOUR)
    const next = await lead('Five', [ASHA], poll)
    await runUntil(26 * HOUR)
    expect(await story(next.seq)).toMatchObject({ state: 'accepted' })
    expect(calls.filter(({ create }) => create).map(({ groupName }) => groupName)).toEqual([
      // Hooks take turns.
      'One',
      'Four',
      'Two',
      'Three',
      'Five',
    ])
  })

  it('are not counted where the hook does not ask to create them', async () => {
    play(answers.missing)
    const { lead, runUntil, story } = outbox()
    const leads = await Promise.all(
      ['A', 'B', 'C'].map((name) => lead(name, [ASHA], { hook: 'poll', create: false })),
    )
    await runUntil(HOUR)
    for (const { seq } of leads) {
      expect(await story(seq)).toMatchObject({ state: 'held', reason: 'group missing' })
    }
  })
})

describe('leave to create', () => {
  it('for a lead makes no second group where one is in doubt, or there', async () => {
    const calls = play(({ create }) => (create ? answers.failed() : answers.missing()))
    const { lead, runUntil, story, stub, sql } = outbox()
    const held = await lead('Doubt', [ASHA], { create: false })
    await runUntil(60 * SECOND)
    expect(await story(held.seq)).toMatchObject({ state: 'held', reason: 'group missing' })
    await lead('Doubt', [BINA])
    await runUntil(2 * 60 * SECOND)
    expect(await sql('SELECT status FROM parts')).toEqual([{ status: 'doubtful' }])
    await stub.deliveries().act([held.seq], { kind: 'create' }, 'test')
    expect(await sql('SELECT status FROM parts')).toEqual([{ status: 'doubtful' }])
    await runUntil(5 * 60 * SECOND)
    expect(calls.filter(({ create }) => create)).toHaveLength(1)
  })
})

describe('what an operator knows better', () => {
  it('that a group has another name now: calls use it, and leads for the old one still find it', async () => {
    const calls = play(answers.ok)
    const { lead, runUntil, stub } = outbox()
    await lead('Old', [ASHA])
    await runUntil(HOUR)
    expect(await stub.groups().change(1, { kind: 'rename', name: 'New' }, 'test')).toBe('done')
    await lead('Old', [BINA])
    await lead('New', [CHITRA])
    await runUntil(2 * HOUR)
    expect(called(calls)).toEqual([
      ['Old', [ASHA], true],
      ['New', [BINA, CHITRA], false],
    ])
    expect(await stub.groups().view(1)).toMatchObject({ name: 'New', aliases: ['Old'], members: 3 })
  })

  it('but not that two groups are one', async () => {
    play(answers.ok)
    const { lead, stub } = outbox()
    await lead('A', [ASHA])
    await lead('B', [ASHA])
    expect(await stub.groups().change(1, { kind: 'rename', name: 'B' }, 'test')).toBe('name_taken')
    expect(await stub.groups().change(1, { kind: 'rename', name: 'x'.repeat(91) }, 'test')).toBe(
      'not_possible',
    )
    expect(await stub.groups().change(9, { kind: 'exists' }, 'test')).toBe('not_found')
  })

  it('that a group is there: who was held for its absence goes, and nothing is created', async () => {
    let there = false
    const calls = play(() => (there ? answers.ok() : answers.missing()))
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('Made by hand', [ASHA], { create: false })
    await runUntil(HOUR)
    expect(await story(seq)).toMatchObject({ state: 'held', reason: 'group missing' })
    there = true
    await stub.groups().change(1, { kind: 'exists' }, 'test')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    expect(calls.some(({ create }) => create)).toBe(false)
  })

  it('that a group is not there: it may be made, with the leave of the operator alone', async () => {
    const calls = play(({ create }) => (create ? answers.ok() : answers.missing()))
    const { lead, runUntil, story, stub } = outbox()
    const { seq } = await lead('Missing', [ASHA], { create: false })
    await runUntil(HOUR)
    await stub.groups().change(1, { kind: 'create' }, 'test')
    await runUntil(2 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    expect(called(calls)).toEqual([
      ['Missing', [ASHA], false],
      ['Missing', [ASHA], true],
    ])
  })

  it('that a group that was deleted may be made again: who was in the old one is not sent to the new', async () => {
    let gone = false
    const calls = play(({ create }) => (gone && !create ? answers.missing() : answers.ok()))
    const { lead, runUntil, story, stub } = outbox()
    await lead('Gone', [ASHA])
    await runUntil(HOUR)
    gone = true
    const { seq } = await lead('Gone', [BINA])
    await runUntil(3 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'held', reason: 'group gone' })
    expect(await stub.deliveries().act([seq], { kind: 'create' }, 'test')).toEqual([
      { seq, result: 'queued' },
    ])
    await runUntil(4 * HOUR)
    expect(await story(seq)).toMatchObject({ state: 'accepted' })
    const again = await lead('Gone', [ASHA])
    await runUntil(5 * HOUR)
    expect(await story(again.seq)).toMatchObject({ state: 'skipped' })
    expect(called(calls).at(-1)).toEqual(['Gone', [BINA], true])
  })
})
