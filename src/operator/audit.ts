/** What operators did, newest first: every outbox keeps its own log, and this is one list of them. */

import { outboxOf } from '../setup/readiness.ts'
import { accountsOf, type Desk } from './desk.ts'
import type { Cursor } from './merge.ts'
import { type MergedPage, merge } from './merge.ts'
import type { AuditLine } from './shapes.ts'

/** A page of what operators did, over all accounts. */
export async function auditLog(
  desk: Desk,
  limit: number,
  cursor: Cursor | null,
): Promise<MergedPage<AuditLine>> {
  const accounts = accountsOf(desk)
  const open = accounts.filter((account) => cursor?.[account] !== null)
  const pages = await Promise.all(
    open.map(async (account) => {
      const before = cursor?.[account] ?? null
      const page = await outboxOf(desk.env, account).account().audit(before, limit)
      const items = page.entries.map((entry) => {
        return { number: entry.id, at: entry.at, value: { ...entry, account } }
      })
      return { account, before, items, end: page.before }
    }),
  )
  return merge(accounts, pages, limit)
}
