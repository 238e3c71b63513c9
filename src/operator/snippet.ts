/** The fields of a payload in one list, and a hook’s `consent`, `fields` and `invite` for `src/config.ts` from those that were picked. */

import * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import { type Consent, consentIn } from '../mapping/consent.ts'

/** More than these no one picks from; a sender's object can be endless. */
const MOST_FIELDS = 200
const MOST_DEPTH = 10

const singleSchema = v.nullable(v.union([v.string(), v.number(), v.boolean()]))

export interface ListedField {
  readonly path: FieldPath
  readonly value: v.InferOutput<typeof singleSchema>
}

/** Single values, in the order they come. Lists of texts and numbers count as their first items. */
export function fieldList(fields: unknown): ListedField[] {
  const found: ListedField[] = []
  const walk = (value: unknown, path: FieldPath): void => {
    if (found.length >= MOST_FIELDS || path.length > MOST_DEPTH) return
    if (v.is(singleSchema, value)) {
      if (path.length > 0) found.push({ path, value })
    } else if (Array.isArray(value)) {
      value.slice(0, 3).forEach((item, index) => {
        walk(item, [...path, index])
      })
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) walk(item, [...path, name])
    }
  }
  walk(fields, [])
  return found
}

/** Where a field is: names of members, and numbers of places in lists. */
type FieldPath = readonly (string | number)[]

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

/** The hook as TypeScript, to be pasted among `hooks`. It maps these fields, from which the choices were picked. */
export function snippet(choices: Choices, fields: unknown): string {
  const { hook, source, phone, country, consent, prefix, named } = choices
  const reads = [
    { path: phone, schema: country === null ? 'phone()' : `phone(${quoted(country)})` },
    ...named
      .filter((path) => access(path) !== access(phone))
      .map((path) => ({ path, schema: schemaFor(memberAt(fields, path)) })),
  ]
  const parts = named.map((path) => `\${${access(path)}}`)
  const name = [escapeTemplate(prefix.trim()), ...parts].filter((part) => part !== '').join(' ')
  const lines = [
    `${key(hook)}: hook({`,
    `${INDENT}source: ${source},`,
    ...(consent === null
      ? [`${INDENT}consent: { attested: 'where people agreed' },`]
      : consentLines(consent, fields).map((line) => INDENT + line)),
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

/** The option under which this payload's answer is a yes. Whether it means one is for the reader to say. */
function consentLines(path: FieldPath, fields: unknown): string[] {
  const list = path.slice(0, -1)
  // The boxes of one question are one answer.
  const isItem = typeof path.at(-1) === 'number' && list.length > 0
  const field = (isItem ? list : path).join('.')
  const agrees = (consent: Consent) => consentIn(consent, fields, 0) !== null
  if (agrees({ field })) return [`consent: { field: ${quoted(field)} },`]
  const accept = [valueAt(fields, field)].flat().filter((item) => typeof item === 'string')
  if (!agrees({ field, accept })) {
    return [
      '// This lead did not agree, and will be held.',
      `consent: { field: ${quoted(field)} },`,
    ]
  }
  return [
    '// What this lead answered. Keep it in accept only if it means yes.',
    `consent: { field: ${quoted(field)}, accept: [${accept.map(quoted).join(', ')}] },`,
  ]
}

function schemaFor(value: unknown): string {
  if (typeof value === 'number') return 'v.number()'
  return typeof value === 'boolean' ? 'v.boolean()' : 'v.pipe(v.string(), v.nonEmpty())'
}

function memberAt(node: unknown, path: FieldPath): unknown {
  return path.reduce((inner: unknown, name) => {
    return Object.getOwnPropertyDescriptor(Object(inner), name)?.value
  }, node)
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
