/** Calls to EazyBe: the claim before one is made, its end, and what the last ones say of the caps and of EazyBe. */

import { DAY_MS, type Pace } from '../dispatch/pace.ts'
import type { Call, MemberKey, OpenCall, Spent, Uses } from '../model.ts'
import { raw, type Sql } from './sql.ts'

/** How a call ended. */
export interface CallEnd {
  readonly outcome: string
  /** Whether it may have reached WhatsApp: then it counts against the caps. */
  readonly counts: boolean
}

/** A call with its people. Their numbers are not kept with it. */
export interface PastCall extends OpenCall {
  readonly startedAt: number
}

/** Calls of a streak that are looked at. Three that share no person are enough. */
const STREAK_LOOKED_AT = 60

type CallOfDay = Pick<
  PastCall,
  'id' | 'partId' | 'groupId' | 'hook' | 'kind' | 'members' | 'startedAt'
> & { readonly counts: boolean }

type CallRow = Omit<PastCall, 'members' | 'contacts'> & {
  readonly leads: string
  readonly team: string
}

const NOTHING_SPENT: Spent = { people: [], tried: [], creations: [], byHook: new Map() }

/** The part of an earlier call may be gone: a group that was never made is forgotten with the last delivery that names it. */
const CALL =
  raw(`SELECT calls.id, part_id AS partId, calls.group_id AS groupId, calls.hook, coalesce(name, '') AS groupName, kind, leads, team, fresh,
  started_at AS startedAt FROM calls LEFT JOIN parts ON parts.id = part_id`)

export class Calls {
  readonly #sql: Sql
  /** Calls of the last day, oldest first; null: they are read when they are asked for. */
  #day: CallOfDay[] | null = null
  /** What they used; null: a call was made since. */
  #spent: Spent | null = null

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Claims a call: from now on its people are being called. It counts against the caps until its end says otherwise. */
  open(call: Call, now: number): OpenCall {
    this.#spent = null
    const { partId, groupId, hook, kind, members, contacts, fresh } = call
    const persons = (team: boolean) =>
      members.filter((one) => one.team === team).map(({ person }) => person)
    const id = this.#sql.value<number>`
      INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at)
      VALUES (${partId}, ${groupId}, ${hook}, ${kind}, ${persons(false)}, ${persons(true)}, ${contacts.length}, ${fresh}, ${now}) RETURNING id`
    this.#day?.push({ id, partId, groupId, hook, kind, members, startedAt: now, counts: true })
    return { ...call, id }
  }

  /** The call that has not ended: under way, or cut off by the end of the process. */
  current(): OpenCall | null {
    const row = this.#sql.first<CallRow>`${CALL} WHERE ended_at IS NULL`
    return row && callOf(row)
  }

  close(id: number, { outcome, counts }: CallEnd, now: number): void {
    this.#spent = null
    if (!counts)
      this.#day = this.#day?.map((one) => (one.id === id ? { ...one, counts } : one)) ?? null
    this.#sql.run`
      UPDATE calls SET ended_at = ${now}, outcome = ${outcome}, counts = ${counts} WHERE id = ${id}`
  }

  /** The last call that ended. */
  last(): { at: number; kind: string; outcome: string; people: number } | null {
    return this.#sql.first`
      SELECT ended_at AS at, kind, outcome, people FROM calls WHERE id > 0 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1`
  }

  /** What the last day used of the caps: each membership once, at its last call, and every creation. */
  spent(pace: Pace, now: number): Spent {
    const caps = [pace.peoplePerDay, pace.peoplePerHour, pace.createsPerDay, pace.createsPerHour]
    const uncapped = caps.every((cap) => cap === Number.POSITIVE_INFINITY)
    return uncapped ? NOTHING_SPENT : this.spentInDay(now)
  }

  /** What was spent within the day, also where nothing caps it. */
  spentInDay(now: number): Spent {
    const since = now - DAY_MS
    this.#spent ??= this.#readSpent(since)
    // A call of a day that is still to come was made by a clock that was wrong: it would fill the caps until then.
    const within = (times: readonly number[]) =>
      times.filter((at) => at > since && at <= now + DAY_MS)
    const uses = ({ people, tried, creations }: Uses): Uses => {
      return { people: within(people), tried: within(tried), creations: within(creations) }
    }
    const byHook = [...this.#spent.byHook].map(([hook, of]) => [hook, uses(of)] as const)
    return { ...uses(this.#spent), byHook: new Map(byHook) }
  }

  /** What was read is read again: a transaction was taken back, or a person was erased from calls. */
  forget(): void {
    this.#day = null
    this.#spent = null
  }

  #callsSince(since: number): CallOfDay[] {
    const day =
      this.#day?.filter(({ startedAt }) => startedAt > since) ??
      this.#sql.all<
        Omit<CallOfDay, 'counts' | 'members'> & Pick<CallRow, 'leads' | 'team'> & { counts: number }
      >`
        SELECT id, part_id AS partId, group_id AS groupId, hook, kind, leads, team, started_at AS startedAt, counts FROM calls
        WHERE started_at > ${since} ORDER BY started_at`.map(
        ({ leads, team, counts, ...call }) => ({
          ...call,
          members: membersOf({ leads, team }),
          counts: counts === 1,
        }),
      )
    this.#day = day
    return day
  }

  #readSpent(since: number): Spent {
    const all = this.#callsSince(since)
    const calls = all.filter(({ counts }) => counts)
    const last = new Map<string, { hook: string; at: number }>()
    for (const { members, partId, groupId, startedAt: at, hook } of calls) {
      for (const { person, team } of members)
        last.set(`${person} ${team ? `in part ${partId}` : groupId}`, { hook, at })
    }
    const people = [...last.values()].toSorted((one, other) => one.at - other.at)
    const creations = calls.flatMap(({ kind, hook, startedAt: at }) =>
      kind === 'create' ? [{ hook, at }] : [],
    )
    const tried = all.flatMap(({ hook, members, startedAt: at }) =>
      members.map(() => ({ hook, at })),
    )
    const uses = (hook: string | null): Uses => ({
      people: people.flatMap((one) => (hook === null || one.hook === hook ? one.at : [])),
      tried: tried.flatMap((one) => (hook === null || one.hook === hook ? one.at : [])),
      creations: creations.flatMap((one) => (hook === null || one.hook === hook ? one.at : [])),
    })
    const hooks = new Set(all.map(({ hook }) => hook))
    return { ...uses(null), byHook: new Map([...hooks].map((hook) => [hook, uses(hook)])) }
  }

  /** Refused and failed calls since the last acceptance, newest first. */
  streak(acceptedCall: number): PastCall[] {
    return this.#sql.all<CallRow>`
      ${CALL} WHERE calls.id > ${acceptedCall} AND outcome IN ('invalid', 'ambiguous')
      ORDER BY calls.id DESC LIMIT ${STREAK_LOOKED_AT}`.map(callOf)
  }
}

/** A list that cannot be read is empty: its people go on waiting, and the account does not stop for it. */
function callOf({ leads, team, ...call }: CallRow): PastCall {
  return { ...call, members: membersOf({ leads, team }), contacts: [] }
}

function membersOf({ leads, team }: Pick<CallRow, 'leads' | 'team'>): MemberKey[] {
  const keys = (text: string, isTeam: boolean): MemberKey[] =>
    textsIn(text).map((person) => ({ person, team: isTeam }))
  return [...keys(leads, false), ...keys(team, true)]
}

function textsIn(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
