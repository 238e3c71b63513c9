/** What a bulk action would do to how many deliveries, before it is done. */

import type { Hook } from '../mapping/hook.ts'
import { mapFields } from '../mapping/map.ts'
import type { Foreseen as ForeseenByOutbox } from '../outbox/admin/act.ts'
import type { Kept } from '../outbox/admin/deliveries.ts'
import type { StoredState } from '../outbox/model.ts'
import { outboxOf } from '../setup/readiness.ts'
import { type BulkAction, OUTCOMES } from './act.ts'
import { countDeliveries } from './bulk.ts'
import { accountsOf, type Desk, hookOf } from './desk.ts'
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

/** What would come of the action for every delivery that fits. Nothing is done. */
export async function forecast(desk: Desk, filter: Filter, action: BulkAction): Promise<Forecast> {
  const parts = await Promise.all(
    accountsOf(desk).map((account) =>
      action === 'remap'
        ? ofMapping(desk, account, filter)
        : ofAction(desk, account, filter, action),
    ),
  )
  const told = parts.flatMap((part) => part.told)
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

async function ofAction(
  desk: Desk,
  account: string,
  filter: Filter,
  action: 'exact' | 'release' | 'discard',
): Promise<{ told: Told[]; more: boolean }> {
  const told: Told[] = []
  let before: number | null = null
  do {
    const page: { outcomes: ForeseenByOutbox[]; before: number | null } = await outboxOf(
      desk.env,
      account,
    )
      .deliveries()
      .foresee(deliveryFilter(filter, AT_ONCE, before), action)
    told.push(...page.outcomes.map((outcome) => ({ outcome })))
    before = page.before
  } while (before !== null && told.length < MOST_FORESEEN)
  return { told, more: before !== null }
}

async function ofMapping(
  desk: Desk,
  account: string,
  filter: Filter,
): Promise<{ told: Told[]; more: boolean }> {
  const told: Told[] = []
  let before: number | null = null
  do {
    const page: { kept: (Kept & { state: StoredState })[]; before: number | null } = await outboxOf(
      desk.env,
      account,
    )
      .deliveries()
      .keptOf(deliveryFilter(filter, MAPPED_AT_ONCE, before))
    told.push(...page.kept.map((kept) => mappingOf(hookOf(desk, kept.hook), kept)))
    before = page.before
  } while (before !== null && told.length < MOST_MAPPED)
  return { told, more: before !== null }
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
