/** Maps a submission to an invite with the hook's own schema, or says why it is held; tells teammates from leads. Pure, and never throws. */

import * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import { errorText } from '../lib/log.ts'
import type { Issue } from '../lib/problem.ts'
import type { Submission } from '../sources/source.ts'
import { type ConsentEvidence, consentIn } from './consent.ts'
import type { Hook } from './hook.ts'
import { type Invite, inviteSchema, missingWord, spokenInviteSchema } from './invite.ts'
import { issuesOf, repeats } from './issues.ts'
import { asciiDigits } from './phone/index.ts'

/** Why a delivery is held before there is an invite. */
export type HoldReason = 'consent' | 'mapping' | 'payload' | 'look-up' | 'id of another lead'

/** What the mapping made of a submission. Evidence of a yes is kept also while it is held. */
export type Mapped =
  | { readonly kind: 'invite'; readonly invite: Invite; readonly consent: ConsentEvidence | null }
  | {
      readonly kind: 'held'
      /** At least one; consent first. */
      readonly reasons: readonly HoldReason[]
      readonly issues: readonly Issue[]
      readonly consent: ConsentEvidence | null
    }

/** Questions named in one message. */
const MAX_UNANSWERED = 5
/** Deeper than any mapped value nests. */
const MAX_DEPTH = 10

/** Whether the hook's `when` wants this event. A predicate that throws wants it: the mapping then says what is wrong. */
export function isWanted(hook: Hook, fields: unknown): boolean {
  if (hook.when === undefined) return true
  try {
    return hook.when(fields)
  } catch {
    return true
  }
}

/** Whether an event is for this hook. Before a look-up there are no whole fields yet that `when` could judge. */
export function isForUs(hook: Hook, { skip, fields }: Submission<unknown>): boolean {
  return skip === undefined && (hook.source.lookUp !== undefined || isWanted(hook, fields))
}

/** What becomes of these fields under today's config. Consent is read apart: a lead may lack both it and a mapping. */
export function mapFields(hook: Hook, fields: unknown, now: number): Mapped {
  const consent = hook.consent === undefined ? null : consentIn(hook.consent, fields, now)
  const agreed = hook.consent === undefined || consent !== null
  const read = readInvite(hook, fields)
  if (agreed && 'invite' in read) return { kind: 'invite', invite: read.invite, consent }
  return {
    kind: 'held',
    reasons: [
      ...(agreed ? [] : ['consent' as const]),
      ...('invite' in read ? [] : ['mapping' as const]),
    ],
    issues: [...(agreed ? [] : [noConsent(hook)]), ...('invite' in read ? [] : read.issues)],
    consent,
  }
}

const NOT_WANTED: Issue = { path: '', message: 'is an event that `when` does not want' }

type Read = { readonly invite: Invite } | { readonly issues: readonly Issue[] }

function readInvite(hook: Hook, fields: unknown): Read {
  try {
    // The event passed `when` as it came, or `when` threw. Where it throws again, the event is held: no person is added by a broken predicate.
    if (hook.when !== undefined && !hook.when(fields)) return { issues: [NOT_WANTED] }
    return hook.fields === undefined || hook.invite === undefined
      ? readSpoken(hook, fields)
      : readMapped(hook.fields, hook.invite, fields)
  } catch (error) {
    return { issues: [{ path: '', message: `the mapping threw ${thrown(error, fields)}` }] }
  }
}

/** All contacts came with the event, so there are no teammates. */
function readSpoken({ country, splitLimit }: Hook, fields: unknown): Read {
  const spoken = v.safeParse(spokenInviteSchema(country, splitLimit), fields)
  return spoken.success
    ? { invite: { ...spoken.output, teammates: [] } }
    : { issues: issuesOf(spoken.issues) }
}

function readMapped(
  schema: v.GenericSchema,
  mapping: NonNullable<Hook['invite']>,
  fields: unknown,
): Read {
  const values = v.safeParse(schema, fields)
  if (!values.success) return { issues: issuesOf(values.issues) }
  let made: unknown
  try {
    made = mapping(values.output)
  } catch (error) {
    const message = `invite threw ${thrown(error, [fields, values.output])}`
    return { issues: [{ path: '', message }] }
  }
  if (made instanceof Promise) {
    made.catch(() => {})
    return { issues: [{ path: 'invite', message: 'must not be asynchronous' }] }
  }
  const invite = v.safeParse(inviteSchema, made)
  if (!invite.success) {
    const word = missingWord(valueAt(made, 'groupName'))
    const issues = prefixed('invite', issuesOf(invite.issues))
    return { issues: word === null ? issues : withMissing(issues, word, schema, values.output) }
  }
  const teammates = teammatesIn(invite.output.contacts, values.output)
  return { invite: { ...invite.output, teammates } }
}

