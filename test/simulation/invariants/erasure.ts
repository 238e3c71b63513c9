/** Erasure: nothing of a person is left but the mark that they are never to be sent. */

import type { Facts } from '../facts.ts'
import { digitsOf } from '../people.ts'
import { firstKeyOf } from '../senders.ts'
import type { Checked, Invariant } from './invariant.ts'
import { every, good, must } from './invariant.ts'

/** Tables that may tell of a person, each with all of its text. */
const TEXTS = [
  ['memberships', 'person || coalesce(digits, 0) || mask'],
  ['asks', 'person'],
  ['calls', 'leads || team'],
  ['evidence', 'person || consent'],
] as const

export const nothingLeft: Invariant = {
  name: 'nothing is left of an erased person',
  ended: (facts) => every(facts.privacy.erased, ([person, when]) => erased(facts, person, when)),
}

function erased(facts: Facts, person: number, { upTo, at }: { upTo: number; at: number }): Checked {
  const spellings = [digitsOf(person, 0), digitsOf(person, 1)]
  const traces = [facts.markOf(person), ...spellings]
  const isTold = (text: string) => traces.some((trace) => text.includes(trace))
  const lookedUp = new Set(
    facts.senders.lookUps.flatMap(({ key, endedAt }) => (endedAt >= at ? [key] : [])),
  )
  const deliveries = facts.rows<{ seq: number; mark: string; text: string }>(
    `SELECT seq, key AS mark, coalesce(fields, '') || coalesce(consent, '') || timeline AS text FROM deliveries`,
  )
  // A person who signed up again, was looked up since, or was written into a lead is there again.
  const isNew = (seq: number, key: string) =>
    seq > upTo || facts.operator.touched.has(seq) || lookedUp.has(firstKeyOf(key))
  const known = deliveries.map(({ mark, ...row }) => {
    const key = facts.senders.keyBehind(mark) ?? ''
    return { ...row, key, isNew: isNew(row.seq, key) }
  })
  const told = every(known, (row) =>
    must(row.isNew || !isTold(row.text), () => `delivery ${row.seq} still tells of ${person}`),
  )
  if (told.complaint !== null) return told
  const isWritten = (facts.operator.wrote.get(person) ?? Number.NEGATIVE_INFINITY) >= at
  const isBack = [...known, ...facts.senders.leads.values()].some(
    ({ key, seq }) =>
      isNew(seq, key) &&
      (facts.senders.peopleOf(key).includes(person) ||
        (facts.operator.wanted.get(key) ?? []).some(({ contacts }) =>
          contacts.some((digits) => spellings.includes(digits)),
        )),
  )
  const mayBeKept = [...facts.senders.unanswered].some(
    ([key, cameAt]) => cameAt >= at && facts.senders.peopleOf(key).includes(person),
  )
  if (isWritten || isBack || mayBeKept) return good
  return every(TEXTS, ([table, text]) => {
    const rows = facts.rows<{ text: string }>(`SELECT ${text} AS text FROM ${table}`)
    return must(!rows.some((row) => isTold(row.text)), () => `${person} is still in ${table}`)
  })
}
