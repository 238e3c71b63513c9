/** Groups of all accounts, each under an id that says whose it is. */

import * as v from 'valibot'
import { inviteSchema } from '../mapping/invite.ts'
import { outboxOf } from '../outbox/accept.ts'
import type { GroupChange, GroupResult, GroupView } from '../outbox/admin/groups.ts'
import { type Admin, accountsOf, fromEach, placeOf } from './admin.ts'
import type { Cursor } from './merge.ts'
import type { Group } from './shapes.ts'

/**
 * A page of groups, one account after the other. `look`: names that are gone through, and people of each that are counted,
 * at most.
 */
export async function listGroups(
  admin: Admin,
  text: string | null,
  limit: number,
  cursor: Cursor | null,
  look: { readonly scan?: number; readonly counted?: number } = {},
): Promise<{ groups: Group[]; cursor: Cursor | null }> {
  const accounts = accountsOf(admin)
  const groups: Group[] = []
  const next: Record<string, number | null> = { ...cursor }
  for (const account of accounts.filter((name) => cursor?.[name] !== null)) {
    if (groups.length === limit) break
    const before = cursor?.[account] ?? null
    const asked = { text, limit: limit - groups.length, before, ...look }
    const page = await outboxOf(admin.env, account).groups().list(asked)
    groups.push(...page.groups.map((group) => named(account, group)))
    next[account] = page.before
    if (page.before !== null) break
  }
  const more = accounts.some((name) => next[name] !== null)
  return { groups, cursor: more ? next : null }
}

/** The newest groups' names, of all accounts. */
export async function groupNames(admin: Admin, limit: number): Promise<string[]> {
  return (await fromEach(admin, async (outbox) => outbox.groups().names(limit))).flat()
}

export async function readGroup(admin: Admin, id: string, counted?: number): Promise<Group | null> {
  const place = placeOf(admin, id)
  const group = place === null ? null : await place.outbox.groups().view(place.seq, counted)
  return place === null || group === null ? null : named(place.account, group)
}

export async function changeGroup(
  admin: Admin,
  id: string,
  change: GroupChange,
): Promise<GroupResult> {
  const place = placeOf(admin, id)
  return place === null ? 'not_found' : place.outbox.groups().change(place.seq, change, admin.actor)
}

/** Why a group was not changed, for its operator. */
export const UNCHANGED: Readonly<Record<Exclude<GroupResult, 'done' | 'not_found'>, string>> = {
  name_taken: 'Another group has that name.',
  not_possible: 'That cannot be done with the group as it is.',
}

function named(account: string, group: GroupView): Group {
  const parts = group.parts.map((part) => ({ ...part, id: `${account}-${part.id}` }))
  const aliases = [...group.aliases]
  return { ...group, id: `${account}-${group.id}`, account, parts, aliases }
}

/** WhatsApp's own limit, and one for the account itself. */
const MOST_MEMBERS = 1_024

export const groupChangeSchema = v.variant('kind', [
  v.object({
    kind: v.literal('count'),
    members: v.pipe(
      v.number(),
      v.integer('must be a whole number'),
      v.minValue(0, 'must be 0 or more'),
      v.maxValue(MOST_MEMBERS, `must be ${MOST_MEMBERS} or less`),
    ),
  }),
  v.object({ kind: v.literal('rename'), name: inviteSchema.entries.groupName }),
  v.object({ kind: v.literal('exists') }),
  v.object({ kind: v.literal('create') }),
])
