/** Histories: what happens to an outbox, made by chance, and told in lines that a human can read. */

import * as fc from 'fast-check'
import type { AccountOptions } from '../../src/outbox/pace.ts'
import { teammatesOf } from './people.ts'
import type { Trouble } from './world.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const GROUPS = 6
const PEOPLE = 30
const BURST_PEOPLE = 300
/** New groups show up within this long: what two probes are made for. */
const MOST_LAG_MS = 15 * MINUTE_MS

export interface History {
  readonly account: AccountOptions
  /** The sandbox's pace: waits are a thousandth. */
  readonly instant: boolean
  readonly rules: Rules
  /** Epoch milliseconds. */
  readonly begin: number
  /** Of all that is left to chance: latencies, jitter, who meets which trouble. */
  readonly seed: number
  readonly events: readonly Event[]
}

/** What the config says of the hook. */
export interface Rules {
  /** People a group takes; null: as many as by default. */
  readonly capacity: number | null
  /** How many of the hook's own people travel with every lead. */
  readonly teammates: 0 | 1 | 2
}

export const PLAIN_RULES: Rules = { capacity: null, teammates: 0 }

/** `ring`: at the very moment when the alarm rings next. `answer`: when EazyBe's next answer comes. */
export type Moment = 'now' | 'ring' | 'answer'

export interface LeadItem {
  readonly group: number
  readonly people: readonly number[]
  readonly spelling: 0 | 1
  readonly create: boolean
  readonly held: boolean
}

export type Happening =
  | {
      readonly kind: 'webhook'
      readonly items: readonly LeadItem[]
      readonly bodyKey: boolean
      readonly moment: Moment
      /** How often the sender tries again when it got no answer. */
      readonly retries: number
    }
  | {
      readonly kind: 'burst'
      readonly group: number
      readonly first: number
      readonly count: number
      readonly everyMs: number
      readonly create: boolean
    }
  /** An earlier webhook once more: the same, or its body under another id. */
  | {
      readonly kind: 'again'
      readonly nth: number
      readonly forged: boolean
      readonly moment: Moment
    }
  | {
      readonly kind: 'trouble'
      readonly trouble: Trouble
      readonly oneIn: 1 | 2 | 3
      readonly forMs: number
    }
  | { readonly kind: 'lag'; readonly ms: number }
  | { readonly kind: 'limit'; readonly creations: number }
  | { readonly kind: 'bad'; readonly how: 'malformed' | 'poison'; readonly person: number }
  | { readonly kind: 'hand'; readonly does: 'make' | 'remove' | 'restore'; readonly group: number }
  /** The process dies after so many more steps of its storage. */
  | { readonly kind: 'crash'; readonly steps: number }
  /** It dies at the next call: before it leaves, under way, when it took effect, when the answer came. */
  | {
      readonly kind: 'crashInCall'
      readonly when: 'before' | 'during' | 'after effect' | 'answered'
    }
  /** Storage throws, so many times in a row, and the process lives on. */
  | { readonly kind: 'exceptions'; readonly steps: number; readonly times: number }
  | { readonly kind: 'evict' }
  /** A spurious alarm. */
  | { readonly kind: 'ring' }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'clockBack'; readonly ms: number }
  | { readonly kind: 'config'; readonly account: AccountOptions }
  | { readonly kind: 'capacity'; readonly capacity: number | null }
  | { readonly kind: 'token'; readonly token: 'old' | 'new' | 'none'; readonly refused: boolean }
  | { readonly kind: 'view' }
  | { readonly kind: 'retry'; readonly nth: number; readonly remap: Remap | null }
  | {
      readonly kind: 'act'
      readonly nth: number
      /** How many in a row. */
      readonly many: number
      readonly action: Act
    }
  | {
      readonly kind: 'group'
      readonly nth: number
      readonly does: 'count' | 'rename' | 'exists' | 'create'
      /** How many people joined it by themselves. */
      readonly joined: number
    }
  /** Somebody asks never to be sent again. */
  | { readonly kind: 'suppress'; readonly person: number }
  /** Somebody is erased, by one spelling of their number. */
  | { readonly kind: 'erase'; readonly person: number; readonly spelling: 0 | 1 }
  /** The operator's own pause, and its end. */
  | { readonly kind: 'pause'; readonly on: boolean }

