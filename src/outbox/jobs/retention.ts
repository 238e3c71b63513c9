/** Retention: how long what is kept, and deleting it on schedule, a bounded number of rows at a time. */

import * as v from 'valibot'
import { DAY_MS, HOUR_MS, MINUTE_MS, soonest } from '../dispatch/pace.ts'
import { MEMORY_MS } from '../ends.ts'
import type { OutboxPorts, RetentionDays } from '../ports.ts'
import type { Store } from '../store/store.ts'
import { refreshDue } from '../store/store.ts'
import type { MembershipCursor, SweepRow } from '../store/sweep.ts'
import { STEP_MEMBERSHIPS, STEP_ROWS } from '../store/sweep.ts'
import type { Job } from './alarm.ts'

export type RetentionName = 'standard' | 'india'
export type Retention = RetentionName | Partial<RetentionDays>

const YEAR_DAYS = 365
const CONSENT_DAYS = 3 * YEAR_DAYS

export const RETENTIONS: Readonly<Record<RetentionName, RetentionDays>> = {
  // GDPR, Art. 5(1)(e): no longer than needed.
  standard: { settledDays: 7, inHandDays: 30, rowDays: 90, consentDays: CONSENT_DAYS },
  // India's DPDP Rules 2025, Rule 8(3): personal data and logs for at least a year.
  india: {
    settledDays: YEAR_DAYS,
    inHandDays: YEAR_DAYS,
    rowDays: YEAR_DAYS,
    consentDays: CONSENT_DAYS,
  },
}

/** The days of a setting: a profile, or `standard` with numbers of one's own. */
export function retentionOf(setting: Retention = 'standard'): RetentionDays {
  return typeof setting === 'string' ? RETENTIONS[setting] : { ...RETENTIONS.standard, ...setting }
}

/** Caps look back over a day; after that a call need not name its people, unless it belongs to a streak of failures. */
const CALL_PEOPLE_MS = 2 * DAY_MS
/** An unfinished copy is deleted after this long: it holds numbers in full. */
const PIECES_MS = HOUR_MS
/** How soon the next step follows where this one stopped at its bound. */
const AGAIN_MS = MINUTE_MS

/** How far each sweep has come. At its end it begins again. */
interface Progress {
  /** When the next step is due; null: before the first delivery. */
  readonly at: number | null
  /** Deliveries up to this number were looked at. Those that were not ready are in `unswept`. */
  readonly wiped: number
  readonly late: number
  readonly purged: number
  readonly calls: number
  readonly evidence: number
  readonly membership: MembershipCursor
}

const BEGINNING: Progress = {
  at: null,
  wiped: 0,
  late: 0,
  purged: 0,
  calls: 0,
  evidence: 0,
  membership: { person: '', groupId: 0, teamPart: 0 },
}

const cursorSchema = v.object({ person: v.string(), groupId: v.number(), teamPart: v.number() })

export class RetentionJob implements Job {
  readonly name = 'retention'
  readonly #ports: OutboxPorts
  readonly #store: Store
  readonly #days: RetentionDays

  constructor(ports: OutboxPorts, store: Store) {
    this.#ports = ports
    this.#store = store
    this.#days = ports.config.retention
  }

  async run(): Promise<void> {
    const now = this.#ports.now()
    const pieceAt = this.#store.backup.pieceAt
    if (pieceAt !== null && pieceAt + PIECES_MS <= now) {
      this.#store.transaction(() => this.#store.backup.discard())
    }
    if ((this.#sweepAt(now) ?? Number.POSITIVE_INFINITY) > now) return
    this.#store.transaction(() => {
      const before = this.#progress
      const more = before.at !== null && this.#step(before, now)
      const at = now + (before.at === null ? HOUR_MS : more ? AGAIN_MS : DAY_MS)
      this.#save({ ...this.#progress, at })
    })
  }

