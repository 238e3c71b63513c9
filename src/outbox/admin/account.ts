/** The account for the operator: how it stands, its chart, its audit log, and the operator's own pause. */

import type { Context } from '../context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, type Pace } from '../dispatch/pace.ts'
import { pauseFrom, resumed } from '../dispatch/step.ts'
import type { AccountState, PauseReason, Spent } from '../model.ts'
import { QUARTER_MS } from '../model.ts'
import type { AuditPage } from '../store/audit.ts'
import { MOST_COUNTED } from '../store/reports.ts'
import { inFlight, iso } from './views.ts'
import { waitTeller } from './waits.ts'

export interface Overview {
  readonly account: string
  readonly pause: {
    readonly reason: PauseReason
    readonly since: string
    readonly probeAt: string | null
  } | null
  /** A wait of over an hour that EazyBe asked for, or that a lost connection makes; null: there is none. `resume` ends it. */
  readonly longWait: { readonly why: 'throttled' | 'unreachable'; readonly until: string } | null
  /** When the next call may be made, and what it waits for; null where nothing waits for anything. */
  readonly nextCallAt: string | null
  readonly nextCallWhy: string | null
  /** Deliveries in the call under way. */
  readonly sending: number
  readonly backlog: Backlog
  readonly used: Caps<number>
  /** Null: no cap. */
  readonly caps: Caps<number | null>
  /** The last 24, oldest first. */
  readonly hours: readonly HourView[]
  readonly lastCall: {
    readonly at: string
    readonly kind: string
    readonly outcome: string
    readonly people: number
  } | null
  readonly pace: Pace
}

/** Why an account makes no calls. */
export type Stop = PauseReason | NonNullable<Overview['longWait']>['why']

export interface CapsInUse {
  readonly used: Caps<number>
  /** Null: no cap. */
  readonly caps: Caps<number | null>
}

interface Caps<count> {
  readonly peopleHour: count
  readonly peopleDay: count
  readonly createsHour: count
  readonly createsDay: count
}

export interface Backlog {
  /** Leads that wait for a call. */
  readonly queued: number
  /** Leads who may be in: EazyBe is asked again. */
  readonly unknown: number
  /** Deliveries that wait for an operator. */
  readonly held: number
  readonly parked: number
  /** True where the count of those that wait for a call stopped at its limit. */
  readonly more: boolean
  /** Why they are held or parked, the commonest first, and no more than a few. */
  readonly reasons: readonly InHand[]
  /** When the oldest of those that wait for a call was asked for; null: none waits, or so few were counted that an older one may be among the rest. */
  readonly oldest: string | null
}

export interface InHand {
  readonly state: 'held' | 'parked'
  readonly reason: string
  readonly count: number
}

/** What became of deliveries in an hour of the account's own time zone. */
export interface HourView {
  /** When it begins. */
  readonly hour: string
  /** Deliveries that EazyBe accepted in this hour. */
  readonly accepted: number
  /** Those that are held or parked since this hour. */
  readonly held: number
  readonly parked: number
}

const CHART_HOURS = 24
const LONG_WAIT_MS = HOUR_MS

export type AccountAdmin = ReturnType<typeof accountAdmin>

export function accountAdmin(context: Context) {
  const { alarm, ports, store } = context
  const { account, alerts, audit } = store

  function change(
    actor: string,
    action: string,
    changed: (state: AccountState, now: number) => AccountState,
  ): void {
    const now = ports.now()
    store.transaction(() => {
      account.state = changed(account.state, now)
      if (action === 'resume') alerts.endPause(now)
      audit.record({ actor, action, target: `account ${account.name}`, detail: null }, now)
    })
  }

  return {
    /** The account as it is now. `counted`: of those that wait, no more than so many are counted. */
    async overview(counted?: number): Promise<Overview> {
      await alarm.ensure()
      return overviewOf(context, counted)
    },
    /** Why no calls are made now; null: they are made. Reads no rows. */
    async stopped(): Promise<Stop | null> {
      const { pause } = account.state
      return pause?.reason ?? longWaitOf(account.state, ports.now())?.why ?? null
    },
    /** What is used of the caps. */
    async budget(): Promise<CapsInUse> {
      const { pace } = account
      const now = ports.now()
      return { used: usedOf(store.calls.spent(pace, now), now), caps: capsOf(pace) }
    },
    /** No call is made until `resume`, whatever EazyBe says. */
    async pause(actor: string): Promise<void> {
      change(actor, 'pause', (state, now) => ({ ...state, pause: pauseFrom('operator', now, 1) }))
    },
    /** Calls are made again. Every wait of EazyBe's making ends as well; the gaps of the pace are kept. */
    async resume(actor: string): Promise<void> {
      const lastCallAt = store.calls.last()?.at ?? 0
      change(actor, 'resume', (state, now) => resumed(state, account.pace, lastCallAt, now))
      await alarm.recheck()
    },
    /** What operators did, newest first. */
    async audit(before: number | null, limit: number): Promise<AuditPage> {
      return audit.list(before, limit)
    },
    /** Writes down what an operator did outside of the outbox: a login, a test. */
    async note(
      actor: string,
      action: string,
      target: string,
      detail: string | null,
    ): Promise<void> {
      audit.record({ actor, action, target, detail }, ports.now())
    },
    /** Counts `more` wrong admin secrets, and tells the operator. */
    async guessed(more: number): Promise<void> {
      const now = ports.now()
      store.transaction(() => {
        alerts.raise({ kind: 'guessing', subject: '' }, now, more)
        const detail = `${more} that differ`
        audit.record(
          { actor: 'unknown', action: 'wrong admin secret', target: 'console', detail },
          now,
        )
      })
      await alarm.wakeBy(alerts.nextAt(), now)
    },
  }
}

