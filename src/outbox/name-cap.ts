/** How many new group names a hook may make in a day: on a public form a visitor types them. */

import type { Pace } from './pace.ts'
import type { HookRules } from './ports.ts'

/** Senders whose text a stranger writes. */
const PUBLIC_KINDS = new Set(['form', 'calendar', 'ads'])

/** The hook's own number, or the account's for senders that anybody may use; infinite for programs and shops. */
export function newNamesPerDay(rules: HookRules | undefined, pace: Pace): number {
  if (rules?.newGroupsPerDay !== undefined) return rules.newGroupsPerDay
  return rules !== undefined && PUBLIC_KINDS.has(rules.source.kind)
    ? pace.newGroupsPerDay
    : Number.POSITIVE_INFINITY
}
