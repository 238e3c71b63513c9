/** Runs the compiler over `src` as `npm run check` and `npm run deploy` do: a variable that is not used yet is no mistake. */

import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { ROOT } from '../settings.ts'

const UNUSED = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false']

/** What the compiler says, or null where it takes everything. */
export function compilerSays(): string | null {
  const tsc = resolve(ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.', ...UNUSED], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return status === 0 ? null : `The compiler says of src:\n${stdout.trimEnd()}`
}
