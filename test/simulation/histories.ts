/** Histories by chance: what fast-check makes them of. */

import * as fc from 'fast-check'
import { happening } from './happenings.ts'
import type { Event, History } from './history.ts'
import { account, hookOptions, retention } from './settings.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** In a slow history everything takes so much longer: days pass between its events. */
const SLOW = 60

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const ms = (least: number, most: number) => fc.integer({ min: least, max: most })
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
    hooks: fc.tuple(hookOptions, hookOptions, hookOptions),
    retention,
    alerts: fc.boolean(),
    begin: pick(...begins),
    seed: fc.nat(),
    events: fc.oneof(
      { weight: 4, arbitrary: eventsOf(mostEvents, 1) },
      { weight: 1, arbitrary: eventsOf(mostEvents, SLOW) },
    ),
  })
}

function eventsOf(most: number, slow: number): fc.Arbitrary<Event[]> {
  return fc.array(
    fc
      .tuple(after, happening)
      .map(([afterMs, event]): Event => ({ ...event, afterMs: afterMs * slow })),
    { minLength: 1, maxLength: most, size: 'max' },
  )
}
