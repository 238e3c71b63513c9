/** The example of every source is a hook: the compiler takes it, and it makes an invite of the source's own sample. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/bytes.ts'
import { contentKind, decodeBody } from '../../src/decode.ts'
import { defineConfig } from '../../src/define-config.ts'
import type { Hook } from '../../src/hook.ts'
import { mapFields } from '../../src/map.ts'
import type { Source } from '../../src/source.ts'
import * as usher from '../../src/usher.ts'
import { everySource } from '../every-source.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NOW = Date.parse('2026-11-20T09:15:04Z')

const table = everySource.map((source) => [source.name, source] as const)

describe('the example', () => {
  it.each(table)('of %s makes an invite of its sample', async (_, source) => {
    const hook = evaluated(source.example)
    expect(hook.source.name).toBe(source.name)
    expect(() => defineConfig({ hooks: { example: hook } })).not.toThrow()
    const mapped = mapFields(hook, await sampleFieldsOf(source), NOW)
    expect(mapped).toMatchObject({ kind: 'invite', invite: { create: true } })
  })

  it('of every source is what the compiler takes in src/config.ts', () => {
    const folder = join(ROOT, 'node_modules/.cache/usher-examples')
    mkdirSync(folder, { recursive: true })
    const hooks = table.map(([name, { example }]) => `${name}: ${example},`).join('\n')
    const helpers = Object.keys(usher).filter((name) => hooks.includes(name))
    const config = [
      `import * as v from 'valibot'`,
      `import { defineConfig, ${helpers.join(', ')} } from '${ROOT}/src/usher.ts'`,
      `export default defineConfig({ hooks: {\n${hooks}\n} })`,
    ]
    writeFileSync(join(folder, 'config.ts'), config.join('\n'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: `${ROOT}/tsconfig.json`, include: ['config.ts'], exclude: [] }),
    )
    expect(compilerOn(folder)).toBe('')
  })
})

/** The hook that the text spells, with what a config imports at hand. */
function evaluated(example: string): Hook {
  const { code } = transformSync(`return ${example}`, { loader: 'ts', format: 'cjs' })
  const helpers = Object.keys(usher)
  return new Function('v', ...helpers, code)(v, ...Object.values(usher))
}

async function sampleFieldsOf(source: Source): Promise<unknown> {
  const sample = source.sample({ fields: {}, id: 'sample-1', now: NOW })
  const kind = contentKind(sample.contentType) ?? 'json'
  const decoded = await decodeBody(utf8(sample.body), kind, sample.contentType)
  if (!decoded.ok) throw new TypeError(decoded.message)
  const reading = source.read(decoded.value, new Headers(sample.headers))
  return reading.ok ? reading.submissions[0]?.fields : null
}

/** What the compiler has against it; empty where it has nothing. */
function compilerOn(folder: string): string {
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder])
    return ''
  } catch (error) {
    return String(Reflect.get(Object(error), 'stdout'))
  }
}
