/** `npm run attack -- --seed 7 --tries 100000`: attacks the Worker, and prints what was tried, what came through, and the answers. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { readCommandLine, run, table } from '../../src/sandbox/command-line.ts'

const USAGE = 'npm run attack -- [--seed 7] [--tries 100000]'
const ROOT = join(import.meta.dirname, '../..')

/** They are found by the names of their files, so they stay where they are. */
const FIXTURES: Plugin = {
  name: 'fixtures',
  setup({ onResolve }) {
    onResolve({ filter: /fixtures\/index\.ts$/ }, ({ path, resolveDir }) => {
      return { path: pathToFileURL(join(resolveDir, path)).href, external: true }
    })
  },
}

await run(async () => {
  const { values } = readCommandLine(USAGE, {
    options: {
      /** The same seed makes the same attacks. */
      seed: { type: 'string', default: '7' },
      tries: { type: 'string', default: '100000' },
    },
  })
  const { attack } = await loaded()
  const rows: string[][] = []
  const seed = Number(values.seed)
  const holds = await attack(seed, Number(values.tries), (attacks) => {
    for (const { name, tries, through, answers } of attacks) {
      for (const one of through) console.log(`Through: ${name}: ${one}`)
      const told = Object.entries(answers)
        .toSorted(([, one], [, other]) => other - one)
        .map(([answer, count]) => `${answer} ${count}`)
      rows.push([name, String(tries), String(through.length), told.join(', ')])
    }
  })
  for (const line of table([['attack', 'tries', 'let through', 'answers'], ...rows]))
    console.log(line)
  return holds ? 0 : 1
})

/** The console is written in JSX, which Node does not read. */
async function loaded(): Promise<typeof import('./attack.ts')> {
  const folder = join(ROOT, '.usher')
  await mkdir(folder, { recursive: true })
  const outfile = join(folder, 'attack.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'attack.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'error',
    plugins: [FIXTURES],
  })
  return import(outfile)
}
