/** The alarm: it rings while something is due, and then not much later. */

import { hooksOf, peopleOf } from '../../../src/outbox/dispatch/budget.ts'
import { plan } from '../../../src/outbox/dispatch/plan.ts'
import { FRESH_ACCOUNT } from '../../../src/outbox/model.ts'
import { Calls } from '../../../src/outbox/store/calls.ts'
import { Memberships } from '../../../src/outbox/store/memberships.ts'
import { Parts } from '../../../src/outbox/store/parts.ts'
import { Sql } from '../../../src/outbox/store/sql.ts'
import type { Facts } from '../facts.ts'
import { pace, waitingCount } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { good, must } from './invariant.ts'

/** After trouble of its own, Usher looks again then. */
const AFTER_ERROR_MS = 30_000

export function alarmSet(): Invariant {
  let changes = 0
  let rangSince = true
  return {
    name: 'the alarm is set while something is due',
    looked: (facts) => {
      if (facts.running || facts.brokeOff) return undefined
      // A new pace, or a clock set back, does not move an alarm that was set before.
      if (facts.changes !== changes) rangSince = changes === 0
      changes = facts.changes
      if (facts.justRecorded.length > 0) rangSince = true
      const waiting = waitingCount(facts)
      const jobs = jobsDueAt(facts)
      if (waiting === 0 && jobs === null) return good
      if (facts.alarmAt === null) return { complaint: `${waiting} wait and no alarm is set` }
      const slack = Math.max(AFTER_ERROR_MS, pace(facts).coalesceMs)
      if (jobs !== null && facts.alarmAt > Math.max(jobs, facts.wall) + slack) {
        return { complaint: `the alarm is ${facts.alarmAt - jobs} ms late for a job` }
      }
      const [first] = facts.rows<{ due: number | null }>('SELECT min(due_at) AS due FROM parts')
      // Spares most of the planning: nothing is called long before its part is due.
      if (facts.alarmAt <= Math.max(first?.due ?? 0, facts.wall) + slack || !rangSince) return good
      const due = callDueAt(facts)
      if (due === null) return good
      const late = facts.alarmAt - Math.max(due, facts.wall) - slack
      return must(late <= 0, () => `the alarm is ${late} ms late for what waits`)
    },
  }
}

/** When a look-up, an alert or retention is due; null: none of them. */
function jobsDueAt(facts: Facts): number | null {
  const [lookUp] = facts.rows<{ at: number | null }>('SELECT min(look_up_at) AS at FROM deliveries')
  const [alert] = facts.rows<{ at: number | null }>('SELECT min(due_at) AS at FROM alerts')
  const [sweep] = facts.rows<{ value: string }>(`SELECT value FROM account WHERE key = 'sweep'`)
  const sweepAt: number | null = sweep === undefined ? null : JSON.parse(sweep.value).at
  const times = [lookUp?.at, alert?.at, sweepAt].flatMap((at) => at ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

/** When `plan` would make the next call, asked over the same tables; null: only an operator helps. */
function callDueAt(facts: Facts): number | null {
  const sql = new Sql(readOnly(facts))
  const current = pace(facts)
  const memberships = new Memberships(sql)
  const [state] = facts.rows<{ value: string }>(`SELECT value FROM account WHERE key = 'state'`)
  const spent = new Calls(sql).spent(current, facts.wall)
  const input = {
    account: { ...FRESH_ACCOUNT, ...JSON.parse(state?.value ?? '{}') },
    pace: current,
    spent,
    hooks: hooksOf(facts, 'default'),
    parts: new Parts(sql, facts.hooks).dueFirst(peopleOf(spent), facts.wall).map((part) => ({
      ...part,
      maybes: memberships.maybes(part.id),
      waiting: memberships.queue(part, current.batchSize, facts.wall),
    })),
  }
  // What stands in the way first may hide something that takes longer, so it is asked again then.
  let at = facts.wall
  for (;;) {
    const next = plan(input, at)
    // People without room in a part that rests move on when that is over.
    if (next.kind === 'rollOver') return Math.max(at, partDueAt(facts, next.partId))
    if (next.kind !== 'wait') return at
    if (next.until === null || next.until <= at) return next.until
    at = next.until
  }
}

function partDueAt(facts: Facts, id: number): number {
  const [part] = facts.rows<{ due: number | null }>(
    'SELECT due_at AS due FROM parts WHERE id = ?',
    id,
  )
  return part?.due ?? 0
}

function readOnly(facts: Facts): SqlStorage {
  const exec = (query: string, ...values: (string | number | null)[]) => {
    const rows = facts.rows(query, ...values)
    return { toArray: () => rows, one: () => rows[0] }
  }
  return { exec } as unknown as SqlStorage
}
