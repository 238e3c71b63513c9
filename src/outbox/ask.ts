/** Asking for memberships: what an event, a look-up or an operator wants becomes rows that the dispatcher makes true. */

import type { Invite } from '../mapping/invite.ts'
import { maskPhone } from '../mapping/phone/index.ts'
import { DAY_MS, type Pace, soonest } from './dispatch/pace.ts'
import type { Contact, End, Standing, Wish } from './ends.ts'
import { endOf, isOpen, leadsOf, teammatesOf } from './ends.ts'
import type { AskedPerson, BlockReason, KeyInGroup } from './model.ts'
import type { HookRules, OutboxPorts } from './ports.ts'
import type { Account } from './store/account.ts'
import type { Ask, AskedMembership, Situation } from './store/asks.ts'
import type { Store } from './store/store.ts'

/** Hooks of these kinds may make fewer names a day: a stranger writes their text. */
const PUBLIC_KINDS = new Set(['form', 'calendar', 'ads'])
/** Other hooks may make this many times as many: their text often comes from a form, too. */
const PRIVATE_NAMES_FACTOR = 4
/** By default a hook may bring the people of this many days in one day: more would wait too long. */
const ADMITTED_DAYS = 5

/** A wish that is ready to be written. */
export interface Prepared {
  /** The delivery that has this key already. */
  readonly seen: number | null
  readonly groupId: number
  readonly partId: number
  readonly asked: readonly AskedPerson[]
  readonly rows: readonly AskedMembership[]
  readonly asks: readonly Ask[]
  readonly creates: boolean
  /** When the part of a new group is due; null: the group is not new, or no person waits in it. */
  readonly newDueAt: number | null
  /**
   * True where the alarm may be set too late for the part: the group becomes this hook's, with its share of the caps, or its people
   * have no room and go to the next part.
   */
  readonly wakes: boolean
  /** Accepted before, and called once more. */
  readonly again: readonly KeyInGroup[]
  /** Memberships that change: other deliveries may ask for them as well. */
  readonly changed: readonly KeyInGroup[]
}

/** A contact, and what asking makes of them. */
interface Decided extends Standing {
  readonly end: End
}

/** The people of an invite; each person once. */
export async function contactsOf(
  { contacts, teammates }: Invite,
  account: Account,
): Promise<Contact[]> {
  const all = await Promise.all(
    contacts.map(async (digits) => ({
      person: await account.personOf(digits),
      digits,
      mask: maskPhone(digits),
      team: teammates.includes(digits),
    })),
  )
  return withLeads([...new Map(all.map((contact) => [contact.person, contact])).values()])
}

/** Where all are teammates, they are leads: there is no other person to come along with. */
export function withLeads(contacts: readonly Contact[]): Contact[] {
  const hasLead = contacts.some(({ team }) => !team)
  return contacts.map((contact) => (hasLead ? contact : { ...contact, team: false }))
}

