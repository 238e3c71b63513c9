/** Bundles TypeScript of this project, for workerd and for Node alike, and finds what must not be in a bundle. */

import { resolve } from 'node:path'
import {
  type BuildFailure,
  type BuildOptions,
  build,
  formatMessages,
  type Metafile,
  type Plugin,
} from 'esbuild'
import { ROOT } from '../settings.ts'
import { Trouble } from '../trouble.ts'

export interface Bundle {
  readonly code: string
  /** Which files went in, by path from the project's folder. */
  readonly metafile: Metafile
}

/** Bundles one entry file; a mistake in the source is trouble with its file, line and column. */
export async function bundle(
  entry: string,
  configFile: string,
  options: BuildOptions,
): Promise<Bundle> {
  try {
    const result = await build({
      ...options,
      entryPoints: [entry],
      absWorkingDir: ROOT,
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      target: 'es2024',
      logLevel: 'silent',
      // A config elsewhere still finds valibot.
      nodePaths: [resolve(ROOT, 'node_modules')],
      plugins: [configFrom(configFile)],
    })
    return { code: result.outputFiles[0]?.text ?? '', metafile: result.metafile }
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    const messages = await formatMessages(error.errors, {
      kind: 'error',
      color: process.stderr.isTTY,
    })
    throw new Trouble(messages.join('\n').trimEnd())
  }
}

/** Takes another file for `src/config.ts`, where the environment names one. */
function configFrom(file: string): Plugin {
  const shipped = resolve(ROOT, 'src/config.ts')
  return {
    name: 'config',
    setup({ onResolve }) {
      onResolve({ filter: /\/config\.ts$/ }, ({ resolveDir, path }) =>
        resolve(resolveDir, path) === shipped ? { path: file } : undefined,
      )
    },
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

/** Bundles `src/index.ts` for workerd, with this file in place of `src/config.ts`. */
export function bundleWorker(configFile: string): Promise<Bundle> {
  return bundle(resolve(ROOT, 'src/index.ts'), configFile, {
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  })
}

const STRANGERS = [/(?:^|\/)src\/sandbox\//, /^(?:\.\.\/)*test\//, /^node:/]

/** Those among a bundle's files and what it imports at run time. */
export function strangers(modules: readonly string[]): string[] {
  return modules.filter((module) => STRANGERS.some((stranger) => stranger.test(module)))
}
