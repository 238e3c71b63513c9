/** `npm run build`: the bundle as it would be deployed, in `dist`, with nothing in it that belongs to this machine. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as v from 'valibot'
import { environmentArguments, wrangler } from './checking/wrangler-cli.ts'
import { run, Trouble } from './command-line.ts'
import { loadConfig } from './load-config.ts'
import { strangers } from './runner/esbuild.ts'
import { ROOT, readSettings } from './settings.ts'

const DIST = 'dist'
const META = `${DIST}/meta.json`
const KIB = 1_024
/** `node_modules/hono`, `node_modules/@valibot/to-json-schema`, `src/outbox`. */
const PART = /((?:node_modules\/(?:@[^/]+\/)?[^/]+)|(?:src\/[^/]+))/

const metaSchema = v.object({
  inputs: v.record(v.string(), v.unknown()),
  outputs: v.record(
    v.string(),
    v.object({
      imports: v.array(v.object({ path: v.string() })),
      inputs: v.record(v.string(), v.object({ bytesInOutput: v.number() })),
    }),
  ),
})

await run(build)

async function build(): Promise<number> {
  await loadConfig(readSettings({}).configFile)
  const code = wrangler([
    'deploy',
    ...environmentArguments(null),
    '--dry-run',
    '--outdir',
    DIST,
    '--metafile',
    META,
  ])
  if (code !== 0) return code
  const text = readFileSync(resolve(ROOT, META), 'utf8')
  const { inputs, outputs } = v.parse(metaSchema, JSON.parse(text))
  const files = Object.keys(inputs)
  const imports = Object.values(outputs).flatMap((output) => output.imports)
  const found = strangers([...files, ...imports.map(({ path }) => path)])
  if (found.length > 0) {
    throw new Trouble(
      `These belong to this machine and must not be deployed:\n  ${found.join('\n  ')}`,
    )
  }
  const bundle = readFileSync(resolve(ROOT, DIST, 'index.js'))
  console.log(
    `${kib(bundle.length)} KiB, ${kib(gzipSync(bundle).length)} KiB gzipped, of ${files.length} files.`,
  )
  for (const [part, bytes] of weights(Object.values(outputs)))
    console.log(`  ${part}: ${kib(bytes)} KiB`)
  return 0
}

/** What each package, and each folder of `src`, weighs in the bundle: the heaviest first. */
function weights(
  outputs: v.InferOutput<typeof metaSchema>['outputs'][string][],
): [string, number][] {
  const parts = new Map<string, number>()
  for (const [path, { bytesInOutput }] of outputs.flatMap(({ inputs }) => Object.entries(inputs))) {
    const part = PART.exec(path)?.[1] ?? 'other'
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput)
  }
  return [...parts].toSorted(([, one], [, other]) => other - one)
}

function kib(bytes: number): string {
  return (bytes / KIB).toFixed(1)
}
