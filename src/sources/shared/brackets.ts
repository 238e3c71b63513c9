/** Forms whose names nest by brackets, as PHP reads them: `contact[fields][city]`. */

import * as v from 'valibot'
import { type JsonObject, jsonObject } from './payload.ts'
import {
  type Documented,
  formBody,
  type Sample,
  type SampleInput,
  type SampleParts,
  sampleObject,
} from './sample.ts'

/** A name and its segments; the last pair may be empty, where a list has no indices. */
const NESTED = /^([^[\]]+)((?:\[[^[\]]+\]){1,8})(?:\[\])?$/
const LIST = /^([^[\]]+)\[\]$/

type Tree = Map<string, unknown>

/** A decoded form of such names as nested objects; what has the indices 0, 1, 2 … is a list. */
export const bracketForm = v.pipe(jsonObject, v.transform(nested))

/** A sample of a form that reads as the documented object with the caller's values. */
export function bracketSample(
  body: Documented,
  parts: SampleParts = {},
): (input: SampleInput) => Sample {
  return (input) => formBody(pairs(sampleObject(body, parts, input)))
}

function nested(form: JsonObject): JsonObject {
  const root: Tree = new Map()
  for (const [name, value] of Object.entries(form)) put(root, segments(name), value)
  return Object.fromEntries([...root].map(([name, value]) => [name, plain(value)]))
}

/** A name of any other form is a name like any other. */
function segments(name: string): readonly string[] {
  const match = NESTED.exec(name)
  if (match === null) return [LIST.exec(name)?.[1] ?? name]
  return [match[1] ?? '', ...(match[2] ?? '').slice(1, -1).split('][')]
}

/** Who names both `tag` and `tag[id]` means two things by one name: the first to come is kept. */
function put(tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): void {
  const before = tree.get(name)
  if (rest.length === 0) {
    if (before === undefined) tree.set(name, value)
    return
  }
  const branch: unknown = before ?? new Map()
  if (!(branch instanceof Map)) return
  tree.set(name, branch)
  put(branch, rest, value)
}

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value
  const members = [...value].map(([name, inner]): [string, unknown] => [String(name), plain(inner)])
  // Only an unbroken row of indices: `[1000000000]` must not make a list of holes.
  const isList = members.every(([name], at) => name === String(at))
  // `fromEntries` defines members: a segment `__proto__` becomes data, not a prototype.
  return isList ? members.map(([, inner]) => inner) : Object.fromEntries(members)
}

function pairs(value: object, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    const path = prefix === '' ? name : `${prefix}[${name}]`
    return typeof inner === 'object' && inner !== null
      ? pairs(inner, path)
      : [[path, String(inner ?? '')]]
  })
}
