/** The fields of a payload in one list: each with the path to it, its value and its kind. */

import type { FieldPath } from './snippet.ts'

/** More than these no one picks from; a sender's object can be endless. */
const MOST_FIELDS = 200
const MOST_DEPTH = 10

export interface ListedField {
  readonly path: FieldPath
  readonly value: string | number | boolean | null
}

/** Single values, in the order they come. Lists of texts and numbers count as their first items. */
export function fieldList(fields: unknown): ListedField[] {
  const found: ListedField[] = []
  const walk = (value: unknown, path: FieldPath): void => {
    if (found.length >= MOST_FIELDS || path.length > MOST_DEPTH) return
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
      if (path.length > 0) found.push({ path, value: scalar(value) })
    } else if (Array.isArray(value)) {
      value.slice(0, 3).forEach((item, index) => {
        walk(item, [...path, index])
      })
    } else if (typeof value === 'object') {
      for (const [name, item] of Object.entries(value)) walk(item, [...path, name])
    }
  }
  walk(fields, [])
  return found
}

function scalar(value: unknown): ListedField['value'] {
  return typeof value === 'number' || typeof value === 'boolean' || value === null
    ? value
    : String(value)
}
