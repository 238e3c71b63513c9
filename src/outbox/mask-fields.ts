/** Hides the numbers in what a sender said: the operator sees which field holds what, and reveals a number only by an audited action. */

import { maskText } from '../phone.ts'

/** What is kept was bounded when it came in. */
const MAX_DEPTH = 100

/** Takes and gives JSON. What cannot be read is not shown. */
export function maskFields(json: string): string | null {
  try {
    const fields: unknown = JSON.parse(json)
    return JSON.stringify(masked(fields, 0))
  } catch {
    return null
  }
}

function masked(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return null
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'number') {
    const text = String(value)
    const hidden = maskText(text)
    return hidden === text ? value : hidden
  }
  if (Array.isArray(value)) return value.map((item) => masked(item, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    // A sender that keys its answers by number would show it there.
    Object.entries(value).map(([name, member]) => [maskText(name), masked(member, depth + 1)]),
  )
}
