/** Payloads of senders that announce several events of which one is for us: the others need no shape. */

import * as v from 'valibot'
import type { Incoming } from '../../schemes/scheme.ts'
import type { FormFields, Submission } from '../source.ts'

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
