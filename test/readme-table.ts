/** The README's table of senders, as the list of sources wants it. */

import { guideOf } from '../src/setup/guide.ts'
import type { Source } from '../src/sources/source.ts'

const HEAD = ['| source | sender | proves itself by |', '|---|---|---|']
const MADE = [
  '| `jsonWith({ tokenHeader })` | any program that sends JSON | as `json`, or the secret in a header of that name |',
  '| `signedJson({…})` | any JSON that you or your vendor signs | a scheme you spell out: header, encoding, what is signed |',
]
const TABLE = /^\| source \| sender \|.*\n(?:\|.*\n)*/m

export function sendersTable(sources: readonly Source[]): string {
  const rows = sources
    .map((source) => guideOf(source, source.name, null))
    .map(
      ({ name, title, docs, kind, proof }) =>
        `| \`${name}\` | [${title}](${docs}) (${kind}) | ${proof} |`,
    )
  return `${[...HEAD, ...rows, ...MADE].join('\n')}\n`
}

/** The table as it stands in the README. */
export function tableIn(readme: string): string | null {
  return TABLE.exec(readme)?.[0] ?? null
}

export function withTable(readme: string, sources: readonly Source[]): string {
  return readme.replace(TABLE, () => sendersTable(sources))
}
