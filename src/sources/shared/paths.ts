/** Puts values into a documented object by dotted path, for the samples of CRMs and shops. */

import type { Sample, SampleInput, SourceOptions } from '../source.ts'

const INDEX = /^\d{1,3}$/

/**
 * A copy of `object` in which `line_items.0.sku` and the like have the given values. What is not there is made.
 * A value takes the type of the number or boolean it replaces, since that is what the vendor would send.
 */
export function withPaths(object: object, fields: Readonly<Record<string, string>>): object {
  let result: object = { ...object }
  for (const [path, value] of Object.entries(fields)) result = put(result, path.split('.'), value)
  return result
}

/** Where hooks read the answers that `withAnswers` adds. */
export const ANSWERS = 'answers.'

/** Makes a sender's documented object; `asked` are answers by title, for its own list of them. */
export type Documented = (
  id: string,
  now: number,
  asked: readonly (readonly [title: string, value: string])[],
) => object

export interface SampleParts {
  /** The vendor's path of what hooks read under a name of ours. */
  readonly moved?: Readonly<Record<string, string>>
  /** What stands before the title of an answer, such as `answers.`; without it there are no answers by title. */
  readonly answers?: string
  readonly headers?: (id: string, now: number) => Readonly<Record<string, string>>
}

/** A sample in JSON: the documented object with the caller's values. */
export function jsonSample(
  body: Documented,
  parts: SampleParts = {},
): SourceOptions<never, never>['sample'] {
  return (input) => jsonBody(sampleObject(body, parts, input), parts.headers?.(input.id, input.now))
}

/** The documented object with the caller's values. */
export function sampleObject(
  body: Documented,
  { moved = {}, answers }: SampleParts,
  { fields, id, now }: SampleInput,
): object {
  const places = new Map(Object.entries(moved))
  const asked: [string, string][] = []
  const values: [string, string][] = []
  for (const [path, value] of Object.entries(fields)) {
    if (answers !== undefined && path.startsWith(answers)) {
      asked.push([path.slice(answers.length), value])
    } else values.push([places.get(path) ?? path, value])
  }
  return withPaths(body(id, now, asked), Object.fromEntries(values))
}

/** A sample of JSON as it stands. */
export function jsonBody(value: unknown, headers: Readonly<Record<string, string>> = {}): Sample {
  return { body: JSON.stringify(value), contentType: 'application/json', headers }
}

/** A sample of a form. */
export function formBody(members: Readonly<Record<string, string>> | string[][]): Sample {
  return {
    body: new URLSearchParams(members).toString(),
    contentType: 'application/x-www-form-urlencoded',
  }
}

/** A number made of a text, always the same and hardly ever that of another, for ids that must be numbers. */
export function serial(text: string): number {
  let high = 0x811c9dc5
  let low = 0x01000193
  for (let at = 0; at < text.length; at++) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193)
    high = Math.imul(high ^ (low >>> 16), 0x85ebca6b)
  }
  // 21 bits and 32 bits: as many as a JSON number holds exactly.
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

function put(node: unknown, path: readonly string[], value: string): object {
  const [name = '', ...rest] = path
  if (Array.isArray(node) && INDEX.test(name)) {
    const copy: unknown[] = [...node]
    // Never further than one past the end: no path makes a list of holes.
    const index = Math.min(Number(name), copy.length)
    copy[index] = below(copy[index], rest, value)
    return copy
  }
  const members = typeof node === 'object' && !Array.isArray(node) ? { ...node } : {}
  const before: unknown = Object.getOwnPropertyDescriptor(members, name)?.value
  // A computed name defines a member, so that `__proto__` is a member like any other.
  return { ...members, [name]: below(before, rest, value) }
}

function below(before: unknown, rest: readonly string[], value: string): unknown {
  return rest.length === 0 ? like(before, value) : put(before, rest, value)
}

function like(before: unknown, value: string): unknown {
  if (typeof before === 'boolean' && (value === 'true' || value === 'false'))
    return value === 'true'
  return typeof before === 'number' && String(Number(value)) === value ? Number(value) : value
}

const SAMPLE = {
  groupName: 'Webinar May',
  contacts: ['919800000001'],
  create: true,
  name: 'Asha Rao',
  phone: '+919800000001',
}

/** `contacts` may be given as one text with commas; `id` makes it an event of its own. */
export function sampleInvite(fields: Readonly<Record<string, string>>, id: string): object {
  const { contacts, ...rest } = fields
  const named = { ...SAMPLE, sample: id }
  return withPaths(
    contacts === undefined ? named : { ...named, contacts: contacts.split(',') },
    rest,
  )
}
