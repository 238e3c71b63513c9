/** The tables of an outbox, each with what reads and writes it. All SQL of the outbox is in this folder. */

import type { KeyInGroup, Part } from '../model.ts'
import type { OutboxPorts } from '../ports.ts'
import { Account } from './account.ts'
import { Alerts } from './alerts.ts'
import { Asks } from './asks.ts'
import { Audit } from './audit.ts'
import { Backup } from './backup.ts'
import { Calls } from './calls.ts'
import { Deliveries, type Settled, type TimelineEntry } from './deliveries.ts'
import { Hooks } from './hooks.ts'
import { Memberships } from './memberships.ts'
import { Parts } from './parts.ts'
import { People } from './people.ts'
import { Reports } from './reports.ts'
import { RollOver } from './roll-over.ts'
import { MIGRATIONS } from './schema.ts'
import { migrate, Sql } from './sql.ts'
import { Sweep } from './sweep.ts'

export interface Store {
  readonly account: Account
  readonly alerts: Alerts
  readonly asks: Asks
  readonly audit: Audit
  readonly backup: Backup
  readonly calls: Calls
  readonly deliveries: Deliveries
  readonly hooks: Hooks
  readonly memberships: Memberships
  readonly parts: Parts
  readonly people: People
  readonly reports: Reports
  readonly rollOver: RollOver
  readonly sweep: Sweep
  /** Runs all of it, or nothing. The operator is told of deliveries that it parked. */
  transaction<T>(run: () => T): T
  /** All of it was replaced: what this store remembers is of rows that are gone, so it writes no more. */
  close(): void
}

/** Who is told of transactions. */
export interface Listeners {
  /** These deliveries settled in one, and it is on disk. */
  settled(seqs: readonly number[]): void
  /** One threw: the alarm must be checked. */
  failed(): void
}

/** Opens the tables, and brings them to today's form. */
export function openStore(ports: OutboxPorts, listeners: Listeners): Store {
  migrate(ports.storage, MIGRATIONS)
  const sql = new Sql(ports.storage.sql)
  const account = new Account(sql, ports)
  const alerts = new Alerts(sql, ports.env)
  const asks = new Asks(sql)
  const calls = new Calls(sql)
  const deliveries = new Deliveries(sql)
  const hooks = new Hooks(sql)
  const parts = new Parts(sql, ports.config.hooks)
  let closed = false
  return {
    account,
    alerts,
    asks,
    audit: new Audit(sql),
    backup: new Backup(sql, ports.random),
    calls,
    deliveries,
    hooks,
    memberships: new Memberships(sql),
    parts,
    people: new People(sql),
    reports: new Reports(sql),
    rollOver: new RollOver(sql),
    sweep: new Sweep(sql, asks),
    transaction(run) {
      if (closed) throw new Error('The outbox was restored meanwhile')
      try {
        const [result, settled] = ports.storage.transactionSync(() => {
          const result = run()
          const settled = deliveries.takeSettled()
          const parked = settled.filter(({ state }) => state === 'parked').length
          if (parked > 0) alerts.raise({ kind: 'parked', subject: '' }, ports.now(), parked)
          return [result, settled] as const
        })
        if (settled.length > 0) listeners.settled(settled.map(({ seq }) => seq))
        return result
      } catch (error) {
        deliveries.takeSettled()
        account.forget()
        calls.forget()
        hooks.forget()
        listeners.failed()
        throw error
      }
    },
    close() {
      closed = true
    },
  }
}

/** Sets when a part is due by who waits in it now. */
export function refreshDue({ memberships, parts }: Store, partId: number): void {
  const part = parts.find(partId)
  if (part === null) return
  const [head] = memberships.head(partId, 1)
  parts.setDueBy(part, head)
}

/** Derives the deliveries that follow these memberships of a group anew, with one more line each. Gives those that settled. */
export function refreshAskers(
  { asks, deliveries }: Store,
  keys: readonly KeyInGroup[],
  groupId: number,
  line: TimelineEntry | null,
  now: number,
): Settled[] {
  return deliveries.refresh(asks.askers(keys, groupId), line, now)
}

/** The group is there, or may be created: people who were blocked for its absence wait again. */
export function releaseBlocked(store: Store, part: Part, creates: boolean, now: number): void {
  const keys = store.memberships.release(part.id, creates, now)
  const detail = creates ? 'The operator gave leave to create the group' : 'The group exists now'
  refreshAskers(store, keys, part.groupId, { event: 'released', detail }, now)
  holdPaused(store, part.id, keys, now)
}

/** There is no group to be in: those who may have been in it only wait. */
export function forgetMaybes(store: Store, part: Part, now: number): void {
  const keys = store.memberships.forgetMaybes(part.id)
  refreshAskers(store, keys, part.groupId, null, now)
  holdPaused(store, part.id, keys, now)
}

/** Leads that wait for this hook alone, in a part or (null) all, wait for the operator. Gives how many. */
export function holdBack(store: Store, hook: string, partId: number | null, now: number): number {
  const line = { event: 'held', detail: 'The operator paused the hook' }
  let count = 0
  for (;;) {
    const held = store.memberships.holdBack(hook, 'hook paused', partId)
    if (held.length === 0) return count
    count += held.filter(({ teamPart }) => teamPart === 0).length
    for (const [groupId, some] of Map.groupBy(held, (one) => one.groupId)) {
      refreshAskers(store, some, groupId, line, now)
    }
    for (const part of new Set(held.map((one) => one.partId))) refreshDue(store, part)
  }
}

/** People wait again in a part: not those of a hook that is paused. */
export function holdPaused(
  store: Store,
  partId: number,
  keys: readonly KeyInGroup[],
  now: number,
): void {
  if (keys.length === 0) return
  for (const hook of store.account.pausedHooks) holdBack(store, hook, partId, now)
}
