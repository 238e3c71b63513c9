/** One action on many deliveries: counted first, then done in steps that a browser or a program asks for one by one. */

import { outboxOf } from '../setup/readiness.ts'
import type { ActOutcome, BulkAction } from './act.ts'
import { act } from './act.ts'
import { accountsOf, type Desk, fromEach, noteAt } from './desk.ts'
import { deliveryFilter, type Filter } from './filter.ts'
import type { Cursor } from './merge.ts'

/** More than this are "more than 10,000": counting on would cost as much as acting. */
const MOST_COUNTED = 10_000
const COUNTED_AT_ONCE = 1_000
/** An outbox acts on so many in one transaction. Mapping again asks it several times for each. */
const STEP: Readonly<Record<BulkAction, number>> = {
  exact: 100,
  release: 20,
  discard: 100,
  remap: 20,
}

export interface Count {
  readonly count: number
  readonly more: boolean
}

/** What an outbox gives page by page, until that was all or there is enough. */
export async function pagesOf<item>(
  most: number,
  ask: (before: number | null) => Promise<{ items: readonly item[]; before: number | null }>,
): Promise<{ items: item[]; more: boolean }> {
  const items: item[] = []
  let before: number | null = null
  do {
    const page = await ask(before)
    items.push(...page.items)
    before = page.before
  } while (before !== null && items.length < most)
  return { items, more: before !== null }
}

/** How many deliveries the filter fits. */
export async function countDeliveries(desk: Desk, filter: Filter): Promise<Count> {
  const counts = await fromEach(desk, (outbox) =>
    pagesOf(MOST_COUNTED, async (before) => {
      const page = await outbox.deliveries().seqs(deliveryFilter(filter, COUNTED_AT_ONCE, before))
      return { items: page.seqs, before: page.before }
    }),
  )
  return {
    count: counts.reduce((sum, { items }) => sum + items.length, 0),
    more: counts.some(({ more }) => more),
  }
}

export interface Step {
  /** How many deliveries came out how. */
  readonly outcomes: Partial<Record<ActOutcome, number>>
  /** Where the next step begins; null: that was the last. */
  readonly cursor: Cursor | null
}

/** One step. `agreed`: the operator states that all of these people agreed. It goes from the newest down by number, so what arrives meanwhile, or changes state, is not met twice. */
export async function bulkStep(
  desk: Desk,
  filter: Filter,
  action: BulkAction,
  cursor: Cursor | null,
  agreed: boolean,
): Promise<Step> {
  const accounts = accountsOf(desk)
  const account = accounts.find((name) => cursor?.[name] !== null)
  if (account === undefined) return { outcomes: {}, cursor: null }
  if (cursor === null) await noteAt(desk, `bulk ${action}`, describe(filter, agreed))
  const outbox = outboxOf(desk.env, account)
  const page = await outbox
    .deliveries()
    .seqs(deliveryFilter(filter, STEP[action], cursor?.[account] ?? null))
  const results = await act(desk, { account, outbox }, page.seqs, { kind: action, agreed })
  const outcomes: Partial<Record<ActOutcome, number>> = {}
  for (const { outcome } of results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  const next: Cursor = { ...cursor, [account]: page.before }
  return { outcomes, cursor: accounts.some((name) => next[name] !== null) ? next : null }
}

/** The filter in words, for the audit log; what may be a person's is left out. */
function describe({ text, phoneEnd, ...rest }: Filter, agreed: boolean): string {
  const words = Object.entries(rest).map(([name, value]) => `${name}: ${value}`)
  if (text !== undefined) words.push('a text')
  if (phoneEnd !== undefined) words.push('the end of a number')
  const chosen = words.length === 0 ? 'all deliveries' : words.join(', ')
  return agreed ? `${chosen}; the operator states that they agreed` : chosen
}