export type Event = Happening & { readonly afterMs: number }

/** What an operator does with a delivery. */
export type Act =
  | { readonly kind: 'release' | 'create' | 'exact' | 'discard' }
  | {
      readonly kind: 'edit'
      readonly people: readonly number[] | null
      readonly group: number | null
      readonly create: boolean | null
    }

/** What today's mapping makes of an old lead. */
export interface Remap {
  readonly group: number
  readonly held: boolean
}

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const ms = (least: number, most: number) => fc.integer({ min: least, max: most })
const group = fc.nat({ max: GROUPS - 1 })
const person = fc.nat({ max: PEOPLE - 1 })
const moment = fc.oneof(
  { weight: 4, arbitrary: pick<Moment>('now') },
  { weight: 1, arbitrary: pick<Moment>('ring', 'answer') },
)

const item = fc.record<LeadItem>({
  group,
  people: fc.oneof(
    { weight: 4, arbitrary: fc.array(person, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.uniqueArray(person, { minLength: 1, maxLength: 5 }) },
  ),
  spelling: pick<0 | 1>(0, 1),
  create: fc.oneof({ weight: 4, arbitrary: pick(true) }, { weight: 1, arbitrary: pick(false) }),
  held: fc.oneof({ weight: 12, arbitrary: pick(false) }, { weight: 1, arbitrary: pick(true) }),
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
    seconds: fc.integer({ min: 0, max: 7_200 }),
  }),
  fc.record({
    kind: pick<'fails'>('fails'),
    as: pick<500 | 502 | 'status false' | 'empty'>(500, 502, 'status false', 'empty'),
    effect,
  }),
  fc.record({ kind: pick<'silent'>('silent') }),
  fc.record({ kind: pick<'hangs'>('hangs'), effect }),
  fc.record({ kind: pick<'breaks'>('breaks'), effect }),
)

const ownNumbers: fc.Arbitrary<AccountOptions> = fc.record({
  coalesceMs: pick(0, 1_000, 20_000, 120_000),
  batchSize: fc.integer({ min: 1, max: 50 }),
  addGapMs: pick(0, 5_000, 30_000, 120_000),
  addJitterMs: pick(0, 30_000),
  createGapMs: pick(0, 60_000, 300_000, 1_800_000),
  restAfterCreateMs: pick(0, 180_000, 600_000),
  createsPerDay: fc.integer({ min: 1, max: 30 }),
  peoplePerHour: fc.integer({ min: 2, max: 200 }),
  peoplePerDay: fc.integer({ min: 5, max: 500 }),
})

const quiet: fc.Arbitrary<AccountOptions> = fc.record({
  timeZone: pick('Asia/Kolkata', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'),
  quietHours: pick(
    { from: '21:00', to: '08:00' },
    { from: '01:30', to: '03:30' },
    { from: '00:00', to: '06:00' },
    { from: '09:00', to: '17:00' },
  ),
})

const account: fc.Arbitrary<AccountOptions> = fc.oneof(
  { withCrossShrink: true },
  fc.constant<AccountOptions>({}),
  fc.constant<AccountOptions>({ pace: 'newNumber' }),
  quiet,
  ownNumbers,
  fc.tuple(ownNumbers, quiet).map(([numbers, hours]) => ({ ...numbers, ...hours })),
)

/** Small ones, so that groups get full. */
const capacity = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.integer({ min: 4, max: 9 }) },
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

