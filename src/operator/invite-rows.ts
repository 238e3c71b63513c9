/** What would become of each person of a file, by the hook's own mapping and consent, and how long it would take. */

import { encode, hmacSign, utf8 } from '../lib/bytes.ts'
import type { Hook } from '../mapping/hook.ts'
import { isWanted, mapFields } from '../mapping/map.ts'
import { maskPhone } from '../mapping/phone/index.ts'
import { type AccountOptions, paceOf } from '../outbox/dispatch/pace.ts'
import type { Sample } from '../sources/shared/sample.ts'
import { FileFault, type PeopleFile, type PeopleRow } from './people-file.ts'
import { leavesOf, ownFields, strangersIn } from './sample/sample-fields.ts'

const SPOKEN = ['groupName', 'contacts']
const HOURS = 24
const ID_CHARACTERS = 24

/** `joins`: to be posted, with the group and how many people; else why it is left out. */
export interface RowOutcome {
  /** From 1, without the heading. */
  readonly number: number
  /** The same for the same row of the same hook, so that a second run changes nothing. */
  readonly id: string
  readonly sample: Sample
  readonly joins: { readonly group: string; readonly people: readonly string[] } | null
  readonly because: string | null
}

/** A `FileFault` where the file lacks a column that the hook reads: a sample's own answer must not stand in for a person's. */
export function checkColumns(hookName: string, hook: Hook, { columns }: PeopleFile): void {
  const { source, fields, consent } = hook
  if (source.lookUp !== undefined) {
    throw new FileFault(`${source.title} sends ids only: use a hook of json for a file of people.`)
  }
  const read = [
    ...(fields === undefined ? SPOKEN : leavesOf(fields, '').map(({ path }) => path)),
    ...(typeof consent === 'object' && 'field' in consent ? [consent.field] : []),
  ]
  const missing = [...new Set(read)].filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    throw new FileFault(
      `The hook ${hookName} reads ${missing.join(', ')}, and the file has no such column. It has: ${columns.join(', ')}.`,
    )
  }
}

/** Where the rows go. */
interface FileTarget {
  readonly name: string
  readonly hook: Hook
  /** Keys the rows' ids: the hook's secret. */
  readonly key: string
}

/** The outcome of every row, in the file's order. */
export async function outcomesOf(
  target: FileTarget,
  { rows }: PeopleFile,
  now: number,
): Promise<RowOutcome[]> {
  const { hook } = target
  const seen = new Set<string>()
  const outcomes: RowOutcome[] = []
  for (const [at, row] of rows.entries()) {
    const id = await idOf(target, row)
    const sample = hook.source.sample({ fields: row, id, now })
    const number = at + 1
    const made = seen.has(id)
      ? { joins: null, because: 'is an earlier row once more' }
      : await fateOf(hook, row, sample, now)
    seen.add(id)
    outcomes.push({ number, id, sample, ...made })
  }
  return outcomes
}

async function fateOf(
  hook: Hook,
  row: PeopleRow,
  sample: Sample,
  now: number,
): Promise<Pick<RowOutcome, 'joins' | 'because'>> {
  const own = await ownFields(hook, sample)
  const leftOut = (because: string) => ({ joins: null, because })
  if (!isWanted(hook, own)) return leftOut('would be skipped by `when`')
  const mapped = mapFields(hook, own, now)
  if (mapped.kind !== 'invite') {
    const issues = mapped.issues.map(({ path, message }) => `${path} ${message}`.trim())
    return leftOut(`would be held: ${issues.join('; ')}`)
  }
  if (strangersIn(hook, own, row, now).length > 0) {
    return leftOut('would add a number that is not in the row')
  }
  const { groupName, contacts, teammates } = mapped.invite
  const people = contacts.filter((contact) => !teammates.includes(contact))
  return { joins: { group: groupName, people }, because: null }
}

/** How much the rows ask for, and how many days that takes at the account's pace, with nothing else waiting. */
export function planOf(outcomes: readonly RowOutcome[], hook: Hook, account: AccountOptions) {
  const joins = outcomes.flatMap((outcome) => (outcome.joins === null ? [] : [outcome.joins]))
  const people = new Set(
    joins.flatMap(({ group, people }) => people.map((one) => `${one} ${group}`)),
  ).size
  const groups = new Set(joins.map(({ group }) => group)).size
  const pace = paceOf(account)
  const awake = HOURS - (pace.quiet === null ? 0 : hoursBetween(pace.quiet.from, pace.quiet.to))
  const perDay = Math.min(pace.peoplePerDay, pace.peoplePerHour * awake)
  const days = Math.max(people / perDay, groups / pace.createsPerDay)
  // More than these leads a day are held as a burst.
  const leadsPerDay = hook.leadsPerDay ?? Number.POSITIVE_INFINITY
  return { people, groups, days: Math.ceil(days), leadsPerDay }
}

function hoursBetween(from: string, to: string): number {
  const [start, end] = [from, to].map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    return hours + minutes / 60
  })
  return ((end ?? 0) - (start ?? 0) + HOURS) % HOURS
}

/** The outcome in words. */
export function outcomeText({ joins, because }: RowOutcome): string {
  if (joins === null) return because ?? ''
  return `${joins.people.map((digits) => maskPhone(digits)).join(', ')} joins ${joins.group}`
}

/** Keyed: a plain hash of a number is reversed in hours, and this one is kept in a file and sent as the event's id. */
async function idOf({ name, key }: FileTarget, row: PeopleRow): Promise<string> {
  const text = JSON.stringify([name, Object.entries(row).toSorted()])
  const mark = await hmacSign('SHA-256', utf8(key), utf8(text))
  return `file-${encode(mark, 'hex').slice(0, ID_CHARACTERS)}`
}
