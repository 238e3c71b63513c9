/** One action on many deliveries: what it would do, and then doing it in steps that a browser or a program asks for one by one. */

import * as v from 'valibot'
import type { Hook } from '../mapping/hook.ts'
import { mapFields } from '../mapping/map.ts'
import { outboxOf } from '../outbox/accept.ts'
import type { Kept } from '../outbox/admin/deliveries.ts'
import type { StoredState } from '../outbox/model.ts'
import { type ActOutcome, act, type BulkAction, OUTCOMES } from './act.ts'
import { type Admin, accountsOf, fromEach, hookOf, noteAt } from './admin.ts'
import { deliveryFilter, type Filter } from './filter.ts'
import type { Cursor } from './merge.ts'
import { described } from './shapes.ts'

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
/** A mapping is the user's own code, and payloads are large: of more than these it is not tried. */
const MOST_MAPPED = 500
const MAPPED_AT_ONCE = 50

/** What may come of an action. `if_agreed`: sent where the operator states that the person agreed. `not_known`: only trying tells. */
const FORESEEN = [...OUTCOMES, 'if_agreed', 'not_known'] as const

export const forecastSchema = v.object({
  /** Deliveries that fit the filter. */
  count: v.number(),
  more: described(v.boolean(), 'True where there are more than were counted'),
  tried: described(
    v.number(),
    'How many of them, the newest, were looked at: `outcomes` is of these',
  ),
  outcomes: described(v.record(v.picklist(FORESEEN), v.number()), 'How many would come out how'),
  held: described(v.record(v.string(), v.number()), 'How many would stay held, by their reason'),
})

export type Forecast = Readonly<v.InferOutput<typeof forecastSchema>>

type ForeseenOutcome = { readonly outcome: keyof Forecast['outcomes']; readonly reason?: string }

/** What would come of the action for every delivery that fits. Nothing is done. */
export async function forecast(
  admin: Admin,
  filter: Filter,
  action: BulkAction,
): Promise<Forecast> {
  const parts = await fromEach(admin, (outbox) =>
    action === 'remap'
      ? pagesOf(MOST_MAPPED, async (before) => {
          const asked = deliveryFilter(filter, MAPPED_AT_ONCE, before)
          const page = await outbox.deliveries().keptOf(asked)
          const items = page.kept.map((kept) => mappingOf(hookOf(admin, kept.hook), kept))
          return { items, before: page.before }
        })
      : pagesOf(MOST_COUNTED, async (before): Promise<Piece<ForeseenOutcome>> => {
          const asked = deliveryFilter(filter, COUNTED_AT_ONCE, before)
          const page = await outbox.deliveries().foresee(asked, action)
          return { items: page.outcomes.map((outcome) => ({ outcome })), before: page.before }
        }),
  )
  const told = parts.flatMap((part) => part.items)
  const more = parts.some((part) => part.more)
  const held = told.filter(({ outcome }) => outcome === 'held')
  return {
    ...(more && action === 'remap'
      ? await countDeliveries(admin, filter)
      : { count: told.length, more }),
    tried: told.length,
    outcomes: counted(told.map(({ outcome }) => outcome)),
    held: counted(held.map(({ reason = '' }) => reason)),
  }
}

function mappingOf(
  hook: Hook | null,
  kept: Kept & { readonly state: StoredState },
): ForeseenOutcome {
  if (hook === null) return { outcome: 'hook_gone' }
  if (kept.fields === null) return { outcome: 'fields_gone' }
  // Its sender is asked first, or its body is read anew.
  if (hook.source.lookUp !== undefined || kept.unread) return { outcome: 'not_known' }
  const mapped = mapFields(hook, JSON.parse(kept.fields), 0)
  if (mapped.kind === 'invite') return { outcome: 'queued' }
  if (!['held', 'queued'].includes(kept.state)) return { outcome: 'no_longer_mapped' }
  if (mapped.reasons.join() === 'consent') return { outcome: 'if_agreed' }
  return { outcome: 'held', reason: mapped.reasons.join(', ') }
}

type Piece<item> = { readonly items: readonly item[]; readonly before: number | null }

/** What an outbox gives page by page, until that was all or there is enough. */
export async function pagesOf<item>(
  most: number,
  ask: (before: number | null) => Promise<Piece<item>>,
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
async function countDeliveries(
  admin: Admin,
  filter: Filter,
): Promise<Pick<Forecast, 'count' | 'more'>> {
  const counts = await fromEach(admin, (outbox) =>
    pagesOf(MOST_COUNTED, async (before) => {
      const page = await outbox.deliveries().seqs(deliveryFilter(filter, COUNTED_AT_ONCE, before))
      return { items: page.seqs, before: page.before }
    }),
  )
  const count = counts.flatMap(({ items }) => items).length
  return { count, more: counts.some(({ more }) => more) }
}

/**
 * One step: how many deliveries came out how, and where the next one begins; null: it was the last. `agreed`: the operator states
 * that all of these people agreed. It goes from the newest down by number, so what arrives meanwhile, or changes state, is not met twice.
 */
export async function bulkStep(
  admin: Admin,
  filter: Filter,
  action: BulkAction,
  cursor: Cursor | null,
  agreed: boolean,
): Promise<{ outcomes: Partial<Record<ActOutcome, number>>; cursor: Cursor | null }> {
  const accounts = accountsOf(admin)
  const account = accounts.find((name) => cursor?.[name] !== null)
  if (account === undefined) return { outcomes: {}, cursor: null }
  if (cursor === null) await noteAt(admin, `bulk ${action}`, describe(filter, agreed))
  const outbox = outboxOf(admin.env, account)
  const page = await outbox
    .deliveries()
    .seqs(deliveryFilter(filter, STEP[action], cursor?.[account] ?? null))
  const outcomes = counted(
    await act(admin, { account, outbox }, page.seqs, { kind: action, agreed }),
  )
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

function counted(all: readonly string[]): Record<string, number> {
  const groups = Map.groupBy(all, (one) => one)
  return Object.fromEntries([...groups].map(([name, some]) => [name, some.length]))
}
