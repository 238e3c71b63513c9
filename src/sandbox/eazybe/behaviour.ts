/** What the stand-in for EazyBe can be told to do wrong. */

import * as v from 'valibot'
import { mixSchema } from './mix.ts'

/** WhatsApp's limit, admins included. The connected number itself is not among our members: one more fits than in life. */
const WHATSAPP_GROUP_MEMBERS = 1_024
/** Longer than any client waits. */
const MAX_LATENCY_MS = 3_600_000

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const numbers = v.array(v.pipe(v.string(), v.regex(/^\d+$/, 'must be digits')))

/**
 * Every switch, with its value on a good day. `PUT /behaviour` takes any of them, and the rest stays as it is. One rule
 * for all: a call that was not answered 200 with a yes has changed nothing, except with `createAnswers500: 'after'`, for a
 * caller who leaves during `latencyMs`, whose call is carried out all the same, and for what a `mix` says it changes.
 */
export const behaviourSchema = v.strictObject({
  /** `inactive` answers 403. */
  session: v.exactOptional(v.picklist(['active', 'inactive']), 'active'),
  /** `invalid` refuses every token with 401. */
  token: v.exactOptional(v.picklist(['valid', 'invalid']), 'valid'),
  /** Every call takes this long; it takes effect at its end. */
  latencyMs: v.exactOptional(v.pipe(count, v.maxValue(MAX_LATENCY_MS)), 0),
  /** Calls are not answered and never take effect. Turned off, the callers who still wait are answered 500. */
  hang: v.exactOptional(v.boolean(), false),
  /** The share of calls that are answered 500. */
  failRate: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
  /** Creations are answered 500: `before` anything was made, or `after` the group was made and filled. */
  createAnswers500: v.exactOptional(v.nullable(v.picklist(['before', 'after'])), null),
  /** A call that holds one of these is answered 500. */
  poison: v.exactOptional(numbers, []),
  /** For this long EazyBe does not see a new group: `create:false` is answered 404, and `create:true` makes another one. */
  listLagMs: v.exactOptional(count, 0),
  /** Creations beyond this many in 24 hours are answered 500; null knows no limit. */
  createLimit: v.exactOptional(v.nullable(count), null),
  /** Answers 429 with this `Retry-After`, until it is null again. */
  retryAfterSeconds: v.exactOptional(v.nullable(count), null),
  /** `html` answers a proxy's 502 page, `empty` a 200 without a body. */
  body: v.exactOptional(v.picklist(['json', 'html', 'empty']), 'json'),
  /** `documented` answers `{ status, message }`, `neighbour` as EazyBe's remove-employees page does. */
  answers: v.exactOptional(v.picklist(['documented', 'neighbour']), 'documented'),
  /** Answers 200 with `status:false`. */
  statusFalse: v.exactOptional(v.boolean(), false),
  /** Accepted, and not added: nothing in the answer tells. */
  silent: v.exactOptional(numbers, []),
  /** How many members a group takes: a smaller number makes full groups easy to try. */
  groupLimit: v.exactOptional(v.pipe(count, v.minValue(1)), WHATSAPP_GROUP_MEMBERS),
  /** A share of the calls meets a trouble of its own each, beside all of the above; null mixes nothing. */
  mix: v.exactOptional(v.nullable(mixSchema), null),
})

export type Behaviour = Readonly<v.InferOutput<typeof behaviourSchema>>
export type BehaviourChange = Partial<Behaviour>

/** EazyBe on a good day. */
export const CALM: Behaviour = v.parse(behaviourSchema, {})
