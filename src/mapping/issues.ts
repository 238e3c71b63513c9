/** Turns valibot's issues into ours: path and expectation, never the input, since an input is personal data. */

import * as v from 'valibot'
import type { Issue } from '../lib/problem.ts'

const MAX_ISSUES = 20
/** Shorter values stand in a sentence by chance, and are no personal data. */
const TELLING_CHARACTERS = 4

/** At most 20 issues; a schema's own message is kept when the schema's author wrote one. */
export function issuesOf(issues: readonly v.BaseIssue<unknown>[]): Issue[] {
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: v.getDotPath(issue) ?? '',
    message: safeMessage(issue),
  }))
}

/** Whether a text repeats a value of the data, as a message written by the config's author may. */
export function repeats(text: string, data: unknown): boolean {
  if (typeof data === 'string' || typeof data === 'number') {
    const value = String(data).trim()
    return value.length >= TELLING_CHARACTERS && text.includes(value)
  }
  if (typeof data !== 'object' || data === null) return false
  return Object.values(data).some((value) => repeats(text, value))
}

/** valibot's own messages end in `but received "…"`, which repeats what a person typed. */
function safeMessage(issue: v.BaseIssue<unknown>): string {
  const alternatives = alternativesOf(issue)
  if (alternatives !== null) return alternatives
  const { message, received, expected, input } = issue
  if (!(received !== '' && message.includes(received)) && !repeats(message, input)) return message
  if (!expected) return 'Is not valid'
  // One of a few texts, such as the options of a dropdown; or a member of that name, which is not there.
  if (/^\(?"/.test(expected)) {
    return input === undefined
      ? 'is missing'
      : `must be ${expected.replaceAll(/[()]/g, '').replaceAll(' | ', ' or ')}`
  }
  return `Expected ${expected} but received ${kindOf(input)}`
}

/** An object that is none of several: what each of them lacks. valibot says only that it expected an object. */
function alternativesOf({ type, input, issues }: v.BaseIssue<unknown>): string | null {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  if (type !== 'union' || !isObject || issues === undefined) return null
  const texts = issues.map((one) => `${v.getDotPath(one) ?? ''} ${safeMessage(one)}`.trim())
  return [...new Set(texts)].join(', or ')
}

function kindOf(input: unknown): string {
  if (input === undefined) return 'nothing'
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'an object'
  return `a ${typeof input}`
}
