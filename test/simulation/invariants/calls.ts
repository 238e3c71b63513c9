/** Calls: one at a time, and on disk before it leaves. */

import type { Invariant } from './invariant.ts'
import { must } from './invariant.ts'

export const oneCallAtATime: Invariant = {
  name: 'one call at a time',
  callStarts: (facts, call) =>
    must(
      facts.inFlight.length === 0,
      () => `call ${call.n} leaves while call ${facts.inFlight[0]?.n} is under way`,
    ),
}

export const claimBeforeCall: Invariant = {
  name: 'a claim on disk before every call',
  callStarts: (facts, call) => {
    const { claim } = call
    if (facts.inTransaction) return { complaint: `call ${call.n} leaves within a transaction` }
    if (claim === null) return { complaint: `call ${call.n} has no open claim` }
    if (facts.calls.some((other) => other.claim?.id === claim.id)) {
      return { complaint: `call ${call.n} has the claim of another call` }
    }
    const [open] = facts.rows<{ count: number }>(
      'SELECT count(*) AS count FROM calls WHERE ended_at IS NULL',
    )
    if (open?.count !== 1) return { complaint: `${open?.count} claims are open` }
    if ((claim.kind === 'create') !== call.create) {
      return { complaint: `call ${call.n} is claimed as ${claim.kind}` }
    }
    const claimed = new Set([...claim.leads, ...claim.team])
    return must(
      call.people.length === claimed.size && call.people.every((person) => claimed.has(person)),
      () => `call ${call.n} sends ${call.people}, and claims ${[...claimed]}`,
    )
  },
}
