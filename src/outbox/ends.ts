/** What asking for a person changes: decided here from what is known of them, and written by `ask.ts`. */

import { DAY_MS } from './dispatch/pace.ts'
import type { BlockReason, MembershipStatus } from './model.ts'
import type { Ask, Situation, StandingRow } from './store/asks.ts'
import { REFUSED_ELSEWHERE } from './store/memberships.ts'

/** A person accepted into a group is not sent to it again for this long. */
export const MEMORY_MS = 365 * DAY_MS

/** A person who is asked for. */
export interface Contact {
  readonly person: string
  readonly digits: string
  readonly mask: string
  readonly team: boolean
}

export interface Wish {
  /** The digest of the event; empty where an operator asks. */
  readonly key: string
  readonly hook: string
  readonly groupName: string
  readonly create: boolean
  readonly contacts: readonly Contact[]
  /** `event`: caps and earlier ends count. `operator`: they do not. `again`: people are sent although they were accepted before. */
  readonly by: 'event' | 'operator' | 'again'
}

/** A contact with what is known of them in the group. */
export interface Standing {
  readonly contact: Contact
  /** The contact's place in the wish. */
  readonly place: number
  readonly row: StandingRow | null
  /** Where the person is, or goes to; null: the group is new. */
  readonly partId: number | null
  readonly suppressed: boolean
  readonly refused: boolean
}

/** How the leads of a wish stand. Those whose part is fixed stay in it, others go to the open one. */
export function leadsOf({ group, people }: Situation, contacts: readonly Contact[]): Standing[] {
  const open = group?.partId ?? null
  return contacts.flatMap((contact, place) => {
    if (contact.team) return []
    const { rows = [], suppressed = false } = people[place] ?? {}
    const row =
      rows.find(({ teamPart }) => teamPart === 0) ??
      // A lead who is a teammate of the group is in one of its parts, or will be.
      rows.find(({ status }) => status === 'accepted') ??
      rows.find(({ teamPart }) => teamPart === open) ??
      rows[0] ??
      null
    const stays = row !== null && (row.fixed === 1 || row.teamPart !== 0)
    const partId = stays ? row.partId : open
    return [{ contact, place, row, partId, suppressed, refused: false }]
  })
}

/** How the teammates of a wish stand in each of these parts. One who is a lead of a part needs no membership beside that. */
export function teammatesOf(
  { people }: Situation,
  contacts: readonly Contact[],
  parts: readonly (number | null)[],
): Standing[] {
  return contacts.flatMap((contact, place) => {
    if (!contact.team) return []
    const { rows = [], suppressed = false, refused = false } = people[place] ?? {}
    return parts.flatMap((partId) => {
      if (rows.some((row) => row.teamPart === 0 && row.partId === partId)) return []
      const row = rows.find(({ teamPart }) => teamPart === partId) ?? null
      return [{ contact, place, row, partId, suppressed, refused }]
    })
  })
}

/** Whether a membership waits for a call. */
export function isOpen(status: MembershipStatus): boolean {
  return status === 'waiting' || status === 'maybe'
}

/** A membership as asking leaves it. */
export interface End {
  readonly status: MembershipStatus
  readonly reason: string | null
  readonly frozen: Ask['frozen']
  /** Whether the membership is written. */
  readonly changes: boolean
  readonly limit: number | null
}

/** What decides on an end beside the membership itself. */
export interface Circumstances {
  readonly suppressed: boolean
  readonly refused: boolean
  readonly by: Wish['by']
  readonly create: boolean
  /** What keeps the event's people out; null: nothing. */
  readonly block: BlockReason | null
  readonly now: number
}

/** What asking makes of a membership. */
export function endOf(
  row: StandingRow | null,
  { suppressed, refused, by, create, block, now }: Circumstances,
): End {
  const as = (status: MembershipStatus, reason: string | null, changes: boolean): End => ({
    status,
    reason,
    changes,
    frozen: null,
    // A person who was refused before travels alone, so that a bad number fails no others.
    limit: row?.status === 'refused' ? 1 : null,
  })
  const stays = (frozen: Ask['frozen'] = null): End => ({
    ...as(row?.status ?? 'waiting', row?.reason ?? null, false),
    frozen,
  })
  const open = (): End => {
    if (block !== null) return as('blocked', block, true)
    const mayBeIn = row?.fixed === 1 && row.acceptedAt === null
    return mayBeIn
      ? as('maybe', 'an earlier call may have worked', true)
      : as('waiting', null, true)
  }
  const remembered = row?.acceptedAt != null && row.acceptedAt > now - MEMORY_MS
  if (row?.status === 'accepted') {
    return suppressed || (by !== 'again' && remembered) ? stays('already') : open()
  }
  if (suppressed) return as('suppressed', null, row?.status !== 'suppressed')
  if (row === null)
    return refused && by === 'event' ? as('refused', REFUSED_ELSEWHERE, true) : open()
  switch (row.status) {
    case 'waiting':
    case 'maybe':
      return by === 'event' && row.hasDigits === 1 ? stays() : as(row.status, row.reason, true)
    case 'blocked':
      return by !== 'event' || (block === null && isUnblocked(row.reason, create))
        ? open()
        : stays()
    case 'refused':
      // An operator sent it again, in vain. The person was accepted before, and that stands.
      if (by === 'event' && remembered) return stays('already')
      // A teammate's number is tried again only when an operator says so.
      return row.teamPart !== 0 && by === 'event' ? stays() : open()
    default:
      // Withdrawn after an operator asked to send it again. The person was accepted before, and that stands.
      return by === 'event' && remembered
        ? { ...as('accepted', null, true), frozen: 'already' }
        : open()
  }
}

/** Whether another event lifts what blocks the person: leave to create the group, another day, or another hook. */
function isUnblocked(reason: string | null, create: boolean): boolean {
  const byCreation: readonly (BlockReason | null)[] = ['group missing', 'too many new groups']
  const byAny: readonly (BlockReason | null)[] = ['burst', 'hook paused', 'group of another hook']
  return (create && byCreation.some((one) => one === reason)) || byAny.some((one) => one === reason)
}
