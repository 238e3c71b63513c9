/** Events by chance: what fast-check makes them of. */

import * as fc from 'fast-check'
import type { Act, Happening, HookNumber, LeadItem, Moment } from './history.ts'
import { VIEWS } from './history.ts'
import { teammatesOf } from './people.ts'
import { account, capacity } from './settings.ts'
import type { Page, Trouble } from './world.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const GROUPS = 6
const PEOPLE = 30
const BURST_PEOPLE = 300
/** New groups show up within this long: what two probes are made for. */
const MOST_LAG_MS = 15 * MINUTE_MS
const LONGEST_OUTAGE_MS = 3 * DAY_MS

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const ms = (least: number, most: number) => fc.integer({ min: least, max: most })
const group = fc.nat({ max: GROUPS - 1 })
const person = fc.nat({ max: PEOPLE - 1 })
const anyone = fc.oneof(
  { weight: 12, arbitrary: person },
  { weight: 1, arbitrary: pick(...teammatesOf(2)) },
)
const hook = fc.oneof(
  { weight: 3, arbitrary: pick<HookNumber>(0) },
  { weight: 1, arbitrary: pick<HookNumber>(1, 2) },
)
const moment = fc.oneof(
  { weight: 4, arbitrary: pick<Moment>('now') },
  { weight: 1, arbitrary: pick<Moment>('ring', 'answer') },
)

