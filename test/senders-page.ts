/** docs/senders.md, as the list of sources and docs/recipes.md want it: a table of all, then a section for each source. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ownFields } from '../src/operator/sample/sample-fields.ts'
import { fieldList } from '../src/operator/snippet.ts'
import { guideOf } from '../src/setup/guide.ts'
import type { Source } from '../src/sources/source.ts'

const RECIPES_PAGE = resolve(import.meta.dirname, '../docs/recipes.md')
/** The part of that page about senders. */
const SENDERS = /^## Senders without a source of their own\n([\s\S]*?)^## /m
const RECIPE = /^### (.+)\n[\s\S]*?source: (\w+)/gm
const HOOK = 'webinar'
const MOST_FIELDS = 30
const HEAD = `# Senders

Made of the sources themselves by \`npm run sources -- --docs\`. The steps are for a hook named \`${HOOK}\`; \`npm run sources -- tally\` prints one sender's, \`npm run new -- signup tally\` writes its
example into \`src/config.ts\`. Senders without a source of their own have a [recipe](recipes.md), with the exact options.

Senders that sign nothing prove themselves by the hook's secret, as \`Authorization: Bearer\`, Basic password or \`x-usher-secret\`; those that can set nothing but a URL put it at its end:
\`/hooks/${HOOK}/<secret>\`. Some senders send ids only: Usher looks the rest up at the vendor with the secret \`<HOOK>_API_TOKEN\`; where that fails for half a day the lead is held.

| source | sender | proves itself by |
|---|---|---|`
const MADE = `| \`jsonWith({ tokenHeader })\` | any program that sends JSON | as \`json\`, or the secret in a header of that name |
| [\`signedJson({…})\`](#signedjson) | any JSON that you or your vendor signs | a scheme you spell out: header, encoding, what is signed |`

/** The whole page. */
export async function sendersPage(sources: readonly Source[]): Promise<string> {
  const rows = sources.map(
    ({ name, title, kind, scheme }) =>
      `| [\`${name}\`](#${name.toLowerCase()}) | ${title} (${kind}) | ${scheme.title} |`,
  )
  const made = recipes().map(
    ({ title, source, link }) => `| \`${source}\` | ${title} | see the [recipe](${link}) |`,
  )
  const sections = await Promise.all(sources.map(sectionOf))
  const signed = `## signedJson\n\nThe options are in the text of \`src/sources/signed-json.ts\`. ${recipesOf('signedJson')}\n`
  return `${[HEAD, ...rows, MADE, ...made].join('\n')}\n\n${[...sections, signed].join('\n')}`
}

function recipes(): readonly { title: string; source: string; link: string }[] {
  const [, text = ''] = SENDERS.exec(readFileSync(RECIPES_PAGE, 'utf8')) ?? []
  return [...text.matchAll(RECIPE)].map(([, title = '', source = '']) => {
    const anchor = title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')
    return { title, source, link: `recipes.md#${anchor}` }
  })
}

function recipesOf(name: string): string | null {
  const links = recipes()
    .filter(({ source }) => source === name)
    .map(({ title, link }) => `[${title}](${link})`)
  return links.length === 0 ? null : `Recipes, with the exact options: ${links.join(', ')}.`
}

async function sectionOf(source: Source): Promise<string> {
  const guide = guideOf(source, HOOK, null)
  const secrets = guide.secrets.map(({ name, what }) => `\`${name}\`: ${what}`)
  const parts = [
    `## ${guide.name}`,
    `[${guide.title}](${guide.docs}). It proves itself by: ${guide.proof}.`,
    guide.phoneless,
    recipesOf(source.name),
    list('Secrets', secrets),
    guide.steps.map((step, index) => `${index + 1}. ${literal(step)}`).join('\n'),
    ...(source.paste ?? []).map(({ name, text }) => `${name}:\n\n\`\`\`js\n${text.trim()}\n\`\`\``),
    await fieldsOf(source),
    `\`\`\`ts\n${HOOK}: ${guide.example},\n\`\`\``,
    list('When something goes wrong', guide.fails.map(literal)),
    list('What no page of the vendor’s says', guide.unconfirmed.map(literal)),
  ]
  return `${parts.filter((part) => part).join('\n\n')}\n`
}

/** The names under which `fields` reads the vendor's sample. */
async function fieldsOf(source: Source): Promise<string> {
  const sample = source.sample({ fields: {}, id: 'sample-1', now: Date.UTC(2026, 0, 1) })
  const fields = fieldList(await ownFields({ source }, sample))
  const names = fields.slice(0, MOST_FIELDS).map(({ path }) => `\`${path.join('.')}\``)
  const more = fields.length > MOST_FIELDS ? ` and ${fields.length - MOST_FIELDS} more` : ''
  return `Fields of its sample: ${names.join(', ')}${more}.`
}

function list(title: string, items: readonly string[]): string | null {
  return items.length === 0 ? null : `${title}:\n\n${items.map((item) => `- ${item}`).join('\n')}`
}

/** Angle brackets and stars would be Markdown's. */
function literal(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('*', '\\*')
}
