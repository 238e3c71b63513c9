/** What EazyBe answers to a call and what becomes of the group, from the documented contract and the troubles asked for. Pure. */

import * as v from 'valibot'
import type { Behaviour } from './behaviour.ts'
import type { Effect, RecordedGroup } from './record.ts'

const DAY_MS = 86_400_000
/** WhatsApp's limit for a group's name; whether EazyBe has one of its own is UNCONFIRMED. */
const MAX_NAME_UNITS = 100

/**
 * The sentences of EazyBe's pages (https://help.eazybe.com, *Create Group and Add Chat ID*, the older page for all but the first).
 * No page shows a whole error body, so that it is `{ status: false, message }` is UNCONFIRMED.
 */
const YES = say(200, true, 'Group created and chat IDs added successfully.')
/** A call that is refused for its data. */
export const INVALID = say(400, false, 'Invalid data provided.')
const INACTIVE = say(403, false, 'Cloud session is not active or working.')
/** A call whose group is not found. */
export const MISSING = say(404, false, 'Group not found')
const FAILURE = 'Failed to create group and add chat IDs.'
/** A call that was cut short by us too: nothing has happened. */
export const FAILED = say(500, false, FAILURE)
/** UNCONFIRMED: the group page knows no 401; the words are those of EazyBe's neighbouring remove-employees call. */
const UNAUTHORIZED = say(401, false, 'Invalid access token')
/** UNCONFIRMED: the group page knows no 429. Nothing tells how long to wait. */
export const TOO_MANY = say(429, false, 'Too many requests.')
/** A page as proxies make it: the call never got as far as EazyBe. */
const BAD_GATEWAY: Decision = {
  status: 502,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  answer:
    '<!doctype html><html lang="en"><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1></html>\n',
  effect: null,
}
/** An answer that begins, and breaks off. */
export const BROKEN: Decision = {
  ...YES,
  status: null,
  answer: YES.answer.slice(0, YES.answer.length / 2),
}

/** What EazyBe's own answers are made of. */
const answerSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ status: v.boolean(), message: v.string() }),
)

/** Digits only, with the country code: no plus, no punctuation, no leading zero. */
const CONTACT = /^[1-9]\d{6,14}$/

/** As documented; members beyond these are ignored. An empty name and an empty list are refused: UNCONFIRMED, and safe. */
const bodySchema = v.object({
  groupName: v.pipe(v.string(), v.nonEmpty()),
  contacts: v.pipe(v.array(v.pipe(v.string(), v.regex(CONTACT))), v.nonEmpty()),
  create: v.optional(v.boolean(), false),
})

/** A call as it arrived. */
export interface AskedCall {
  /** The call's number, and the id of the group it may make. */
  readonly id: number
  readonly authorization: string | undefined
  /** JSON's value, or the text of what is not JSON. */
  readonly body: unknown
}

export interface Conditions {
  readonly behaviour: Behaviour
  /** The tokens that open this EazyBe. */
  readonly tokens: readonly string[]
  readonly groups: readonly RecordedGroup[]
  /** Epoch milliseconds. */
  readonly now: number
  /** From 0 up to, not including, 1. */
  readonly random: () => number
}

export interface Decision {
  /** Null: the connection breaks in the middle of the answer. */
  readonly status: 200 | 400 | 401 | 403 | 404 | 429 | 500 | 502 | null
  readonly headers: Readonly<Record<string, string>>
  readonly answer: string
  readonly effect: Effect | null
}

