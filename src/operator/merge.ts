/** Lists over several accounts, newest first, with a cursor that says how far each has been read: deliveries, and what operators did. */

import * as v from 'valibot'
import { outboxOf, readDeliveryId } from '../outbox/accept.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import { type Admin, accountsOf, type Place } from './admin.ts'
import { deliveryFilter, type Filter } from './filter.ts'
import type { AuditLine } from './shapes.ts'

/** What an account holds, by descending number. */
interface AccountPage<value> {
  readonly items: readonly { readonly number: number; readonly at: string; readonly value: value }[]
  /** The number to go on with; null: that was all. */
  readonly end: number | null
}

interface MergedPage<value> {
  readonly values: readonly value[]
  /** Null: that was all. */
  readonly cursor: Cursor | null
}

/** By account: deliveries before this number come next; null: none are left. */
export type Cursor = Readonly<Record<string, number | null>>

const cursorSchema = v.record(
  v.string(),
  v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
)

export function writeCursor(cursor: Cursor): string {
  return btoa(JSON.stringify(cursor)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The cursor, or null where it is none of ours. */
export function readCursor(text: string): Cursor | null {
  try {
    const value: unknown = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
    const parsed = v.safeParse(cursorSchema, value)
    // To valibot a list is a record too.
    return parsed.success && !Array.isArray(value) ? parsed.output : null
  } catch {
    return null
  }
}

/**
 * A page of at most that many; it may be short, or empty, and still have a cursor. All that was received after `through` was
 * looked at; null: that was all.
 */
export async function listDeliveries(
  admin: Admin,
  filter: Filter,
  limit: number,
  cursor: Cursor | null,
  scan?: number,
): Promise<MergedPage<DeliveryView> & { readonly through: string | null }> {
  const throughs: string[] = []
  const page = await mergedPage(admin, limit, cursor, async (outbox, _, before) => {
    const asked = deliveryFilter(filter, limit, before, scan)
    const { deliveries, before: end, through } = await outbox.deliveries().list(asked)
    if (through !== null) throughs.push(through)
    const items = deliveries.map((value) => {
      return { number: readDeliveryId(value.id)?.seq ?? 0, at: value.receivedAt, value }
    })
    return { items, end }
  })
  return { ...page, through: throughs.toSorted().at(-1) ?? null }
}

/** A page of what operators did, over all accounts. */
export async function auditLog(
  admin: Admin,
  limit: number,
  cursor: Cursor | null,
): Promise<MergedPage<AuditLine>> {
  return mergedPage(admin, limit, cursor, async (outbox, account, before) => {
    const { entries, before: end } = await outbox.account().audit(before, limit)
    const items = entries.map((entry) => {
      return { number: entry.id, at: entry.at, value: { ...entry, account } }
    })
    return { items, end }
  })
}

/** The newest of what the accounts answer that were not read to their end, so many at most. */
async function mergedPage<value>(
  admin: Admin,
  limit: number,
  cursor: Cursor | null,
  ask: (
    outbox: Place['outbox'],
    account: string,
    before: number | null,
  ) => Promise<AccountPage<value>>,
): Promise<MergedPage<value>> {
  const accounts = accountsOf(admin)
  const pages = await Promise.all(
    accounts
      .filter((account) => cursor?.[account] !== null)
      .map(async (account) => {
        const before = cursor?.[account] ?? null
        const { items, end } = await ask(outboxOf(admin.env, account), account, before)
        return { account, items: placed(items), end }
      }),
  )
  const shown = pages
    .flatMap(({ items }) => items)
    .toSorted((one, other) => other.place.localeCompare(one.place))
    .slice(0, limit)
  // Accounts that were read to their end stay so.
  const next: Record<string, number | null> = Object.fromEntries(
    accounts.map((name) => [name, null]),
  )
  for (const { account, items, end } of pages) {
    const last = items.findLast((item) => shown.includes(item))
    // Where nothing of it fitted it begins as it would have now, and not with what comes meanwhile.
    const begin = last?.number ?? Number(items[0]?.number) + 1
    next[account] = last === items.at(-1) ? end : begin
  }
  const more = Object.values(next).some((before) => before !== null)
  return { values: shown.map(({ value }) => value), cursor: more ? next : null }
}

/** By when they came, but an account's own order stands although its clock was set back: its cursor counts on it. */
function placed<item extends { readonly at: string }>(items: readonly item[]) {
  let place = items[0]?.at ?? ''
  return items.map((item) => {
    if (item.at < place) place = item.at
    return { ...item, place }
  })
}
