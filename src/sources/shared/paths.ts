/** Puts values into a documented object by dotted path, for the samples of CRMs and shops. */

import type { SourceOptions } from '../source.ts'

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

/** The sample of a sender of JSON: its documented body, with the caller's values. */
export function jsonSample(
  body: (id: string, now: number) => object,
): SourceOptions<never, never>['sample'] {
  return ({ fields, id, now }) => ({
    body: JSON.stringify(withPaths(body(id, now), fields)),
    contentType: 'application/json',
  })
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
