/**
 * Whose fault a failure is. Blame needs contrast: a person is parked for failures only if others were accepted meanwhile, and
 * when three calls in a row fail that share no person, the fault is EazyBe's.
 */

import type { Member, MemberKey } from '../model.ts'
import { DAY_MS } from './pace.ts'
import type { Step } from './step.ts'

/** Failures of a person who travels alone before they are parked, where others were accepted since the first of them. */
export const MOST_ATTEMPTS = 4
/** The same where no other person was, and how long they must have gone on: that outlasts most outages. */
const MOST_LONE_ATTEMPTS = 8
const LONE_MS = 2 * DAY_MS
/** Calls without a person in common that say that EazyBe fails for everybody. */
const CALLS_APART = 3
/** A failing EazyBe excuses failures for at most this long: where only bad numbers wait, no acceptance ends it. */
const EXCUSED_MS = 7 * DAY_MS
/** A person who was forgiven this often is no sign of a failing EazyBe any more, until one who failed alone is accepted. */
export const MOST_FORGIVEN = 2

/** Whether a person is untried: no call failed with them since they were asked for, and they are not searched for a bad number. */
export function isUntried({ triedAt, limit }: Member): boolean {
  return triedAt === null && limit === null
}

/** Whether so many failures are the person's own. `acceptedAt`: when EazyBe last accepted others, before the last of these failures. */
export function isBlamed(
  { now, scale }: Step,
  { failingSince }: Member,
  attempts: number,
  acceptedAt: number,
): boolean {
  if (attempts < MOST_ATTEMPTS || failingSince === null) return false
  if (acceptedAt > failingSince) return true
  return attempts >= MOST_LONE_ATTEMPTS && now - failingSince >= LONE_MS * scale
}

/** True while EazyBe fails for everybody: nothing counts against the person who is tried. */
export function isExcused({ input, now, scale }: Step): boolean {
  const { pause } = input.account
  return pause?.reason === 'failing' && now - pause.since <= EXCUSED_MS * scale
}

/** Whether these failed calls say that EazyBe fails for everybody. `known`: persons whose failures are their own. */
export function failsForEverybody(
  calls: readonly { readonly members: readonly MemberKey[] }[],
  known: ReadonlySet<string>,
): boolean {
  const apart: Set<string>[] = []
  const sets = calls
    .map(({ members }) => new Set(members.map(({ person }) => person)))
    .filter((persons) => persons.size > 0 && [...persons].some((person) => !known.has(person)))
    .toSorted((one, other) => one.size - other.size)
  for (const persons of sets) {
    if (apart.every((other) => [...persons].every((person) => !other.has(person))))
      apart.push(persons)
  }
  return apart.length >= CALLS_APART
}
