/** What the sandbox remembers: the calls that came and the groups that are. */

import * as v from 'valibot'
import { WAYS } from './mix.ts'

const numbers = v.array(v.string())

/** What a call did to a group, in one record with the call: either both are on disk or neither is. */
const effectSchema = v.object({
  /** The group's id: the number of the call that made it. */
  group: v.number(),
  name: v.string(),
  created: v.boolean(),
  /** How long EazyBe is not to see the group it made. */
  unseenMs: v.number(),
  added: numbers,
  /** In the group before. */
  already: numbers,
  /** Accepted, and not in the group. */
  absent: numbers,
})

const callSchema = v.object({
  type: v.literal('call'),
  /** Counts calls from 1, in the order they came. */
  id: v.number(),
  /** When it came, epoch milliseconds. */
  at: v.number(),
  answeredAt: v.nullable(v.number()),
  /** Null: never answered, because it hangs, the caller left while it hung, or the connection broke. */
  status: v.nullable(v.number()),
  /** How many other calls were being carried out when it came. */
  inFlight: v.number(),
  /** The body as it came: JSON's value, or the text of what is not JSON. */
  body: v.unknown(),
  /** The body of the answer; of one that broke off, as far as it came. */
  answer: v.nullable(v.string()),
  effect: v.nullable(effectSchema),
  /** What it met of a mix. */
  way: v.optional(v.nullable(v.picklist(WAYS)), null),
})

const groupSchema = v.object({
  type: v.literal('group'),
  id: v.number(),
  name: v.string(),
  createdAt: v.number(),
  unseenMs: v.number(),
  /** Who is in the group, in the order they were added. */
  members: numbers,
  /** The people that EazyBe accepted and WhatsApp did not add. */
  absent: numbers,
})

/** One line of the journal. Groups are written only when the journal is compacted; between, calls tell what they did. */
export const recordSchema = v.variant('type', [callSchema, groupSchema])

export type Effect = Readonly<v.InferOutput<typeof effectSchema>>
export type RecordedCall = Readonly<v.InferOutput<typeof callSchema>>
export type RecordedGroup = Readonly<v.InferOutput<typeof groupSchema>>
export type JournalRecord = RecordedCall | RecordedGroup

/** Whether EazyBe said yes, and its caller could hear it. */
export function wasAccepted({ status, effect }: RecordedCall): boolean {
  return status === 200 && effect !== null
}
