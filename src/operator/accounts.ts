/** EazyBe accounts: what each is doing, and stopping and starting it. */

import { outboxOf } from '../outbox/accept.ts'
import type { CapsInUse, Overview, Stop } from '../outbox/admin/account.ts'
import type { RestoreResult } from '../outbox/admin/backup.ts'
import type { BackupPage } from '../outbox/store/backup.ts'
import { type Admin, accountsOf, fromEach } from './admin.ts'

/** How each account stands. `counted`: of those that wait, no more than so many are counted. */
export function overviews(admin: Admin, counted?: number): Promise<Overview[]> {
  return fromEach(admin, async (outbox, account) => {
    // An object that nothing has reached yet does not know its own name.
    return { ...(await outbox.account().overview(counted)), account }
  })
}

/** What became of the deliveries of these hours, together. */
export function hoursTotal(hours: readonly Omit<Overview['hours'][number], 'hour'>[]) {
  const sum = (state: 'accepted' | 'held' | 'parked'): number =>
    hours.reduce((total, hour) => total + hour[state], 0)
  return { accepted: sum('accepted'), held: sum('held'), parked: sum('parked') }
}

/** Accounts that make no calls now, and why. */
export async function stoppedAccounts(admin: Admin): Promise<ReadonlyMap<string, Stop>> {
  const all = await fromEach(admin, async (outbox, account) => {
    const stop = await outbox.account().stopped()
    return stop === null ? [] : [[account, stop] as const]
  })
  return new Map(all.flat())
}

/** What of its caps each account has used. */
export function budgets(admin: Admin): Promise<(CapsInUse & { readonly account: string })[]> {
  return fromEach(admin, async (outbox, account) => {
    return { ...(await outbox.account().budget()), account }
  })
}

/** Stops an account’s calls, or starts them again. */
export async function setPaused(
  admin: Admin,
  account: string,
  paused: boolean,
): Promise<'done' | 'not_found'> {
  if (!accountsOf(admin).includes(account)) return 'not_found'
  const outbox = outboxOf(admin.env, account).account()
  await (paused ? outbox.pause(admin.actor) : outbox.resume(admin.actor))
  return 'done'
}

/** A page of a copy of the account's outbox; `changed`: something was written since the first page, so it must begin anew. */
export async function exportPage(
  admin: Admin,
  account: string,
  cursor: string | null,
): Promise<BackupPage | 'not_found' | 'changed'> {
  if (!accountsOf(admin).includes(account)) return 'not_found'
  const outbox = outboxOf(admin.env, account).backup()
  return (await outbox.page(account, cursor, admin.actor)) ?? 'changed'
}

/** Takes a piece of a copy of the account's outbox, and puts all back with the last. */
export async function importPiece(
  admin: Admin,
  account: string,
  piece: { readonly number: number; readonly text: string; readonly last: boolean },
): Promise<RestoreResult | 'not_found'> {
  if (!accountsOf(admin).includes(account)) return 'not_found'
  return outboxOf(admin.env, account).backup().take(account, piece, admin.actor)
}
