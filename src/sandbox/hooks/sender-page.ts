/** A sender's page for the terminal: what to click, what it sends, and the hook to begin with. */

import { styleText } from 'node:util'
import { ownFields } from '../../operator/sample/sample-fields.ts'
import { fieldList } from '../../operator/snippet.ts'
import { guideOf } from '../../setup/guide.ts'
import { sources } from '../../sources/index.ts'
import type { Source } from '../../sources/source.ts'
import { didYouMean, Trouble, table } from '../command-line.ts'

/** What a hook is called in steps and examples before it has a name. */
const HOOK = 'webinar'
const MOST_FIELDS = 40
const LONGEST_VALUE = 60

/** Sources that are made by their options have no page of their own. */
const MADE: readonly string[] = ['signedJson', 'jsonWith']

/** The source of this name; trouble with a proposal where there is none. */
export function sourceOf(name: string): Source {
  const found = sources.find((source) => source.name === name)
  if (found !== undefined) return found
  if (MADE.includes(name)) {
    throw new Trouble(`${name}({ … }) is made by its options: see docs/recipes.md.`)
  }
  const names = [...sources.map((source) => source.name), ...MADE]
  const hint = didYouMean(name, names) || ' npm run sources lists all.'
  throw new Trouble(`There is no sender "${name}".${hint}`)
}

/** The lines of the page. `hook`: whose address and secret the steps name. */
export async function senderLines(source: Source, hook = HOOK): Promise<string[]> {
  const guide = guideOf(source, hook, null)
  const numbered = guide.steps.map((step, index) => `${index + 1}. ${step}`)
  return [
    `${guide.title} (${guide.kind})  ${guide.docs}`,
    `It proves itself by: ${guide.proof}.`,
    ...(guide.phoneless === null ? [] : [guide.phoneless]),
    ...section('What to paste', [
      `The address  ${guide.url}`,
      ...guide.secrets.map(({ name, what }) => `${name}  ${what}`),
    ]),
    ...section('Step by step', numbered),
    ...(source.paste ?? []).flatMap(({ name, text }) => section(name, text.split('\n'))),
    ...section('What its sample holds, by the names that `fields` reads', await fieldLines(source)),
    ...section('A hook to begin with, in src/config.ts', `${hook}: ${guide.example},`.split('\n')),
    ...section('What to expect', guide.expect),
    ...section('When something goes wrong', guide.fails),
    ...section('What no page of the vendor’s says', guide.unconfirmed),
  ]
}

/** Every sender by its name in `src/config.ts`. */
export function senderList(): string[] {
  const rows = sources.map(({ name, title, kind }) => [name, title, kind])
  return [
    ...table([['name', 'sender', 'kind'], ...rows]),
    '',
    'One sender’s steps, fields and example: npm run sources -- tally',
  ]
}

async function fieldLines(source: Source): Promise<string[]> {
  const sample = source.sample({ fields: {}, id: 'sample-1', now: Date.UTC(2026, 0, 1) })
  const fields = fieldList(await ownFields({ source }, sample))
  const rows = fields.slice(0, MOST_FIELDS).map(({ path, value }) => [path.join('.'), shown(value)])
  const more = fields.length - rows.length
  return [...table(rows), ...(more > 0 ? [`and ${more} more`] : [])]
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const heading = styleText('bold', title, { stream: process.stdout })
  return ['', heading, ...lines.map((line) => `  ${line}`.trimEnd())]
}
