/** JSON objects of any members, taken as they came, and the ids in them: a text or a number, which is then a text. */

import * as v from 'valibot'

export type JsonObject = Readonly<Record<string, unknown>>

/** valibot's own objects take lists as well. */
export const jsonObject = v.custom<JsonObject>(
  (body) => typeof body === 'object' && body !== null && !Array.isArray(body),
  'Expected an object',
)

/** The object, or the only one of a list: automations wrap what they send so. */
export const oneJsonObject = v.pipe(
  v.unknown(),
  v.transform((body): unknown => (Array.isArray(body) && body.length === 1 ? body[0] : body)),
  jsonObject,
)

/** An id as a text. Null where there is none: the body's digest then serves. */
export function idText(value: unknown): string | null {
  // Above 2^53 JSON.parse makes neighbours equal, and two events one.
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** An id by the rule of `idText`, where a body without one is not of the sender's shape. */
export const idSchema = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.safeInteger())]),
  v.transform((id) => String(id)),
  v.nonEmpty(),
)

/** An id of digits alone, for the path of a URL: what else stood there would lead to another place. */
export const numberId = v.pipe(idSchema, v.regex(/^\d{1,30}$/, 'Expected an id of digits'))

/** A text that may be missing. A number is read as its text: some programs write `9800000001` without quotes. */
export const optionalText = v.nullish(
  v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
)

/** An id that may be missing, as it came: `idText` makes a text of it. */
export const optionalId = v.nullish(v.union([v.string(), v.number()]))

/** The id under this name; null where there is none, or something else. */
export function idIn(object: JsonObject, name: string): string | null {
  return idText(Object.getOwnPropertyDescriptor(object, name)?.value)
}
