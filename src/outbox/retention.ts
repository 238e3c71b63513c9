/** How long what is kept, in days: a setting, since the laws pull in opposite directions. */

/** Every number in days. The reasons are in the README, "Privacy". */
export interface RetentionDays {
  /** Numbers and fields of a delivery after it was accepted or skipped. */
  readonly settledDays: number
  /** The same where it is held or parked and waits for a hand. */
  readonly inHandDays: number
  /** The delivery itself, masked, from when it came. */
  readonly rowDays: number
  /** What shows that somebody agreed. */
  readonly consentDays: number
}

export type RetentionName = 'standard' | 'india'
export type Retention = RetentionName | Partial<RetentionDays>

const YEAR_DAYS = 365
const CONSENT_DAYS = 3 * YEAR_DAYS

export const RETENTIONS: Readonly<Record<RetentionName, RetentionDays>> = {
  // GDPR, Art. 5(1)(e): no longer than needed.
  standard: { settledDays: 7, inHandDays: 30, rowDays: 90, consentDays: CONSENT_DAYS },
  // India's DPDP Rules 2025, Rule 8(3): personal data and logs for at least a year.
  india: {
    settledDays: YEAR_DAYS,
    inHandDays: YEAR_DAYS,
    rowDays: YEAR_DAYS,
    consentDays: CONSENT_DAYS,
  },
}

/** The days of a setting: a profile, or `standard` with numbers of one's own. */
export function retentionOf(setting: Retention = 'standard'): RetentionDays {
  return typeof setting === 'string' ? RETENTIONS[setting] : { ...RETENTIONS.standard, ...setting }
}
