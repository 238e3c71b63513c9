/** A burst: many people at once, each webhook three times at once. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectedMembers, leads, membersOf, sentTwice, submit, untilSettled } from './leads.ts'
import type { Usher } from './server.ts'
import { startUsher } from './server.ts'

const LEADS = 200
const MOST_CALLS = 25
const SETTLED_WITHIN_MS = 30_000

let usher: Usher

beforeAll(async () => {
  usher = await startUsher({ config: 'test/journeys/config.ts' })
})
afterAll(() => usher.end())

describe('200 leads for 3 groups, each sent three times at once', () => {
  it('become exactly those people in those groups, in few calls, with no person sent twice', async () => {
    const people = leads(LEADS)
    const answers = await Promise.all(
      people.flatMap((lead) => [submit(usher, lead), submit(usher, lead), submit(usher, lead)]),
    )
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    const bodies: { status: string; deliveries: string[] }[] = await Promise.all(
      answers.map(async (answer) => JSON.parse(await answer.text())),
    )
    expect(bodies.filter(({ status }) => status === 'queued')).toHaveLength(LEADS)
    expect(bodies.filter(({ status }) => status === 'duplicate')).toHaveLength(2 * LEADS)

    const settled = await untilSettled(usher, SETTLED_WITHIN_MS)
    expect(settled.map(({ state }) => state)).toEqual(Array(LEADS).fill('accepted'))
    expect(membersOf(await usher.sandbox.groups())).toEqual(expectedMembers(people))
    const calls = await usher.sandbox.calls()
    expect(sentTwice(calls)).toEqual([])
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS)
  })
})
