/** EazyBe's bad days, and the operator's. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../src/sandbox/settings.ts'
import { deliveries, expectedMembers, leads, membersOf, submit, untilSettled } from './leads.ts'
import type { Usher } from './server.ts'
import { eventually, startUsher } from './server.ts'

const SETTLED_WITHIN_MS = 30_000
const FAST_MS = 5_000

describe('EazyBe', () => {
  let usher: Usher
  beforeAll(async () => {
    usher = await startUsher({ config: 'test/journeys/config.ts' })
  })
  afterAll(() => usher.end())

  it('answers 403 for a while: nothing is lost, no attempt consumed, and all drains by itself', async () => {
    await usher.sandbox.behave({ session: 'inactive' })
    const people = leads(30, 2030)
    for (const lead of people) expect((await submit(usher, lead)).status).toBe(200)
    await eventually('it was asked more than once', SETTLED_WITHIN_MS, async () => {
      return (await usher.sandbox.calls()).length > 2
    })
    const waiting = await deliveries(usher)
    expect(new Set(waiting.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
      new Set(['queued 0']),
    )
    await usher.sandbox.behave({ session: 'active' })
    const settled = await untilSettled(usher, SETTLED_WITHIN_MS)
    expect(settled.map(({ state, attempts }) => [state, attempts])).toEqual(
      people.map(() => ['accepted', 0]),
    )
    expect(membersOf(await usher.sandbox.groups())).toEqual(expectedMembers(people))
  })

  it('hangs: the answer to a webhook does not wait for it', async () => {
    await usher.sandbox.behave({ hang: true })
    const [first, second] = leads(2, 2031)
    if (first === undefined || second === undefined) throw new Error('Two leads were asked for')
    await submit(usher, first)
    await eventually('the call hangs', FAST_MS, async () => {
      const calls = await usher.sandbox.calls()
      return calls.some((call) => call.status === null)
    })
    const began = performance.now()
    expect((await submit(usher, second)).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(FAST_MS)
    await usher.sandbox.behave({ hang: false })
    const settled = await untilSettled(usher, SETTLED_WITHIN_MS)
    expect(new Set(settled.map(({ state }) => state))).toEqual(new Set(['accepted']))
  })

  it('answers 500 and creates the group all the same: the group is not made twice', async () => {
    await usher.sandbox.behave({ createAnswers500: 'after' })
    const people = leads(3, 2032)
    for (const lead of people) await submit(usher, lead)
    await untilSettled(usher, SETTLED_WITHIN_MS)
    const made = (await usher.sandbox.groups()).filter(({ name }) => name.endsWith('2032'))
    expect(membersOf(made)).toEqual(expectedMembers(people))
  })
})

describe('a mapping that does not fit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-config-'))
  const file = join(folder, 'config.ts')
  const good = readFileSync(join(ROOT, 'test/journeys/config.ts'), 'utf8').replaceAll(
    '../../src',
    join(ROOT, 'src'),
  )
  let usher: Usher
  beforeAll(async () => {
    const broken = good
      .replace('groupName: `Webinar ', 'groupName: missing.name + `')
      .replace('export default', 'const missing = JSON.parse("null")\nexport default')
    writeFileSync(file, broken)
    usher = await startUsher({ config: file })
  })
  afterAll(async () => {
    await usher.end()
    rmSync(folder, { recursive: true })
  })

  it('is answered 200, held with its reason, and sent once the config is mended and a retry is asked', async () => {
    const [lead] = leads(1)
    if (lead === undefined) throw new Error('A lead was asked for')
    const answer = await submit(usher, lead)
    expect(answer.status).toBe(200)
    const { status, deliveries: ids }: { status: string; deliveries: string[] } = JSON.parse(
      await answer.text(),
    )
    expect(status).toBe('held')
    const [held] = await deliveries(usher)
    expect(held).toMatchObject({ id: ids[0], state: 'held', reason: 'mapping' })

    const before = usher.output()
    writeFileSync(file, good)
    await eventually('the Worker reloads', SETTLED_WITHIN_MS, () =>
      usher.output().slice(before.length).includes('Reloaded'),
    )
    const retried = await usher.api(`/api/deliveries/${ids[0]}/retry`, {
      method: 'POST',
      body: JSON.stringify({ mode: 'remap' }),
    })
    expect(retried.status).toBe(200)
    expect(await untilSettled(usher, SETTLED_WITHIN_MS)).toMatchObject([{ state: 'accepted' }])
    expect(membersOf(await usher.sandbox.groups())).toEqual([['Webinar May 2027', [lead.phone]]])
  })

  it('is answered 422 to a caller that reads answers, with the issues, and held all the same', async () => {
    const answer = await usher.webhook('automation', { groupName: '', contacts: 'nonsense' })
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = await answer.text()
    expect(JSON.parse(problem)).toMatchObject({
      issues: [{ path: 'groupName' }, { path: 'contacts.0' }],
      deliveries: [expect.stringMatching(/^default-\d+$/)],
    })
    expect(problem).not.toContain('nonsense')
  })
})
