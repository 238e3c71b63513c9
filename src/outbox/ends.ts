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
  readonly row: StandingRow | null
  readonly suppressed: boolean
  readonly refused: boolean
}

/** The part for these people: the one where a lead is fixed, else the open one. Null where the group is new. */
export function homeOf({ group, people }: Situation, contacts: readonly Contact[]): number | null {
  const leads = people.filter((_, index) => contacts[index]?.team === false)
  const rows = leads.flatMap((lead) => lead.rows.find(({ teamPart }) => teamPart === 0) ?? [])
  return rows.find(({ fixed }) => fixed === 1)?.partId ?? group?.partId ?? null
}

/** Each contact with the membership that is theirs: a teammate's of the part that the people go to, a lead's of the group. */
export function standings(
  { people }: Situation,
  contacts: readonly Contact[],
  home: number | null,
): Standing[] {
  return contacts.map((contact, index) => {
    const { rows = [], suppressed = false, refused = false } = people[index] ?? {}
    const inHome = rows.find(({ teamPart }) => teamPart === home)
    const own = contact.team
      ? inHome
      : // A lead who is a teammate of the group is in one of its parts, or will be.
        (rows.find(({ teamPart }) => teamPart === 0) ??
        rows.find(({ status }) => status === 'accepted') ??
        inHome ??
        rows[0])
    return { contact, row: own ?? null, suppressed, refused }
  })
}

/** A teammate who is a lead of this very part needs no membership beside that. */
export function isInAsLead(
  { people }: Situation,
  { team }: Contact,
  index: number,
  partId: number,
): boolean {
  return (
    team &&
    (people[index]?.rows.some((row) => row.teamPart === 0 && row.partId === partId) ?? false)
  )
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
