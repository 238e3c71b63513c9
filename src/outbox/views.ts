/** Deliveries as their operator sees them: masked, in words, times as ISO 8601. */

import type { ConsentEvidence } from '../consent.ts'
import type { StoredContact } from './contacts.ts'
import type { DeliveryState } from './state.ts'

/** A delivery as `GET /api/deliveries` gives it. */
export interface DeliveryView {
  readonly id: string
  readonly hook: string
  readonly source: string
  readonly account: string
  readonly state: DeliveryState
  /** Why it is held or parked, or what it waits for. */
  readonly reason: string | null
  readonly waitingUntil: string | null
  readonly groupName: string | null
  readonly contacts: readonly string[]
  /** What the sender calls the person, while that is kept: before a number is read, nothing else tells leads apart. */
  readonly who: string | null
  readonly attempts: number
  readonly receivedAt: string
  readonly settledAt: string | null
}

export interface TimelineLine {
  readonly at: string
  readonly event: string
  readonly detail?: string
}

/** One of the people in a delivery. */
export interface PersonView {
  readonly mask: string
  readonly state: StoredContact['state']
  /** True where this person is never to be sent to this group, or to any. */
  readonly suppressed: boolean
}

export interface DeliveryStory extends DeliveryView {
  readonly timeline: readonly TimelineLine[]
  readonly groupId: number | null
  /** Whether it may create its group. */
  readonly create: boolean
  /** Whether it is sent although its people were accepted before. */
  readonly forced: boolean
  readonly people: readonly PersonView[]
  /** What the sender said, as JSON with its numbers hidden, while that is kept. */
  readonly fields: string | null
  readonly consent: ConsentEvidence | null
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryView[]
  /** The number to ask for the next page with; null: that was all. */
  readonly before: number | null
}

export function iso(at: number): string
export function iso(at: number | null): string | null
export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
