/** Runs this project's own wrangler under this Node, without asking or telling anything on the side. */

import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { ROOT } from '../settings.ts'

const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

export interface Ran {
  readonly ok: boolean
  readonly stdout: string
  /** What it printed beside, in one line: why it failed. */
  readonly because: string
}

/** Asks wrangler; `input` goes to its standard input, where no other program of the machine sees it. */
export type Wrangler = (args: readonly string[], input?: string) => Ran

/** Its exit code; what it prints goes to this terminal. */
export function wrangler(args: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [cli(), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: 'inherit',
  })
  return status ?? 1
}

/** What it prints, instead of printing it. */
export function askWrangler(args: readonly string[], input = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli(), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET, FORCE_COLOR: '0', CI: '1' },
    encoding: 'utf8',
    input,
  })
  return { ok: status === 0, stdout, because: reasonIn(`${stderr}\n${stdout}`) }
}

/** Named environments of wrangler.toml; without one wrangler warns unless it is told so. */
export function environmentArguments(environment: string | null): string[] {
  return ['--env', environment ?? '']
}

/** The line in which wrangler says what went wrong. */
export function reasonIn(printed: string): string {
  const plain = printed.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '')
  const lines = plain.split('\n').map((line) => line.trim())
  const error = lines.find((line) => line.includes('[ERROR]')) ?? lines.find((line) => line !== '')
  // The sentences after the first are advice of its own.
  const [reason = ''] = (error ?? 'no reason given')
    .replace(/^.*\[ERROR\]\s*/, '')
    .split(/(?<=\.) /)
  return reason
}

function cli(): string {
  return resolve(ROOT, 'node_modules/wrangler/bin/wrangler.js')
}
