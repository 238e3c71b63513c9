/** The text of an id that is sent as a text or as a number, by version or by mood. */

/** Null where there is none: the body's digest then serves. */
export function idText(value: unknown): string | null {
  // Above 2^53 JSON.parse makes neighbours equal, and two events one.
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}
