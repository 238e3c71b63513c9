/** `npm run new` and `npm run sources -- NAME`: a hook in the config's text, and what is known of a sender before it has one. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nearest } from '../../../src/sandbox/command-line.ts'
import { addHook, namesIn } from '../../../src/sandbox/hooks/add-hook.ts'
import { senderLines, senderList, sourceOf } from '../../../src/sandbox/hooks/sender-page.ts'
import { loadConfig } from '../../../src/sandbox/load-config.ts'
import { sources } from '../../../src/sources/index.ts'
import * as usher from '../../../src/usher.ts'

const SRC = resolve(import.meta.dirname, '../../../src')
// Not src/config.ts: it is the user's.
const CONFIG = readFileSync(resolve(SRC, '../test/journeys/config.ts'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'usher-new-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('addHook', () => {
  it('takes the example of every sender into the config, one after the other', async () => {
    let text = CONFIG
    for (const { name, example } of sources) {
      const imports = namesIn(example, Object.keys(usher))
      const added = addHook(text, { name: `of-${name}`, code: example, imports })
      if (added === null) throw new TypeError(`${name} found no place`)
      text = added
    }
    const { hooks } = await loaded(text)
    expect(Object.keys(hooks)).toEqual([
      'webinar',
      'orders',
      'automation',
      ...sources.map(({ name }) => `of-${name}`),
    ])
    for (const { name } of sources) expect(hooks[`of-${name}`]?.source.name).toBe(name)
  })

  const hook = { name: 'vip', code: 'hook({ source: json })', imports: ['hook', 'json'] }
  const rows: readonly { title: string; text: string; added: string | null }[] = [
    {
      title: 'fills an empty list of hooks',
      text: `import { defineConfig } from '../usher.ts'\nexport default defineConfig({\n  hooks: {},\n})\n`,
      added: `import { defineConfig, hook, json } from '../usher.ts'\nexport default defineConfig({\n  hooks: {\n    vip: hook({ source: json }),\n  },\n})\n`,
    },
    {
      title: 'adds the comma that the last hook lacks, before its comment',
      text: `import { hook, json } from '../usher.ts'\nexport default {\n  hooks: {\n    a: hook({ source: json }) // {\n  },\n}\n`,
      added: `import { hook, json } from '../usher.ts'\nexport default {\n  hooks: {\n    a: hook({ source: json }), // {\n\n    vip: hook({ source: json }),\n  },\n}\n`,
    },
    {
      title: 'is not misled by braces in texts and comments',
      text: `import { hook, json } from '../usher.ts'\n// hooks: {\nexport default defineConfig({\n  hooks: {\n    a: hook({ source: json, inviteLink: '}' }),\n  },\n})\n`,
      added: `import { hook, json } from '../usher.ts'\n// hooks: {\nexport default defineConfig({\n  hooks: {\n    a: hook({ source: json, inviteLink: '}' }),\n\n    vip: hook({ source: json }),\n  },\n})\n`,
    },
    {
      title: 'finds no place where the hooks come from elsewhere',
      text: `import { defineConfig } from '../usher.ts'\nimport { hooks } from '../hooks.ts'\nexport default defineConfig({ hooks })\n`,
      added: null,
    },
    {
      title: 'finds no place without the import',
      text: 'export default { hooks: {} }',
      added: null,
    },
  ]
  it.each(rows)('$title', ({ text, added }) => {
    expect(addHook(text, hook)).toBe(added)
  })

  it('imports valibot where the first example needs it', () => {
    const text = `import { defineConfig } from '../usher.ts'\nexport default defineConfig({ hooks: {} })\n`
    const code = 'hook({ source: json, fields: v.object({}) })'
    expect(addHook(text, { name: 'a', code, imports: ['hook', 'json'] })).toMatch(
      /^import \* as v from 'valibot'\nimport \{ defineConfig, hook, json \} from/,
    )
  })
})

describe('the page of a sender', () => {
  it.each(sources.map((source) => [source.name, source] as const))(
    'of %s has its steps, its fields and its example under a name to paste',
    async (_, source) => {
      const page = (await senderLines(source)).join('\n')
      expect(page).toContain('Step by step')
      expect(page).toContain('webinar: hook({')
      expect(page).toContain('WEBINAR_SECRET')
      expect(page).toMatch(/What its sample holds.*\n(?: {2}\S+ {2,}\S.*\n)+/)
    },
  )

  it('is proposed for a misspelt name', () => {
    expect(() => sourceOf('typefrom')).toThrow(
      'There is no sender "typefrom". Did you mean "typeform"?',
    )
    expect(() => sourceOf('woo-commerce')).toThrow('Did you mean "wooCommerce"?')
    expect(() => sourceOf('sap')).toThrow('There is no sender "sap". npm run sources lists all.')
    expect(() => sourceOf('signedJson')).toThrow('made by its options')
  })

  it('stands in the list', () => {
    const list = senderList().join('\n')
    for (const { name } of sources) expect(list).toContain(`\n${name} `)
  })
})

describe('nearest', () => {
  it.each([
    { word: 'tallly', words: ['tally', 'jotform'], near: 'tally' },
    { word: 'Cohort', words: ['cohort'], near: 'cohort' },
    { word: 'cohrt', words: ['phone', 'cohort'], near: 'cohort' },
    { word: 'phone', words: ['name', 'cohort'], near: null },
    { word: 'x', words: [], near: null },
  ])('of $word among $words is $near', ({ word, words, near }) => {
    expect(nearest(word, words)).toBe(near)
  })
})

async function loaded(text: string) {
  const file = join(folder, 'config.ts')
  writeFileSync(file, text.replace(/'\S*\/usher\.ts'/, `'${SRC}/usher.ts'`))
  return loadConfig(file)
}
