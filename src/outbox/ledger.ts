/** Writes into the deliveries what becomes of them: who may not go any more before a call, and what it came to after. */

import type { StoredContact } from './contacts.ts'
import { anyWaits, storedContacts } from './contacts.ts'
import type { Groups } from './groups.ts'
import type { People } from './people.ts'
import type { Queue } from './queue.ts'
import type { Change } from './settlement.ts'
import type { Call, DeliveryState, GroupState } from './state.ts'
import { APPEND_LINE, timelineLine } from './timeline.ts'

/** Deliveries released in one transaction; every call that is accepted into the group releases the next ones. */
const RELEASED_AT_ONCE = 1_000

/** Those of a group that are held for its absence. */
const MISSING_OF_GROUP = `seq IN
  (SELECT seq FROM deliveries WHERE state = 'held' AND group_id = ? AND reason IN ('group missing', 'group gone')
   LIMIT ${RELEASED_AT_ONCE})`

/** A delivery in which nobody waits any more, or which waits for a hand. */
export interface Ended {
  readonly seq: number
  readonly state: DeliveryState
}

export class Ledger {
  readonly #sql: SqlStorage
  readonly #groups: Groups
  readonly #people: People
  readonly #queue: Queue

  constructor(sql: SqlStorage, groups: Groups, people: People, queue: Queue) {
    this.#sql = sql
    this.#groups = groups
    this.#people = people
    this.#queue = queue
  }

  /** Takes out of a planned call whoever may not go any more. Gives the deliveries it changed: plan again if any. */
  clear(call: Call, now: number): number[] {
    const group = this.#groups.get(call.groupId)
    const changed = call.parts.filter(({ seq }) =>
      this.#guarded(seq, now, true, () => this.#clear(seq, group, now)),
    )
    if (changed.length > 0) this.#queue.refresh(call.groupId, now)
    return changed.map(({ seq }) => seq)
  }

