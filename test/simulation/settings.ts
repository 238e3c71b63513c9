/** Settings by chance: pace and quiet hours of an account, its hooks, and retention. */

import * as fc from 'fast-check'
import type { AccountOptions } from '../../src/outbox/dispatch/pace.ts'
import type { RetentionDays } from '../../src/outbox/ports.ts'
import type { HookOptions } from './history.ts'
import { PLAIN } from './history.ts'

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values)

const ownNumbers: fc.Arbitrary<AccountOptions> = fc.record({
  coalesceMs: pick(0, 1_000, 20_000, 120_000),
  batchSize: fc.integer({ min: 1, max: 50 }),
  addGapMs: pick(0, 5_000, 30_000, 120_000),
  addJitterMs: pick(0, 30_000),
  createGapMs: pick(0, 60_000, 300_000, 1_800_000),
  restAfterCreateMs: pick(0, 180_000, 600_000),
  createsPerHour: fc.integer({ min: 1, max: 12 }),
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

export const account: fc.Arbitrary<AccountOptions> = fc.oneof(
  { withCrossShrink: true },
  fc.constant<AccountOptions>({}),
  fc.constant<AccountOptions>({ pace: 'newNumber' }),
  quiet,
  ownNumbers,
  fc.tuple(ownNumbers, quiet).map(([numbers, hours]) => ({ ...numbers, ...hours })),
)

/** Small ones, so that groups get full. */
export const capacity = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.integer({ min: 4, max: 9 }) },
)

export const hookOptions: fc.Arbitrary<HookOptions> = fc.record({
  kind: pick<'shop' | 'form'>('shop', 'form'),
  capacity,
  teammates: fc.oneof(
    { weight: 3, arbitrary: pick<0 | 1 | 2>(0) },
    { weight: 1, arbitrary: pick<0 | 1 | 2>(1, 2) },
  ),
  newGroupsPerDay: fc.oneof(
    { weight: 3, arbitrary: pick(null) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
})

/** Short ones, so that retention is at work while other things happen. */
export const retention: fc.Arbitrary<RetentionDays> = fc.oneof(
  fc.constant<RetentionDays>(PLAIN.retention),
  fc
    .record({
      settledDays: fc.integer({ min: 1, max: 3 }),
      inHandDays: fc.integer({ min: 1, max: 4 }),
      more: fc.integer({ min: 0, max: 3 }),
      consentDays: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ more, ...days }) => ({
      ...days,
      rowDays: Math.max(days.settledDays, days.inHandDays) + more,
    })),
)
