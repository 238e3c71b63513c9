/** Plays one history from its beginning until everything has settled and is forgotten. */

import type { Rooms } from '../../src/outbox/assemble.ts'
import type { OutboxPorts } from '../../src/outbox/ports.ts'
import type { Call } from './facts.ts'
import type { History } from './history.ts'
import { quickenCrypto } from './quick-crypto.ts'
import { Simulation } from './simulation.ts'
import type { Violation } from './watcher.ts'

/** A part of Usher made wrong on purpose. */
export interface Mutation {
  readonly name: string
  /** The invariant that must notice. */
  readonly breaks: string
  /** Patches a prototype. Gives what takes it back. */
  readonly install?: () => () => void
  readonly ports?: (ports: OutboxPorts) => OutboxPorts
  readonly rooms?: (rooms: Rooms) => Rooms
}

export interface Figures {
  events: number
  calls: number
  alarms: number
  crashes: number
  leads: number
  days: number
}

export interface Played {
  readonly violation: Violation | null
  readonly figures: Figures
  readonly calls: readonly Call[]
  /** How often each invariant was checked. */
  readonly checks: ReadonlyMap<string, number>
}

/** Plays a history to its end, and on until everything has settled. */
export async function simulate(
  history: History,
  options: { mutation?: Mutation; trace?: (line: string) => void } = {},
): Promise<Played> {
  const simulation = new Simulation(history, options.mutation ?? null, options.trace ?? null)
  const undo = [
    listenToLog((line) => simulation.logged(line)),
    quickenCrypto(),
    options.mutation?.install?.(),
  ]
  try {
    return await simulation.play()
  } finally {
    for (const back of undo) back?.()
  }
}

/** The log would be thousands of lines. Gives what takes that back. */
function listenToLog(hear: (line: string) => void): () => void {
  const { log } = console
  console.log = hear
  return () => {
    console.log = log
  }
}
