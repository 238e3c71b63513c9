/** Shapes of what an operator sees: the types of the code, the API's document and the tests of its answers come from them. */

import * as v from 'valibot'
import { DELIVERY_STATES, PAUSE_REASONS } from '../outbox/model.ts'

/** A schema with what the API's document says of it. */
export function described<const schema extends v.GenericSchema>(schema: schema, text: string) {
  return v.pipe(schema, v.description(text))
}

const time = v.pipe(v.string(), v.isoTimestamp())
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

export const deliverySchema = v.object({
  id: described(v.string(), 'The account and a number: `default-42`'),
  hook: v.string(),
  source: v.string(),
  account: v.string(),
  state: v.picklist(DELIVERY_STATES),
  reason: described(v.nullable(v.string()), 'Why it is held or parked, or what it waits for'),
  wrong: described(
    v.nullable(v.string()),
    'What is wrong with one that was never mapped: "phone: has too few digits"',
  ),
  waitingUntil: v.nullable(time),
  groupName: v.nullable(v.string()),
  contacts: described(v.array(v.string()), 'Masked: `+91 ••••• •3210`'),
  who: described(
    v.nullable(v.string()),
    'What the sender calls the person, while what was sent is kept',
  ),
  attempts: count,
  receivedAt: time,
  settledAt: v.nullable(time),
})

const consentSchema = v.object({
  basis: v.picklist(['field', 'attested', 'none']),
  what: v.string(),
  given: v.nullable(v.string()),
  at: time,
})

export const storySchema = v.object({
  ...deliverySchema.entries,
  timeline: v.array(
    v.object({
      at: time,
      event: v.string(),
      detail: v.optional(v.string()),
      count: described(v.optional(count), 'How often it happened in a row'),
      last: described(v.optional(time), 'When it happened last'),
    }),
  ),
  fields: described(
    v.unknown(),
    'What was sent, with its numbers masked; null once it was deleted',
  ),
  groupId: v.nullable(count),
  consent: v.nullable(consentSchema),
  people: v.array(v.object({ mask: v.string(), state: v.string(), suppressed: v.boolean() })),
  create: v.boolean(),
  forced: v.boolean(),
  lacksConsent: described(
    v.boolean(),
    'Nothing is kept that shows consent: sending it needs `agreed`',
  ),
})

/** Its `id` and those of its parts are an account and a number: `default-3`. */
export const groupSchema = v.object({
  id: v.string(),
  account: v.string(),
  name: v.string(),
  part: described(count, '1, or which roll-over of a full group it is'),
  parts: v.array(v.object({ id: v.string(), name: v.string(), part: count })),
  status: v.picklist(['new', 'doubtful', 'exists']),
  members: described(count, 'By our count: people that EazyBe accepted'),
  capacity: count,
  waiting: count,
  held: count,
  firstCallAt: v.nullable(time),
  lastCallAt: v.nullable(time),
  restUntil: v.nullable(time),
  aliases: v.array(v.string()),
})

export type Group = Readonly<v.InferOutput<typeof groupSchema>>

const cap = described(v.nullable(count), 'null: none')

export const accountSchema = v.object({
  account: v.string(),
  pause: v.nullable(
    v.object({ reason: v.picklist(PAUSE_REASONS), since: time, probeAt: v.nullable(time) }),
  ),
  longWait: described(
    v.nullable(v.object({ why: v.picklist(['throttled', 'unreachable']), until: time })),
    'A wait of over an hour that EazyBe made; `resume` ends it',
  ),
  nextCallAt: v.nullable(time),
  nextCallWhy: v.nullable(v.string()),
  sending: count,
  backlog: v.object({
    queued: count,
    unknown: count,
    held: count,
    parked: count,
    more: described(v.boolean(), 'True where there are more than were counted'),
    reasons: described(
      v.array(v.object({ state: v.picklist(['held', 'parked']), reason: v.string(), count })),
      'Why they are held or parked: the commonest',
    ),
    oldest: v.nullable(time),
  }),
  used: v.object({ peopleHour: count, peopleDay: count, createsHour: count, createsDay: count }),
  caps: v.object({ peopleHour: cap, peopleDay: cap, createsHour: cap, createsDay: cap }),
  hours: v.array(v.object({ hour: time, accepted: count, held: count, parked: count })),
  lastCall: v.nullable(
    v.object({ at: time, kind: v.string(), outcome: v.string(), people: count }),
  ),
  pace: v.unknown(),
})

export const hookSchema = v.object({
  name: v.string(),
  account: v.string(),
  source: v.string(),
  sourceTitle: v.string(),
  kind: v.picklist(['form', 'crm', 'shop', 'calendar', 'ads', 'automation']),
  /** Ends in `{secret}` for senders that can set nothing but a URL. */
  url: v.string(),
  /** How the sender proves itself. */
  proof: v.string(),
  secretName: v.string(),
  /** How many values the secret has, while it is being rotated. */
  secrets: count,
  trouble: described(v.nullable(v.string()), 'Why it lets nothing through; null: it is ready'),
  consent: v.string(),
  mapping: v.picklist(['own', 'sender']),
  refused: described(
    v.nullable(v.object({ count, lastAt: time, because: v.string() })),
    'Webhooks refused since the last verified one; null: none',
  ),
  paused: described(v.boolean(), 'An operator holds its leads back'),
})

export type HookState = Readonly<v.InferOutput<typeof hookSchema>>

export const hookDetailsSchema = v.object({
  ...hookSchema.entries,
  lastReceivedAt: v.nullable(time),
  seen: described(count, 'How many of the account’s last 100 deliveries are the hook’s'),
  held: count,
  parked: count,
  /** What came last, masked, and its delivery. */
  lastFields: v.nullable(v.object({ id: v.string(), fields: v.unknown() })),
})

export type HookDetails = Readonly<v.InferOutput<typeof hookDetailsSchema>>

export const issuesSchema = v.array(v.object({ path: v.string(), message: v.string() }))

const eventPreviewSchema = v.object({
  /** What the sender calls it. */
  id: v.nullable(v.string()),
  /** Why it would be left out; null: it is for this hook. */
  skip: v.nullable(v.string()),
  fields: v.unknown(),
  /** Each as typed, and with its plus as it would be sent; null: it was refused. */
  numbers: v.array(
    v.object({
      path: v.string(),
      raw: v.string(),
      read: v.nullable(v.string()),
      notes: v.array(v.string()),
    }),
  ),
  /** What EazyBe would be asked. */
  invite: v.nullable(
    v.object({ groupName: v.string(), contacts: v.array(v.string()), create: v.boolean() }),
  ),
  consent: v.nullable(consentSchema),
  /** Why it would be held; null: it would be queued. */
  held: v.nullable(v.object({ reason: v.string(), issues: issuesSchema })),
})

export type EventPreview = Readonly<v.InferOutput<typeof eventPreviewSchema>>

export const previewSchema = v.object({ events: v.array(eventPreviewSchema) })

export const auditSchema = v.object({
  id: count,
  account: v.string(),
  at: time,
  actor: v.string(),
  action: v.string(),
  target: v.string(),
  detail: v.nullable(v.string()),
})

export type AuditLine = Readonly<v.InferOutput<typeof auditSchema>>
