/** One list out of several accounts' lists, newest first, with a cursor that says how far each has been read. */

import type { Cursor } from './cursor.ts'

/** A page of one account: what it holds by descending number. */
export interface AccountPage<value> {
  readonly account: string
  /** What it was asked with; null: from the newest. */
  readonly before: number | null
  readonly items: readonly { readonly number: number; readonly at: string; readonly value: value }[]
  /** The number to go on with; null: that was all. */
  readonly end: number | null
}

export interface MergedPage<value> {
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
