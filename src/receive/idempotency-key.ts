/** The `Idempotency-Key` header of callers that set one: a quoted structured field by the draft, bare in practice. */

/** The key; null where there is none; false where it cannot be one. */
export function readIdempotencyKey(header: string | null): string | null | false {
  if (header === null) return null
  const text = header.trim()
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1')
  const key = quoted ?? text
  return /^[\x20-\x7e]{1,255}$/.test(key) && key.trim() !== '' ? key : false
}
