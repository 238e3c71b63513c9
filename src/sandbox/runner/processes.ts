/** The processes of this machine, as `ps` lists them. */

import { execFileSync } from 'node:child_process'

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
