/** The alarm: it rings while something is due, and then not much later. */

import { Calls } from '../../../src/outbox/calls.ts'
import { Groups } from '../../../src/outbox/groups.ts'
import { plan } from '../../../src/outbox/plan.ts'
import { Queue } from '../../../src/outbox/queue.ts'
import { Settings } from '../../../src/outbox/settings.ts'
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
      if (waiting === 0) return good
      if (facts.alarmAt === null) return { complaint: `${waiting} wait and no alarm is set` }
      const slack = Math.max(AFTER_ERROR_MS, pace(facts).coalesceMs)
      const first = facts.rows<{ due: number | null }>('SELECT min(due_at) AS due FROM groups')[0]
      // Spares most of the planning: nothing is called long before its group is due.
      if (facts.alarmAt <= Math.max(first?.due ?? 0, facts.wall) + slack || !rangSince) return good
      const due = dueAt(facts)
      if (due === null) return good
      const late = facts.alarmAt - Math.max(due, facts.wall) - slack
      return must(late <= 0, () => `the alarm is ${late} ms late for what waits`)
    },
  }
}

/** When `plan` would make the next call, asked over the same tables; null: only a hand helps. */
function dueAt(facts: Facts): number | null {
  const sql = readOnly(facts)
  const current = pace(facts)
  const input = {
    account: new Settings(sql).account(),
    pace: current,
    spent: new Calls(sql).spent(current, facts.wall),
    groups: new Queue(sql, new Groups(sql, facts.hooks)).heads(current.batchSize, facts.wall),
  }
  // What stands in the way first may hide something that takes longer, so it is asked again then.
  let at = facts.wall
  for (;;) {
    const next = plan(input, at)
    if (next.kind !== 'wait') return at
    if (next.until === null || next.until <= at) return next.until
    at = next.until
  }
}

function readOnly(facts: Facts): SqlStorage {
  const exec = (query: string, ...values: (string | number | null)[]) => {
    const rows = facts.rows(query, ...values)
    return { toArray: () => rows, one: () => rows[0] }
  }
  return { exec } as unknown as SqlStorage
}
