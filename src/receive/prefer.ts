/** The `Prefer` header (RFC 7240): a caller may ask not to wait, or to wait for the outcome. */

/** An answer must be on its way long before the 30 s that Workers and most senders give it. */
const MOST_WAIT_SECONDS = 25

export interface Preference {
  /** `respond-async`: 202 with where to look. */
  readonly async: boolean
  /** `wait=N`: up to that long, at most 25 s; 0 where it was not asked. */
  readonly waitMs: number
}

/** Unknown preferences are ignored, as the RFC asks. */
export function readPrefer(header: string | null): Preference {
  if (header === null) return { async: false, waitMs: 0 }
  const preferences = header.split(',').map((one) => one.split(';', 1)[0]?.trim() ?? '')
  const wait = preferences.map((one) => /^wait\s*=\s*"?(\d{1,4})"?$/i.exec(one)?.[1]).find(Boolean)
  return {
    async: preferences.some((one) => one.toLowerCase() === 'respond-async'),
    waitMs: Math.min(Number(wait ?? 0), MOST_WAIT_SECONDS) * 1_000,
  }
}
