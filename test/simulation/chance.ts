/** Chance that can be repeated, for the simulation's histories. */

import type { Chance } from '../../src/sandbox/eazybe/mix.ts'

export { type Chance, chanceOf } from '../../src/sandbox/eazybe/mix.ts'

/** A number from `least` up to, not including, `most`. */
export function between(chance: Chance, least: number, most: number): number {
  return least + chance() * (most - least)
}
