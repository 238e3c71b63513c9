/** `npm run sources`: what is known of every sender, and how well. With `-- --readme` it writes the README's table anew. */

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { table } from '../src/sandbox/checking/table.ts'
import { sources } from '../src/sources/index.ts'
import { everySource } from './every-source.ts'
import type { Fixture } from './fixtures/fixture.ts'
import { fixtures } from './fixtures/index.ts'
import { withTable } from './readme-table.ts'

const README = resolve(import.meta.dirname, '../README.md')

const PACKAGE = 'vendor package'
const KNOWN = 'known answer'
const FORMULA = 'documented formula'
const SHOWN = 'shown secret'

if (process.argv.includes('--readme')) {
  writeFileSync(README, withTable(readFileSync(README, 'utf8'), sources))
} else {
  report()
}

function report(): void {
  const rows = everySource.map((source) => {
    const fixture = fixtures[source.name]
    return [
      source.name,
      source.kind,
      fixture === undefined ? 'NONE' : confidence(fixture),
      String(fixture?.rows.length ?? 0),
      String(fixture?.vectors?.length ?? 0),
      String(source.unconfirmed?.length ?? 0),
      fixture?.oracles.map(({ title }) => title).join('; ') ?? 'NONE',
    ]
  })
  const head = ['source', 'kind', 'known by', 'rows', 'vectors', 'UNCONFIRMED', 'oracles']
  for (const line of table([head, ...rows])) console.log(line)
  for (const { title, unconfirmed = [], phoneless } of everySource) {
    if (unconfirmed.length === 0 && phoneless === undefined) continue
    console.log(`\n${title}`)
    if (phoneless !== undefined) console.log(`  phoneless: ${phoneless}`)
    for (const sentence of unconfirmed) console.log(`  UNCONFIRMED: ${sentence}`)
  }
  const all = Object.values(fixtures)
  const count = (known: string) => all.filter((one) => confidence(one) === known).length
  console.log(
    `\n${everySource.length} sources: ${count(PACKAGE)} by ${PACKAGE}, ${count(KNOWN)} by ${KNOWN}, ${count(FORMULA)} by ${FORMULA}, ${count(SHOWN)} by ${SHOWN}`,
  )
}

/** The best that is known of how it signs. */
function confidence({ oracles, vectors = [] }: Fixture): string {
  if (oracles.some((oracle) => oracle.package !== undefined)) return PACKAGE
  if (vectors.length > 0) return KNOWN
  return oracles.some(({ coversBody }) => coversBody) ? FORMULA : SHOWN
}
