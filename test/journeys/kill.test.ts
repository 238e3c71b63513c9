/** `kill -9` of everything in mid-delivery: what was answered 200 is not lost, and no group exists twice. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lead } from './leads.ts'
import { expectedMembers, leads, membersOf, submit, untilSettled } from './leads.ts'
import type { Usher } from './server.ts'
import { eventually, startUsher } from './server.ts'

const LEADS = 500
const KILLS = 5
const LATENCY_MS = 40
const SENDERS = 8
const SETTLED_WITHIN_MS = 60_000

let usher: Usher

beforeAll(async () => {
  usher = await startUsher({ config: 'test/journeys/config.ts' })
})
afterAll(() => usher.end())

describe('kill -9 of the whole process tree, five times while 500 leads flow', () => {
  it('loses none of those that were answered 200, and makes no group twice', async () => {
    await usher.sandbox.behave({ latencyMs: LATENCY_MS })
    const people = leads(LEADS)
    const answered: Lead[] = []
    const waiting = [...people]
    // Senders as vendors are: they post until they are told 200, again and again, whatever is in the way.
    const send = async (): Promise<void> => {
      for (let lead = waiting.shift(); lead !== undefined; lead = waiting.shift()) {
        const status = await submit(usher, lead).then(
          (answer) => answer.status,
          () => 0,
        )
        if (status === 200) answered.push(lead)
        else {
          waiting.push(lead)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    }
    const senders = Promise.all(Array.from({ length: SENDERS }, send))
    for (let kill = 1; kill <= KILLS; kill++) {
      await eventually(
        `${kill * 75} leads are answered`,
        60_000,
        () => answered.length >= kill * 75,
      )
      // In mid-delivery: a call is under way at the very moment.
      await eventually(
        'a call is under way',
        10_000,
        async () => (await usher.sandbox.calls()).length >= kill,
      )
      await usher.kill9()
      await usher.restart()
      await usher.sandbox.behave({ latencyMs: LATENCY_MS })
    }
    await senders
    expect(answered).toHaveLength(LEADS)

    const settled = await untilSettled(usher, SETTLED_WITHIN_MS)
    expect(settled.filter(({ state }) => state !== 'accepted')).toEqual([])
    expect(settled).toHaveLength(LEADS)
    expect(membersOf(await usher.sandbox.groups())).toEqual(expectedMembers(people))
  })
})
