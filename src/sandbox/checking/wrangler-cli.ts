/** Runs this project's own wrangler under this Node, without asking or telling anybody anything on the side. */

import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { ROOT } from '../settings.ts'

const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

/** Its exit code; what it prints goes to this terminal. */
export function wrangler(args: readonly string[]): number {
  const cli = resolve(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const { status } = spawnSync(process.execPath, [cli, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: 'inherit',
  })
  return status ?? 1
}
