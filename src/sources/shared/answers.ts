/** Flattens what form tools send into answers by name. */

import { valueAt } from '../../lib/decode.ts'
import type { FormFields, FormValue } from '../source.ts'

export type NamedAnswer = readonly [name: string, value: FormValue]

/** Answers inside answers go no deeper than any form tool nests them; what lies below is dropped. */
const MAX_DEPTH = 4

/**
 * One flat map of several lists: a name belongs to the first that has it. The author's own names come before labels,
 * so that no wording of a question takes the place of a ref.
 */
export function answers(...lists: readonly (readonly NamedAnswer[])[]): FormFields {
  const fields = new Map<string, FormValue>()
  for (const [name, value] of lists.flat()) {
    const key = name.trim()
    // Defined as a member below, but a copy of the map with `Object.assign` would swap a prototype.
    if (key !== '' && key !== '__proto__' && !fields.has(key)) fields.set(key, value)
  }
  return Object.fromEntries(fields)
}

/** The members of an object as answers by their own names. */
export function membersOf(object: Readonly<Record<string, unknown>>): readonly NamedAnswer[] {
  return Object.entries(object).map(([name, value]) => [name, answer(value)])
}

/** The members of an object that say something: what a vendor does not tell is no answer. */
export function givenIn(object: Readonly<Record<string, unknown>>): readonly NamedAnswer[] {
  return membersOf(object).filter(([, value]) => value !== null)
}

/** Any value as an answer: lists become lists of texts, and the parts of a name or a phone one text. */
export function answer(value: unknown): FormValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((item) => text(item)).filter((item) => item !== '')
  return value === null || value === undefined ? null : text(value)
}

/** A box that its payload calls one: ticked is true, however the form says so. What says neither stays as it is. */
export function box(value: unknown): FormValue {
  const given = answer(value)
  const text = typeof given === 'string' ? given.trim().toLowerCase() : null
  if (text === 'on' || text === 'true' || text === '1') return true
  return text === '' || text === 'off' || text === 'false' || text === '0' ? false : given
}

/** The first of these that says something, or null: vendors keep one thing, such as a phone, in several places. */
export function firstGiven(...values: readonly unknown[]): FormValue {
  return values.map(answer).find((value) => value !== null && value !== '') ?? null
}

/** A body with what its lists of titles and values say, by title. */
export type WithAnswers<body> = body & { readonly answers?: FormFields }

/** Adds those answers as one more member; a body whose lists say nothing is left as it is. */
export function withAnswers<body extends object>(
  body: body,
  ...lists: readonly (readonly NamedAnswer[])[]
): WithAnswers<body> {
  const titled = answers(...lists)
  return Object.keys(titled).length === 0 ? body : { ...body, answers: titled }
}

/** The answers in a list such as `[{ title, value }]`; `title` and `value` are dotted paths into its objects. */
export function titledIn(list: unknown, title: string, value = 'value'): readonly NamedAnswer[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((one: unknown): NamedAnswer[] => {
    const name = valueAt(one, title)
    return typeof name === 'string' || typeof name === 'number'
      ? [[String(name), answer(valueAt(one, value))]]
      : []
  })
}

function text(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return ''
  const parts = Object.values(value).map((part) => text(part, depth + 1))
  return parts.filter((part) => part !== '').join(' ')
}
