/** Ids as senders write them: a text or a number, which is then a text. */

import * as v from 'valibot'
import type { JsonObject } from './json-object.ts'

export const idText = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform((id) => String(id)),
  v.nonEmpty(),
)

/** The id under this name; null where there is none, or something else. */
export function idIn(object: JsonObject, name: string): string | null {
  const read = v.safeParse(idText, Object.getOwnPropertyDescriptor(object, name)?.value)
  return read.success ? read.output : null
}
