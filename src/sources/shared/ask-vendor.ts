/** Asks a vendor's API for JSON, for senders that send ids only; a refusal becomes a sentence that says what to do. */

import * as v from 'valibot'
import type { LookUpTools } from '../source.ts'

export type VendorAnswer<value> =
  | { readonly ok: true; readonly value: value }
  | { readonly ok: false; readonly message: string }

export interface VendorRequest<value> {
  /** The vendor's, for the sentence. */
  readonly title: string
  /** At the vendor's one host. */
  readonly url: string
  /** Those that carry the token: as a Bearer by default. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent by POST, as JSON; without it the question is a GET. */
  readonly body?: object
  /** What is asked for, with its article: `a payment`. */
  readonly what: string
  readonly shape: v.GenericSchema<unknown, value>
}

/** The vendor's answer, where it is of that shape. */
export async function askVendor<value>(
  { fetch, token }: LookUpTools,
  {
    title,
    url,
    headers = { authorization: `Bearer ${token}` },
    body,
    what,
    shape,
  }: VendorRequest<value>,
): Promise<VendorAnswer<value>> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json', ...headers },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!answer.ok) return { ok: false, message: sentence(title, answer.status) }
  try {
    const read = v.safeParse(shape, await answer.json())
    if (read.success) return { ok: true, value: read.output }
    return { ok: false, message: `${title} answered something else than ${what}.` }
  } catch {
    return { ok: false, message: `${title} answered something else than JSON: ${LATER}` }
  }
}

const LATER = 'map this delivery again in a while.'

function sentence(title: string, status: number): string {
  // Meta says so of a token that has expired, and of what a token may not read.
  if (status === 400) {
    return `${title} refused the API token or the id (400): store a token that may read this, then map this delivery again.`
  }
  if (status === 401 || status === 403) {
    return `${title} refused the API token (${status}): store one that may read this, then map this delivery again.`
  }
  if (status === 404 || status === 410) {
    return `${title} does not know this record (${status}): it may be deleted, or of an account that the API token is not for.`
  }
  return `${title} answered ${status}: ${LATER}`
}
