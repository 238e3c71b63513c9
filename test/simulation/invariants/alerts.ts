/** Alerts: the operator is told of a pause that EazyBe caused, of what is parked, of what is held for long, and of a long wait. */

import type { AlertKind } from '../../../src/outbox/store/alerts.ts'
import type { Facts } from '../facts.ts'
import { HOUR_MS, MINUTE_MS } from './inquiries.ts'
import type { Checked, Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

/** Alarms are not to the millisecond, and a failing job is tried again. */
const SLACK_MS = 5 * MINUTE_MS
const PAUSES: Readonly<Record<string, AlertKind>> = {
  session: 'sessionInactive',
  token: 'tokenRefused',
  failing: 'failing',
}

export function operatorTold(): Invariant {
  let parked = new Set<number>()
  return {
    name: 'the operator is told of trouble',
    looked: (facts) => {
      if (facts.alerts === null || facts.running) return undefined
      const rows = facts.rows<{ seq: number }>(`SELECT seq FROM deliveries WHERE state = 'parked'`)
      const fresh = rows.filter(({ seq }) => !parked.has(seq))
      parked = new Set(rows.map(({ seq }) => seq))
      const [call] = facts.justRecorded
      const isTold = [
        pauseTold(facts),
        // A clock that was set back during the call shows an earlier time now.
        fresh.length > 0 && call !== undefined
          ? told(facts, 'parked', Math.min(call.wallAt, facts.wall))
          : good,
        heldTold(facts),
        waitTold(facts),
      ]
      return every(isTold, (one) => one)
    },
  }
}

function pauseTold(facts: Facts): Checked {
  const { pause } = accountState(facts)
  const kind = PAUSES[pause?.reason ?? '']
  return pause === null || pause === undefined || kind === undefined
    ? good
    : told(facts, kind, pause.since)
}

function heldTold(facts: Facts): Checked {
  if (facts.at < facts.wellSince + HOUR_MS + SLACK_MS || isBehind(facts)) return good
  const [first] = facts.rows<{ at: number | null }>(
    `SELECT min(settled_at) AS at FROM deliveries WHERE state = 'held'`,
  )
  if (first?.at == null || first.at > facts.wall - HOUR_MS - SLACK_MS) return good
  return told(facts, 'heldLong', first.at)
}

function waitTold(facts: Facts): Checked {
  const { nextCallAt = 0, nextCallWhy = 'pace' } = accountState(facts)
  if (nextCallWhy === 'pace' || nextCallAt < facts.wall + HOUR_MS + SLACK_MS) return good
  if (facts.at < facts.wellSince + SLACK_MS || isBehind(facts)) return good
  const call = facts.calls.findLast(({ recorded }) => recorded === 'throttled')
  return told(facts, 'longWait', call?.wallAt ?? 0)
}

/** The alarm is about to ring, or was not set for a request that broke off. */
function isBehind({ alarmAt, brokeOff, wall }: Facts): boolean {
  return brokeOff || (alarmAt !== null && alarmAt <= wall)
}

/** Told since then, or about to be. An address that refuses for a day is given up. */
function told(facts: Facts, kind: AlertKind, since: number): Checked {
  const [row] = facts.rows<{ due_at: number | null; sent_at: number | null }>(
    'SELECT due_at, sent_at FROM alerts WHERE key = ?',
    kind,
  )
  const isTold = row !== undefined && (row.due_at !== null || Number(row.sent_at) >= since)
  return must(isTold || facts.alertsFailUntil >= since, () => `the operator is not told: ${kind}`)
}

interface State {
  readonly pause?: { readonly reason: string; readonly since: number } | null
  readonly nextCallAt?: number
  readonly nextCallWhy?: string
}

function accountState(facts: Facts): State {
  const [row] = facts.rows<{ value: string }>(`SELECT value FROM account WHERE key = 'state'`)
  return JSON.parse(row?.value ?? '{}')
}
