/** What the environment tells the local commands: ports, folders and files. */

import { relative, resolve } from 'node:path'
import { Trouble } from './command-line.ts'

const PORT = 8787
const SANDBOX_PORT = 8788
const MAX_PORT = 65_535

/** The folder of the project. */
export const ROOT = resolve(import.meta.dirname, '../..')

export interface Settings {
  /** Of the Worker; 0 takes any free one. */
  readonly port: number
  /** Of the stand-in for EazyBe; 0 takes any free one. */
  readonly sandboxPort: number
  /** Where everything is kept between runs. */
  readonly stateDir: string
  /** `src/config.ts`, unless `USHER_CONFIG` names another. */
  readonly configFile: string
  /** `.dev.vars`, unless `USHER_DEV_VARS` names another. */
  readonly devVarsFile: string
  /** `instant`: no waiting, since there is no number to ban here. `USHER_PACE=config` keeps the accounts' own. */
  readonly pace: 'instant' | null
}

/** A file as it is shown to a person: from the project's folder where it is in there. */
export function shownPath(file: string): string {
  const path = relative(ROOT, file)
  return path.startsWith('..') ? file : path
}

/** Reads the settings; paths are relative to the folder the command is run in. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const path = (name: string, fallback: string): string =>
    resolve(env[name] || `${ROOT}/${fallback}`)
  const port = portOf(env, 'PORT', PORT)
  const sandboxPort = portOf(env, 'SANDBOX_PORT', SANDBOX_PORT)
  if (port === sandboxPort && port !== 0) {
    throw new Trouble(`PORT and SANDBOX_PORT are both ${port}: the sandbox needs one of its own.`)
  }
  return {
    port,
    sandboxPort,
    stateDir: path('STATE_DIR', '.usher'),
    configFile: path('USHER_CONFIG', 'src/config.ts'),
    devVarsFile: path('USHER_DEV_VARS', '.dev.vars'),
    pace: paceOf(env.USHER_PACE),
  }
}

function portOf(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  fallback: number,
): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port
  throw new Trouble(`${name} must be a number from 0 to ${MAX_PORT}, and is "${text}".`)
}

function paceOf(text: string | undefined): 'instant' | null {
  if (text === undefined || text === '' || text === 'instant') return 'instant'
  if (text === 'config') return null
  throw new Trouble(
    `USHER_PACE may be "instant" (when unset) or "config", and is "${text}": other paces belong in src/config.ts.`,
  )
}
