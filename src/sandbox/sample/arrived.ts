/** The deliveries that came since, as `GET /api/deliveries` lists them: for senders whose own answer names none. */

import * as v from 'valibot'

const listSchema = v.object({
  deliveries: v.array(v.object({ id: v.string(), receivedAt: v.string() })),
})

/** Their ids; `since` is epoch milliseconds. */
export function arrivedSince(list: unknown, since: number): string[] {
  return v
    .parse(listSchema, list)
    .deliveries.filter(({ receivedAt }) => Date.parse(receivedAt) >= since)
    .map(({ id }) => id)
}
