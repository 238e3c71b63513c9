/** Reads the command line of `npm run chaos`. */

import { readCommandLine, Trouble } from '../../src/sandbox/command-line.ts'

const USAGE = 'npm run chaos -- [--seed 7] [--leads 2000] [--kills 20]'
const LEADS = 2_000
const KILLS = 20
/** A random seed: short enough to type again. */
const SEEDS = 1_000_000
const TEXT = { type: 'string' } as const

export interface ChaosArguments {
  readonly seed: number
  readonly leads: number
  readonly kills: number
}

/** What was asked for; trouble with the usage where it makes no sense. */
export function readChaosArguments(args: readonly string[], random: () => number): ChaosArguments {
  const options = { seed: TEXT, leads: TEXT, kills: TEXT }
  const { seed, leads, kills } = readCommandLine(USAGE, { args: [...args], options }).values
  return {
    seed: wholeNumber('seed', seed, Math.floor(random() * SEEDS)),
    leads: wholeNumber('leads', leads, LEADS),
    kills: wholeNumber('kills', kills, KILLS),
  }
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (!/^\d{1,9}$/.test(text)) throw new Trouble(`--${name} is a whole number. ${USAGE}`)
  return Number(text)
}