/** Decides what each person becomes. Writes only a new group, or a new owner of one. To be called within a transaction. */
export function decideAsk(
  { account, alerts, asks, hooks, parts }: Store,
  { config }: Pick<OutboxPorts, 'config'>,
  wish: Wish,
  now: number,
): Prepared {
  const { pace } = account
  const { hook, groupName, create, by, contacts } = wish
  const persons = contacts.map(({ person }) => person)
  const known = asks.situation(
    { key: wish.key, groupName, hook, mintedSince: now - DAY_MS },
    persons,
  )
  const nothing = {
    asked: [],
    rows: [],
    asks: [],
    again: [],
    changed: [],
    creates: create,
    newDueAt: null,
    wakes: false,
  }
  if (known.seen !== null) return { ...nothing, seen: known.seen, groupId: 0, partId: 0 }

  const rules = Object.hasOwn(config.hooks, hook) ? config.hooks[hook] : undefined
  const mints = create && known.group?.minted !== true
  const isForeign = usesOther(known.group, create) && rules?.groups !== 'any'
  const isCapped = mints && known.mintedToday >= newNamesPerDay(rules, pace)
  const leads = leadsOf(known, contacts)
  const decided = (standing: Standing, block: BlockReason | null): Decided => {
    const { row, suppressed, refused } = standing
    return { ...standing, end: endOf(row, { suppressed, refused, by, create, block, now }) }
  }
  let block: BlockReason | null = null
  if (by === 'event' && isForeign && config.canTypeName(hook)) block = 'group of another hook'
  else if (by === 'event' && isCapped) block = 'too many new groups'
  let ends = leads.map((lead) => decided(lead, block))
  // A lead who waits already, for another hook, brings no teammate of a paused one either.
  const isPaused = by === 'event' && block === null && account.pausedHooks.includes(hook)
  const isNewLead = by === 'event' && !isPaused && ends.some(begins)
  const isBurst = isNewLead && !hooks.admit(hook, leadsPerDay(rules, pace), now)
  if (isBurst) alerts.raise({ kind: 'burst', subject: hook }, now)
  if (isPaused || isBurst) {
    block = isPaused ? 'hook paused' : 'burst'
    ends = leads.map((lead) => decided(lead, block))
  }
  // Teammates come along to each part where a lead is or goes. If no lead is to be added, no teammate is.
  const homes = ends.some(isToBeAdded) ? ends.filter(isWanted).map(({ partId }) => partId) : []
  const team = teammatesOf(known, contacts, [...new Set(homes)])
  const all = [...ends, ...team.map((one) => decided(one, block))]
  const waits = all.some(({ end }) => isOpen(end.status))
  const mintedAt = mints && waits && block === null ? now : null
  const dueAt = by === 'event' ? now + pace.coalesceMs : now
  const isNew = known.group === null
  const { id: groupId, partId: open } =
    known.group ??
    parts.addGroup({
      name: groupName,
      hook,
      mintedAt,
      dueAt: waits ? dueAt : null,
      creates: create,
    })
  if (!isNew && mintedAt !== null) parts.mint(groupId, hook, now)
  const isFull = known.group !== null && known.group.taken >= parts.capacityOf(known.group.openHook)

  const entries = all.map((one) => {
    const partId = one.partId ?? open
    return { ...one, partId, teamPart: one.contact.team ? partId : (one.row?.teamPart ?? 0) }
  })
  return {
    seen: null,
    groupId,
    partId: entries[0]?.partId ?? open,
    creates: create,
    newDueAt: isNew && waits ? dueAt : null,
    wakes: !isNew && (mintedAt !== null || isFull),
    asked: entries.map(({ contact: { team }, end: { status, reason, frozen } }) => ({
      status,
      reason,
      frozen,
      team,
    })),
    rows: entries.flatMap(({ contact, row, end, partId, teamPart }) =>
      end.changes ||
      row === null ||
      row.hasDigits === 0 ||
      (create && !contact.team && row.creates === 0 && isOpen(end.status))
        ? [
            {
              person: contact.person,
              teamPart,
              partId,
              status: end.status,
              reason: end.reason,
              // A teammate comes along: leave to create the group is their lead's.
              creates: create && !contact.team,
              limit: end.limit,
              dueAt,
              digits: contact.digits,
              mask: contact.mask,
            },
          ]
        : [],
    ),
    asks: entries.map(({ contact, place, end, teamPart }) => ({
      person: contact.person,
      teamPart,
      place,
      lead: !contact.team,
      frozen: end.frozen,
    })),
    again: entries.flatMap(({ contact: { person }, row, end, teamPart }) =>
      end.changes && row?.status === 'accepted' ? [{ person, teamPart }] : [],
    ),
    changed: entries.flatMap(({ contact: { person }, row, end, teamPart }) =>
      row !== null && (row.status !== end.status || row.reason !== end.reason)
        ? [{ person, teamPart }]
        : [],
    ),
  }
}

/** Writes what was decided. Gives the part's new due time; null: it did not become earlier. */
export function writeAsk(
  { account, asks, deliveries, parts }: Store,
  { groupId, rows, asks: asked, again, changed, creates, newDueAt, wakes }: Prepared,
  delivery: number,
  now: number,
): number | null {
  asks.write(groupId, rows, now)
  asks.ask(delivery, groupId, asked)
  if (again.length > 0) asks.freezeOthers(again, groupId, delivery)
  if (changed.length > 0) {
    const others = asks.askers(changed, groupId).filter((seq) => seq !== delivery)
    const detail = 'The same person was asked for once more'
    deliveries.refresh(others, { event: 'changed', detail }, now)
  }
  if (newDueAt !== null) return newDueAt
  const { nextCreateAt, othersCreateAt } = account.state
  // The part may be due already, and its call wait until the people of a creation that failed may be tried again.
  const isAhead = othersCreateAt < nextCreateAt
  const due = new Map<number, number>()
  for (const { status, partId, dueAt } of rows) if (isOpen(status)) due.set(partId, dueAt)
  const times = [...due].flatMap(
    ([id, at]) => parts.bringForward(id, at, creates) ?? (wakes || isAhead ? at : []),
  )
  return soonest(times)
}

/** Whether the hook would use a group that it did not make, and that no operator let it use. */
function usesOther(group: Situation['group'], create: boolean): boolean {
  return group === null ? !create : !group.own && (group.minted || !create)
}

/** A person who did not wait is to be called now. */
function begins({ row, end }: Decided): boolean {
  return end.changes && isOpen(end.status) && (row === null || !isOpen(row.status))
}

/** The person is called: now, or after an operator's decision. */
function isToBeAdded({ end: { status } }: Decided): boolean {
  return isOpen(status) || status === 'blocked'
}

/** The person is in the group, or is to be. */
function isWanted(decided: Decided): boolean {
  return isToBeAdded(decided) || decided.end.status === 'accepted'
}

/** How many new names a hook may ask to create in a day. */
function newNamesPerDay(rules: HookRules | undefined, pace: Pace): number {
  if (rules?.newGroupsPerDay !== undefined) return rules.newGroupsPerDay
  return rules !== undefined && PUBLIC_KINDS.has(rules.source.kind)
    ? pace.newGroupsPerDay
    : pace.newGroupsPerDay * PRIVATE_NAMES_FACTOR
}

/** How many leads a hook may bring in a day. */
function leadsPerDay(rules: HookRules | undefined, pace: Pace): number {
  return rules?.leadsPerDay ?? ADMITTED_DAYS * pace.peoplePerDay
}
