/** A JSON object of any members, taken as it came. */

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
