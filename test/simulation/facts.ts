/** What is known of a simulated run: the calls with the truth about each, the leads, and what is on disk. */

import type { Invite } from '../../src/invite.ts'
import type { Pace } from '../../src/outbox/pace.ts'
import type { OutboxConfig } from '../../src/outbox/ports.ts'
import type { CallKind } from '../../src/outbox/state.ts'
import type { Names } from './names.ts'

/** How EazyBe's answer reached Usher. `refused`: 400. `failed`: 500 and everything read as such. `never arrived`: Cloudflare says so. */
export type Answer =
  | 'accepted'
  | 'refused'
  | 'unauthorized'
  | 'inactive'
  | 'missing'
  | 'throttled'
  | 'failed'
  | 'timeout'
  | 'broken'
  | 'never arrived'

/** A call as it left Usher. All times but `wallAt` are the world's. */
export interface Call {
  readonly n: number
  readonly groupName: string
  readonly contacts: readonly string[]
  /** Who they are, whatever the spelling. */
  readonly people: readonly number[]
  readonly create: boolean
  readonly token: string
  readonly startedAt: number
  /** The process's own clock. */
  readonly wallAt: number
  readonly pace: Pace
  /** The claim on disk when it left; null: there was none. */
  readonly claim: Claim | null
  readonly trouble: string | null
  /** What became of it in truth, once it did. */
  truth: Truth | null
  answer: Answer | null
  /** When Usher had the answer, or gave up on it; null: not yet, or killed before. */
  endedAt: number | null
  /** The process was killed while it was under way. */
  cutAt: number | null
  retryAfterMs: number | null
  /** What Usher wrote as its outcome, and when that was seen on disk. */
  recorded: string | null
  recordedAt: number | null
}

export interface Claim {
  readonly id: number
  readonly kind: CallKind
  readonly seqs: readonly number[]
}

export interface Truth {
  readonly created: boolean
  readonly added: readonly number[]
  /** Whether WhatsApp was asked anything. */
  readonly felt: boolean
  /** Whether a bad number in it was the reason of its failure. */
  readonly spoilt: boolean
}

/** A submission as it was handed over, acknowledged or not. */
export interface Ask {
  readonly key: string
  readonly at: number
  readonly invite: Invite | null
}

/** A delivery that Usher answered for. */
export interface Lead {
  readonly key: string
  readonly seq: number
}

export interface Facts {
  /** The world's clock. */
  readonly at: number
  /** The process's clock. */
  readonly wall: number
  /** Every pace that was in force, oldest first. */
  readonly paces: readonly { readonly since: number; readonly pace: Pace }[]
  /** How often the pace was changed, or the clock set back. */
  readonly changes: number
  readonly calls: readonly Call[]
  /** Calls whose outcome was seen on disk since the last look. */
  readonly justRecorded: readonly Call[]
  readonly inFlight: readonly Call[]
  readonly inTransaction: boolean
  readonly alarmAt: number | null
  /** An alarm's handler is at work. */
  readonly running: boolean
  /** A request broke off before it was answered: until somebody looks again, nothing need be armed. */
  readonly brokeOff: boolean
  readonly asks: readonly Ask[]
  readonly leads: ReadonlyMap<string, Lead>
  /** Pairs `person in family` that an operator has sent again, with the time. */
  readonly forced: ReadonlyMap<string, number>
  /** Persons who asked never to be sent again, with when that was written down. */
  readonly suppressed: ReadonlyMap<number, number>
  /** True while the operator's own pause is written down. */
  readonly pausedByHand: boolean
  /** Deliveries that an operator touched, with how often. */
  readonly touched: ReadonlyMap<number, number>
  readonly twins: readonly string[]
  readonly names: Names
  readonly hooks: OutboxConfig['hooks']
  /** People a group takes, by today's config. */
  readonly capacity: number
  /** Names of the groups in which somebody is in truth. */
  homesOf(person: number): string[]
  isBad(person: number): boolean
  rows<T>(query: string, ...values: (string | number | null)[]): T[]
  /** The end: the world works, and goes on to. */
  readonly ending: {
    readonly since: number
    readonly bound: number
    readonly callsBefore: number
    readonly alarms: number
  } | null
}

/** `home`: a family, or a part of one. */
export const pairOf = (person: number, home: string) => `${person} in ${home}`
