/** Maps a submission to an invite with the hook's own schema, or says why it is held. Pure, and never throws. */

import * as v from 'valibot'
import { consentIn } from './consent.ts'
import type { Hook } from './hook.ts'
import type { Invite } from './invite.ts'
import { inviteSchema, spokenInviteSchema } from './invite.ts'
import { issuesOf, repeats } from './issues.ts'
import { errorText } from './log.ts'
import type { HoldReason, Mapped } from './outbox/arrival.ts'
import type { Issue } from './problem.ts'
import type { Submission } from './source.ts'
import { teammatesIn } from './teammates.ts'

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

/** What becomes of these fields under today's config. */
export function mapFields(hook: Hook, fields: unknown, now: number): Mapped {
  try {
    // It was wanted when it came, unless `when` threw: nobody is added because a predicate broke.
    if (hook.when !== undefined && !hook.when(fields)) return held('mapping', [NOT_WANTED])
    const read = readInvite(hook, fields)
    if ('issues' in read) return held(read.reason, read.issues)
    const consent = hook.consent === undefined ? null : consentIn(hook.consent, fields, now)
    if (hook.consent !== undefined && consent === null) return held('consent', [noConsent(hook)])
    return { kind: 'invite', invite: read.invite, consent }
  } catch (error) {
    return held('mapping', [{ path: '', message: `the mapping threw ${thrown(error, fields)}` }])
  }
}

const NOT_WANTED: Issue = { path: '', message: 'is an event that `when` does not want' }

type Read =
  | { readonly invite: Invite }
  | { readonly reason: HoldReason; readonly issues: readonly Issue[] }

function readInvite(hook: Hook, fields: unknown): Read {
  if (hook.fields === undefined || hook.invite === undefined) {
    const spoken = v.safeParse(spokenInviteSchema(hook.country), fields)
    // Everybody in it came with the event.
    return spoken.success ? { invite: { ...spoken.output, teammates: [] } } : failed(spoken.issues)
  }
  const values = v.safeParse(hook.fields, fields)
  if (!values.success) return failed(values.issues)
  let made: unknown
  try {
    made = hook.invite(values.output)
  } catch (error) {
    const message = `invite threw ${thrown(error, [fields, values.output])}`
    return { reason: 'mapping', issues: [{ path: '', message }] }
  }
  if (made instanceof Promise) {
    made.catch(() => {})
    return { reason: 'mapping', issues: [{ path: 'invite', message: 'must not be asynchronous' }] }
  }
  const invite = v.safeParse(inviteSchema, made)
  if (!invite.success) {
    return { reason: 'mapping', issues: prefixed('invite', issuesOf(invite.issues)) }
  }
  const teammates = teammatesIn(invite.output.contacts, values.output)
  return { invite: { ...invite.output, teammates } }
}

/** What was thrown, without what a person typed. */
function thrown(error: unknown, data: unknown): string {
  const text = errorText(error)
  if (!(error instanceof Error)) return 'what is not an Error'
  return repeats(text, data) ? error.name : text
}

function failed(issues: readonly v.BaseIssue<unknown>[]): Read {
  return { reason: 'mapping', issues: issuesOf(issues) }
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

/** Kept back until somebody mends something. */
export function held(reason: HoldReason, issues: readonly Issue[]): Mapped {
  return { kind: 'held', reason, issues }
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
