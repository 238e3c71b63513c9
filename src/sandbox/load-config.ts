/** Loads the user's config into Node, afresh each time, so that `npm start` can look at an edited one. */

import type { Hook } from '../mapping/hook.ts'
import type { Config } from '../setup/define-config.ts'
import { didYouMean, messageOf, Trouble } from './command-line.ts'
import { bundle } from './runner/esbuild.ts'
import { shownPath } from './settings.ts'

/** The config of this file; a mistake in it is trouble. */
export async function loadConfig(file: string): Promise<Config> {
  // Bundled, since Node keeps every module it has imported once, and would not find valibot from a file elsewhere.
  const { code } = await bundle(file, file, { platform: 'node' })
  const name = shownPath(file)
  const config = await evaluate(code, name)
  if (!isConfig(config)) {
    throw new Trouble(`${name} has no config: write "export default defineConfig({ … })".`)
  }
  return config
}

/** The config's hook of this name; trouble with a proposal where there is none. */
export function hookNamed({ hooks }: Config, name: string): Hook {
  const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined
  if (hook !== undefined) return hook
  const names = Object.keys(hooks)
  throw new Trouble(
    `There is no hook "${name}" in src/config.ts.${didYouMean(name, names)} There are: ${names.join(', ')}`,
  )
}

async function evaluate(code: string, name: string): Promise<unknown> {
  try {
    const encoded = Buffer.from(code).toString('base64')
    const module: { readonly default?: unknown } = await import(
      `data:text/javascript;base64,${encoded}`
    )
    return module.default
  } catch (error) {
    throw new Trouble(`${name}: ${messageOf(error)}`)
  }
}

/** `defineConfig` has checked all of it; this only tells its result from any other export. */
function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && 'hooks' in value && 'accounts' in value
}
