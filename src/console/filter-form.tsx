/** The filter of the list of deliveries: read from the address, and shown as a form that makes such an address. */

import * as v from 'valibot'
import { asciiDigits } from '../mapping/phone/index.ts'
import { accountsOf } from '../operator/admin.ts'
import { type Filter, filterSchema } from '../operator/filter.ts'
import { DELIVERY_STATES } from '../outbox/model.ts'
import type { Clock } from './clock.ts'
import { Field, Names, PhoneField, Select, Submit } from './controls.tsx'
import type { Html, Sent, Visit } from './page.ts'
import { STATES } from './words.ts'

/** Names of the form's own: days stand for times. */
export const NAMES = v.keyof(filterSchema).options
/** As the form calls them. */
export const LABELS: Readonly<Record<(typeof NAMES)[number], string>> = {
  state: 'State',
  reason: 'Reason',
  hook: 'Hook',
  source: 'Source',
  group: 'Exact name of the group',
  phoneEnd: 'Phone number',
  text: 'Name, group or answer',
  from: 'Received from',
  to: 'up to',
}
/** Reasons that the form offers: the commonest. */
const REASONS = [
  'consent',
  'mapping',
  'payload',
  'group missing',
  'group gone',
  'too many new groups',
  'group of another hook',
  'burst',
  'hook paused',
  'suppressed',
]
const DAY_MS = 24 * 60 * 60_000
/** The address keeps so much of a number: enough to find a person by, and no number. */
const MOST_END_DIGITS = 6
const FEWEST_END_DIGITS = 4
/** With letters around it, a number has so many digits: less may be the name of a group. */
const NUMBER_DIGITS = 7
/** The part of an address that says that digits are meant as words. */
const AS_WORDS = ['as', 'words'] as const

export type Asked = Partial<Record<(typeof NAMES)[number], string>>

interface ReadFilter {
  readonly asked: Asked
  /** Null: something of it cannot be looked for. */
  readonly filter: Filter | null
  readonly mistakes: readonly string[]
}

/** What was asked for; an empty field asks for nothing. */
export function readFilter(params: URLSearchParams, clock: Clock): ReadFilter {
  const asked = askedIn((name) => params.get(name))
  const { text = '' } = asked
  const digits = params.get(AS_WORDS[0]) === AS_WORDS[1] ? null : endOfNumber(text)
  if (digits !== null && digits === text && asked.phoneEnd === undefined) {
    delete asked.text
    asked.phoneEnd = digits
  }
  const mistakes: string[] = []
  const day = (name: 'from' | 'to', later: number): string | undefined => {
    const value = asked[name]
    if (value === undefined) return undefined
    const at = value.length > 'YYYY-MM-DD'.length ? value : clock.dayBegins(value)
    const time = at === null ? Number.NaN : Date.parse(at)
    if (Number.isNaN(time)) {
      mistakes.push(`“${LABELS[name]}” must be a day such as 2026-11-25.`)
      return undefined
    }
    return new Date(value === at ? time : time + later).toISOString()
  }
  const from = day('from', 0)
  // The whole of the last day.
  const to = day('to', DAY_MS)
  const { from: _, to: __, ...rest } = asked
  const read = v.safeParse(filterSchema, { ...rest, ...(from && { from }), ...(to && { to }) })
  for (const issue of read.issues ?? []) {
    const name = NAMES.find((one) => one === v.getDotPath(issue))
    if (name !== undefined) mistakes.push(mistake(name))
  }
  // Three digits fit so many people that a look would cost too much.
  if (read.success && asked.phoneEnd?.length === 3) mistakes.push(mistake('phoneEnd'))
  const filter = read.success && mistakes.length === 0 ? read.output : null
  return { asked, filter, mistakes }
}

/** What is not empty. */
function askedIn(read: (name: string) => unknown): Asked {
  const asked: Asked = {}
  for (const name of NAMES) {
    const value = read(name)
    if (typeof value === 'string' && value.trim() !== '') asked[name] = value.trim()
  }
  return asked
}

