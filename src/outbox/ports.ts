/** What the outbox needs from outside: storage, clock, chance, EazyBe and the config; tests and the simulation bring their own. */

import type { GroupCall, Outcome } from '../eazybe.ts'
import type { AccountOptions } from './pace.ts'
import type { RetentionDays } from './retention.ts'

export type OutboxStorage = Pick<
  DurableObjectStorage,
  'sql' | 'transactionSync' | 'getAlarm' | 'setAlarm'
>

/** What the outbox reads of a hook's options. */
export interface HookRules {
  readonly source: { readonly kind: string }
  readonly capacity?: number
  readonly newGroupsPerDay?: number
}

/** What the outbox reads of the config. */
export interface OutboxConfig {
  readonly accounts: Readonly<Record<string, AccountOptions>>
  readonly hooks: Readonly<Record<string, HookRules>>
  readonly retention: RetentionDays
  /** Where the console is reached, for alerts; null: not known. */
  readonly publicUrl: string | null
}

export interface OutboxPorts {
  /** What the object is called, where the platform tells. */
  readonly name?: string | undefined
  readonly storage: OutboxStorage
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly addToGroup: (call: GroupCall, token: string) => Promise<Outcome>
  /** Tells the operator something. True where it arrived. */
  readonly sendAlert: (url: string, text: string) => Promise<boolean>
  readonly config: OutboxConfig
  /** The Worker's bindings: the token is in them, under its account's name. */
  readonly env: object
}
