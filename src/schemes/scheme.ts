/** A signature scheme: how a sender proves that a request is its own. One row, with both directions. */

import type { Bytes } from '../lib/bytes.ts'
import type { SignatureFault } from '../lib/problem.ts'

/** A request as it arrived, with everything a scheme may look at and nothing decoded yet. */
export interface Incoming {
  readonly method: string
  /** The URL as the sender was told it: `publicUrl` of the config, where set, with the request's path and query. */
  readonly url: string
  readonly headers: Headers
  readonly body: Bytes
  /** The last segment of `/hooks/:hook/:secret`; null where the URL has none. */
  readonly urlSecret: string | null
  /** Epoch milliseconds. */
  readonly now: number
}

/** A request about to be signed, by the sandbox, the tests and `npm run send`. */
export interface Outgoing extends Omit<Incoming, 'urlSecret'> {
  /** The delivery's id, where the scheme sends one (`webhook-id`). */
  readonly id: string
}

/** What a signer adds: headers, for senders that can set nothing but a URL its last segment, for some the body anew. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  readonly urlSecret?: string
  /** Members that the sender appends to the URL's query. */
  readonly query?: Readonly<Record<string, string>>
  /** Where the proof is a member of the body: the body with it, to be sent in place of the one without. */
  readonly body?: Bytes
}

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: SignatureFault }

export interface Scheme {
  /** How it proves itself, for a human: "HMAC-SHA256 of the body in Typeform-Signature". */
  readonly title: string
  /** Why this secret cannot be used, as half a sentence ("is shorter than 16 characters"), or null when it can. */
  refuseSecret(secret: string): string | null
  /** A fresh random secret in the sender's spelling, for `.dev.vars`. */
  newSecret(): string
  /**
   * Whether one of the secrets signed this request. Never throws, whatever arrived. Every secret is tried.
   * `toleranceSeconds` is the largest age and the largest lead of a signed timestamp; the scheme's own by default.
   */
  verify(
    incoming: Incoming,
    secrets: readonly string[],
    toleranceSeconds?: number,
  ): Promise<Verdict>
  sign(outgoing: Outgoing, secret: string): Promise<Proof>
}

export const VERIFIED: Verdict = { ok: true }

export function reject(reason: SignatureFault): Verdict {
  return { ok: false, reason }
}

/** Secrets shorter than this are refused, unless the sender itself makes them so. */
export const MIN_SECRET_LENGTH = 16

/** The URL as the sender calls it, with the members of its proof in the query. */
export function withQuery(url: string, { query = {} }: Proof): string {
  const members = new URLSearchParams(query).toString()
  if (members === '') return url
  return `${url}${url.includes('?') ? '&' : '?'}${members}`
}
