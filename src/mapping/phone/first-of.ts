/** Reads the first of several places in which a sender may have one thing: a shop's number in an address, the order or its customer. */

import * as v from 'valibot'
import { valueAt } from '../../lib/value-at.ts'

/**
 * The schema over fields whose member `name` is the first of these places that has something in it, as dotted paths. An
 * address counts as what its `phone` is, and is given whole, for its country. Where none has anything, `name` is left as it was.
 */
export function firstOf<const schema extends v.GenericSchema>(
  name: string,
  paths: readonly string[],
  schema: schema,
): v.GenericSchema<unknown, v.InferOutput<schema>> {
  const whole = v.pipe(
    v.unknown(),
    v.transform((fields) => withFirst(fields, name, paths)),
    schema,
  )
  const entries: unknown = Reflect.get(schema, 'entries')
  const [first] = paths
  if (typeof entries !== 'object' || entries === null || first === undefined) return whole
  // What makes up samples looks into `entries`: there the member stands where the sender has it.
  const { [name]: member, ...others }: Record<string, unknown> = { ...entries }
  return Object.assign(whole, { entries: { ...others, [first]: member } })
}

function withFirst(fields: unknown, name: string, paths: readonly string[]): unknown {
  if (typeof fields !== 'object' || fields === null) return fields
  const found = paths.map((path) => valueAt(fields, path)).find(hasSomething)
  return found === undefined ? fields : { ...fields, [name]: found }
}

function hasSomething(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null) return value !== undefined && value !== null
  return 'phone' in value && hasSomething(value.phone)
}
