/** Writes a hook's `consent`, `fields` and `invite` for `src/config.ts` from the fields that somebody has clicked. */

/** Where a field is: names of members, and numbers of places in lists. */
export type FieldPath = readonly (string | number)[]

export interface Choices {
  readonly hook: string
  readonly source: string
  readonly phone: FieldPath
  /** For numbers without a country code. */
  readonly country: string | null
  readonly consent: FieldPath | null
  /** What every group's name begins with. */
  readonly prefix: string
  /** What follows it. */
  readonly named: readonly FieldPath[]
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
const INDENT = '  '

/** The hook as TypeScript, to be pasted among `hooks`. */
export function snippet(choices: Choices): string {
  const { hook, source, phone, country, consent, prefix, named } = choices
  const reads = [
    { path: phone, schema: country === null ? 'phone()' : `phone(${quoted(country)})` },
    ...named
      .filter((path) => !same(path, phone))
      .map((path) => ({ path, schema: 'v.pipe(v.string(), v.nonEmpty())' })),
  ]
  const parts = named.map((path) => `\${${access(path)}}`)
  const name = [escapeTemplate(prefix.trim()), ...parts].filter((part) => part !== '').join(' ')
  const lines = [
    `${key(hook)}: hook({`,
    `${INDENT}source: ${source},`,
    consent === null
      ? `${INDENT}consent: { attested: 'where people agreed' },`
      : `${INDENT}consent: { field: ${quoted(consent.join('.'))} },`,
    `${INDENT}fields: ${schemaOf(reads, 1)},`,
    `${INDENT}invite: (lead) => ({`,
    `${INDENT}${INDENT}groupName: ${parts.length === 0 ? quoted(prefix.trim()) : `\`${name}\``},`,
    `${INDENT}${INDENT}contacts: [${access(phone)}],`,
    `${INDENT}${INDENT}create: true,`,
    `${INDENT}}),`,
    '}),',
  ]
  return lines.join('\n')
}

interface Read {
  readonly path: FieldPath
  readonly schema: string
}

/** The schemas of these paths as one: objects by their members, lists by their places. */
function schemaOf(reads: readonly Read[], depth: number): string {
  const [first] = reads
  if (first === undefined) return 'v.unknown()'
  if (first.path.length === 0) return first.schema
  const members = Map.groupBy(reads, ({ path }) => path[0] ?? '')
  const below = (head: string | number): string => {
    const inner = (members.get(head) ?? []).map(({ path, schema }) => ({
      path: path.slice(1),
      schema,
    }))
    return schemaOf(inner, depth + 1)
  }
  const pad = INDENT.repeat(depth + 1)
  const end = INDENT.repeat(depth)
  if (typeof first.path[0] === 'number') {
    const last = Math.max(...[...members.keys()].map(Number))
    const places = Array.from({ length: last + 1 }, (_, index) => `${pad}${below(index)},`)
    return `v.looseTuple([\n${places.join('\n')}\n${end}])`
  }
  const entries = [...members.keys()].map((name) => `${pad}${key(String(name))}: ${below(name)},`)
  return `v.object({\n${entries.join('\n')}\n${end}})`
}

function access(path: FieldPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return IDENTIFIER.test(step) ? `.${step}` : `[${quoted(step)}]`
  })
  return `lead${steps.join('')}`
}

function key(name: string): string {
  return IDENTIFIER.test(name) ? name : quoted(name)
}

/** A TypeScript string. What a sender wrote may hold anything, and this is pasted into a program. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replaceAll(/[^\x20-\x7e]/g, unsafe)}'`
}

/** Letters stay readable; what a reader cannot see is spelt out. */
function unsafe(character: string): string {
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function escapeTemplate(text: string): string {
  return quoted(text)
    .slice(1, -1)
    .replaceAll("\\'", "'")
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${')
}

function same(one: FieldPath, other: FieldPath): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index])
}
