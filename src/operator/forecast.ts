/** What a bulk action would do to how many deliveries, before it is done. */

import type { Hook } from '../mapping/hook.ts'
import { mapFields } from '../mapping/map.ts'
import type { Kept } from '../outbox/admin/deliveries.ts'
import type { StoredState } from '../outbox/model.ts'
import { type BulkAction, OUTCOMES } from './act.ts'
import { countDeliveries, pagesOf } from './bulk.ts'
import { type Desk, fromEach, hookOf } from './desk.ts'
import { deliveryFilter, type Filter } from './filter.ts'

const MOST_FORESEEN = 10_000
const AT_ONCE = 1_000
/** A mapping is the user's own code, and payloads are large: of more than these it is not tried. */
const MOST_MAPPED = 500
const MAPPED_AT_ONCE = 50

/** What may come of an action. `if_agreed`: sent where the operator states that the person agreed. `not_known`: only trying tells. */
export const FORESEEN = [...OUTCOMES, 'if_agreed', 'not_known'] as const

export interface Forecast {
  /** Deliveries that fit the filter. */
  readonly count: number
  /** True where there are more. */
  readonly more: boolean
  /** How many of them, the newest, were looked at. */
  readonly tried: number
  /** How many of those come out how. */
  readonly outcomes: Partial<Record<(typeof FORESEEN)[number], number>>
  /** How many stay held, by their reason. */
  readonly held: Readonly<Partial<Record<string, number>>>
}

type Told = { readonly outcome: keyof Forecast['outcomes']; readonly reason?: string }

type Page = { readonly items: readonly Told[]; readonly before: number | null }

/** What would come of the action for every delivery that fits. Nothing is done. */
export async function forecast(desk: Desk, filter: Filter, action: BulkAction): Promise<Forecast> {
  const parts = await fromEach(desk, (outbox) =>
    action === 'remap'
      ? pagesOf(MOST_MAPPED, async (before) => {
          const asked = deliveryFilter(filter, MAPPED_AT_ONCE, before)
          const page = await outbox.deliveries().keptOf(asked)
          const items = page.kept.map((kept) => mappingOf(hookOf(desk, kept.hook), kept))
          return { items, before: page.before }
        })
      : pagesOf(MOST_FORESEEN, async (before): Promise<Page> => {
          const asked = deliveryFilter(filter, AT_ONCE, before)
          const page = await outbox.deliveries().foresee(asked, action)
          return { items: page.outcomes.map((outcome) => ({ outcome })), before: page.before }
        }),
  )
  const told = parts.flatMap((part) => part.items)
  const more = parts.some((part) => part.more)
  const held = told.filter(({ outcome }) => outcome === 'held')
  return {
    ...(more && action === 'remap'
      ? await countDeliveries(desk, filter)
      : { count: told.length, more }),
    tried: told.length,
    outcomes: counted(told.map(({ outcome }) => outcome)),
    held: counted(held.map(({ reason = '' }) => reason)),
  }
}

function mappingOf(hook: Hook | null, kept: Kept & { readonly state: StoredState }): Told {
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

function counted<name extends string>(all: readonly name[]): Partial<Record<name, number>> {
  const counts: Partial<Record<name, number>> = {}
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1
  return counts
}