const rules: fc.Arbitrary<Rules> = fc.record({
  capacity,
  teammates: fc.oneof(
    { weight: 3, arbitrary: pick<0 | 1 | 2>(0) },
    { weight: 1, arbitrary: pick<0 | 1 | 2>(1, 2) },
  ),
})

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: pick<'webhook'>('webhook'),
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
      person: fc.oneof(
        { weight: 8, arbitrary: person },
        { weight: 1, arbitrary: pick(...teammatesOf(2)) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'hand'>('hand'),
      does: pick<'make' | 'remove' | 'restore'>('make', 'remove', 'restore'),
      group,
    }),
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
  { weight: 1, arbitrary: fc.record({ kind: pick<'capacity'>('capacity'), capacity }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick<'token'>('token'),
      token: pick<'old' | 'new' | 'none'>('old', 'new', 'none'),
      refused: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: pick<'view'>('view') }) },
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
    arbitrary: fc.record({ kind: pick<'suppress'>('suppress'), person: fc.nat({ max: 5 }) }),
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

const after = fc.oneof(
  { weight: 3, arbitrary: pick(0) },
  { weight: 4, arbitrary: ms(1, MINUTE_MS) },
  { weight: 3, arbitrary: ms(MINUTE_MS, 30 * MINUTE_MS) },
  { weight: 1, arbitrary: ms(30 * MINUTE_MS, 8 * HOUR_MS) },
)

/** Around changes of daylight saving in New York, Berlin and Lord Howe, and an ordinary noon. */
const begins = [
  '2026-06-10T12:00:00Z',
  '2026-10-31T20:00:00Z',
  '2026-10-24T18:00:00Z',
  '2027-03-13T22:00:00Z',
  '2027-03-27T15:00:00Z',
  '2027-04-03T06:00:00Z',
  '2026-10-03T10:00:00Z',
].map((text) => Date.parse(text))

/** Histories of up to so many events. */
export function histories(mostEvents: number): fc.Arbitrary<History> {
  return fc.record<History>({
    account,
    instant: fc.oneof({ weight: 6, arbitrary: pick(false) }, { weight: 1, arbitrary: pick(true) }),
    rules,
    begin: pick(...begins),
    seed: fc.nat(),
    events: fc.array(
      fc.tuple(after, happening).map(([afterMs, event]): Event => ({ ...event, afterMs })),
      { minLength: 1, maxLength: mostEvents, size: 'max' },
    ),
  })
}

/** The history, one line an event. */
export function tell(history: History): string {
  const { account: options, instant, rules: hook, begin, seed, events } = history
  const pace = instant ? 'instant' : JSON.stringify(options)
  let at = 0
  const lines = events.map(({ afterMs, ...event }) => {
    at += afterMs
    return `  ${clock(at)}  ${words(event)}`
  })
  const first = `from ${new Date(begin).toISOString()}, pace ${pace}, hook ${JSON.stringify(hook)}, chance ${seed}`
  return [first, ...lines].join('\n')
}

/** `1d 02:03:04.005` */
export function clock(at: number): string {
  const days = Math.floor(at / DAY_MS)
  const time = new Date(at - days * DAY_MS).toISOString().slice(11, 23)
  return `${days > 0 ? `${days}d ` : ''}${time}`
}

function words(event: Happening): string {
  const { kind, ...rest } = event
  if (event.kind === 'webhook') {
    const items = event.items.map(
      ({ group: name, people, spelling, create, held }) =>
        `people ${people.join('+')}${spelling === 1 ? ' (other spelling)' : ''} to group ${name}${create ? '' : ' without create'}${held ? ', held' : ''}`,
    )
    const more = [
      event.bodyKey && 'with a body key',
      event.moment !== 'now' && `at the next ${event.moment}`,
      event.retries > 0 && `up to ${event.retries} retries`,
    ].filter(Boolean)
    return `webhook: ${items.join('; ')}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
  }
  return `${kind}${Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : ''}`
}
