/**
 * Ends what a killed run left behind. workerd outlives the process that started it, keeps the port and goes on writing;
 * it is found by its command line, since each state folder starts workerd through a link of its own.
 */

import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, Trouble } from '../trouble.ts'
import { isAlive, type Process, processes } from './processes.ts'

/** How long another run of the same state may take to end. */
const PATIENCE_MS = 3_000
const LOOK_AGAIN_MS = 100

/** What holds a state folder: workerd whose starter is gone, and the starter of one that is not. */
export interface Holders {
  readonly orphans: readonly number[]
  readonly runner: number | null
}

/** Makes the state folder ours alone, and has Miniflare start workerd under this folder's name. */
export async function claimState(stateDir: string): Promise<void> {
  makeFolder(stateDir)
  const workerd = resolve(stateDir, 'workerd')
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const { orphans, runner } = holders(processes(), workerd)
    if (orphans.length === 0 && runner === null) break
    for (const pid of orphans) end(pid)
    // A run whose npm was killed is just closing; an ordinary second `npm start` stays refused.
    if (Date.now() > until) {
      throw new Trouble(
        runner === null
          ? `Process ${orphans[0]} of an earlier run holds ${stateDir} and cannot be ended.`
          : `Usher is already running on ${stateDir} (process ${runner}). End it, or set PORT, SANDBOX_PORT and STATE_DIR for a second one.`,
      )
    }
    await sleep(LOOK_AGAIN_MS)
  }
  link(workerd)
}

function makeFolder(stateDir: string): void {
  try {
    // It holds people's numbers.
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new Trouble(`The state cannot be kept in ${stateDir} (STATE_DIR): ${messageOf(error)}`)
  }
}

/** Who of these processes runs this workerd. */
export function holders(list: readonly Process[], workerd: string): Holders {
  const mine = list.filter(({ command }) => command.startsWith(`${workerd} serve `))
  const starters = new Map(list.map((process) => [process.pid, process.command]))
  const isOrphan = ({ parent }: Process): boolean =>
    !(starters.get(parent) ?? '').includes('/sandbox/start.ts')
  return {
    orphans: mine.filter(isOrphan).map(({ pid }) => pid),
    runner: mine.find((process) => !isOrphan(process))?.parent ?? null,
  }
}

function end(pid: number): void {
  // Not asked to end: its parent is gone, and SQLite's log keeps the state whole.
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}

/** Miniflare's README names the variable: it is meant for a workerd of one's own making. */
function link(workerd: string): void {
  const binary = process.env.MINIFLARE_WORKERD_PATH ?? workerdBinary()
  try {
    rmSync(workerd, { force: true })
    symlinkSync(binary, workerd)
    process.env.MINIFLARE_WORKERD_PATH = workerd
  } catch {
    // A file system without links: then a killed run's workerd has to be ended by hand.
  }
}

/** The binary that Miniflare itself would start. */
function workerdBinary(): string {
  const fromMiniflare = createRequire(createRequire(import.meta.url).resolve('miniflare'))
  const exported: unknown = fromMiniflare('workerd')
  const path =
    typeof exported === 'object' && exported !== null && 'default' in exported
      ? exported.default
      : null
  if (typeof path !== 'string') throw new TypeError('workerd does not say where its binary is')
  return path
}
