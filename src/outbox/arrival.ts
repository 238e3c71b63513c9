/** What the receiver hands to the outbox, and what it gets back: plain data, since it crosses to another object. */

import type { ConsentEvidence } from '../consent.ts'
import type { Invite } from '../invite.ts'
import type { Issue } from '../problem.ts'
import type { DeliveryState } from './state.ts'

/** Why a delivery is kept back until somebody mends something. */
export type HoldReason = 'consent' | 'mapping' | 'payload' | 'lookUp'

/** What the mapping made of a submission. */
export type Mapped =
  | {
      readonly kind: 'invite'
      readonly invite: Invite
      readonly consent: ConsentEvidence | null
    }
  | {
      readonly kind: 'held'
      /** At least one; `consent` first. */
      readonly reasons: readonly HoldReason[]
      readonly issues: readonly Issue[]
      /** Evidence of a yes is kept also while held. */
      readonly consent: ConsentEvidence | null
    }

export interface ArrivalItem {
  /** Takes the place of the sender's id: a hash of hook and id. The same key is the same event. */
  readonly key: string
  /** The submission's fields as JSON, for mapping again; personal data, deleted on schedule. */
  readonly fields: string
  readonly mapped: Mapped
}

export interface Arrival {
  readonly account: string
  readonly hook: string
  readonly source: string
  /** Stands for the whole body, where the ids in it are not covered by the signature; else null. */
  readonly bodyKey: string | null
  /** Digest of the body: tells a repeat from another body under the same Idempotency-Key. */
  readonly fingerprint: string
  readonly items: readonly ArrivalItem[]
}

export interface ArrivedItem {
  readonly id: string
  readonly state: DeliveryState
  readonly duplicate: boolean
  /** True where the key was used before with another body. */
  readonly conflict: boolean
  /** True where somebody is still waiting for the first answer under this key. */
  readonly awaited: boolean
}
