/** What the outbox needs from outside: storage, clock, chance, EazyBe, look-ups and the config. Tests bring their own. */

import type { GroupCall, Outcome } from '../eazybe/client.ts'
import type { Mapped } from '../mapping/map.ts'
import type { AccountOptions } from './dispatch/pace.ts'

/** What became of asking a sender for the rest of an event. `failed`: it is asked again later. */
export type LookUpOutcome =
  | { readonly kind: 'mapped'; readonly mapped: Mapped; readonly fields: string }
  | { readonly kind: 'unwanted'; readonly reason?: string }
  | { readonly kind: 'failed'; readonly message: string }

export type OutboxStorage = Pick<
  DurableObjectStorage,
  'sql' | 'transactionSync' | 'getAlarm' | 'setAlarm'
>

/** What the outbox reads of a hook's options. */
export interface HookRules {
  readonly source: { readonly kind: string }
  /** `default` unless said otherwise. */
  readonly account?: string
  readonly capacity?: number
  readonly newGroupsPerDay?: number
  readonly leadsPerDay?: number
  readonly groups?: 'own' | 'any'
  /** Set where people are asked whether they agree: nothing is sent for the hook without evidence. */
  readonly consent?: unknown
}

/** Every number in days. The reasons are in docs/privacy.md. */
export interface RetentionDays {
  /** Numbers and fields of a delivery after it was accepted or skipped. */
  readonly settledDays: number
  /** The same where it is held or parked and waits for an operator. */
  readonly inHandDays: number
  /** The delivery itself, masked, from when it came. */
  readonly rowDays: number
  /** What shows that the person agreed. */
  readonly consentDays: number
}

/** What the outbox reads of the config. */
export interface OutboxConfig {
  readonly accounts: Readonly<Record<string, AccountOptions>>
  readonly hooks: Readonly<Record<string, HookRules>>
  readonly retention: RetentionDays
  /** Whether visitors can type the name of a hook's groups: such a hook uses groups of its own. */
  readonly canTypeName: (hook: string) => boolean
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
  /** Resolves once all that has come in is here, for everything that waits for it in one turn: what is written then is one commit. */
  readonly gathered?: () => Promise<void>
  readonly addToGroup: (call: GroupCall, token: string) => Promise<Outcome>
  /** Asks a hook's sender for the rest of an event, whose fields are JSON. Never throws. */
  readonly lookUp: (hook: string, fields: string) => Promise<LookUpOutcome>
  /** Tells the operator something. True where it arrived. */
  readonly sendAlert: (url: string, text: string) => Promise<boolean>
  /** The tables were replaced: the rooms are opened anew. */
  readonly restored?: () => Promise<void>
  readonly config: OutboxConfig
  /** The Worker's bindings: the token is in them, under its account's name. */
  readonly env: object
}
