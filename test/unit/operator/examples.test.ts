/** The example of every source is a hook: the compiler takes it, and it makes an invite of the source's own sample. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type Bytes, utf8 } from '../../../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../../../src/lib/decode.ts'
import type { Hook } from '../../../src/mapping/hook.ts'
import { mapFields } from '../../../src/mapping/map.ts'
import { sampleFields, samplePhone } from '../../../src/operator/sample/sample-fields.ts'
import { signedSample } from '../../../src/operator/sample/signed-sample.ts'
import { defineConfig } from '../../../src/setup/define-config.ts'
import type { Sample } from '../../../src/sources/shared/sample.ts'
import type { Source } from '../../../src/sources/source.ts'
import * as usher from '../../../src/usher.ts'
import { everySource } from '../../every-source.ts'
import { fixtures } from '../../fixtures/index.ts'
import { wholeOf } from '../../look-up-stand-in.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const COMPILER_TIMEOUT_MS = 120_000
const HERE = 'http://127.0.0.1:8787'
const NOW = Date.parse('2026-11-20T09:15:04Z')

const table = everySource.map((source) => [source.name, source] as const)

describe('the example', () => {
  it.each(table)('of %s makes an invite of its sample', async (_, source) => {
    const hook = evaluated(source.example)
    expect(hook.source.name).toBe(source.name)
    expect(() => defineConfig({ hooks: { example: hook } })).not.toThrow()
    const sample = source.sample({ fields: {}, id: 'sample-1', now: NOW })
    const mapped = mapFields(hook, await wholeIn(source, await readSample(source, sample)), NOW)
    expect(mapped).toMatchObject({ kind: 'invite', invite: { create: true } })
  })

  it.each(table)('of %s makes an invite of what `npm run send` sends', async (_, { example }) => {
    const hook = evaluated(example)
    const { source } = hook
    const phone = samplePhone('IN', () => 0.5)
    const occasion = { id: 'sample-1', now: NOW }
    const own = await readSample(source, source.sample({ fields: {}, ...occasion }))
    const { fields, unfit, madeUpPhones } = sampleFields(hook, { given: {}, own, phone })
    expect(unfit).toEqual([])
    expect(madeUpPhones).toHaveLength(1)
    const sample = source.sample({ fields, ...occasion })
    const secret = source.scheme.newSecret()
    const target = { hookName: 'example', hook, secret, baseUrl: HERE, publicUrl: null }
    const sent = await signedSample(target, sample, occasion)
    const headers = new Headers(sent.headers)
    const { pathname, search } = new URL(sent.url)
    const urlSecret = /^\/hooks\/example\/(.+)$/.exec(pathname)?.[1] ?? null
    const url = `${HERE}/hooks/example${search}`
    const incoming = { method: 'POST', url, headers, body: sent.body }
    const verdict = await source.scheme.verify({ ...incoming, urlSecret, now: NOW }, [secret])
    expect(verdict).toEqual({ ok: true })
    const submitted = await readSample(source, sample, sent)
    const mapped = mapFields(hook, await wholeIn(source, submitted), NOW)
    expect(mapped).toMatchObject({ kind: 'invite' })
    // Where only ids are sent the number is the vendor's to tell.
    if (source.lookUp !== undefined) return
    expect(mapped).toMatchObject({ invite: { contacts: [phone.slice(1)] } })
  })

  it(
    'of every source is what the compiler takes in src/config.ts',
    () => {
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
    },
    COMPILER_TIMEOUT_MS,
  )
})

/** The hook that the text spells, with what a config imports at hand. */
function evaluated(example: string): Hook {
  const { code } = transformSync(`return ${example}`, { loader: 'ts', format: 'cjs' })
  const helpers = Object.keys(usher)
  return new Function('v', ...helpers, code)(v, ...Object.values(usher))
}

/** The fields of a sample, as it is or signed. */
async function readSample(
  source: Source,
  { body, contentType, headers }: Sample,
  sent: { body: Bytes; headers: Readonly<Record<string, string>> } = {
    body: utf8(body),
    headers: headers ?? {},
  },
): Promise<unknown> {
  const kind = contentKind(contentType)
  if (kind === null) throw new TypeError(`${contentType} is no content type of a source`)
  const decoded = await decodeBody(sent.body, kind, contentType)
  if (!decoded.ok) throw new TypeError(decoded.message)
  const reading = source.read(decoded.value, new Headers(sent.headers))
  if (!reading.ok) throw new TypeError(reading.issues.map(({ message }) => message).join())
  expect(reading.submissions).toHaveLength(1)
  return reading.submissions[0]?.fields
}

async function wholeIn(source: Source, fields: unknown): Promise<unknown> {
  const fixture = fixtures[source.name]
  return fixture === undefined ? fields : wholeOf(source, fixture, fields)
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
