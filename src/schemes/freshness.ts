/** Whether a signed timestamp lies within the tolerance, in both directions. */

import { reject, VERIFIED, type Verdict } from './scheme.ts'

export type Unit = 's' | 'ms'
/** The largest age and the largest lead, for senders that name none. */
export const TOLERANCE_SECONDS = 300

/** A timestamp of Unix time as senders spell it; no sign, no fraction, no white space. */
export const TIMESTAMP = /^\d{1,14}$/

const MS: Readonly<Record<Unit, number>> = { s: 1000, ms: 1 }

/** The clock in a sender's unit, as the sender writes it. */
export function stamp(now: number, unit: Unit): string {
  return String(Math.floor(now / MS[unit]))
}

/** `timestamp` must have the form of `TIMESTAMP`; `now` is epoch milliseconds. */
export function freshness(
  timestamp: string,
  unit: Unit,
  now: number,
  toleranceSeconds: number,
): Verdict {
  const age = Number(stamp(now, unit)) - Number(timestamp)
  const tolerance = toleranceSeconds * (MS.s / MS[unit])
  if (age > tolerance) return reject('stale')
  if (-age > tolerance) return reject('future')
  return VERIFIED
}
