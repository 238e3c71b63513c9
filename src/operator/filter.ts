/** What deliveries are looked for by: the same words in the API's query, the console's form and a bulk action. */

import * as v from 'valibot'
import { DELIVERY_STATES } from '../outbox/model.ts'
import type { DeliveryFilter } from '../outbox/store/search.ts'
import { described } from './shapes.ts'

/** The whole of a number has no place in a URL; its end is enough to find a person by. */
const MOST_PHONE_DIGITS = 6
/** Rows that one look reads where no index leads to those that fit. */
const SCAN = 10_000
/** No search needs longer words. */
export const MAX_CHARACTERS = 200

const text = v.pipe(v.string(), v.maxLength(MAX_CHARACTERS))
const time = v.pipe(
  v.string(),
  v.check((value) => !Number.isNaN(Date.parse(value)), 'must be a time such as 2026-11-25T09:00Z'),
  v.description('ISO 8601'),
)

/** Every member may be left out. */
export const filterSchema = v.object({
  state: v.optional(v.picklist(DELIVERY_STATES)),
  reason: v.optional(described(text, 'The exact reason, such as "consent"')),
  hook: v.optional(text),
  source: v.optional(text),
  group: v.optional(described(text, 'The exact name of the group')),
  phoneEnd: v.optional(
    v.pipe(
      v.string(),
      v.regex(new RegExp(`^\\d{3,${MOST_PHONE_DIGITS}}$`), 'must be the last 3 to 6 digits'),
      v.description('The last 3 to 6 digits of a number'),
    ),
  ),
  text: v.optional(
    v.pipe(
      text,
      // It would stand in the URL, and guessing on would uncover what is masked.
      v.check(
        (value) => !/\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){4,}/u.test(value),
        'must not hold a number: use phoneEnd',
      ),
      v.description('Somewhere in the group’s name or in what was sent, while it is kept'),
    ),
  ),
  from: v.optional(described(time, 'Received at or after this time')),
  to: v.optional(described(time, 'Received before this time')),
})

export type Filter = v.InferOutput<typeof filterSchema>

/** The filter as an outbox takes it. */
export function deliveryFilter(
  filter: Filter,
  limit: number,
  before: number | null,
  scan = SCAN,
): DeliveryFilter {
  const { from, to } = filter
  return {
    state: filter.state ?? null,
    reason: filter.reason ?? null,
    hook: filter.hook ?? null,
    source: filter.source ?? null,
    group: filter.group ?? null,
    phoneEnd: filter.phoneEnd ?? null,
    text: filter.text ?? null,
    from: from === undefined ? null : Date.parse(from),
    to: to === undefined ? null : Date.parse(to),
    scan,
    limit,
    before,
  }
}
