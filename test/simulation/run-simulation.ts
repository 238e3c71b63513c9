/** `npm run simulate -- --seed 7 --runs 5000`: plays many histories, prints what was played, and the smallest one that breaks a rule. */

import { readCommandLine, run, Trouble } from '../../src/sandbox/command-line.ts'
import type { Exploration } from './explore.ts'
import { explore } from './explore.ts'
import { tell } from './history.ts'
import { invariants } from './invariants.ts'
import { simulate } from './simulate.ts'

const USAGE = 'npm run simulate -- [--seed 7] [--runs 2000] [--path 102:0:1]'
const DEFAULT_RUNS = '2000'
const MOST_SEED = 2 ** 31
const SHRINK_MS = 60_000

// A simulation silences the console while it plays.
const print = console.log

await run(async () => {
  const { values } = readCommandLine(USAGE, {
    options: {
      /** The same seed gives the same histories. */
      seed: { type: 'string', default: String(Math.floor(Math.random() * MOST_SEED)) },
      runs: { type: 'string', default: DEFAULT_RUNS },
      /** One history of that seed, as a failure prints it. */
      path: { type: 'string', default: '' },
    },
  })
  const seed = wholeNumber('seed', values.seed)
  const runs = wholeNumber('runs', values.runs)
  return values.path === '' ? playMany(seed, runs) : playAgain(seed, values.path)
})

async function playMany(seed: number, runs: number): Promise<number> {
  print(`seed ${seed}, ${runs} histories`)
  const began = performance.now()
  const played = await explore({ seed, runs })
  show(played, (performance.now() - began) / 1_000)
  if (played.failure === null) {
    print('\nEvery invariant held.')
    return 0
  }
  const { invariant, what } = played.failure.violation
  print(`\nBROKEN: "${invariant}": ${what}`)
  print(`Looking for a smaller history, for at most ${SHRINK_MS / 1_000} s ...`)
  return playAgain(seed, played.failure.path, SHRINK_MS)
}

/** Plays one history of the seed, or the smallest that still breaks the same rule, and tells every step of it. */
async function playAgain(seed: number, path: string, shrinkMs = 0): Promise<number> {
  const { failure } = await explore({ seed, runs: 1, path, shrinkMs })
  if (failure === null) {
    print(`seed ${seed}, path ${path}: every invariant held.`)
    return 0
  }
  print(`\nThe history, seed ${seed}, path ${failure.path}:\n${tell(failure.history)}\n`)
  await simulate(failure.history, { trace: print })
  print(`\nOnce more: npm run simulate -- --seed ${seed} --path ${failure.path}`)
  return 1
}

function show({ figures, checks }: Exploration, seconds: number): void {
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
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Trouble(`--${name} takes a whole number. ${USAGE}`)
  return Number(text)
}
