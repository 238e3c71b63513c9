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

/** A delivery that Usher answered for. */
export interface Lead {
  readonly key: string
  readonly seq: number
}

/** What the operator did, and what may come of it. */
export interface HandFacts {
  /** By a delivery's key: what its sender or an operator said of it last; several while nobody knows which of them was written. */
  readonly wanted: ReadonlyMap<string, readonly Invite[]>
  /** Pairs `person in family` that an operator has sent again, with the time. */
  readonly forced: ReadonlyMap<string, number>
  /** Deliveries that an operator touched, with how often. */
  readonly touched: ReadonlyMap<number, number>
  /** Deliveries that are not to be sent. */
  readonly discarded: ReadonlySet<number>
  /** Deliveries that are to be sent once more whatever was before, with when that was said. */
  readonly words: ReadonlyMap<number, number>
  /** Groups that may be made (again), with how many calls were made before that was said. */
  readonly allowed: ReadonlyMap<string, number>
  /** The same, and those of which was said that they exist. */
  readonly corrected: ReadonlyMap<string, number>
  /** The last correction of a group's count. `anew`: who was in before is in no more. */
  readonly counts: ReadonlyMap<string, { base: number; at: number; anew: boolean }>
  /** Persons who were erased everywhere: their keyed hash, and the last delivery that there was. */
  readonly erased: ReadonlyMap<number, { hash: string; upTo: number }>
  /** How many acts were answered: each must be in the audit log. */
  readonly done: number
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
  readonly hand: HandFacts
  readonly leads: ReadonlyMap<string, Lead>
  /** Persons who asked never to be sent again, with when that was written down. */
  readonly suppressed: ReadonlyMap<number, number>
  /** The same, with those of whom nobody knows whether it was written down. */
  readonly maybeSuppressed: ReadonlySet<number>
  /** True while the operator's own pause is written down. */
  readonly pausedByHand: boolean
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