const item = fc.record<LeadItem>({
  group,
  people: fc.oneof(
    { weight: 4, arbitrary: fc.array(anyone, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.uniqueArray(anyone, { minLength: 1, maxLength: 5 }) },
  ),
  spelling: pick<0 | 1>(0, 1),
  create: fc.oneof({ weight: 4, arbitrary: pick(true) }, { weight: 1, arbitrary: pick(false) }),
  held: fc.oneof({ weight: 12, arbitrary: pick(false) }, { weight: 1, arbitrary: pick(true) }),
  lookUp: fc.oneof(
    { weight: 8, arbitrary: pick(null) },
    { weight: 2, arbitrary: pick<LeadItem['lookUp']>('mapped', 'mapped', 'mapped', 'unwanted') },
  ),
})

const effect = pick<'none' | 'some' | 'all'>('none', 'some', 'all')

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: pick<'refuses'>('refuses'),
    status: pick<401 | 403 | 521>(401, 403, 403, 521),
  }),
  fc.record({
    kind: pick<'throttles'>('throttles'),
    after: pick<'seconds' | 'date' | 'none'>('seconds', 'date', 'none'),
    seconds: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 7_200 }) },
      { weight: 1, arbitrary: fc.integer({ min: 7_200, max: 259_200 }) },
    ),
  }),
  fc.record({
    kind: pick<'fails'>('fails'),
    as: pick<500 | 'status false' | 'empty' | Page>(
      500,
      'status false',
      'empty',
      400,
      401,
      403,
      404,
      502,
    ),
    effect,
  }),
  fc.record({ kind: pick<'silent'>('silent') }),
  fc.record({ kind: pick<'hangs'>('hangs'), effect }),
  fc.record({ kind: pick<'breaks'>('breaks'), effect }),
)

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: pick<'release' | 'create' | 'exact' | 'discard'>('release', 'create', 'exact', 'discard'),
  }),
  fc.record({
    kind: pick<'edit'>('edit'),
    people: fc.option(fc.uniqueArray(person, { minLength: 1, maxLength: 3 })),
    group: fc.option(group),
    create: fc.option(fc.boolean()),
  }),
)

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: pick<'webhook'>('webhook'),
      hook,
      items: fc.oneof(
        { weight: 6, arbitrary: fc.array(item, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(item, { minLength: 2, maxLength: 12 }) },
      ),
      bodyKey: fc.boolean(),
      moment,
      retries: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'burst'>('burst'),
      hook,
      group,
      first: fc.nat({ max: 40 }),
      count: fc.oneof(
        { weight: 30, arbitrary: fc.integer({ min: 2, max: 30 }) },
        { weight: 1, arbitrary: fc.integer({ min: 31, max: BURST_PEOPLE }) },
      ),
      everyMs: pick(0, 150, 2_000, 30_000),
      create: pick(true, true, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'again'>('again'),
      nth: fc.nat({ max: 20 }),
      forged: fc.boolean(),
      moment,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: pick<'trouble'>('trouble'),
      trouble,
      oneIn: pick<1 | 2 | 3>(1, 2, 3),
      forMs: fc.oneof(ms(MINUTE_MS, HOUR_MS), ms(HOUR_MS, 2 * DAY_MS)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'outage'>('outage'),
      answers: pick<400 | 500>(400, 500),
      forMs: fc.oneof(ms(MINUTE_MS, 6 * HOUR_MS), ms(6 * HOUR_MS, LONGEST_OUTAGE_MS)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: pick<'lag'>('lag'), ms: ms(0, MOST_LAG_MS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: pick<'limit'>('limit'), creations: fc.nat({ max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'bad'>('bad'),
      how: pick<'malformed' | 'poison'>('malformed', 'poison'),
      person: anyone,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'phone'>('phone'),
      does: pick<'make' | 'remove' | 'restore'>('make', 'remove', 'restore'),
      group,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'lookUps'>('lookUps'),
      oneIn: pick<1 | 2>(1, 2),
      forMs: fc.oneof(ms(MINUTE_MS, 4 * HOUR_MS), ms(4 * HOUR_MS, 2 * DAY_MS)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: pick<'alerts'>('alerts'), forMs: ms(MINUTE_MS, 2 * DAY_MS) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: pick<'crash'>('crash'), steps: fc.nat({ max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: pick<'crashInCall'>('crashInCall'),
      when: pick<'before' | 'during' | 'after effect' | 'answered'>(
        'before',
        'during',
        'after effect',
        'answered',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'exceptions'>('exceptions'),
      steps: fc.nat({ max: 40 }),
      times: fc.integer({ min: 1, max: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: pick<'evict'>('evict') }) },
  { weight: 1, arbitrary: fc.record({ kind: pick<'ring'>('ring') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'sleep'>('sleep'),
      ms: fc.oneof(ms(MINUTE_MS, 10 * HOUR_MS), ms(DAY_MS, 31 * DAY_MS)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: pick<'clockBack'>('clockBack'), ms: ms(1, MINUTE_MS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: pick<'config'>('config'), account }) },
  { weight: 1, arbitrary: fc.record({ kind: pick<'capacity'>('capacity'), hook, capacity }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'token'>('token'),
      token: pick<'old' | 'new' | 'none'>('old', 'new', 'none'),
      refused: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'view'>('view'),
      what: pick(...VIEWS),
      nth: fc.nat({ max: 30 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'forged'>('forged'),
      hook,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'retry'>('retry'),
      nth: fc.nat({ max: 30 }),
      remap: fc.option(
        fc.record({
          group,
          held: fc.oneof(
            { weight: 3, arbitrary: pick(false) },
            { weight: 1, arbitrary: pick(true) },
          ),
        }),
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: pick<'act'>('act'),
      nth: fc.nat({ max: 30 }),
      many: fc.oneof(
        { weight: 3, arbitrary: pick(1) },
        { weight: 1, arbitrary: fc.integer({ min: 2, max: 10 }) },
      ),
      action: act,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'group'>('group'),
      nth: fc.nat({ max: 10 }),
      does: pick<'count' | 'rename' | 'exists' | 'create'>('count', 'rename', 'exists', 'create'),
      joined: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'suppress' | 'unsuppress'>('suppress', 'suppress', 'unsuppress'),
      person: fc.nat({ max: 5 }),
      nth: fc.oneof(
        { weight: 2, arbitrary: pick(null) },
        { weight: 1, arbitrary: fc.nat({ max: 10 }) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: pick<'erase'>('erase'),
      person: fc.nat({ max: 7 }),
      spelling: pick<0 | 1>(0, 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: pick<'pause'>('pause'), on: fc.boolean() }) },
)
