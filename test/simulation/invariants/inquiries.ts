/** What several invariants ask of the facts. */

import type { Pace } from '../../../src/outbox/pace.ts'
import type { Call, Facts } from '../facts.ts'
import { pairOf } from '../facts.ts'
import { isTeammate, personAt } from '../people.ts'

export function pace(facts: Facts): Pace {
  const current = facts.paces.at(-1)
  if (current === undefined) throw new Error('No pace was ever set')
  return current.pace
}

/** The smallest value that any pace in force since then had: what was promised under one may be kept under another. */
export function leastSince(facts: Facts, since: number, value: (pace: Pace) => number): number {
  const { paces } = facts
  const first = paces.findLastIndex((one) => one.since <= since)
  return Math.min(...paces.slice(Math.max(0, first)).map((one) => value(one.pace)))
}

/** A lead is in one part of a family; a teammate is in every part. */
export function homeOf(facts: Pick<Facts, 'names'>, person: number, groupName: string): string {
  const { names } = facts
  return pairOf(person, isTeammate(person) ? names.partOf(groupName) : names.familyOf(groupName))
}

/** The calls to this very group, under whatever name it had. */
export function callsTo(facts: Facts, groupName: string): Call[] {
  const part = facts.names.partOf(groupName)
  return facts.calls.filter((call) => facts.names.partOf(call.groupName) === part)
}

export function within(calls: readonly Call[], now: number, windowMs: number): Call[] {
  return calls.filter((call) => call.startedAt > now - windowMs)
}

/** Whether WhatsApp was asked. A call whose effect is still to come counts as well. */
export function isFelt(call: Call): boolean {
  return call.truth === null ? call.cutAt !== null : call.truth.felt
}

/** 400, 404 and whatever is read as 500: EazyBe's no to these people. */
export function isRefusal(call: Call): boolean {
  return (
    ['refused', 'missing', 'failed', 'timeout'].includes(call.answer ?? '') &&
    call.recorded !== 'interrupted'
  )
}

/** Whether the group may be there after this creation, for all that Usher could know. */
export function maybeCreated(call: Call): boolean {
  const denied = ['refused', 'unauthorized', 'inactive', 'throttled'].includes(call.answer ?? '')
  return !denied || call.recorded === 'interrupted'
}

/** When Usher was done with a call. */
export function endOf(call: Call | undefined): number {
  return call?.endedAt ?? call?.startedAt ?? 0
}

export function waitingCount(facts: Pick<Facts, 'rows'>): number {
  return (
    facts.rows<{ count: number }>(
      `SELECT count(*) AS count FROM deliveries WHERE state = 'queued' OR state = 'unknown'`,
    )[0]?.count ?? 0
  )
}

export function deliveryOf(
  facts: Facts,
  seq: number,
): { groupName: string; people: { person: number; state: string }[] } {
  const row = facts.rows<{ name: string | null; contacts: string }>(
    'SELECT name, contacts FROM deliveries LEFT JOIN groups ON groups.id = group_id WHERE seq = ?',
    seq,
  )[0]
  return {
    groupName: row?.name ?? '',
    people: row === undefined ? [] : storedPeople(row.contacts),
  }
}

export function storedPeople(contacts: string): { person: number; state: string }[] {
  const stored: { digits: string | null; state: string }[] = JSON.parse(contacts)
  // Nobody is known by a number that was deleted.
  return stored.flatMap(({ digits, state }) =>
    digits === null ? [] : [{ person: personAt(digits), state }],
  )
}
