/** The judge of `npm run chaos` is worth something only if it sees each promise broken; and a seed must tell the same story again. */

import { describe, expect, it } from 'vitest'
import { chanceOf } from '../../../src/sandbox/eazybe/mix.ts'
import { castOf } from '../../chaos/cast.ts'
import { readChaosArguments } from '../../chaos/chaos-arguments.ts'
import type { Evidence, Story } from '../../chaos/evidence.ts'
import { momentsOf } from '../../chaos/moments.ts'
import { judge } from '../../chaos/verdict.ts'

const [ASHA, BEN, CARA] = ['919800000001', '919800000002', '919800000003'] as const
const GROUP = 'Webinar Batch 1'
const START = Date.parse('2026-11-23T09:00:00Z')
const at = (second: number) => new Date(START + second * 1_000).toISOString()

const lead = (id: string, person: string): Evidence['leads'][number] => ({
  id,
  hook: 'webinar',
  groupName: GROUP,
  people: [person],
  create: true,
  flaw: null,
  life: 0,
  posted: 'once',
})

const call = (second: number, ...contacts: string[]): Evidence['calls'][number] => ({
  at: at(second),
  answeredAt: at(second),
  status: 200,
  inFlight: 0,
  effect: { created: false },
  way: null,
  body: { groupName: GROUP, contacts, create: false },
})

const accepted = (id: string, second: number): Story => ({
  id,
  state: 'accepted',
  reason: null,
  settledAt: at(second),
  timeline: [
    { at: at(0), event: 'received' },
    { at: at(second), event: 'accepted by EazyBe' },
  ],
})

const refused = { status: 500, effect: null }
const held = { state: 'held', settledAt: null, timeline: [] }

/** Two leads, and two calls with a kill between them that hit neither. */
const GOOD: Evidence = {
  leads: [lead('lead-0', ASHA), lead('lead-1', BEN)],
  acknowledged: new Map([
    ['lead-0', new Set(['default-1'])],
    ['lead-1', new Set(['default-2'])],
  ]),
  stories: new Map([
    ['default-1', accepted('default-1', 2)],
    ['default-2', accepted('default-2', 6)],
  ]),
  calls: [call(2, ASHA), call(6, BEN)],
  groups: [{ name: GROUP, members: [ASHA, BEN], absent: [], createdAt: at(2) }],
  scenes: [
    {
      at: START + 4_000,
      hit: 'between two calls',
      kept: new Map([
        ['default-1', START + 2_000],
        ['default-2', null],
      ]),
      told: new Set(['default-1']),
    },
  ],
}

const storiesWith = (story: Partial<Story>) =>
  new Map([...GOOD.stories, ['default-1', { ...accepted('default-1', 2), ...story }]])
const [scene] = GOOD.scenes
const [group] = GOOD.groups
if (scene === undefined || group === undefined) throw new TypeError('Nothing to change')

const breaches: [promise: string, change: Partial<Evidence>][] = [
  ['acknowledged leads lost', { stories: storiesWith({ state: 'queued', settledAt: at(2) }) }],
  ['acknowledged, and not on disk at a kill', { scenes: [{ ...scene, told: new Set(['x']) }] }],
  ['settled before a kill, and undone after it', { stories: storiesWith({ settledAt: at(9) }) }],
  [
    'leads taken in twice',
    { stories: new Map([...GOOD.stories, ['default-3', accepted('default-3', 6)]]) },
  ],
  ['accepted, and in no group', { groups: [{ ...group, members: [ASHA] }] }],
  ['groups that exist twice', { groups: [group, { ...group, members: [] }] }],
  [
    'people sent again after their record',
    { calls: [...GOOD.calls, { ...call(8, ASHA), ...refused }] },
  ],
  [
    'accepted by EazyBe, unrecorded, without a kill',
    { calls: [call(1, ASHA), { ...call(1.5, CARA), ...refused }, call(6, BEN)], scenes: [] },
  ],
  [
    'people in a group that nobody asked for',
    { groups: [{ ...group, members: [ASHA, BEN, CARA] }] },
  ],
  [
    'parked, though EazyBe never refused them',
    { stories: storiesWith({ state: 'parked', settledAt: at(2) }) },
  ],
  ['held for no reason', { stories: storiesWith({ ...held, reason: 'consent' }), scenes: [] }],
  [
    'calls made while another was under way',
    { calls: [call(2, ASHA), { ...call(6, BEN), inFlight: 1 }] },
  ],
]

