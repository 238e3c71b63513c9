/** `SEED=… RUNS=… node test/simulation/run.ts`: plays many histories, prints what was played and every invariant's checks. */

import { explore } from './explore.ts'
import { tell } from './history.ts'
import { invariants } from './invariants.ts'
import { simulate } from './simulate.ts'

const DEFAULT_RUNS = 2_000

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = Number(process.env.RUNS ?? DEFAULT_RUNS)
const print = console.log

print(`SEED=${seed} RUNS=${runs}`)
const began = performance.now()
const { figures, checks, failure } = await explore({ seed, runs })
const seconds = (performance.now() - began) / 1_000

const table = [
  ['histories', figures.histories],
  ['events', figures.events],
  ['webhooks acknowledged', figures.leads],
  ['calls', figures.calls],
  ['alarms', figures.alarms],
  ['crashes', figures.crashes],
  ['simulated days', Math.round(figures.days)],
  ['seconds', seconds.toFixed(1)],
  ['histories a second', Math.round(figures.histories / seconds)],
] as const
for (const [what, count] of table) print(`${what.padEnd(28)}${String(count).padStart(12)}`)
print('\nchecks of each invariant')
for (const { name } of invariants()) {
  print(`  ${name.padEnd(46)}${String(checks.get(name) ?? 0).padStart(10)}`)
}
if (failure === null) {
  print('\nEvery invariant held.')
} else {
  print(`\nBROKEN: "${failure.violation.invariant}": ${failure.violation.what}`)
  print(
    `The smallest history found (SEED=${seed}, path ${failure.path}):\n${tell(failure.history)}\n`,
  )
  await simulate(failure.history, { trace: print })
  process.exitCode = 1
}
