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
import { Trouble } from '../command-line.ts'
import { ROOT } from '../settings.ts'

export interface Bundle {
  readonly code: string
  /** From places in the code to those in the sources, as JSON; empty where none was asked for. */
  readonly map: string
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
      // Nothing is written: sources are named from here.
      outfile: 'usher.js',
      metafile: true,
      format: 'esm',
      target: 'es2024',
      logLevel: 'silent',
      // A config elsewhere still finds valibot.
      nodePaths: [resolve(ROOT, 'node_modules')],
      plugins: [configFrom(configFile)],
    })
    const textOf = (end: string) => result.outputFiles.find(({ path }) => path.endsWith(end))?.text
    return { code: textOf('.js') ?? '', map: textOf('.map') ?? '', metafile: result.metafile }
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
    sourcemap: 'external',
    sourcesContent: false,
  })
}

const STRANGERS = [/(?:^|\/)src\/sandbox\//, /^(?:\.\.\/)*test\//, /^node:/]

/** Those among a bundle's files and what it imports at run time. */
export function strangers(modules: readonly string[]): string[] {
  return modules.filter((module) => STRANGERS.some((stranger) => stranger.test(module)))
}