describe('the judge', () => {
  it('finds nothing in a good run', () => {
    const { promises, cutOff } = judge(GOOD)
    expect(promises.filter(({ broken }) => broken.length > 0)).toEqual([])
    expect(promises.map(({ promise }) => promise)).toEqual(breaches.map(([promise]) => promise))
    expect(cutOff).toEqual([])
  })

  it.each(breaches)('sees %s', (promise, change) => {
    const broken = judge({ ...GOOD, ...change }).promises.filter(({ broken }) => broken.length > 0)
    expect(broken.map((one) => one.promise)).toContain(promise)
    expect(broken.length).toBeLessThanOrEqual(2)
  })

  it('counts apart who is sent again because a kill came between the answer and its record', () => {
    const calls = [call(3.5, ASHA), call(6, ASHA, BEN)]
    const stories = storiesWith(accepted('default-1', 7))
    const kept = new Map([['default-1', null]])
    const verdict = judge({ ...GOOD, calls, stories, scenes: [{ ...scene, kept }] })
    expect(verdict.promises.filter(({ broken }) => broken.length > 0)).toEqual([])
    expect([verdict.cutOff.length, verdict.sentAgain]).toEqual([1, 1])
  })

  it('expects a flaw to be held for what it is', () => {
    const flawed = { ...lead('lead-0', ASHA), flaw: 'consent' as const }
    const stories = storiesWith({ ...held, reason: 'consent' })
    const evidence = { ...GOOD, leads: [flawed, lead('lead-1', BEN)], stories }
    const rest = { calls: [call(6, BEN)], groups: [{ ...group, members: [BEN] }], scenes: [] }
    const { promises } = judge({ ...evidence, ...rest })
    expect(promises.filter(({ broken }) => broken.length > 0)).toEqual([])
  })
})

describe('a seed', () => {
  it('gives the same leads and kills again, and another seed others', () => {
    const tell = (seed: number) => {
      const chance = chanceOf(seed)
      return JSON.stringify([castOf(chance, 500, 4), momentsOf(chance, 3)])
    }
    expect(tell(7)).toBe(tell(7))
    expect(tell(7)).not.toBe(tell(8))
  })

  it('makes leads of every kind, and bad numbers only for a group of the first life', () => {
    const { leads, poison } = castOf(chanceOf(7), 2_000, 21)
    expect(new Set(leads.map(({ hook }) => hook))).toEqual(
      new Set(['webinar', 'orders', 'automation']),
    )
    expect(new Set(leads.map(({ flaw }) => flaw))).toEqual(new Set([null, 'consent', 'mapping']))
    expect(new Set(leads.map(({ posted }) => posted))).toEqual(
      new Set(['once', 'at once', 'again']),
    )
    expect(poison).toHaveLength(5)
    const poisoned = leads.filter(({ people }) => people.some((one) => poison.includes(one)))
    expect(new Set(poisoned.map(({ groupName }) => groupName))).toEqual(new Set([GROUP]))
    const groupsOf = Map.groupBy(
      leads.flatMap(({ groupName, people }) => people.map((person) => ({ groupName, person }))),
      ({ person }) => person,
    )
    const shared = [...groupsOf.values()].filter(
      (all) => new Set(all.map(({ groupName }) => groupName)).size > 1,
    )
    expect(shared.length).toBeGreaterThan(50)
  })
})

describe('the command line', () => {
  it('takes seed, leads and kills', () => {
    const args = ['--seed', '7', '--leads', '300', '--kills', '2']
    expect(readChaosArguments(args, () => 0)).toEqual({ seed: 7, leads: 300, kills: 2 })
    expect(readChaosArguments([], () => 0.5)).toEqual({ seed: 500_000, leads: 2_000, kills: 20 })
  })

  it.each([
    ['a word', ['--leads', 'many'], '--leads is a whole number'],
    ['an unknown switch', ['--lead', '3'], 'npm run chaos'],
  ])('refuses %s', (_, args, message) => {
    expect(() => readChaosArguments(args, () => 0)).toThrow(message)
  })
})
