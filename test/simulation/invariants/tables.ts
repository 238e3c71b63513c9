/** The tables: their constraints are never broken, nothing but a failing storage throws, and what is derived is right. */

import type { AskedPerson, DeliveryMarks } from '../../../src/outbox/model.ts'
import { deliveryState } from '../../../src/outbox/model.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

export const nothingThrows: Invariant = {
  name: 'nothing throws but a failing storage',
  looked: ({ errors }) => must(errors.length === 0, () => errors[0] ?? ''),
  ended: ({ errors }) => must(errors.length === 0, () => errors[0] ?? ''),
}

interface Row {
  readonly seq: number
  readonly state: string
  readonly reason: string | null
  readonly held: string | null
  readonly closed: DeliveryMarks['closed']
  readonly look_up_at: number | null
  readonly erased: number
  readonly status: AskedPerson['status'] | null
  readonly why: string | null
  readonly lead: number | null
  readonly frozen: AskedPerson['frozen']
}

/** With so many deliveries, the states are looked at less often. */
const MANY = 60
const LOOKS_APART = 8

export function stateFollows(): Invariant {
  let seen: readonly Row[] = []
  let looks = 0
  return {
    name: 'the state of a delivery follows from its people',
    looked: (facts) => {
      if (seen.length > MANY && ++looks % LOOKS_APART > 0) return undefined
      const rows = facts.rows<Row>(
        `SELECT d.seq, d.state, d.reason, d.held, d.closed, d.look_up_at, d.erased, m.status, m.reason AS why, a.lead, a.frozen
         FROM deliveries AS d LEFT JOIN asks AS a ON a.delivery = d.seq
         LEFT JOIN memberships AS m ON m.person = a.person AND m.group_id = a.group_id AND m.team_part = a.team_part`,
      )
      // Nothing was written since.
      if (rows === seen) return undefined
      seen = rows
      return every(Map.groupBy(rows, ({ seq }) => seq).values(), (own) => {
        const [first] = own
        if (first === undefined) return good
        const { held, closed, look_up_at } = first
        // What had ended before a person in it was erased stays as it ended.
        const ended = first.state === 'accepted' || first.state === 'skipped'
        if (first.erased > 0 && ended) return good
        const asked = own.flatMap(({ status, why, lead, frozen }) =>
          status === null ? [] : [{ status, reason: why, team: lead === 0, frozen }],
        )
        const right = deliveryState({ held, closed, lookingUp: look_up_at !== null }, asked)
        return must(
          first.state === right.state && first.reason === right.reason,
          () =>
            `delivery ${first.seq} is ${first.state} (${first.reason}) instead of ${right.state} (${right.reason})`,
        )
      })
    },
  }
}
