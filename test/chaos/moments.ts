/** When the whole process tree is killed: moments drawn from a seed. */

import type { Chance } from '../../src/sandbox/eazybe/mix.ts'

/**
 * `start`: so long after it was started. `any`: so long after it was ready. `answer`: the same, and then just when EazyBe's next
 * yes is on its way, which chance alone would seldom hit.
 */
export interface Moment {
  readonly aim: 'start' | 'any' | 'answer'
  readonly afterMs: number
}

const LONGEST_LIFE_MS = 3_000
const LONGEST_START_MS = 1_500
const STARTS = 0.15
const ANSWERS = 0.3

/** That many; the first finds it running. */
export function momentsOf(chance: Chance, count: number): Moment[] {
  return Array.from({ length: count }, (_, index) => {
    const dice = chance()
    const aim = dice < STARTS && index > 0 ? 'start' : dice > 1 - ANSWERS ? 'answer' : 'any'
    const afterMs = Math.round(chance() * (aim === 'start' ? LONGEST_START_MS : LONGEST_LIFE_MS))
    return { aim, afterMs }
  })
}
