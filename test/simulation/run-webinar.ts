/** `npm run webinar -- --people 400 --peoplePerDay 100`: prints the plan that Usher makes of a webinar, and whether each limit was kept. */

import * as v from 'valibot'
import type { AccountOptions, PaceNumbers } from '../../src/outbox/dispatch/pace.ts'
import { readCommandLine, run, Trouble } from '../../src/sandbox/command-line.ts'
import { chart } from './chart.ts'
import { clock } from './history.ts'
import type { Limit } from './limits.ts'
import { localTime } from './local-time.ts'
import type { Webinar } from './webinar.ts'
import { webinar } from './webinar.ts'

/** Settings of an account that may be tried, by their names in the config. */
const NUMBERS = [
  'coalesceMs',
  'batchSize',
  'addGapMs',
  'addJitterMs',
  'createGapMs',
  'createJitterMs',
  'restAfterCreateMs',
  'createsPerDay',
  'peoplePerHour',
  'peoplePerDay',
] as const satisfies readonly (keyof PaceNumbers)[]

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,10}$/, 'takes a whole number'), v.toNumber())
const optionsSchema = v.object({
  people: v.optional(wholeNumber, '400'),
  seed: v.optional(wholeNumber, '1'),
  pace: v.optional(v.picklist(['steady', 'newNumber', 'instant']), 'steady'),
  /** `none`: no hour is quiet. */
  timeZone: v.optional(v.string(), 'Asia/Kolkata'),
  begin: v.optional(v.pipe(v.string(), v.isoTimestamp()), '2026-06-08T10:00:00+05:30'),
  ...v.entriesFromList(NUMBERS, v.exactOptional(wholeNumber)),
})

const NAMES = Object.keys(optionsSchema.entries)
const USAGE = `npm run webinar -- ${NAMES.map((name) => `[--${name} …]`).join(' ')}`

interface Plan {
  readonly people: number
  readonly account: AccountOptions
  /** Epoch milliseconds. */
  readonly begin: number
  readonly seed: number
}

await run(async () => {
  const plan = readPlan()
  return show(plan, await webinar(plan)) ? 0 : 1
})

function readPlan(): Plan {
  const { values } = readCommandLine(USAGE, {
    options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' } as const])),
  })
  const options = v.safeParse(optionsSchema, values)
  if (!options.success) {
    const [issue] = options.issues
    throw new Trouble(`--${v.getDotPath(issue)}: ${issue.message}.\n${USAGE}`)
  }
  const { people, seed, timeZone, begin, ...numbers } = options.output
  const account = { ...numbers, ...(timeZone !== 'none' && { timeZone }) }
  return { people, account, begin: Date.parse(begin), seed }
}

/** Prints it all. Gives whether all went well. */
function show({ people, account, begin }: Plan, played: Webinar): boolean {
  const { pace, calls, accepted, lastAt, limits, violation } = played
  const zone = account.timeZone ?? 'UTC'
  const creations = calls.filter(({ create }) => create).length
  console.log(
    `${people} people for one new group within a minute, from ${localTime(zone, begin)} (${zone}), pace ${account.pace}\n`,
  )
  for (const line of chart(calls, pace, begin)) console.log(line)
  console.log(`
accepted        ${accepted} of ${people}
the last one    ${lastAt === null ? 'never' : `${localTime(zone, lastAt)}, after ${clock(lastAt - begin).slice(0, -4)}`}
calls           ${calls.length}, ${(calls.length / people).toFixed(2)} per lead, ${creations} of them created the group
`)
  for (const limit of limits) console.log(lineOf(limit))
  if (violation !== null) console.log(`BROKEN: "${violation.invariant}": ${violation.what}`)
  return accepted === people && violation === null && limits.every(({ held }) => held)
}

function lineOf({ name, promised, worst, held }: Limit): string {
  return `${held ? 'kept  ' : 'BROKEN'}  ${name.padEnd(24)}${promised.padEnd(28)}worst seen: ${worst}`
}