  #clear(seq: number, group: GroupState, now: number): boolean {
    const row = this.#sql
      .exec<{ contacts: string; forced: number; state: DeliveryState }>(
        'SELECT contacts, forced, state FROM deliveries WHERE seq = ?',
        seq,
      )
      .one()
    const before = storedContacts(row.contacts)
    const contacts = before.map((contact) => this.#people.cleared(contact, group, row.forced, now))
    if (contacts.every((contact, index) => contact === before[index])) return false
    const end = anyWaits(contacts) ? null : endOf(contacts)
    const why = contacts.some((contact) => contact.state === 'suppressed')
      ? 'asked never to be sent'
      : 'already accepted'
    this.#sql.exec(
      `UPDATE deliveries SET contacts = ?, state = ?, reason = ?, settled_at = ?, timeline = ${APPEND_LINE} WHERE seq = ?`,
      JSON.stringify(contacts),
      end?.state ?? row.state,
      end?.reason ?? null,
      end === null ? null : now,
      timelineLine(now, end?.state ?? 'left out', why),
      seq,
    )
    return true
  }

  /** Writes what a call came to. Gives the deliveries that ended with it. */
  settle(call: Call, changes: readonly Change[], now: number): Ended[] {
    const group = this.#groups.get(call.groupId)
    return changes.flatMap((change) =>
      this.#guarded<Ended[]>(change.seq, now, [{ seq: change.seq, state: 'parked' }], () =>
        this.#apply(change, group, now),
      ),
    )
  }

  #apply(change: Change, group: GroupState, now: number): Ended[] {
    const row = this.#sql
      .exec<{ contacts: string; state: DeliveryState; reason: string | null }>(
        'SELECT contacts, state, reason FROM deliveries WHERE seq = ?',
        change.seq,
      )
      .one()
    const done = new Map(change.contacts.map(({ index, state }) => [index, state]))
    const before = storedContacts(row.contacts)
    const contacts = before.map((contact, index) => {
      const state = done.get(index)
      // Erased while the call was under way: nobody knows any more who it was.
      if (state === undefined || contact.state === 'erased') return contact
      if (state === 'accepted') this.#people.remember(contact, group, change.seq, now)
      return { ...contact, state }
    })
    // The end of one contact is not the delivery's while others of it wait.
    const goesOn = done.size > 0 && anyWaits(contacts)
    const { state, reason } = goesOn ? goingOn(row, before, group) : endAfter(change, contacts)
    const ends = state === 'accepted' || state === 'held' || state === 'parked'
    this.#sql.exec(
      `UPDATE deliveries SET state = ?, reason = ?, contacts = ?, attempts = ?, size_limit = ?, due_at = ?,
         settled_at = ?, timeline = ${APPEND_LINE} WHERE seq = ?`,
      state,
      reason,
      JSON.stringify(contacts),
      change.attempts,
      change.limit,
      ends ? null : change.dueAt,
      ends ? now : null,
      timelineLine(now, change.event, change.detail),
      change.seq,
    )
    return ends ? [{ seq: change.seq, state }] : []
  }

  /** The group is there after all: leads held for its absence go. */
  releaseMissing(groupId: number, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', reason = NULL, settled_at = NULL, due_at = ?, timeline = ${APPEND_LINE}
       WHERE ${MISSING_OF_GROUP}`,
      now,
      timelineLine(now, 'released', 'The group exists now'),
      groupId,
    )
  }

  /** There is no group that anybody could be in: who was in a failed call to it waits like the others. */
  forgetDoubt(groupId: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', reason = NULL WHERE state = 'unknown' AND group_id = ?`,
      groupId,
    )
  }

  /** The operator gives leave to make the group: leads held for its absence go, and make it. */
  releaseToCreate(groupId: number, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', reason = NULL, creates = 1, settled_at = NULL, due_at = ?, attempts = 0,
         timeline = ${APPEND_LINE}
       WHERE ${MISSING_OF_GROUP}`,
      now,
      timelineLine(now, 'released', 'The operator gave leave to create the group'),
      groupId,
    )
  }

  /** A row that cannot be read or written is set aside alone: the others of its call keep their outcome. */
  #guarded<result>(seq: number, now: number, aside: result, write: () => result): result {
    try {
      return write()
    } catch (error) {
      // What storage throws in passing is no fault of the row.
      if (this.#queue.isReadable(seq)) throw error
      this.#queue.setAside(seq, error, now)
      return aside
    }
  }
}

/** Others of a delivery still wait. Who may be in stays so, but for those of one so large that they were in no call. */
function goingOn(
  row: { readonly state: DeliveryState; readonly reason: string | null },
  before: readonly StoredContact[],
  { capacity }: GroupState,
): { state: DeliveryState; reason: string | null } {
  const waited = before.filter((contact) => contact.state === 'waiting')
  return row.state === 'unknown' && waited.length <= capacity
    ? row
    : { state: 'queued', reason: null }
}

function endAfter(
  { state, reason }: Change,
  contacts: readonly StoredContact[],
): { state: DeliveryState; reason: string | null } {
  if (state !== 'accepted' && state !== 'parked') return { state, reason }
  if (anyWaits(contacts)) return { state, reason }
  // A bad number of the hook's own people is a matter of its config: the lead is in all the same.
  const leads = contacts.filter(({ team }) => team !== true)
  const areIn = leads.some((contact) => contact.state === 'accepted')
  const refused = (all: readonly StoredContact[]) => all.some((one) => one.state === 'refused')
  if (areIn && !refused(leads)) {
    return { state: 'accepted', reason: refused(contacts) ? 'a teammate was refused' : null }
  }
  return state === 'accepted' && refused(contacts) ? endOf(contacts) : { state, reason }
}

/** Nobody is left to send: what the delivery came to. */
export function endOf(contacts: readonly StoredContact[]): {
  state: 'parked' | 'accepted' | 'skipped'
  reason: string | null
} {
  const has = (state: StoredContact['state']) => contacts.some((contact) => contact.state === state)
  if (has('refused')) return { state: 'parked', reason: 'some numbers were refused' }
  if (has('accepted')) return { state: 'accepted', reason: null }
  if (has('suppressed')) return { state: 'skipped', reason: 'suppressed' }
  return { state: 'skipped', reason: has('already') ? 'already accepted' : 'erased' }
}
