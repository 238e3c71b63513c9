/** What each option of a hook or an account may be, and the words for what is wrong with it. */

import type { Hook } from '../mapping/hook.ts'
import { MAX_CONTACTS } from '../mapping/invite.ts'
import { isCountryCode } from '../mapping/phone/index.ts'
import { DAY_MS, PACES } from '../outbox/dispatch/pace.ts'

const MAX_CAPACITY = 1_023
/** What EazyBe takes in one call. */
const MAX_BATCH = 50
/** A wait without end would stop the account, and no clock reaches it. */
const MAX_WAIT_MS = 31 * DAY_MS

/** What one option takes: whether a value will do, and what is wrong where it will not. */
export type Rule = readonly [
  fits: (value: unknown) => boolean,
  wrong: string | ((value: unknown) => string),
]
export type Rules = Readonly<Record<string, Rule>>

/** The option is looked at elsewhere. */
export const ANYTHING: Rule = [() => true, '']
const FUNCTION: Rule = [(value) => typeof value === 'function', 'must be a function']
const PER_DAY: Rule = [isWithin(0, Infinity), 'must be a whole number, 0 or more']
const NUMBER: Rule = [
  (value) => typeof value === 'number' && value >= 0,
  'must be a number, 0 or more; Infinity for no cap',
]
const WAIT: Rule = [
  (value) => typeof value === 'number' && value >= 0 && value <= MAX_WAIT_MS,
  `must be a number of milliseconds from 0 to ${MAX_WAIT_MS}`,
]

export const HOOK_OPTIONS: Readonly<Record<keyof Hook, Rule>> = {
  source: ANYTHING,
  account: ANYTHING,
  consent: ANYTHING,
  fields: ANYTHING,
  invite: FUNCTION,
  when: FUNCTION,
  country: [
    (value) => typeof value === 'string' && isCountryCode(value),
    (value) => `"${value}" is not a country code such as "IN"`,
  ],
  tolerance: [
    (value) => Number.isFinite(value) && Number(value) > 0,
    'must be a number of seconds above 0',
  ],
  capacity: [
    isWithin(1, MAX_CAPACITY),
    `must be a whole number from 1 to ${MAX_CAPACITY}; WhatsApp's groups hold 1024`,
  ],
  newGroupsPerDay: PER_DAY,
  leadsPerDay: PER_DAY,
  splitLimit: [isWithin(1, MAX_CONTACTS), `must be a whole number from 1 to ${MAX_CONTACTS}`],
  groups: [(value) => value === 'own' || value === 'any', `must be 'own' or 'any'`],
  inviteLink: [(value) => String(value).startsWith('https://'), 'must begin with https://'],
}

export const ACCOUNT_OPTIONS: Rules = {
  ...Object.fromEntries(
    Object.keys(PACES.steady).map((name) => [name, name.endsWith('Ms') ? WAIT : NUMBER]),
  ),
  pace: [
    (value) => Object.hasOwn(PACES, String(value)),
    (value) => `"${value}" is none of ${Object.keys(PACES).join(', ')}`,
  ],
  timeZone: [isTimeZone, (value) => `"${value}" is not a time zone such as "Asia/Kolkata"`],
  quietHours: ANYTHING,
  batchSize: [isWithin(1, MAX_BATCH), `must be a whole number from 1 to ${MAX_BATCH}`],
}

/** What is wrong with single options, whatever the others are. */
export function optionMistakes(options: object, rules: Rules, owner: string): string[] {
  return Object.entries(options).flatMap(([option, value]) => {
    if (!Object.hasOwn(rules, option)) return [`"${option}": is not an option of ${owner}`]
    const [fits, wrong] = rules[option] ?? ANYTHING
    if (value === undefined || fits(value)) return []
    return [`"${option}": ${typeof wrong === 'string' ? wrong : wrong(value)}`]
  })
}

/** A whole number, or Infinity where that is allowed. */
function isWithin(least: number, most: number): Rule[0] {
  return (value) =>
    typeof value === 'number' &&
    (Number.isInteger(value) || value === Infinity) &&
    value >= least &&
    value <= most
}

function isTimeZone(value: unknown): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: String(value) })
    return true
  } catch {
    return false
  }
}
