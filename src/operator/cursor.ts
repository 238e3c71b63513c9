/** The cursor of a list over several accounts: how far each has been read. */

import * as v from 'valibot'

/** By account: deliveries before this number come next; null: none are left. */
export type Cursor = Readonly<Record<string, number | null>>

const cursorSchema = v.record(
  v.string(),
  v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
)

export function writeCursor(cursor: Cursor): string {
  return btoa(JSON.stringify(cursor)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The cursor, or null where it is none of ours. */
export function readCursor(text: string): Cursor | null {
  try {
    const value: unknown = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
    const parsed = v.safeParse(cursorSchema, value)
    // To valibot a list is a record too.
    return parsed.success && !Array.isArray(value) ? parsed.output : null
  } catch {
    return null
  }
}