function overviewOf(context: Context, counted: number | undefined): Overview {
  const { dispatcher, ports, store } = context
  const now = ports.now()
  const { account, calls } = store
  const { name, pace, state } = account
  const spent = calls.spentInDay(now)
  const backlog = backlogOf(context, counted, now)
  const waits = backlog.queued + backlog.unknown > 0
  const due = {
    partStatus: null,
    restUntil: null,
    dueAt: null,
    attempts: 0,
    creates: false,
    untried: false,
  }
  const { what } = waitTeller({ account: state, pace, spent }, now)(due)
  const last = calls.last()
  const { pause } = state
  return {
    account: name,
    pause: pause && { reason: pause.reason, since: iso(pause.since), probeAt: iso(pause.probeAt) },
    longWait: longWaitOf(state, now),
    nextCallAt: waits ? iso(dispatcher.nextAt(now)) : null,
    nextCallWhy: waits ? what : null,
    sending: inFlight(context).length,
    backlog,
    used: usedOf(spent, now),
    caps: capsOf(pace),
    hours: hoursOf(context, now),
    lastCall: last && { ...last, at: iso(last.at) },
    pace,
  }
}

function longWaitOf(state: AccountState, now: number): Overview['longWait'] {
  const { nextCallAt, nextCallWhy } = state
  return nextCallWhy !== 'pace' && nextCallAt > now + LONG_WAIT_MS
    ? { why: nextCallWhy, until: iso(nextCallAt) }
    : null
}

function backlogOf(
  { store: { reports } }: Context,
  counted: number | undefined,
  now: number,
): Backlog {
  const { queued, unknown, oldest } =
    counted === undefined ? reports.waitingLately(now) : reports.waiting(counted)
  const more = queued + unknown >= (counted ?? MOST_COUNTED)
  const held = reports.count('held')
  const parked = reports.count('parked')
  return {
    queued,
    unknown,
    held,
    parked,
    more,
    reasons: [
      ...(held > 0 ? reports.reasons('held') : []),
      ...(parked > 0 ? reports.reasons('parked') : []),
    ],
    // Among those that were not counted there may be an older one.
    oldest: iso(more && counted !== undefined ? null : oldest),
  }
}

/** The last hours, oldest first; those in which nothing happened too. */
function hoursOf({ store: { account, reports } }: Context, now: number): HourView[] {
  // Half an hour off in India, three quarters in Nepal.
  const shift = (offsetMs(account.timeZone, now) % HOUR_MS) - HOUR_MS
  const hourOf = (at: number) => at - ((at + shift) % HOUR_MS)
  const first = hourOf(now) - (CHART_HOURS - 1) * HOUR_MS
  const accepted = Object.entries(account.state.accepted).map(([quarter, count]) => {
    return { at: Number(quarter) * QUARTER_MS, accepted: count, held: 0, parked: 0 }
  })
  const inHand = reports.inHandSince(first).map((counts) => ({ ...counts, accepted: 0 }))
  const byHour = Map.groupBy([...accepted, ...inHand], ({ at }) => hourOf(at))
  return Array.from({ length: CHART_HOURS }, (_, index) => {
    const hour = first + index * HOUR_MS
    const sum = (of: 'accepted' | 'held' | 'parked') =>
      (byHour.get(hour) ?? []).reduce((total, counts) => total + counts[of], 0)
    return { hour: iso(hour), accepted: sum('accepted'), held: sum('held'), parked: sum('parked') }
  })
}

/** How far a time zone's clock is ahead of UTC, in whole minutes. */
function offsetMs(timeZone: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    timeZoneName: 'longOffset',
  }).formatToParts(now)
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d+):(\d+)/.exec(text) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS)
}

function usedOf({ people, creations }: Spent, now: number): Caps<number> {
  const within = (times: readonly number[], ms: number) =>
    times.filter((at) => at > now - ms).length
  return {
    peopleHour: within(people, HOUR_MS),
    peopleDay: within(people, DAY_MS),
    createsHour: within(creations, HOUR_MS),
    createsDay: within(creations, DAY_MS),
  }
}

function capsOf(pace: Pace): Caps<number | null> {
  const cap = (most: number) => (Number.isFinite(most) ? most : null)
  return {
    peopleHour: cap(pace.peoplePerHour),
    peopleDay: cap(pace.peoplePerDay),
    createsHour: cap(pace.createsPerHour),
    createsDay: cap(pace.createsPerDay),
  }
}
