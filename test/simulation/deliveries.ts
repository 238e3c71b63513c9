/** Deliveries and groups as the operator sees them, and what an action makes of what was said of one. */

import type { Invite } from '../../src/mapping/invite.ts'
import type { DeliveryAction } from '../../src/outbox/admin/act.ts'
import type { Facts, Lead } from './facts.ts'
import type { Act } from './history.ts'
import { nameOf } from './names.ts'
import { digitsOf } from './people.ts'

export interface Delivery {
  readonly seq: number
  /** The key of the event that brought it. */
  readonly key: string
  readonly state: string
  readonly reason: string | null
  readonly closed: string | null
  readonly name: string | null
  readonly partName: string | null
}

export type Change = (invite: Invite) => Invite

/** Of what was held before there was an invite, an operator fills in all. */
export const UNMAPPED: Invite = { groupName: '', contacts: [], teammates: [], create: false }

/** Those that Usher answered for, in the order of their answers. */
export function acknowledged(facts: Facts): Delivery[] {
  // A body that came again under another key is the same delivery: its first event brought it.
  const leads = new Map<number, Lead>()
  for (const lead of facts.senders.leads.values()) {
    if (!leads.has(lead.seq)) leads.set(lead.seq, lead)
  }
  return [...leads.values()].flatMap(({ seq, key }) =>
    facts
      .rows<Omit<Delivery, 'key'> & { mark: string }>(
        `SELECT key AS mark, seq, state, reason, closed, groups.name AS name, parts.name AS partName FROM deliveries
         LEFT JOIN groups ON groups.id = deliveries.group_id LEFT JOIN parts ON parts.id = part_id WHERE seq = ?`,
        seq,
      )
      .map(({ mark, ...row }) => ({ ...row, key: facts.senders.keyBehind(mark) ?? key })),
  )
}

/** Sending again one that was accepted or skipped means: although its people were accepted. */
export function isDone({ state, closed }: Delivery): boolean {
  return (state === 'accepted' || state === 'skipped') && closed !== 'discarded'
}

/** Those held because their group is gone, which the operator says may be created again. */
export function gone(chosen: readonly Delivery[]): (Delivery & { partName: string })[] {
  return chosen.flatMap((one) =>
    one.reason === 'group gone' && one.partName !== null
      ? [{ ...one, partName: one.partName }]
      : [],
  )
}

export function actionOf(act: Act): DeliveryAction {
  if (act.kind !== 'edit') return act
  const { people, group, create } = act
  return {
    kind: 'edit',
    contacts: people?.map((person) => digitsOf(person, 0)) ?? null,
    groupName: group === null ? null : nameOf(group),
    create,
  }
}

export function changeOf(action: DeliveryAction): Change {
  return (invite) => {
    if (action.kind === 'create') return { ...invite, create: true }
    if (action.kind !== 'edit') return invite
    return {
      ...invite,
      contacts: action.contacts ?? invite.contacts,
      groupName: action.groupName ?? invite.groupName,
      create: action.create ?? invite.create,
    }
  }
}

/** The nth part of any group; undefined: there is none yet. */
export function partAt(facts: Facts, nth: number): { id: number; name: string } | undefined {
  if (facts.rows(`SELECT 1 FROM sqlite_schema WHERE name = 'parts'`).length === 0) return undefined
  const all = facts.rows<{ id: number; name: string }>('SELECT id, name FROM parts ORDER BY id')
  return all[nth % Math.max(1, all.length)]
}
