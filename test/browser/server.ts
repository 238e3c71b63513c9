/** One `npm start` for all browser tests, with a config that a test may rewrite. Vitest runs this before them and ends it after. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startUsher } from '../journeys/server.ts'
import { configText } from './config-text.ts'

declare module 'vitest' {
  interface ProvidedContext {
    usher: { url: string; sandboxUrl: string; devVarsFile: string; configFile: string }
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-browser-'))
  const configFile = resolve(folder, 'config.ts')
  writeFileSync(configFile, configText())
  const usher = await startUsher({
    stateDir: join(folder, 'state'),
    env: { USHER_CONFIG: configFile, USHER_DEV_VARS: join(folder, 'dev.vars') },
  })
  const { url, sandboxUrl } = usher
  project.provide('usher', { url, sandboxUrl, devVarsFile: join(folder, 'dev.vars'), configFile })
  return async () => {
    await usher.end()
    rmSync(folder, { recursive: true, force: true })
  }
}