/** Decides one call. In which order EazyBe looks at token, body and session is UNCONFIRMED. */
export function decide(asked: AskedCall, circumstances: Conditions): Decision {
  const { behaviour, tokens, random } = circumstances
  const { retryAfterSeconds } = behaviour
  if (retryAfterSeconds !== null) {
    const headers = { ...TOO_MANY.headers, 'retry-after': String(retryAfterSeconds) }
    return { ...TOO_MANY, headers }
  }
  if (behaviour.body === 'html') return BAD_GATEWAY
  if (behaviour.body === 'empty') return { status: 200, headers: {}, answer: '', effect: null }
  if (behaviour.token === 'invalid' || !opens(asked.authorization, tokens)) {
    return UNAUTHORIZED
  }
  const body = v.safeParse(bodySchema, asked.body)
  if (!body.success) return INVALID
  if (behaviour.session === 'inactive') return INACTIVE
  if (behaviour.statusFalse) return say(200, false, FAILURE)
  if (behaviour.failRate > 0 && random() < behaviour.failRate) return FAILED
  // One bad number fails the whole call, as with EazyBe's siblings: green-api/issues#544 and #748, waha#266.
  if (body.output.contacts.some((contact) => behaviour.poison.includes(contact))) {
    return FAILED
  }
  return carryOut(body.output, asked.id, circumstances)
}

/** The same in the form that is asked for. What is no whole answer of EazyBe's own stays as it is. */
export function inForm(form: Behaviour['answers'], decision: Decision): Decision {
  const own = v.safeParse(answerSchema, decision.answer)
  if (form === 'documented' || !own.success) return decision
  const { status, message } = own.output
  const said = {
    statusCode: decision.status,
    status: status ? 'success' : 'error',
    message,
    data: {},
  }
  return { ...decision, answer: JSON.stringify(said) }
}

function carryOut(
  body: v.InferOutput<typeof bodySchema>,
  id: number,
  circumstances: Conditions,
): Decision {
  const { behaviour, groups, now } = circumstances
  const { listLagMs, silent } = behaviour
  // The exact name; of several groups of one name, the oldest. Both are UNCONFIRMED.
  const found = groups.find(
    (group) => group.name === body.groupName && now >= seenFrom(group, listLagMs),
  )
  if (found === undefined && !body.create) return MISSING

  const people = whoWouldBeAdded(found, body.contacts, silent)
  const effect =
    found === undefined
      ? { group: id, name: body.groupName, created: true, unseenMs: listLagMs, ...people }
      : { group: found.id, name: found.name, created: false, unseenMs: found.unseenMs, ...people }
  // EazyBe's documented 500 covers both a failed creation and a failed add, and no other status of its would fit a full group
  // (WhatsApp's own 419 a person). That it adds no person at all, not even up to the limit, is UNCONFIRMED.
  const size = (found?.members.length ?? 0) + effect.added.length
  if (effect.added.length > 0 && size > behaviour.groupLimit) return FAILED
  if (found !== undefined) return { ...YES, effect }

  if (body.groupName.length > MAX_NAME_UNITS) return FAILED
  if (behaviour.createAnswers500 === 'before') return FAILED
  const createdLately = groups.filter((group) => now - group.createdAt < DAY_MS).length
  if (behaviour.createLimit !== null && createdLately >= behaviour.createLimit) {
    return FAILED
  }
  // green-api/issues#1016: 500, and the group is there.
  return behaviour.createAnswers500 === 'after' ? { ...FAILED, effect } : { ...YES, effect }
}

/** When EazyBe begins to see a group. Turning the lag on hides no older group, and turning it off shows all. */
export function seenFrom(group: RecordedGroup, listLagMs: number): number {
  return group.createdAt + Math.min(group.unseenMs, listLagMs)
}

/** A contact listed twice counts once; that EazyBe takes such a list is UNCONFIRMED. */
function whoWouldBeAdded(
  group: RecordedGroup | undefined,
  contacts: readonly string[],
  silent: readonly string[],
): Pick<Effect, 'added' | 'already' | 'absent'> {
  const members = new Set(group?.members)
  const people = [...new Set(contacts)]
  const others = people.filter((number) => !members.has(number))
  return {
    added: others.filter((number) => !silent.includes(number)),
    already: people.filter((number) => members.has(number)),
    absent: others.filter((number) => silent.includes(number)),
  }
}

function opens(authorization: string | undefined, tokens: readonly string[]): boolean {
  const token = authorization?.match(/^Bearer +(\S+)$/i)?.[1]
  return token !== undefined && tokens.includes(token)
}

function say(status: Decision['status'], isDone: boolean, message: string): Decision {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    answer: JSON.stringify({ status: isDone, message }),
    effect: null,
  }
}