  nextAt(now: number): number | null {
    const { pieceAt } = this.#store.backup
    return soonest([this.#sweepAt(now), pieceAt === null ? null : pieceAt + PIECES_MS])
  }

  /** An empty outbox has nothing to delete. */
  #sweepAt(now: number): number | null {
    const { at } = this.#progress
    return at ?? (this.#store.deliveries.isEmpty() ? null : now)
  }

  /** A delivery that was passed is sent again: retention looks at it once more. */
  static lookAgain({ account, sweep }: Store, seq: number): void {
    if (seq <= account.readAs('sweep', BEGINNING).wiped) sweep.addLate(seq)
  }

  /** The last call that no longer names its people. */
  static anonymisedUpTo({ account }: Store): number {
    return account.readAs('sweep', BEGINNING).calls
  }

  /** One step of every sweep. True where there is more to do at once. */
  #step(before: Progress, now: number): boolean {
    const { account, sweep } = this.#store
    const [wiped, moreToWipe] = this.#wipeInOrder(before.wiped, now)
    const [late, moreLate] = this.#wipeLate(before.late, now)
    const [purged, moreToPurge] = this.#purge(before.purged, wiped, now)
    const [membership, moreMemberships] = this.#forgetMemberships(before.membership, now)
    const { acceptedCall } = account.state
    const calls = sweep.anonymiseCalls(before.calls, now - CALL_PEOPLE_MS, acceptedCall)
    const moreCalls = sweep.forgetCalls(now - this.#days.rowDays * DAY_MS)
    const evidence = sweep.forgetEvidence(before.evidence, now - this.#days.consentDays * DAY_MS)
    const upTo = { wiped, late, purged, calls: calls.upTo, evidence: evidence.upTo, membership }
    this.#save({ at: before.at, ...upTo })
    return [
      moreToWipe,
      moreLate,
      moreToPurge,
      moreMemberships,
      calls.more,
      moreCalls,
      evidence.more,
    ].includes(true)
  }

  /** In the order they came. No index holds when a delivery settled: it would cost a row with every lead. */
  #wipeInOrder(after: number, now: number): [upTo: number, more: boolean] {
    const { sweep } = this.#store
    let upTo = after
    const rows = sweep.after(after)
    const days = Math.min(this.#days.settledDays, this.#days.inHandDays)
    for (const row of rows) {
      if (row.receivedAt > now - days * DAY_MS) return [upTo, false]
      if (this.#isDue(row, now)) sweep.wipe(row.seq)
      else sweep.addLate(row.seq)
      upTo = row.seq
    }
    return [upTo, rows.length === STEP_ROWS]
  }

  /** Deliveries that were still held, parked or waiting when retention passed them. */
  #wipeLate(after: number, now: number): [upTo: number, more: boolean] {
    const { sweep } = this.#store
    const all = sweep.late(after)
    const newest = sweep.newest()
    for (const { seq, row } of all) {
      if (row !== null && !this.#isDue(row, now)) continue
      if (row !== null) sweep.wipe(seq)
      const old = row !== null && row.receivedAt <= now - this.#days.rowDays * DAY_MS
      if (old && seq !== newest) this.#delete(row)
      sweep.removeLate(seq)
    }
    const last = all.length === STEP_ROWS ? all.at(-1) : undefined
    return [last?.seq ?? 0, last !== undefined]
  }

  /** Masked rows that are old enough. The newest one stays, so that no number is given twice. */
  #purge(after: number, wiped: number, now: number): [upTo: number, more: boolean] {
    const { sweep } = this.#store
    let upTo = after
    const rows = sweep.after(after)
    const newest = sweep.newest()
    for (const row of rows) {
      const old = row.receivedAt <= now - this.#days.rowDays * DAY_MS
      if (!old || row.seq > wiped || row.seq === newest) return [upTo, false]
      // What was not ready to be wiped is deleted when it is.
      if (!sweep.isLate(row.seq)) this.#delete(row)
      upTo = row.seq
    }
    return [upTo, rows.length === STEP_ROWS]
  }

  #delete({ seq, groupId }: SweepRow): void {
    const { parts, people, sweep } = this.#store
    people.keepEvidence(seq, null)
    for (const part of sweep.delete(seq)) refreshDue(this.#store, part)
    if (groupId !== null) parts.deleteUnmade(groupId)
  }

  #isDue({ state, settledAt, receivedAt }: SweepRow, now: number): boolean {
    const since = settledAt ?? receivedAt
    if (state === 'accepted' || state === 'skipped') {
      return since <= now - this.#days.settledDays * DAY_MS
    }
    const inHand = state === 'held' || state === 'parked'
    return inHand && since <= now - this.#days.inHandDays * DAY_MS
  }

  /** Which part took a person is kept for a year: until then no later event adds them again. */
  #forgetMemberships(
    after: MembershipCursor,
    now: number,
  ): [upTo: MembershipCursor, more: boolean] {
    const { parts, sweep } = this.#store
    const rows = sweep.memberships(after)
    for (const row of rows) {
      if (row.at !== null && row.at > now - MEMORY_MS) continue
      sweep.forgetMembership(row)
      parts.deleteUnmade(row.groupId)
    }
    const last = rows.length === STEP_MEMBERSHIPS ? rows.at(-1) : undefined
    if (last === undefined) return [BEGINNING.membership, false]
    const { person, groupId, teamPart } = last
    return [{ person, groupId, teamPart }, true]
  }

  get #progress(): Progress {
    const progress = this.#store.account.readAs('sweep', BEGINNING)
    return v.is(cursorSchema, progress.membership)
      ? progress
      : { ...progress, membership: BEGINNING.membership }
  }

  #save(progress: Progress): void {
    this.#store.account.set('sweep', JSON.stringify(progress))
  }
}
