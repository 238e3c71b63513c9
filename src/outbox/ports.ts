/** What the outbox needs from outside: storage, clock, chance, EazyBe and the config; tests and the simulation bring their own. */

import type { GroupCall, Outcome } from '../eazybe.ts'
import type { AccountOptions } from './pace.ts'

export type OutboxStorage = Pick<
  DurableObjectStorage,
  'sql' | 'transactionSync' | 'getAlarm' | 'setAlarm'
>

/** The config's word on each account. */
export type AccountsOption = Readonly<Record<string, AccountOptions>>

export interface OutboxPorts {
  readonly storage: OutboxStorage
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly addToGroup: (call: GroupCall, token: string) => Promise<Outcome>
  readonly accounts: AccountsOption
  /** The Worker's bindings: the token is in them, under its account's name. */
  readonly env: object
}