/** The last digits of what is a number, or the end of one; null: it is something else. */
function endOfNumber(text: string): string | null {
  const digits = asciiDigits(text).replaceAll(/\D/g, '')
  const isNumber = /\p{L}/u.test(text)
    ? digits.length >= NUMBER_DIGITS
    : digits.length >= FEWEST_END_DIGITS
  return isNumber ? digits.slice(-MOST_END_DIGITS) : null
}

/** Where the search form leads: to an address that holds no more of a number than its last digits. */
export async function searchForm(_: Visit, { fields }: Sent): Promise<{ to: string }> {
  const asked = askedIn((name) => fields[name])
  const { text = '', phoneEnd = '' } = asked
  if (phoneEnd !== '')
    asked.phoneEnd = asciiDigits(phoneEnd).replaceAll(/\D/g, '').slice(-MOST_END_DIGITS)
  const digits = endOfNumber(text)
  if (digits !== null) {
    delete asked.text
    asked.phoneEnd = digits
  }
  return { to: `/console/deliveries?${queryOf(asked)}` }
}

/** True where no index leads to those that fit. */
export function isSearch({ state: _, phoneEnd, ...rest }: Asked): boolean {
  return phoneEnd === undefined && Object.keys(rest).length > 0
}

/** The same digits as words, such as a year; null: an address must not hold so many. */
export function asWords({ phoneEnd = '', ...rest }: Asked): string | null {
  if (phoneEnd.length > FEWEST_END_DIGITS) return null
  return queryOf({ ...rest, text: phoneEnd }, { [AS_WORDS[0]]: AS_WORDS[1] })
}

const MISTAKES: Asked = {
  text: `“${LABELS.text}” takes at most 200 characters, and no number in the address: type it into the form.`,
  phoneEnd: `“${LABELS.phoneEnd}” takes a whole number, or at least its last 4 digits.`,
}

function mistake(name: (typeof NAMES)[number]): string {
  return MISTAKES[name] ?? `“${LABELS[name]}” is not known here.`
}

/** The filter as the query of an address, with more of it. */
export function queryOf(asked: Asked, more: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ ...asked, ...more }).toString()
}

export function FilterForm({ visit, asked }: { visit: Visit; asked: Asked }): Html {
  const { config } = visit.admin
  const hooks = Object.keys(config.hooks)
  const sources = [...new Set(Object.values(config.hooks).map(({ source }) => source.name))]
  const { state, text, phoneEnd, ...rarer } = asked
  return (
    <search>
      <form class="fields card" method="post" action="/console/deliveries">
        <Select
          name="state"
          label={LABELS.state}
          none="Any"
          value={state}
          options={DELIVERY_STATES.map((one) => [one, STATES[one].word])}
        />
        <Field label={LABELS.text} name="text" value={text} maxlength={200} />
        <PhoneField
          label={LABELS.phoneEnd}
          name="phoneEnd"
          value={phoneEnd}
          placeholder="whole or its end"
        />
        <div class="row">
          <Submit look="main">Search</Submit>
          {Object.keys(asked).length > 0 && <a href="/console/deliveries">Clear</a>}
        </div>
        <details class="wide" open={Object.keys(rarer).length > 0}>
          <summary>More filters</summary>
          <div class="fields">
            <Select
              name="hook"
              label={LABELS.hook}
              none="Any"
              value={asked.hook}
              options={hooks.map((one) => [one, one])}
            />
            <Select
              name="source"
              label={LABELS.source}
              none="Any"
              value={asked.source}
              options={sources.map((one) => [one, one])}
            />
            <Field label={LABELS.group} name="group" value={asked.group} maxlength={200} />
            <Field
              label={LABELS.reason}
              name="reason"
              value={asked.reason}
              list="reasons"
              maxlength={200}
            />
            <Names id="reasons" names={REASONS} />
            {(['from', 'to'] as const).map((name) => (
              <Field
                label={LABELS[name]}
                name={name}
                type="date"
                value={asked[name]?.slice(0, 10)}
              />
            ))}
          </div>
        </details>
        {accountsOf(visit.admin).length > 1 && (
          <p class="soft small wide">Over all accounts: {accountsOf(visit.admin).join(', ')}.</p>
        )}
      </form>
    </search>
  )
}
