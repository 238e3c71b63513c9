/** Lists over several accounts, newest first, with a cursor that says how far each has been read: deliveries, and what operators did. */

import * as v from 'valibot'
import { outboxOf, readDeliveryId } from '../outbox/accept.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import { type Admin, accountsOf, type Place } from './admin.ts'
import { deliveryFilter, type Filter } from './filter.ts'
import type { AuditLine } from './shapes.ts'

/** A page of one account: what it holds by descending number. */
interface AccountPage<value> {
  readonly account: string
  /** What it was asked with; null: from the newest. */
  readonly before: number | null
  readonly items: readonly { readonly number: number; readonly at: string; readonly value: value }[]
  /** The number to go on with; null: that was all. */
  readonly end: number | null
}

interface MergedPage<value> {
  readonly values: readonly value[]
  /** Null: that was all. */
  readonly cursor: Cursor | null
}

/** The newest of all pages, so many at most. */
export function merge<value>(
  accounts: readonly string[],
  pages: readonly AccountPage<value>[],
  limit: number,
): MergedPage<value> {
  const shown = pages
    .flatMap((page) => placed(page))
    .toSorted((one, other) => other.place.localeCompare(one.place))
    .slice(0, limit)
  const next: Cursor = {
    // Accounts that were read to their end stay so.
    ...Object.fromEntries(accounts.map((name) => [name, null])),
    ...Object.fromEntries(pages.map((page) => [page.account, nextBefore(page, shown)])),
  }
  const more = Object.values(next).some((before) => before !== null)
  return { values: shown.map(({ value }) => value), cursor: more ? next : null }
}

interface Placed<value> {
  readonly account: string
  readonly number: number
  readonly place: string
  readonly value: value
}

/** By when they came, but an account's own order stands although its clock was set back: its cursor counts on it. */
function placed<value>({ account, items }: AccountPage<value>): Placed<value>[] {
  let place = items[0]?.at ?? ''
  return items.map(({ number, at, value }) => {
    if (at < place) place = at
    return { account, number, place, value }
  })
}

/** Where an account's next page begins: behind its last one shown, or where its own page ended. */
function nextBefore<value>(
  page: AccountPage<value>,
  shown: readonly Placed<value>[],
): number | null {
  const mine = shown.filter(({ account }) => account === page.account)
  if (mine.length === page.items.length) return page.end
  // Where nothing of it fitted it begins as it would have now, and not with what comes meanwhile.
  const [first] = page.items
  return mine.at(-1)?.number ?? (first === undefined ? page.before : first.number + 1)
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

interface DeliveriesPage extends MergedPage<DeliveryView> {
  /** All that was received after this was looked at; null: that was all. */
  readonly through: string | null
}

/** A page of at most that many; it may be short, or empty, and still have a cursor. */
export async function listDeliveries(
  admin: Admin,
  filter: Filter,
  limit: number,
  cursor: Cursor | null,
  scan?: number,
): Promise<DeliveriesPage> {
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

/** A page of what the accounts answer that were not read to their end. */
async function mergedPage<value>(
  admin: Admin,
  limit: number,
  cursor: Cursor | null,
  ask: (
    outbox: Place['outbox'],
    account: string,
    before: number | null,
  ) => Promise<Pick<AccountPage<value>, 'items' | 'end'>>,
): Promise<MergedPage<value>> {
  const accounts = accountsOf(admin)
  const pages = await Promise.all(
    accounts
      .filter((account) => cursor?.[account] !== null)
      .map(async (account) => {
        const before = cursor?.[account] ?? null
        return { account, before, ...(await ask(outboxOf(admin.env, account), account, before)) }
      }),
  )
  return merge(accounts, pages, limit)
}
