/** Ids of bodies whose members a schema reads, or their author named: a text or a number, which is then a text. */

import * as v from 'valibot'
import { idText } from './id-text.ts'
import type { JsonObject } from './json-object.ts'

/** An id by the rule of `idText`, where a body without one is not of the sender's shape. */
export const idSchema = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.safeInteger())]),
  v.transform((id) => String(id)),
  v.nonEmpty(),
)

/** The id under this name; null where there is none, or something else. */
export function idIn(object: JsonObject, name: string): string | null {
  return idText(Object.getOwnPropertyDescriptor(object, name)?.value)
}
