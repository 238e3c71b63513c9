/**
 * `npm run sources`: every sender by name; with a name its page: steps, fields, example. `-- --evidence` tells how well each
 * is known, `-- --docs` writes the pages that are made of the sources, `-- --consent` runs the phrases of consent through every form.
 */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { run, table } from '../src/sandbox/command-line.ts'
import { senderLines, senderList, sourceOf } from '../src/sandbox/hooks/sender-page.ts'
import { sources } from '../src/sources/index.ts'
import { CORPUS, runCorpus } from './consent-corpus.ts'
import { everySource } from './every-source.ts'
import type { Evidence, Fixture } from './fixtures/fixture.ts'
import { fixtures } from './fixtures/index.ts'
import { sendersPage } from './senders-page.ts'

const PAGE = resolve(import.meta.dirname, '../docs/senders.md')

const PACKAGE = 'vendor package'
const KNOWN = 'known answer'
const FORMULA = 'documented formula'
const SHOWN = 'shown secret'

const [asked] = process.argv.slice(2)

await run(async () => {
  if (asked === '--docs') writeFileSync(PAGE, await sendersPage(sources))
  else if (asked === '--consent') await reportConsent()
  else if (asked === '--evidence') report()
  else if (asked === undefined) print(senderList())
  else print(await senderLines(sourceOf(asked)))
  return 0
})

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line)
}

async function reportConsent(): Promise<void> {
  const forms = everySource.filter(({ kind }) => kind === 'form')
  const results = await Promise.all(
    forms.map(async (source) => {
      const fixture = fixtures[source.name]
      if (fixture === undefined) throw new TypeError(`${source.name} has no fixture`)
      return { name: source.name, ...(await runCorpus(source, fixture)) }
    }),
  )
  const rows = results.map(({ name, agreed, declined, wrongYes, missedYes }) =>
    [name, agreed, declined, wrongYes.length, missedYes.length].map(String),
  )
  const head = ['form', 'yes read', 'no refused', 'WRONG YES', 'yes missed']
  for (const line of table([head, ...rows])) console.log(line)
  for (const { name, wrongYes, missedYes } of results) {
    for (const answer of wrongYes) console.log(`${name}: WRONG YES ${answer}`)
    for (const answer of missedYes) console.log(`${name}: yes missed ${answer}`)
  }
  const phrases = Object.values(CORPUS).flatMap(({ yes, no }) => [...yes, ...no]).length
  const wrong = results.flatMap(({ wrongYes }) => wrongYes).length
  console.log(
    `\n${phrases} phrases in ${Object.keys(CORPUS).length - 1} languages, as one choice and in lists, through ${forms.length} forms: ${wrong} wrong yeses`,
  )
  if (wrong > 0) process.exitCode = 1
}

function report(): void {
  const rows = everySource.map((source) => {
    const fixture = fixtures[source.name]
    return [
      source.name,
      source.kind,
      fixture === undefined ? 'NONE' : knownBy(fixture),
      fixture?.evidence.bodies ?? 'NONE',
      fixture?.evidence.proof ?? 'NONE',
      String(fixture?.rows.length ?? 0),
      String(fixture?.vectors?.length ?? 0),
      String(source.unconfirmed?.length ?? 0),
      source.scheme.title,
      fixture?.oracles.map(({ title }) => title).join('; ') ?? 'NONE',
    ]
  })
  const head = [
    'source',
    'kind',
    'known by',
    'bodies',
    'confidence',
    'rows',
    'vectors',
    'UNCONFIRMED',
    'proof',
    'oracles',
  ]
  for (const line of table([head, ...rows])) console.log(line)
  for (const { name, title, unconfirmed = [], phoneless } of everySource) {
    console.log(`\n${title}\n  from: ${fixtures[name]?.evidence.from ?? 'NONE'}`)
    if (phoneless !== undefined) console.log(`  phoneless: ${phoneless}`)
    for (const sentence of unconfirmed) console.log(`  UNCONFIRMED: ${sentence}`)
  }
  const all = Object.values(fixtures)
  const counts = (kinds: readonly string[], kindOf: (fixture: Fixture) => string) =>
    kinds
      .map((kind) => `${all.filter((fixture) => kindOf(fixture) === kind).length} ${kind}`)
      .join(', ')
  console.log(`\n${everySource.length} sources`)
  console.log(`Known by: ${counts([PACKAGE, KNOWN, FORMULA, SHOWN], knownBy)}`)
  const bodies: readonly Evidence['bodies'][] = ['captured', 'documented', 'invented']
  console.log(`Bodies of fixtures: ${counts(bodies, ({ evidence }) => evidence.bodies)}`)
  const proofs: readonly Evidence['proof'][] = ['confirmed', 'seen']
  console.log(`Proof: ${counts(proofs, ({ evidence }) => evidence.proof)}`)
}

/** The best that is known of how it signs. */
function knownBy({ oracles, vectors = [] }: Fixture): string {
  if (oracles.some((oracle) => oracle.package !== undefined)) return PACKAGE
  if (vectors.length > 0) return KNOWN
  return oracles.some(({ coversBody }) => coversBody) ? FORMULA : SHOWN
}
