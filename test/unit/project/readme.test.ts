/** The README and docs/ are true: their tables are those of the code, their commands exist, their links lead somewhere. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACES } from '../../../src/outbox/dispatch/pace.ts'
import { RETENTIONS } from '../../../src/outbox/jobs/retention.ts'
import { sources } from '../../../src/sources/index.ts'
import { ROWS } from '../../rows.ts'
import { sendersPage } from '../../senders-page.ts'

const MOST_WORDS = 1_800
const root = resolve(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8')
const readme = read('README.md')
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

describe('the README', () => {
  it('is read in a few minutes', () => {
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(MOST_WORDS)
  })

  it.each([
    ['a hook', 'option of a hook', optionsOf('src/mapping/hook.ts', 'HookOptions')],
    ['the config', 'option of the config', optionsOf('src/setup/define-config.ts', 'ConfigInput')],
  ])('tells every option of %s, and no other', (_, head, options) => {
    expect(options.length).toBeGreaterThan(3)
    expect(namesIn(tableOf(readme, head)).toSorted()).toEqual(options.toSorted())
  })

  it('names every kind of sender, and has none that is not there', () => {
    const told = /\*\*Who can send\*\*[\s\S]*?\n\n/.exec(readme)?.[0] ?? ''
    for (const kind of ['forms', 'calendars', 'ads', 'CRMs', 'shops']) expect(told).toContain(kind)
    const titles = sources.map(({ title }) => title)
    for (const [, inside = ''] of told.matchAll(/\(([^)]*) …\)/g)) {
      for (const name of inside.split(', ')) {
        expect(titles.some((title) => title.startsWith(name))).toBe(true)
      }
    }
  })
})

describe('docs/', () => {
  it('has the page of senders that `npm run sources -- --docs` writes', async () => {
    expect(read('docs/senders.md')).toBe(await sendersPage(sources))
  })

  it('tells every number of the pace', () => {
    const told = namesIn(tableOf(read('docs/pace.md'), 'option of an account'))
    const options = [...Object.keys(PACES.steady), 'quietHours']
    expect(told.toSorted()).toEqual(options.toSorted())
  })

  it.each([
    ['batchSize', PACES.steady.batchSize, PACES.newNumber.batchSize],
    [
      'createsPerHour` / `createsPerDay',
      `${PACES.steady.createsPerHour} / ${PACES.steady.createsPerDay}`,
      `${PACES.newNumber.createsPerHour} / ${PACES.newNumber.createsPerDay}`,
    ],
    [
      'peoplePerHour` / `peoplePerDay',
      `${PACES.steady.peoplePerHour} / ${PACES.steady.peoplePerDay}`,
      `${PACES.newNumber.peoplePerHour} / ${PACES.newNumber.peoplePerDay}`,
    ],
  ])('has the numbers of %s', (option, steady, newNumber) => {
    const row = read('docs/pace.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${option}\``))
    expect(row).toContain(`| ${steady} | ${newNumber} |`)
  })

  it('tells how long what is kept', () => {
    const rows = tableOf(read('docs/privacy.md'), 'what | option of `retention`')
    for (const [option, days] of Object.entries(RETENTIONS.standard)) {
      const row = rows.find((line) => line.includes(`\`${option}\``))
      const told = days % 365 === 0 && days > 365 ? `${days / 365} years` : `${days} days`
      expect(row).toContain(`| ${told} |`)
    }
  })

  it('tells the order of the folders, row by row', () => {
    const told = tableOf(read('docs/architecture.md'), 'in `src/`').map((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(.+?)`/g)].map(([, place]) => place),
    )
    expect(told).toEqual(ROWS)
  })
})

describe.each(pages)('%s', (page) => {
  const text = read(page)

  it('tells only commands that there are', () => {
    const told = [...text.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1] ?? '')
    expect(told.filter((command) => !Object.hasOwn(scripts, command))).toEqual([])
  })

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)]
    const dead = links.filter(([, file = '', anchor]) => {
      const target = file === '' ? page : join(dirname(page), file)
      if (!existsSync(resolve(root, target))) return true
      return anchor !== undefined && !anchorsIn(read(target)).includes(anchor)
    })
    expect(dead.map(([whole]) => whole)).toEqual([])
  })
})

/** The members of an interface, in the order they come. */
function optionsOf(file: string, name: string): string[] {
  const body = new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)^\\}`, 'm').exec(read(file))?.[1]
  return [...(body ?? '').matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(
    ([, option = '']) => option,
  )
}

/** The rows of the table that begins so. */
function tableOf(text: string, head: string): string[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`))
  const rows = lines.slice(start + 2)
  return start === -1
    ? []
    : rows.slice(
        0,
        rows.findIndex((line) => !line.startsWith('|')),
      )
}

function namesIn(rows: readonly string[]): string[] {
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  )
}

/** As GitHub makes them of headings. */
function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}
