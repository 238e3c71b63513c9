/** Tells when the `npm start` that started this process is gone: npm runs it through `sh`, which passes no signal on. */

import { isAlive, type Process, processes } from './processes.ts'

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
