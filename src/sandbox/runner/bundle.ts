/** Bundles the Worker as it is deployed: one module, with nothing in it but Web platform code. */

import { resolve } from 'node:path'
import { ROOT } from '../settings.ts'
import { type Bundle, bundle } from './esbuild.ts'

/** Bundles `src/index.ts` for workerd, with this file in place of `src/config.ts`. */
export function bundleWorker(configFile: string): Promise<Bundle> {
  return bundle(resolve(ROOT, 'src/index.ts'), configFile, {
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  })
}
