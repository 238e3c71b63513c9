/** What the stand-in for EazyBe can be told to do wrong. */

import * as v from 'valibot'
import { mixSchema } from './mix.ts'

/** WhatsApp's limit, admins included. The connected number itself is not among our members: one more fits than in life. */
const WHATSAPP_GROUP_MEMBERS = 1_024
/** Longer than any client waits. */
const MAX_LATENCY_MS = 3_600_000

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const numbers = v.array(v.pipe(v.string(), v.regex(/^\d+$/, 'must be digits')))

/**
 * What `PUT /behaviour` takes: any of these, and the rest stays as it is. One rule for all of them: a call that was not
 * answered 200 with a yes has changed nothing, except with `createAnswers500: 'after'`, for a caller who leaves during
 * `latencyMs`, whose call is carried out as if he had stayed, and for what a `mix` says it changes.
 */
export const behaviourChangeSchema = v.strictObject({
  /** `inactive` answers 403. */
  session: v.exactOptional(v.picklist(['active', 'inactive'])),
  /** `invalid` refuses every token with 401. */
  token: v.exactOptional(v.picklist(['valid', 'invalid'])),
  /** Every call takes this long; it takes effect at its end. */
  latencyMs: v.exactOptional(v.pipe(milliseconds, v.maxValue(MAX_LATENCY_MS))),
  /** Calls are not answered and never take effect. Turned off, the callers who still wait are answered 500. */
  hang: v.exactOptional(v.boolean()),
  /** The share of calls that are answered 500. */
  failRate: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Creations are answered 500: `before` anything was made, or `after` the group was made and filled. */
  createAnswers500: v.exactOptional(v.nullable(v.picklist(['before', 'after']))),
  /** A call that holds one of these is answered 500. */
  poison: v.exactOptional(numbers),
  /** For this long EazyBe does not see a new group: `create:false` is answered 404, and `create:true` makes another one. */
  listLagMs: v.exactOptional(milliseconds),
  /** Creations beyond this many in 24 hours are answered 500; null knows no limit. */
  createLimit: v.exactOptional(v.nullable(count)),
  /** Answers 429 with this `Retry-After`, until it is null again. */
  retryAfterSeconds: v.exactOptional(v.nullable(count)),
  /** `html` answers a proxy's 502 page, `empty` a 200 without a body. */
  body: v.exactOptional(v.picklist(['json', 'html', 'empty'])),
  /** `documented` answers `{ status, message }`, `neighbour` as EazyBe's remove-employees page does. */
  answers: v.exactOptional(v.picklist(['documented', 'neighbour'])),
  /** Answers 200 with `status:false`. */
  statusFalse: v.exactOptional(v.boolean()),
  /** Accepted, and not added: nothing in the answer tells. */
  silent: v.exactOptional(numbers),
  /** How many members a group takes: a smaller number makes full groups easy to try. */
  groupLimit: v.exactOptional(v.pipe(count, v.minValue(1))),
  /** A share of the calls meets a trouble of its own each, beside all of the above; null mixes nothing. */
  mix: v.exactOptional(v.nullable(mixSchema)),
})

export type BehaviourChange = v.InferOutput<typeof behaviourChangeSchema>
export type Behaviour = Readonly<Required<BehaviourChange>>

/** EazyBe on a good day. */
export const CALM: Behaviour = {
  session: 'active',
  token: 'valid',
  latencyMs: 0,
  hang: false,
  failRate: 0,
  createAnswers500: null,
  poison: [],
  listLagMs: 0,
  createLimit: null,
  retryAfterSeconds: null,
  body: 'json',
  answers: 'documented',
  statusFalse: false,
  silent: [],
  groupLimit: WHATSAPP_GROUP_MEMBERS,
  mix: null,
}
