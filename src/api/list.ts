/** `GET /api/deliveries`: one list over all accounts, newest first, page by page. */

import * as v from 'valibot'
import type { Config } from '../define-config.ts'
import { outboxOf } from '../env.ts'
import { issuesOf } from '../issues.ts'
import { readDeliveryId } from '../outbox/delivery-id.ts'
import { MOST_PER_PAGE } from '../outbox/reader.ts'
import { EVERY_DELIVERY } from '../outbox/search.ts'
import { DELIVERY_STATES } from '../outbox/state.ts'
import type { DeliveryView } from '../outbox/views.ts'
import { problemResponse } from '../problem.ts'
import type { Cursor } from './cursor.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { ApiContext } from './delivery.ts'

const DEFAULT_PER_PAGE = 50

const listSchema = v.object({
  state: v.optional(v.picklist(DELIVERY_STATES)),
  hook: v.optional(v.string()),
  group: v.optional(v.string()),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/),
      v.toNumber(),
      v.minValue(1),
      v.maxValue(MOST_PER_PAGE),
    ),
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.transform(readCursor),
      v.check((cursor) => cursor !== null, 'is not a cursor of this list'),
    ),
  ),
})

/** A page, or a problem with the query. */
export async function listDeliveries(c: ApiContext, config: Config): Promise<Response> {
  const query = v.safeParse(listSchema, c.req.query())
  if (!query.success) {
    return problemResponse({ reason: 'bad_request', issues: issuesOf(query.issues) })
  }
  const { state = null, hook = null, group = null, limit = DEFAULT_PER_PAGE, cursor } = query.output
  const accounts = Object.keys(config.accounts).filter((account) => cursor?.[account] !== null)
  const pages = await Promise.all(
    accounts.map(async (account) => {
      const before = cursor?.[account] ?? null
      const page = await outboxOf(c.env, account).list({
        ...EVERY_DELIVERY,
        state,
        hook,
        group,
        limit,
        before,
      })
      return { account, before, page }
    }),
  )
  const shown = pages
    .flatMap(({ page }) => placed(page.deliveries))
    .toSorted((one, other) => other.place.localeCompare(one.place))
    .map(({ delivery }) => delivery)
    .slice(0, limit)
  const next: Cursor = Object.fromEntries(
    pages.map(({ account, before, page }) => [account, nextBefore(account, before, page, shown)]),
  )
  const more = Object.values(next).some((before) => before !== null)
  return c.json({ deliveries: shown, cursor: more ? writeCursor(closed(config, next)) : null })
}

/** By when they came, but an account's own order stands although its clock was set back: its cursor counts on it. */
function placed(deliveries: readonly DeliveryView[]): { delivery: DeliveryView; place: string }[] {
  let place = deliveries[0]?.receivedAt ?? ''
  return deliveries.map((delivery) => {
    if (delivery.receivedAt < place) place = delivery.receivedAt
    return { delivery, place }
  })
}

/** Where an account's next page begins: behind its last delivery shown, or where its own page ended. */
function nextBefore(
  account: string,
  before: number | null,
  page: { deliveries: readonly DeliveryView[]; before: number | null },
  shown: readonly DeliveryView[],
): number | null {
  const mine = shown.filter((delivery) => delivery.account === account)
  if (mine.length === page.deliveries.length) return page.before
  // Where nothing of it fitted it begins as it would have now, and not with what comes meanwhile.
  const last = mine.at(-1)
  if (last !== undefined) return readDeliveryId(last.id)?.seq ?? null
  const first = readDeliveryId(page.deliveries[0]?.id ?? '')
  return first === null ? before : first.seq + 1
}

/** Accounts that were read to their end stay so. */
function closed(config: Config, next: Cursor): Cursor {
  return {
    ...Object.fromEntries(Object.keys(config.accounts).map((name) => [name, null])),
    ...next,
  }
}
