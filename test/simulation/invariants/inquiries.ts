/** What several invariants ask of the facts. */

import type { Invite } from '../../../src/mapping/invite.ts'
import type { Pace } from '../../../src/outbox/dispatch/pace.ts'
import type { MembershipStatus } from '../../../src/outbox/model.ts'
import type { Call, Facts } from '../facts.ts'
import { pairOf } from '../facts.ts'
import { isTeammate } from '../people.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

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

/** A lead is in one part of a group; a teammate is in every part. */
export function homeOf(facts: Pick<Facts, 'names'>, person: number, groupName: string): string {
  const { names } = facts
  return pairOf(person, isTeammate(person) ? names.partOf(groupName) : names.groupOf(groupName))
}

/** The calls to this very part, under whatever name it had. */
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

/** 400, 404 and all that is read as 500: EazyBe's no to these people. */
export function isRefusal(call: Call): boolean {
  return (
    ['refused', 'missing', 'failed', 'timeout'].includes(call.answer ?? '') &&
    call.recorded !== 'interrupted'
  )
}

/** 400, or read as 500. */
export function isFailure({ recorded }: Call): boolean {
  return recorded === 'invalid' || recorded === 'ambiguous'
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

/** Deliveries that wait for a call or a look-up. */
export function waitingCount(facts: Pick<Facts, 'rows'>): number {
  return (
    facts.rows<{ count: number }>(
      `SELECT count(*) AS count FROM deliveries WHERE state = 'queued' OR state = 'unknown'`,
    )[0]?.count ?? 0
  )
}

/** A person that a delivery asks for. */
export interface Asked {
  readonly person: number
  readonly team: boolean
  readonly status: MembershipStatus
  readonly frozen: 'already' | 'accepted' | null
  /** Their part. */
  readonly groupName: string
}

export function askedOf(facts: Pick<Facts, 'rows' | 'personBehind'>, seq: number): Asked[] {
  return facts
    .rows<{
      mark: string
      lead: number
      status: MembershipStatus
      frozen: Asked['frozen']
      name: string
    }>(
      `SELECT m.person AS mark, a.lead, m.status, a.frozen, p.name FROM asks AS a
       JOIN memberships AS m ON m.person = a.person AND m.group_id = a.group_id AND m.team_part = a.team_part
       JOIN parts AS p ON p.id = m.part_id WHERE a.delivery = ?`,
      seq,
    )
    .map(({ mark, lead, status, frozen, name }) => ({
      person: facts.personBehind(mark),
      team: lead === 0,
      status,
      frozen,
      groupName: name,
    }))
}

/** What was said of a person by senders and the operator, for this group and by its key. */
export function wantedFor(
  facts: Facts,
  groupName: string,
): { readonly key: string; readonly invite: Invite }[] {
  const group = facts.names.groupOf(groupName)
  return [...facts.operator.wanted].flatMap(([key, invites]) =>
    invites
      .filter((invite) => facts.names.groupOf(invite.groupName) === group)
      .map((invite) => ({ key, invite })),
  )
}
