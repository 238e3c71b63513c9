/** A rule that holds in every history, and what it says when it does not. */

import type { Arrival, ArrivedItem } from '../../../src/outbox/accept.ts'
import type { Call, Facts } from '../facts.ts'

export interface Checked {
  /** What is wrong; null: nothing. */
  readonly complaint: string | null
}

export type Stories = ReadonlyMap<
  number,
  { readonly state: string; readonly reason: string | null }
>

export interface Invariant {
  readonly name: string
  /** A request leaves; it is not among `facts.calls` yet. */
  readonly callStarts?: (facts: Facts, call: Call) => Checked | undefined
  /** A webhook was answered. */
  readonly answered?: (
    facts: Facts,
    arrival: Arrival,
    items: readonly ArrivedItem[],
  ) => Checked | undefined
  /** After every event, once the process has nothing to do. */
  readonly looked?: (facts: Facts) => Checked | undefined
  /** The world works, and everything has settled, or should have. */
  readonly ended?: (facts: Facts, stories: Stories) => Checked | undefined
  /** Days later: all that is kept for days is old. */
  readonly grownOld?: (facts: Facts) => Checked | undefined
}

export const good: Checked = { complaint: null }

export function must(holds: boolean, complaint: () => string): Checked {
  return holds ? good : { complaint: complaint() }
}

/** The first complaint among several. */
export function every<T>(all: Iterable<T>, check: (one: T) => Checked): Checked {
  for (const one of all) {
    const checked = check(one)
    if (checked.complaint !== null) return checked
  }
  return good
}
