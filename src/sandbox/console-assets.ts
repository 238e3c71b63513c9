/** Puts the console's stylesheet and script, which are real files, into a module that every bundler takes. */

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ROOT } from './settings.ts'

const FOLDER = resolve(ROOT, 'src/console')
const MODULE = resolve(FOLDER, 'assets.ts')
const HASH_CHARACTERS = 12

/** Brings `src/console/assets.ts` up to date; writes nothing where it is. */
export function refreshConsoleAssets(): void {
  const text = consoleAssets()
  if (readFileSync(MODULE, 'utf8') !== text) writeFileSync(MODULE, text)
}

/** The module as it has to be. */
export function consoleAssets(): string {
  return [
    '/** The console’s stylesheet and script as text, with hashes for their names. Made of `assets/` by `npm run assets`. */',
    '',
    asset('CSS', 'console.css'),
    asset('JS', 'console.js'),
  ].join('\n')
}

function asset(name: string, file: string): string {
  const text = readFileSync(resolve(FOLDER, 'assets', file), 'utf8')
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS)
  const literal = text.replaceAll(/[`\\]|\$\{/g, (part) => `\\${part}`)
  return `export const ${name} = {\n  hash: '${hash}',\n  text: \`${literal}\`,\n}\n`
}

if (import.meta.main) refreshConsoleAssets()
