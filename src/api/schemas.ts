/** Shapes that several endpoints answer with, and what is asked for alike: for the document, and for the tests that hold them to it. */

import * as v from 'valibot'
import { type Cursor, readCursor, writeCursor } from '../operator/merge.ts'
import { DELIVERY_STATES, PAUSE_REASONS } from '../outbox/model.ts'

/** Deliveries of one page, at most. */
const MOST_PER_PAGE = 200

const DEFAULT_PER_PAGE = 50

/** How long a page is, as the document tells it. */
export const LIMIT = {
  type: 'integer',
  minimum: 1,
  maximum: MOST_PER_PAGE,
  default: DEFAULT_PER_PAGE,
} as const

const time = v.pipe(v.string(), v.isoTimestamp())
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** What every list is asked with. */
export const pagingEntries = {
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, `must be a number from 1 to ${MOST_PER_PAGE}`),
      v.toNumber(),
      v.minValue(1, 'must be 1 or more'),
      v.maxValue(MOST_PER_PAGE, `must be ${MOST_PER_PAGE} or less`),
    ),
    String(DEFAULT_PER_PAGE),
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.description('The `cursor` of the page before'),
      v.transform(readCursor),
      v.check((cursor) => cursor !== null, 'is not a cursor of this list'),
    ),
  ),
}

export const cursorEntry = {
  cursor: v.pipe(v.nullable(v.string()), v.description('For the next page; null: that was all')),
}

/** The cursor as it stands in an answer. */
export function cursorText(cursor: Cursor | null): string | null {
  return cursor === null ? null : writeCursor(cursor)
}

export const deliverySchema = v.object({
  id: v.pipe(v.string(), v.description('The account and a number: `default-42`')),
  hook: v.string(),
  source: v.string(),
  account: v.string(),
  state: v.picklist(DELIVERY_STATES),
  reason: v.pipe(
    v.nullable(v.string()),
    v.description('Why it is held or parked, or what it waits for'),
  ),
  wrong: v.pipe(
    v.nullable(v.string()),
    v.description('What is wrong with one that was never mapped: "phone: has too few digits"'),
  ),
  waitingUntil: v.nullable(time),
  groupName: v.nullable(v.string()),
  contacts: v.pipe(v.array(v.string()), v.description('Masked: `+91 ••••• •3210`')),
  who: v.pipe(
    v.nullable(v.string()),
    v.description('What the sender calls the person, while what was sent is kept'),
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
      count: v.pipe(v.optional(count), v.description('How often it happened in a row')),
      last: v.pipe(v.optional(time), v.description('When it happened last')),
    }),
  ),
  fields: v.pipe(
    v.unknown(),
    v.description('What was sent, with its numbers masked; null once it was deleted'),
  ),
  groupId: v.nullable(count),
  consent: v.nullable(consentSchema),
  people: v.array(v.object({ mask: v.string(), state: v.string(), suppressed: v.boolean() })),
  create: v.boolean(),
  forced: v.boolean(),
  lacksConsent: v.pipe(
    v.boolean(),
    v.description('Nothing is kept that shows consent: sending it needs `agreed`'),
  ),
})

export const groupSchema = v.object({
  id: v.string(),
  account: v.string(),
  name: v.string(),
  part: v.pipe(count, v.description('1, or which roll-over of a full group it is')),
  parts: v.array(v.object({ id: v.string(), name: v.string(), part: count })),
  status: v.picklist(['new', 'doubtful', 'exists']),
  members: v.pipe(count, v.description('By our count: people that EazyBe accepted')),
  capacity: count,
  waiting: count,
  held: count,
  firstCallAt: v.nullable(time),
  lastCallAt: v.nullable(time),
  restUntil: v.nullable(time),
  aliases: v.array(v.string()),
})

const cap = v.pipe(v.nullable(count), v.description('null: none'))

