/** Chance that a seed repeats, and a mix of troubles made of it: a share of the calls meets one each. */

import * as v from 'valibot'

/**
 * What a call may meet. The first ones change nothing: `invalid` 400, `unauthorized` 401, `inactive` 403, `throttled` 429 without
 * and `retryAfter` 429 with a Retry-After of 1 s, `failed` 500, `createLimit` 500 to a creation, `statusFalse`, `html`, `empty`,
 * `hang` no answer ever, `dropped` a connection that breaks, `missing` 404 for a group that is there. The last ones do change the
 * group: `after` 500 after all was done, `partly` 500 after half of the people were added, `droppedAfter`, and `silent` 200
 * although one of them was not added.
 */
export const WAYS = [
  'invalid',
  'unauthorized',
  'inactive',
  'throttled',
  'retryAfter',
  'failed',
  'createLimit',
  'statusFalse',
  'html',
  'empty',
  'hang',
  'dropped',
  'missing',
  'after',
  'partly',
  'droppedAfter',
  'silent',
] as const

export type Way = (typeof WAYS)[number]

export const mixSchema = v.strictObject({
  seed: v.pipe(v.number(), v.integer()),
  /** The share of calls that meet one. */
  share: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  /** All of them when left out; one that is named twice is met twice as often. */
  ways: v.optional(v.pipe(v.array(v.picklist(WAYS)), v.nonEmpty()), [...WAYS]),
})

type Mix = Readonly<v.InferOutput<typeof mixSchema>>

/** Spreads the numbers of calls over all seeds. */
const SPREAD = 0x9e3779b1

/** What the call of this number meets, if anything: always the same, whatever happened before. */
export function wayOf({ seed, share, ways }: Mix, call: number): Way | null {
  const chance = chanceOf(seed ^ Math.imul(call, SPREAD))
  return chance() < share ? (ways[Math.floor(chance() * ways.length)] ?? null) : null
}

export type Chance = () => number

/** Numbers from 0 up to, not including, 1 (mulberry32: small, fast, even enough for this). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
