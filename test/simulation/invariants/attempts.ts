/** Attempts: consumed by real refusals only, and by nobody else’s. */

import type { Call, Facts } from '../facts.ts'
import { callsTo, isRefusal, storedPeople } from './inquiries.ts'
import type { Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

const REFUSALS_TO_PARK = 4
const CONNECTION_GIVEN_UP_MS = 7 * 24 * 60 * 60_000

export function attemptsByRefusalsOnly(): Invariant {
  let before = new Map<number, number>()
  return {
    name: 'attempts are consumed by refusals only',
    looked: (facts) => {
      const rows = facts.rows<{ seq: number; attempts: number }>(
        'SELECT seq, attempts FROM deliveries WHERE attempts > 0',
      )
      const last = before
      before = new Map(rows.map(({ seq, attempts }) => [seq, attempts]))
      return every(rows, ({ seq, attempts }) => {
        const more = attempts - (last.get(seq) ?? 0)
        if (more <= 0) return good
        const refusals = facts.justRecorded.filter(
          (call) => isRefusal(call) && call.claim?.seqs.includes(seq),
        )
        return must(more <= refusals.length, () => {
          const told = facts.justRecorded.map((call) => `${call.n} ${call.answer}`).join(', ')
          return `delivery ${seq} lost ${more} attempts to ${told || 'nothing'}`
        })
      })
    },
  }
}

export function parkedForCause(): Invariant {
  const seen = new Set<number>()
  return {
    name: 'parked for a cause',
    looked: (facts) => {
      if (facts.justRecorded.length === 0) return undefined
      const rows = facts.rows<Parked>(
        `SELECT seq, reason, attempts, received_at, contacts FROM deliveries WHERE state = 'parked'`,
      )
      return every(
        rows.filter(({ seq }) => !seen.has(seq)),
        ({ seq, reason, attempts, received_at: receivedAt, contacts }) => {
          seen.add(seq)
          const refused = contacts.includes('"refused"')
          const givenUp = reason === 'no connection for 7 days' && isCutOff(facts, receivedAt)
          return must(
            refused || givenUp || attempts >= REFUSALS_TO_PARK,
            () => `delivery ${seq} is parked after ${attempts} attempts: ${reason}`,
          )
        },
      )
    },
  }
}

/** Whether nothing but broken connections was seen for a week, in which the lead was there. */
function isCutOff(facts: Facts, receivedAt: number): boolean {
  const answered = facts.calls.findLast(
    (call) => call.recorded !== null && !['unreachable', 'interrupted'].includes(call.recorded),
  )
  const since = facts.calls.find(
    (call) => call.recorded === 'unreachable' && call.n > (answered?.n ?? 0),
  )
  if (since === undefined) return false
  return facts.wall - Math.max(since.wallAt, receivedAt) >= CONNECTION_GIVEN_UP_MS
}

interface Parked {
  seq: number
  reason: string
  attempts: number
  received_at: number
  contacts: string
}

export const innocentsNotParked: Invariant = {
  name: 'a bad number parks nobody else',
  ended: (facts) => {
    const parked = facts.rows<Parked>(
      `SELECT seq, reason, attempts, received_at, contacts FROM deliveries WHERE state = 'parked'`,
    )
    return every(parked, ({ seq, reason, contacts }) => {
      if (reason === 'no connection for 7 days') return good
      const left = storedPeople(contacts).filter(
        ({ person, state }) => (state === 'waiting' || state === 'refused') && !facts.isBad(person),
      )
      return every(left, ({ person }) =>
        must(
          facts.calls.some(
            (call) => call.claim?.seqs.includes(seq) && isItsOwn(facts, call, person),
          ),
          () => `delivery ${seq} is parked (${reason}) for somebody else's number, not ${person}'s`,
        ),
      )
    })
  },
}

/** A failure that no bad number explains may have been this person's own; so may the 404 after a creation that failed with them. */
function isItsOwn(facts: Facts, call: Call, person: number): boolean {
  if (!isRefusal(call) || call.truth?.spoilt === true || !call.people.includes(person)) return false
  if (call.answer !== 'missing') return true
  return callsTo(facts, call.groupName).some(
    (other) =>
      other.create &&
      other.n < call.n &&
      other.truth?.spoilt !== true &&
      other.people.includes(person),
  )
}
