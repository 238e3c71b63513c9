/** Deliveries of all accounts in one list. */

import { readDeliveryId } from '../outbox/accept.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import { outboxOf } from '../setup/readiness.ts'
import type { Cursor } from './cursor.ts'
import { accountsOf, type Desk } from './desk.ts'
import { deliveryFilter, type Filter } from './filter.ts'
import { type MergedPage, merge } from './merge.ts'

export interface DeliveriesPage extends MergedPage<DeliveryView> {
  /** All that was received after this was looked at; null: that was all. */
  readonly through: string | null
}

/** A page of at most that many; it may be short, or empty, and still have a cursor. */
export async function listDeliveries(
  desk: Desk,
  filter: Filter,
  limit: number,
  cursor: Cursor | null,
  scan?: number,
): Promise<DeliveriesPage> {
  const accounts = accountsOf(desk)
  const open = accounts.filter((account) => cursor?.[account] !== null)
  const pages = await Promise.all(
    open.map(async (account) => {
      const before = cursor?.[account] ?? null
      const page = await outboxOf(desk.env, account)
        .deliveries()
        .list(deliveryFilter(filter, limit, before, scan))
      const items = page.deliveries.map((value) => {
        return { number: readDeliveryId(value.id)?.seq ?? 0, at: value.receivedAt, value }
      })
      return { account, before, items, end: page.before, through: page.through }
    }),
  )
  const throughs = pages.flatMap(({ through }) => through ?? [])
  return { ...merge(accounts, pages, limit), through: throughs.toSorted().at(-1) ?? null }
}
