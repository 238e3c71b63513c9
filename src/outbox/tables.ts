/** The tables of an outbox, each with what reads and writes it. */

import { secretValues } from '../names.ts'
import type { Account } from './account.ts'
import { ALERT_SECRET, Alerts } from './alerts.ts'
import { Audit } from './audit.ts'
import { Calls } from './calls.ts'
import { Deliveries } from './deliveries.ts'
import { Groups } from './groups.ts'
import { Ledger } from './ledger.ts'
import { Parts } from './parts.ts'
import { People } from './people.ts'
import type { OutboxPorts } from './ports.ts'
import { Queue } from './queue.ts'
import { Sweeper } from './sweeper.ts'
import { Tally } from './tally.ts'

export interface Tables {
  readonly alerts: Alerts
  readonly audit: Audit
  readonly calls: Calls
  readonly deliveries: Deliveries
  readonly groups: Groups
  readonly ledger: Ledger
  readonly parts: Parts
  readonly people: People
  readonly queue: Queue
  readonly sweeper: Sweeper
  readonly tally: Tally
}

export function tablesOf({ storage: { sql }, config, env }: OutboxPorts, account: Account): Tables {
  const groups = new Groups(sql, config.hooks)
  const people = new People(sql)
  const queue = new Queue(sql, groups)
  const sweeper = new Sweeper(sql, account.settings, config.retention)
  return {
    alerts: new Alerts(sql, () => secretValues(env, ALERT_SECRET).length > 0),
    audit: new Audit(sql),
    calls: new Calls(sql),
    deliveries: new Deliveries(sql, config.hooks, { groups, people, queue, sweeper }),
    groups,
    ledger: new Ledger(sql, groups, people, queue),
    parts: new Parts(sql, groups, queue),
    people,
    queue,
    sweeper,
    tally: new Tally(sql),
  }
}