/** The issue of a name such as "Batch null", with the answers that were missing. */
function withMissing(
  issues: readonly Issue[],
  word: string,
  schema: v.GenericSchema,
  values: unknown,
): Issue[] {
  // A member that is optional and missing stands in the schema alone.
  const entries = Object.keys('entries' in schema ? Object(schema.entries) : {})
  const all = { ...Object.fromEntries(entries.map((name) => [name, undefined])), ...Object(values) }
  const open = [...unanswered(all, word, [])].slice(0, MAX_UNANSWERED)
  const verb = open.length === 1 ? 'was' : 'were'
  const because = open.length === 0 ? '' : `: ${open.join(' and ')} ${verb} not answered`
  return issues.map((issue) =>
    issue.path === 'invite.groupName'
      ? { ...issue, message: `holds the word "${word}"${because}` }
      : issue,
  )
}

/** The paths of values that a template writes as this word. */
function* unanswered(value: unknown, word: string, path: readonly string[]): Generator<string> {
  if (typeof value === 'object' && value !== null) {
    if (path.length === MAX_DEPTH) return
    for (const [name, member] of Object.entries(value))
      yield* unanswered(member, word, [...path, name])
  } else if (String(value) === word) yield path.join('.')
}

/** What was thrown, without what a person typed. */
function thrown(error: unknown, data: unknown): string {
  const text = errorText(error)
  if (!(error instanceof Error)) return 'what is not an Error'
  return repeats(text, data) ? error.name : text
}

function prefixed(root: string, issues: readonly Issue[]): Issue[] {
  return issues.map(({ path, message }) => ({
    path: path === '' ? root : `${root}.${path}`,
    message,
  }))
}

function noConsent({ consent }: Hook): Issue {
  const field = typeof consent === 'object' && 'field' in consent ? consent.field : ''
  return { path: field, message: 'does not say that the person agreed to join a group' }
}

/** Kept back before consent could be read. */
export function held(reason: HoldReason, issues: readonly Issue[]): Mapped {
  return { kind: 'held', reasons: [reason], issues, consent: null }
}

/**
 * What is kept of an event, as JSON, without the hook's secrets and the sender's own: some senders show theirs in the body, and one that is
 * given it in the URL may repeat that URL there: Jotform does.
 */
export function keptFields(
  fields: unknown,
  secrets: readonly string[],
  secretMembers: readonly string[] = [],
): string {
  const spelt = secrets.map((secret) => JSON.stringify(secret).slice(1, -1))
  const text = spelt.reduce((kept, secret) => kept.replaceAll(secret, '…'), JSON.stringify(fields))
  if (secretMembers.length === 0) return text
  // As JSON, within a text of JSON, as an element and as a part of a form: a body that cannot be read is kept as its text.
  const member = new RegExp(
    `(${secretMembers.join('|')})((?:%5D|[\\]\\\\"'>=:\\s]){1,8})[^"\\\\<&\\s]+`,
    'g',
  )
  return text.replaceAll(member, '$1$2…')
}

/** A source that throws is our mistake, and no reason to lose what came: the sender would give up on 503s some day. */
export function readSubmissions(
  hook: Hook,
  body: unknown,
  headers: Headers,
): { submissions: readonly Submission<unknown>[] } | { issues: readonly Issue[] } {
  try {
    const reading = hook.source.read(body, headers)
    return reading.ok ? reading : { issues: issuesOf(reading.issues) }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'no Error'
    return { issues: [{ path: '', message: `${hook.source.title} cannot be read: ${name}` }] }
  }
}

/** A national number without its zero: what a mapping may have put a country code before. */
const MIN_DIGITS = 7
/** No number is longer. */
const MAX_DIGITS = 15
/** Of a contact's end: Mexico's 1, Argentina's 9, a country's zero and what a mapping adds come before them. */
const OWN_DIGITS = 8

/** The contacts that nothing in the event's values ends or spells. Takes and gives international digits. */
export function teammatesIn(contacts: readonly string[], values: unknown): string[] {
  const asked = new Set(contacts.map((contact) => contact.slice(-OWN_DIGITS)))
  const ends = new Set<string>()
  const spelt = new Set<string>()
  // One pass over what was brought, whatever the number of contacts.
  for (const digits of digitsIn(values, 0)) {
    if (digits.length <= MAX_DIGITS) ends.add(digits)
    for (let at = 0; at + OWN_DIGITS <= digits.length; at++) {
      const eight = digits.slice(at, at + OWN_DIGITS)
      if (asked.has(eight)) spelt.add(eight)
    }
  }
  return contacts.filter(
    // In doubt it came with the event: a teammate goes into every part.
    (contact) =>
      !spelt.has(contact.slice(-OWN_DIGITS)) && !endsOf(contact).some((end) => ends.has(end)),
  )
}

function endsOf(contact: string): string[] {
  return Array.from({ length: Math.max(0, contact.length - MIN_DIGITS + 1) }, (_, at) =>
    contact.slice(at),
  )
}

function* digitsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') {
    const digits = asciiDigits(String(value)).replaceAll(/\D/g, '').replace(/^0+/, '')
    if (digits.length >= MIN_DIGITS) yield digits
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const member of Object.values(value)) yield* digitsIn(member, depth + 1)
  }
}
