/** The processes of this machine, as `ps` lists them: the npm above this one, and those that an earlier start left. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { orTrouble, Trouble } from '../command-line.ts'

export interface Process {
  readonly pid: number
  readonly parent: number
  /** The whole command line. */
  readonly command: string
}

const LINE = /^\s*(\d+)\s+(\d+)\s+(.*)$/

/** Every process; none where there is no `ps` (Windows). */
export function processes(): readonly Process[] {
  try {
    // `-ww` as some cut the line at the terminal's width.
    const listing = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return readListing(listing)
  } catch {
    return []
  }
}

/** Reads what `ps -o pid=,ppid=,args=` prints. */
export function readListing(listing: string): readonly Process[] {
  return listing.split('\n').flatMap((line) => {
    const [, pid, parent, command] = LINE.exec(line) ?? []
    if (pid === undefined || parent === undefined || command === undefined) return []
    return { pid: Number(pid), parent: Number(parent), command }
  })
}

/** Whether a process of this number runs, ours or another. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const LOOK_EVERY_MS = 250

/** Resolves once `npm start` has ended; never, where this process was started without it. */
export function untilNpmIsGone(env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve) => {
    if (env.npm_lifecycle_event !== 'start') return
    const parent = process.ppid
    const npm = npmAbove(processes(), parent)
    const timer = setInterval(() => {
      if (process.ppid === parent && isAlive(npm)) return
      clearInterval(timer)
      resolve()
    }, LOOK_EVERY_MS)
    timer.unref()
  })
}

/** The process that is npm: this one, or its own parent where this one is a shell that npm has started. */
export function npmAbove(list: readonly Process[], pid: number): number {
  const parent = list.find((process) => process.pid === pid)
  const above = list.find((process) => process.pid === parent?.parent)
  const isShell = parent !== undefined && !parent.command.includes('npm')
  return isShell && above?.command.includes('npm') ? above.pid : pid
}

/** How long another run of the same state may take to end. */
const PATIENCE_MS = 3_000
const LOOK_AGAIN_MS = 100

/** What holds a state folder: workerd whose starter is gone, and the starter of one that is not. */
interface Holders {
  readonly orphans: readonly number[]
  readonly runner: number | null
}

/** Makes the state folder ours alone, and has Miniflare start workerd under this folder's name. */
export async function claimState(stateDir: string): Promise<void> {
  orTrouble(`The state cannot be kept in ${stateDir} (STATE_DIR)`, () =>
    // It holds people's numbers.
    mkdirSync(stateDir, { recursive: true, mode: 0o700 }),
  )
  const workerd = resolve(stateDir, 'workerd')
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const { orphans, runner } = holders(processes(), workerd)
    if (orphans.length === 0 && runner === null) break
    // Not asked to end: their parent is gone, and SQLite's log keeps the state whole.
    for (const pid of orphans.filter(isAlive)) process.kill(pid, 'SIGKILL')
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
