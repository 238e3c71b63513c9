/** Whether visitors of a public form can type the name of its groups: found by mapping markers through the hook's schema. */

import * as v from 'valibot'
import type { Hook } from './hook.ts'

/** Hooks of these kinds take what strangers type. */
const PUBLIC_KINDS: readonly string[] = ['form', 'calendar', 'ads']
/** Pairs of answers as a visitor may type them: where the name follows one of them, it follows what is typed. */
const MARKERS: readonly (readonly [unknown, unknown])[] = [
  ['Zebra Quartz', 'Yellow Walnut'],
  ['zebra', 'walnut'],
  ['q', 'x'],
  ['4711', '4712'],
  [4711, 4712],
  ['zebra@example.com', 'walnut@example.com'],
  ['https://example.com/zebra', 'https://example.com/walnut'],
  ['2031-02-03', '2032-03-04'],
  ['+919812345671', '+919812345672'],
]
/** What stands in every other answer. */
const FILLERS: readonly unknown[] = [
  'Asha Rao',
  'asha@example.com',
  '+919876501234',
  'https://example.com/',
  '2026-12-01',
  '1',
  'yes',
  1,
  true,
  null,
]
/** Of a schema; one that nests deeper or has more answers is not looked through. */
const MOST_ANSWERS = 200
const MAX_DEPTH = 12

/** `unknown`: nothing made up fits the schema or the mapping, so it is taken for a yes. */
type TypedName = 'yes' | 'no' | 'unknown'

/** What a visitor of this hook can make of its group names. Calls `invite` with made-up answers. */
export function typedName(hook: Hook): TypedName {
  const { fields, invite, source } = hook
  if (!PUBLIC_KINDS.includes(source.kind)) return 'no'
  // The body says the name itself.
  if (fields === undefined || invite === undefined) return 'yes'
  const nameWith = (answers: ReadonlyMap<string, unknown>): string | null => {
    try {
      const values = v.safeParse(fields, madeUp(fields, '', answers, 0))
      return values.success ? invite(values.output).groupName : null
    } catch {
      return null
    }
  }
  const own = nameWith(new Map())
  const paths = pathsOf(fields, '', 0)
  if (own === null || paths.length > MOST_ANSWERS) return 'unknown'
  const follows = paths.some((path) =>
    MARKERS.some((pair) => {
      const [one, other] = pair.map((marker) => nameWith(new Map([[path, marker]])))
      // One alone may fit beside fixed answers: `v.union([v.literal('May'), v.literal('zebra')])`.
      return one != null && other != null && one !== other
    }),
  )
  return follows ? 'yes' : 'no'
}

/** A value for the schema: the given answers, and fillers for the others. */
function madeUp(
  schema: v.GenericSchema,
  path: string,
  answers: ReadonlyMap<string, unknown>,
  depth: number,
): unknown {
  if (answers.has(path)) return answers.get(path)
  const { entries, wrapped, item, items, options } = innards(schema)
  const below = (one: unknown, name: string) =>
    isSchema(one) && depth < MAX_DEPTH
      ? madeUp(one, `${path}/${name}`, answers, depth + 1)
      : undefined
  if (entries !== null)
    return Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [name, below(entry, name)]),
    )
  if (wrapped !== undefined) return below(wrapped, '')
  if (item !== undefined) return [below(item, '0')]
  if (items.length > 0) return items.map((one, place) => below(one, String(place)))
  if (schema.type === 'intersect')
    return Object.assign({}, ...options.map((one, place) => below(one, String(place))))
  if (schema.type === 'literal') return Reflect.get(schema, 'literal')
  const given = options.map((one, place) => (isSchema(one) ? below(one, String(place)) : one))
  return [...given, ...FILLERS].find((filler) => v.is(schema, filler))
}

/** Where a single answer, or an alternative of several, stands. */
function pathsOf(schema: v.GenericSchema, path: string, depth: number): string[] {
  const { entries, wrapped, item, items, options } = innards(schema)
  const inner: readonly (readonly [string, unknown])[] =
    entries !== null
      ? Object.entries(entries)
      : wrapped !== undefined
        ? [['', wrapped]]
        : item !== undefined
          ? [['0', item]]
          : [...(items.length > 0 ? items : options)].map((one, place) => [String(place), one])
  const below = inner.flatMap(([name, one]) =>
    isSchema(one) && depth < MAX_DEPTH ? pathsOf(one, `${path}/${name}`, depth + 1) : [],
  )
  // The whole of a union is an answer too: the marker may fit another of its alternatives.
  return entries === null || below.length === 0 ? [path, ...below] : below
}

/** What valibot's own schemas are made of; a schema has some of these or none. */
export function innards(schema: v.GenericSchema) {
  const { entries, options, wrapped, item, items }: Record<string, unknown> = Object(schema)
  return {
    entries: typeof entries === 'object' ? entries : null,
    options: Array.isArray(options) ? options : [],
    wrapped,
    item,
    items: Array.isArray(items) ? items : [],
  }
}

/** Whether it is a schema of valibot. */
export function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema'
}
