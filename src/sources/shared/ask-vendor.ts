/** Asks a vendor's API for JSON, for senders that send ids only; a refusal becomes a sentence that says what to do. */

import type { LookUpTools } from '../source.ts'

export type VendorAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }

/** The vendor's title, for the sentence; the address at its one host; the headers that carry the token. */
export async function askVendor(
  title: string,
  { fetch }: LookUpTools,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<VendorAnswer> {
  const answer = await fetch(url, { headers: { accept: 'application/json', ...headers } })
  if (!answer.ok) return { ok: false, message: sentence(title, answer.status) }
  try {
    return { ok: true, value: await answer.json() }
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
