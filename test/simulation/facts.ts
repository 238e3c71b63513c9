/** What is known of a simulated run: the calls with the truth about each, what senders and the operator did, and what is on disk. */

import type { Invite } from '../../src/mapping/invite.ts'
import type { Pace } from '../../src/outbox/dispatch/pace.ts'
import type { CallKind } from '../../src/outbox/model.ts'
import type { LookUpOutcome, OutboxConfig, RetentionDays } from '../../src/outbox/ports.ts'
import type { Names } from './names.ts'
import type { Home } from './world.ts'

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
  /** The people, whatever the spelling. */
  readonly people: readonly number[]
  readonly create: boolean
  readonly token: string
  readonly startedAt: number
  /** The process's own clock. */
  readonly wallAt: number
  readonly pace: Pace
  /** The claim on disk when it left; null: there was none. */
  readonly claim: Claim | null
  /** It fell into an outage of EazyBe. */
  readonly outage: boolean
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
  readonly partId: number
  readonly kind: CallKind
  readonly leads: readonly number[]
  readonly team: readonly number[]
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
  readonly hook: string
  readonly seq: number
  /** When its event came first. */
  readonly since: number
}

/** A question to the API of a sender. */
export interface LookUp {
  readonly key: string
  /** Null: not answered yet, or the process was killed before. */
  answer: LookUpOutcome['kind'] | null
  endedAt: number
}

export interface SenderFacts {
  /** By key. */
  readonly leads: ReadonlyMap<string, Lead>
  readonly lookUps: readonly LookUp[]
  /** Events that came and were not answered, with when they did last: they may be kept all the same. */
  readonly unanswered: ReadonlyMap<string, number>
  /** How many of them are not answered. */
  readonly asked: number
  /** Persons that an event named, whatever became of it. */
  peopleOf(key: string): readonly number[]
  /** The key of an event by its mark in the tables. */
  keyBehind(mark: string): string | undefined
}

/** A person who asked never to be sent. */
export interface Suppression {
  readonly person: number
  /** The first name of the group; null: everywhere. */
  readonly group: string | null
  readonly since: number
}

/** What the operator did, and what may come of it. */
export interface OperatorFacts {
  /** By a delivery's key: what its sender or the operator said of it last; several while it is not known which of them was written. */
  readonly wanted: ReadonlyMap<string, readonly Invite[]>
  /** Pairs `person in group` that the operator has sent again, with the time. */
  readonly forced: ReadonlyMap<string, number>
  /** When the operator last wrote a person into a lead. */
  readonly wrote: ReadonlyMap<number, number>
  /** Deliveries that the operator touched, with how often. */
  readonly touched: ReadonlyMap<number, number>
  /** Keys of deliveries that are not to be sent. */
  readonly discarded: ReadonlySet<string>
  /** Deliveries that are to be sent once more whatever was before, with when that was said. */
  readonly resent: ReadonlyMap<number, number>
  /** Parts that may be created (again), with how many calls were made before that was said. */
  readonly allowed: ReadonlyMap<string, number>
  /** The same, and those of which was said that they exist. */
  readonly corrected: ReadonlyMap<string, number>
  /** The last correction of a part's count. `anew`: people who were in before are not any more. */
  readonly counts: ReadonlyMap<string, { base: number; at: number; anew: boolean }>
  /** Groups that the operator named, or acted on a delivery of. */
  readonly named: ReadonlySet<string>
  /** True while the operator's own pause is written down. */
  readonly paused: boolean
  /** When the operator resumed last, or may have. */
  readonly resumedAt: number
  readonly resumes: readonly number[]
  /** What a resume left in place that it should have ended; null: nothing. */
  readonly leftByResume: string | null
  /** How many acts were answered: each must be in the audit log. */
  readonly done: number
}

/** What people asked for, and what may have come of it. */
export interface PrivacyFacts {
  /** Persons who were erased everywhere, with when, and the last delivery that there was. */
  readonly erased: ReadonlyMap<number, { upTo: number; at: number }>
  readonly suppressed: readonly Suppression[]
  /** Persons of whom it is not known whether they are suppressed somewhere, or who were once. */
  readonly maybeSuppressed: ReadonlySet<number>
  /** Persons who were erased, or of whom a part may be. */
  readonly maybeErased: ReadonlySet<number>
  /** How much of it was answered: each must be in the audit log. */
  readonly done: number
}

export interface Facts {
  /** The world's clock. */
  readonly at: number
  /** The process's clock. */
  readonly wall: number
  readonly calls: readonly Call[]
  /** Calls whose outcome was seen on disk since the last look. */
  readonly justRecorded: readonly Call[]
  readonly inFlight: readonly Call[]
  readonly inTransaction: boolean
  /** What SQLite refused, and what failed without a failing storage. */
  readonly errors: readonly string[]
  /** The paces that were in force, with since when. */
  readonly paces: readonly { since: number; pace: Pace }[]
  /** Grows with every change of the config and of the clock. */
  readonly changes: number
  readonly alarmAt: number | null
  /** An alarm's handler is at work. */
  readonly running: boolean
  /** Since when every alarm rang in time, and all of its jobs went well. */
  readonly wellSince: number
  /** A request broke off before it was answered: until the next access, nothing need be armed. */
  readonly brokeOff: boolean
  readonly operator: OperatorFacts
  readonly privacy: PrivacyFacts
  readonly senders: SenderFacts
  /** Names of which two groups were made. */
  readonly madeTwice: readonly string[]
  readonly names: Names
  readonly hooks: OutboxConfig['hooks']
  readonly retention: RetentionDays
  /** Null: alerts go nowhere. */
  readonly alerts: readonly { readonly at: number; readonly text: string }[] | null
  /** Until then, alerts do not arrive. */
  readonly alertsFailUntil: number
  /** Groups that a person is in, in truth. */
  homesOf(person: number): Home[]
  isBad(person: number): boolean
  rows<T>(query: string, ...values: (string | number | null)[]): T[]
  /** The person behind a mark in the tables. */
  personBehind(mark: string): number
  /** The mark that stands for a person in the tables. */
  markOf(person: number): string
  /** The end: the world works, and goes on to. */
  readonly ending: {
    readonly since: number
    readonly bound: number
    readonly callsBefore: number
    readonly alarms: number
  } | null
}

/** `home`: a group, or a part of one. */
export const pairOf = (person: number, home: string) => `${person} in ${home}`
