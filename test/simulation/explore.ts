/** Plays many histories by fast-check until one breaks an invariant, and makes that one as small as it gets. */

import * as fc from 'fast-check'
import { histories } from './histories.ts'
import type { History } from './history.ts'
import type { Figures, Mutation, Played } from './simulate.ts'
import { simulate } from './simulate.ts'
import type { Violation } from './watcher.ts'

const MOST_EVENTS = 24

export interface Exploration {
  readonly figures: Figures & { histories: number }
  readonly checks: ReadonlyMap<string, number>
  readonly failure: {
    readonly history: History
    readonly violation: Violation
    readonly path: string
  } | null
}

export interface ExplorationOptions {
  readonly seed: number
  readonly runs: number
  readonly mutation?: Mutation
  /** For how long a failure is made smaller; 0, the default: it stays as it was found. */
  readonly shrinkMs?: number
  /** Where to begin: fast-check's name of a history of this seed. */
  readonly path?: string
}

export async function explore(options: ExplorationOptions): Promise<Exploration> {
  const { seed, runs, mutation, shrinkMs = 0, path = '' } = options
  const figures = {
    histories: 0,
    events: 0,
    calls: 0,
    alarms: 0,
    crashes: 0,
    leads: 0,
    days: 0,
  }
  const checks = new Map<string, number>()
  let violation: Violation | null = null
  let last: Promise<Played> | null = null
  const property = fc.asyncProperty(histories(MOST_EVENTS), async (history) => {
    last = simulate(history, mutation === undefined ? {} : { mutation })
    const played = await last
    if (violation === null) count(figures, checks, played)
    // While it gets smaller it must go on breaking the same rule.
    if (played.violation === null) return true
    if (violation !== null && violation.invariant !== played.violation.invariant) return true
    violation = played.violation
    return false
  })
  const result = await fc.check(property, {
    seed,
    numRuns: runs,
    path,
    ...(shrinkMs === 0 ? { endOnFailure: true } : { interruptAfterTimeLimit: shrinkMs }),
  })
  // Where the time was over, fast-check leaves the last one running.
  await last
  const history = result.counterexample?.[0] ?? null
  if (history === null || violation === null) {
    if (result.failed) {
      throw new Error('The simulation itself failed', { cause: result.errorInstance })
    }
    return { figures, checks, failure: null }
  }
  return {
    figures,
    checks,
    failure: { history, violation, path: result.counterexamplePath ?? '' },
  }
}

function count(
  figures: Figures & { histories: number },
  checks: Map<string, number>,
  played: { figures: Figures; checks: ReadonlyMap<string, number> },
): void {
  figures.histories++
  figures.events += played.figures.events
  figures.calls += played.figures.calls
  figures.alarms += played.figures.alarms
  figures.crashes += played.figures.crashes
  figures.leads += played.figures.leads
  figures.days += played.figures.days
  for (const [name, times] of played.checks) checks.set(name, (checks.get(name) ?? 0) + times)
}
