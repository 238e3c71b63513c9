/** The filter of the list of deliveries: read from the address, and shown as a form that makes such an address. */

import * as v from 'valibot'
import { accountsOf } from '../operator/desk.ts'
import { type Filter, filterSchema } from '../operator/filter.ts'
import { DELIVERY_STATES } from '../outbox/model.ts'
import type { Clock } from './clock.ts'
import type { Html } from './html.ts'
import type { Visit } from './page.ts'
import { STATES } from './words.ts'

/** Names of the form's own: days stand for times. */
export const NAMES = [
  'state',
  'reason',
  'hook',
  'source',
  'group',
  'phoneEnd',
  'text',
  'from',
  'to',
] as const
/** As the form calls them. */
export const LABELS: Readonly<Record<(typeof NAMES)[number], string>> = {
  state: 'State',
  reason: 'Reason',
  hook: 'Hook',
  source: 'Source',
  group: 'Exact name of the group',
  phoneEnd: 'End of a phone number',
  text: 'Name, group or answer',
  from: 'Received from',
  to: 'up to',
}
const DAY_MS = 24 * 60 * 60_000

export type Asked = Partial<Record<(typeof NAMES)[number], string>>

export interface ReadFilter {
  readonly asked: Asked
  /** Null: something of it cannot be looked for. */
  readonly filter: Filter | null
  readonly mistakes: readonly string[]
}

/** What was asked for; an empty field asks for nothing. */
export function readFilter(params: URLSearchParams, clock: Clock): ReadFilter {
  const asked: Asked = {}
  for (const name of NAMES) {
    const value = params.get(name)?.trim()
    if (value) asked[name] = value
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
  return { asked, filter: read.success && mistakes.length === 0 ? read.output : null, mistakes }
}

function mistake(name: (typeof NAMES)[number]): string {
  switch (name) {
    case 'text':
      return `“${LABELS.text}” takes no phone number and at most 200 characters: give the last digits of a number as “${LABELS.phoneEnd}”.`
    case 'phoneEnd':
      return `“${LABELS.phoneEnd}” takes its last 3 to 6 digits.`
    default:
      return `“${LABELS[name]}” is not known here.`
  }
}

/** The filter as the query of an address, with more of it. */
export function queryOf(asked: Asked, more: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ ...asked, ...more }).toString()
}

export function FilterForm({ visit, asked }: { visit: Visit; asked: Asked }): Html {
  const { config } = visit.desk
  const hooks = Object.keys(config.hooks)
  const sources = [...new Set(Object.values(config.hooks).map(({ source }) => source.name))]
  const { state, text, phoneEnd, ...rarer } = asked
  return (
    <search>
      <form class="fields card" method="get" action="/console/deliveries">
        <Select
          name="state"
          label="State"
          value={state}
          options={DELIVERY_STATES.map((one) => [one, STATES[one].word])}
        />
        <label>
          Name, group or answer
          <input name="text" value={text} maxlength={200} autocomplete="off" />
        </label>
        <label>
          End of a phone number
          <input
            name="phoneEnd"
            value={phoneEnd}
            inputmode="numeric"
            pattern="\d{3,6}"
            maxlength={6}
            title="The last 3 to 6 digits"
            autocomplete="off"
          />
        </label>
        <div class="row">
          <button class="main" type="submit">
            Search
          </button>
          {Object.keys(asked).length > 0 && <a href="/console/deliveries">Clear</a>}
        </div>
        <details class="wide" open={Object.keys(rarer).length > 0}>
          <summary>More filters</summary>
          <div class="fields">
            <Select
              name="hook"
              label="Hook"
              value={asked.hook}
              options={hooks.map((one) => [one, one])}
            />
            <Select
              name="source"
              label="Source"
              value={asked.source}
              options={sources.map((one) => [one, one])}
            />
            <label>
              Exact name of the group
              <input name="group" value={asked.group} maxlength={200} autocomplete="off" />
            </label>
            <label>
              Reason
              <input
                name="reason"
                value={asked.reason}
                list="reasons"
                maxlength={200}
                autocomplete="off"
              />
            </label>
            <datalist id="reasons">
              {[
                'consent',
                'mapping',
                'payload',
                'group missing',
                'group gone',
                'too many new groups',
                'group of another hook',
                'burst',
                'suppressed',
              ].map((reason) => (
                <option value={reason} />
              ))}
            </datalist>
            <label>
              Received from
              <input type="date" name="from" value={asked.from?.slice(0, 10)} />
            </label>
            <label>
              up to
              <input type="date" name="to" value={asked.to?.slice(0, 10)} />
            </label>
          </div>
        </details>
        {accountsOf(visit.desk).length > 1 && (
          <p class="soft small wide">Over all accounts: {accountsOf(visit.desk).join(', ')}.</p>
        )}
      </form>
    </search>
  )
}

function Select(props: {
  name: string
  label: string
  value: string | undefined
  options: readonly (readonly [value: string, label: string])[]
}): Html {
  const { name, label, value = '', options } = props
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">Any</option>
        {options.map(([option, text]) => (
          <option value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
