/** What sources read of bodies: JSON objects and the ids in them, the one event of several that is for us, and forms' answers by name. */

import * as v from 'valibot'
import { valueAt } from '../../lib/decode.ts'
import type { Incoming } from '../../schemes/scheme.ts'
import type { FormFields, FormValue, Submission } from '../source.ts'

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

/** A list of objects of which only these members are read; empty where it is missing. */
export function listOf<const entries extends v.ObjectEntries>(entries: entries) {
  return v.nullish(v.array(v.object(entries)), [])
}

/** An object that may be missing, with whatever other members it has. */
export function optionalObject<const entries extends v.ObjectEntries>(entries: entries) {
  return v.nullish(v.looseObject(entries))
}

/** The id under this name; null where there is none, or something else. */
export function idIn(object: JsonObject, name: string): string | null {
  return idText(Object.getOwnPropertyDescriptor(object, name)?.value)
}

/** A payload of ours, or the name of another event. */
export type OnlyEvent<payload> = { readonly ours: payload } | { readonly other: string }

type Told = string | number | null | undefined
/** A word, or a pattern of several. */
type Wanted = string | RegExp

/** Reads `ours` unless the body names another event under `key` than this one, or those of this pattern. */
export function onlyEvent<payload>(
  key: string,
  name: Wanted,
  ours: v.GenericSchema<unknown, payload>,
): v.GenericSchema<unknown, OnlyEvent<payload>> {
  const named = v.pipe(
    v.looseObject({
      [key]: v.pipe(
        v.string(),
        v.check((text) => !isOneOf(text, name)),
      ),
    }),
    v.transform((body) => ({ other: body[key] ?? '' })),
  )
  const read = v.pipe(
    ours,
    v.transform((payload) => ({ ours: payload })),
  )
  return v.lazy((body) => (v.is(named, body) ? named : read))
}

/** Why an event of this name is skipped, as half a sentence; null where it is one of ours, in whatever letters. */
export function unlessNamed(name: Told, ours: Wanted, what: string): string | null {
  return isOneOf(name, ours) ? null : `${name || 'an event without a name'} is no ${what}`
}

/** Why an event of this status is skipped, as half a sentence; null where it is the wanted one, in whatever letters. */
export function unlessStatus(status: Told, wanted: Wanted, whose: string): string | null {
  return isOneOf(status, wanted) ? null : `${whose} is ${status || 'not told'}`
}

/** Vendors spell their words in one way. Relays of their events may not. */
function isOneOf(told: Told, wanted: Wanted): boolean {
  const text = String(told).trim()
  return typeof wanted === 'string'
    ? text.toLowerCase() === wanted.toLowerCase()
    : wanted.test(text)
}

/** An event that is not for us. It has no id: were it the id of a later event of ours, that one would pass for a repeat. */
export function skipped(reason: string): Submission<FormFields> {
  return { id: null, fields: {}, skip: reason }
}

/** Answers the HEAD with which some senders try a URL before they keep it; says nothing that a 404 elsewhere would not. */
export function answerHead({ method }: Incoming): Response | null {
  return method === 'HEAD' ? new Response(null, { status: 200 }) : null
}

// Answers of forms.

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
