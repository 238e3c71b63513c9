/** The README keeps its word: its table of senders is the list of sources, and its commands are those of package.json. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sources } from '../../src/sources/index.ts'
import { sendersTable, tableIn } from '../readme-table.ts'
import { ROWS } from '../rows.ts'

const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(resolve(root, 'README.md'), 'utf8')
const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(resolve(root, 'package.json'), 'utf8'),
)

describe('the README', () => {
  it('has the table of senders that `npm run sources -- --docs` writes', () => {
    expect(tableIn(readme)).toBe(sendersTable(sources))
  })

  it('tells how the house is built, row by row', () => {
    const table = /^\| in `src\/` \|.*\n\|.*\n((?:\|.*\n)*)/m.exec(readme)?.[1] ?? ''
    const rows = table.matchAll(/^\| (.*?) \|/gm)
    const told = [...rows].map(([, places = '']) =>
      [...places.matchAll(/`(.+?)`/g)].map(([, place]) => place),
    )
    expect(told).toEqual(ROWS)
  })

  it('has a core that is read in an hour', () => {
    const told = /\*\*The core in an hour\*\*.*?\n\n/s.exec(readme)?.[0] ?? ''
    const files = [...told.matchAll(/`(?:src\/)?([\w/-]+\.ts)`/g)].map(([, file = '']) => file)
    const lines = files.map((file) => readFileSync(resolve(root, 'src', file), 'utf8').split('\n'))
    expect(files.length).toBeGreaterThan(10)
    expect(lines.flat().length).toBeLessThanOrEqual(3_000)
  })

  it('tells only commands that there are', () => {
    const told = [...readme.matchAll(/npm run (\w+)/g)].map((match) => match[1] ?? '')
    expect(told.filter((command) => !Object.hasOwn(scripts, command))).toEqual([])
  })
})
