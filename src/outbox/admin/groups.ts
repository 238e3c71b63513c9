/** Groups for the operator: what is known of each part, and what an operator who looked into WhatsApp corrects. */

import { MAX_GROUP_NAME_UNITS } from '../../mapping/invite.ts'
import type { Context } from '../context.ts'
import type { Part, PartStatus } from '../model.ts'
import { forgetMaybes, refreshDue, releaseBlocked } from '../store/store.ts'
import { iso } from './views.ts'

/** A part of a group. */
export interface GroupView {
  readonly id: number
  readonly name: string
  /** 1 for "Name", 2 for "Name 2". */
  readonly part: number
  readonly parts: readonly { readonly id: number; readonly name: string; readonly part: number }[]
  readonly status: PartStatus
  /** By our count of what EazyBe accepted. */
  readonly members: number
  readonly capacity: number
  /** People, counted up to the number asked for. */
  readonly waiting: number
  readonly held: number
  readonly firstCallAt: string | null
  readonly lastCallAt: string | null
  readonly restUntil: string | null
  /** Names under which hooks still find it. */
  readonly aliases: readonly string[]
}

export interface GroupFilter {
  /** A piece of the name; null: all. */
  readonly text: string | null
  readonly limit: number
  /** Names that one look goes through at most. */
  readonly scan?: number
  /** People of each group that are counted at most. */
  readonly counted?: number
  /** Groups before this number; null: from the newest. */
  readonly before: number | null
}

/** What the operator knows. `create`: it is not there, and may be created (again). */
export type GroupChange =
  | { readonly kind: 'count'; readonly members: number }
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'exists' }
  | { readonly kind: 'create' }

export type GroupResult = 'done' | 'not_found' | 'name_taken' | 'not_possible'

const MOST_SCANNED = 5_000
const MOST_COUNTED = 1_000

export type GroupsAdmin = ReturnType<typeof groupsAdmin>

export function groupsAdmin(context: Context) {
  const { alarm, ports, store } = context
  return {
    /** A page of groups, newest first. A page may be short, and still go on. */
    async list({
      text,
      limit,
      before,
      scan = MOST_SCANNED,
      counted = MOST_COUNTED,
    }: GroupFilter): Promise<{ groups: GroupView[]; before: number | null }> {
      const found = store.reports.parts(text ?? '', limit, before, scan)
      const groups = found.ids.flatMap((id) => viewOf(context, id, counted) ?? [])
      return { groups, before: found.before }
    },
    /** The newest names. */
    async names(limit: number): Promise<string[]> {
      const { ids } = store.reports.parts('', limit, null, limit)
      return ids.flatMap((id) => store.parts.find(id)?.name ?? [])
    },
    /** One group, or null. */
    async view(id: number, counted = MOST_COUNTED): Promise<GroupView | null> {
      return viewOf(context, id, counted)
    },
    /** Writes down what the operator knows. People who waited for that wait for a call again. */
    async change(id: number, change: GroupChange, actor: string): Promise<GroupResult> {
      const now = ports.now()
      const result = store.transaction(() => changeOne(context, id, change, actor, now))
      if (result === 'done') await alarm.recheck()
      return result
    },
  }
}

function viewOf({ ports, store }: Context, id: number, counted: number): GroupView | null {
  const part = store.parts.find(id)
  if (part === null) return null
  const { first, last } = store.reports.calledAt(id)
  const { waiting, blocked: held } = store.memberships.counts(id, counted)
  return {
    id,
    name: part.name,
    part: part.number,
    parts: store.parts
      .ofGroup(part.groupId)
      .map((one) => ({ id: one.id, name: one.name, part: one.number })),
    status: part.status,
    members: part.members,
    capacity: part.capacity,
    waiting,
    held,
    firstCallAt: iso(first),
    lastCallAt: iso(last),
    restUntil: part.restUntil > ports.now() ? iso(part.restUntil) : null,
    aliases: store.parts.aliases(part.groupId),
  }
}

function changeOne(
  { store }: Context,
  id: number,
  change: GroupChange,
  actor: string,
  now: number,
): GroupResult {
  const { audit, parts } = store
  const part = parts.find(id)
  if (part === null) return 'not_found'
  const refused = apply(change, part)
  if (refused !== null) return refused
  refreshDue(store, id)
  const detail = change.kind === 'count' ? `${part.members} to ${change.members}` : null
  audit.record({ actor, action: `group: ${change.kind}`, target: `group ${id}`, detail }, now)
  return 'done'

  function apply(change: GroupChange, part: Part): GroupResult | null {
    switch (change.kind) {
      case 'count':
        parts.count(id, change.members)
        return null
      case 'rename':
        if (change.name.length > MAX_GROUP_NAME_UNITS || change.name === '') return 'not_possible'
        if (parts.isTaken(change.name, id)) return 'name_taken'
        parts.rename(part, change.name)
        return null
      case 'exists':
        parts.exists(id)
        releaseBlocked(store, part, false, now)
        return null
      case 'create':
        parts.allowCreation(id, now)
        forgetMaybes(store, part, now)
        releaseBlocked(store, part, true, now)
        return null
    }
  }
}