export const accountSchema = v.object({
  account: v.string(),
  pause: v.nullable(
    v.object({
      reason: v.picklist(PAUSE_REASONS),
      since: time,
      probeAt: v.nullable(time),
    }),
  ),
  longWait: v.pipe(
    v.nullable(v.object({ why: v.picklist(['throttled', 'unreachable']), until: time })),
    v.description('A wait of over an hour that EazyBe made; `resume` ends it'),
  ),
  nextCallAt: v.nullable(time),
  nextCallWhy: v.nullable(v.string()),
  sending: count,
  backlog: v.object({
    queued: count,
    unknown: count,
    held: count,
    parked: count,
    more: v.pipe(v.boolean(), v.description('True where there are more than were counted')),
    reasons: v.pipe(
      v.array(v.object({ state: v.picklist(['held', 'parked']), reason: v.string(), count })),
      v.description('Why they are held or parked: the commonest'),
    ),
    oldest: v.nullable(time),
  }),
  used: v.object({
    peopleHour: count,
    peopleDay: count,
    createsHour: count,
    createsDay: count,
  }),
  caps: v.object({ peopleHour: cap, peopleDay: cap, createsHour: cap, createsDay: cap }),
  hours: v.array(v.object({ hour: time, accepted: count, held: count, parked: count })),
  lastCall: v.nullable(
    v.object({ at: time, kind: v.string(), outcome: v.string(), people: count }),
  ),
  pace: v.unknown(),
})

const hookEntries = {
  name: v.string(),
  account: v.string(),
  source: v.string(),
  sourceTitle: v.string(),
  kind: v.picklist(['form', 'crm', 'shop', 'calendar', 'ads', 'automation']),
  url: v.string(),
  proof: v.string(),
  secretName: v.string(),
  secrets: count,
  trouble: v.pipe(
    v.nullable(v.string()),
    v.description('Why it lets nothing through; null: it is ready'),
  ),
  consent: v.string(),
  mapping: v.picklist(['own', 'sender']),
  refused: v.pipe(
    v.nullable(v.object({ count, lastAt: time, because: v.string() })),
    v.description('Webhooks refused since the last verified one; null: none'),
  ),
  paused: v.pipe(v.boolean(), v.description('An operator holds its leads back')),
}

export const hookSchema = v.object(hookEntries)

export const hookDetailsSchema = v.object({
  ...hookEntries,
  lastReceivedAt: v.nullable(time),
  seen: v.pipe(
    count,
    v.description('How many of the account’s last 100 deliveries are the hook’s'),
  ),
  held: count,
  parked: count,
  lastFields: v.nullable(v.object({ id: v.string(), fields: v.unknown() })),
})

const issuesSchema = v.array(v.object({ path: v.string(), message: v.string() }))

export const previewSchema = v.object({
  events: v.array(
    v.object({
      id: v.nullable(v.string()),
      skip: v.nullable(v.string()),
      fields: v.unknown(),
      numbers: v.array(
        v.object({
          path: v.string(),
          raw: v.string(),
          read: v.nullable(v.string()),
          notes: v.array(v.string()),
        }),
      ),
      invite: v.nullable(
        v.object({ groupName: v.string(), contacts: v.array(v.string()), create: v.boolean() }),
      ),
      consent: v.nullable(consentSchema),
      held: v.nullable(v.object({ reason: v.string(), issues: issuesSchema })),
    }),
  ),
})

export const auditSchema = v.object({
  id: count,
  account: v.string(),
  at: time,
  actor: v.string(),
  action: v.string(),
  target: v.string(),
  detail: v.nullable(v.string()),
})

/** RFC 9457. */
const problemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.optional(v.string()),
  issues: v.optional(issuesSchema),
})

/** Shapes that the document names once. */
export const NAMED = {
  Delivery: deliverySchema,
  Story: storySchema,
  Group: groupSchema,
  Account: accountSchema,
  Hook: hookSchema,
  HookDetails: hookDetailsSchema,
  Preview: previewSchema,
  AuditEntry: auditSchema,
  Problem: problemSchema,
}
