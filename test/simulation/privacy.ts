/** What people ask of the operator: never to be sent again, that this is taken back, and to be erased. */

import type { Erased } from '../../src/outbox/admin/people.ts'
import { partAt } from './deliveries.ts'
import type { Facts, PrivacyFacts, Suppression } from './facts.ts'
import type { Happening } from './history.ts'
import { digitsOf } from './people.ts'
import type { Process } from './process.ts'

const MOST_TRIES = 5
const ACTOR = 'test'

/** What this needs of the simulation. */
export interface Stage {
  readonly facts: Facts
  readonly process: Process
  say(line: string): void
}

export class Privacy implements PrivacyFacts {
  readonly erased = new Map<number, { upTo: number; at: number }>()
  readonly maybeErased = new Set<number>()
  readonly maybeSuppressed = new Set<number>()
  suppressed: readonly Suppression[] = []
  done = 0

  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async suppress({
    kind,
    person,
    nth,
  }: Extract<Happening, { kind: 'suppress' | 'unsuppress' }>): Promise<void> {
    const { facts, process, say } = this.#stage
    const part = nth === null ? null : partAt(facts, nth)
    if (part === undefined) return
    const group = part === null ? null : facts.names.groupOf(part.name)
    const digits = digitsOf(person, 1)
    this.maybeSuppressed.add(person)
    const others = this.suppressed.filter((one) => one.person !== person || one.group !== group)
    if (kind === 'unsuppress') this.suppressed = others
    const done = await process.ask(async ({ people }) => {
      await people[kind](digits, part?.id ?? null, ACTOR)
      return true
    }, false)
    say(`${kind} ${person} in ${group ?? 'all groups'}: ${done ?? 'no answer'}`)
    if (done !== null) this.done++
    if (done !== null && kind === 'suppress') this.#suppressed(person, group)
  }

  #suppressed(person: number, group: string | null): void {
    const known = this.suppressed.some((one) => one.person === person && one.group === group)
    if (known) return
    this.suppressed = [...this.suppressed, { person, group, since: this.#stage.facts.at }]
  }

  /** Goes on until nothing of a person is left, or the process fails too often. */
  async erase({ person, spelling }: Extract<Happening, { kind: 'erase' }>): Promise<void> {
    const { facts, process, say } = this.#stage
    const digits = digitsOf(person, spelling)
    let before: number | null = null
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.maybeSuppressed.add(person)
      this.maybeErased.add(person)
      const step: Erased | null = await process.ask(
        ({ people }) => people.erase(digits, before, ACTOR),
        false,
      )
      if (step === null) continue
      if (before === null) this.done++
      this.#suppressed(person, null)
      before = step.before
      if (before !== null) continue
      const [last] = facts.rows<{ seq: number | null }>('SELECT max(seq) AS seq FROM deliveries')
      this.erased.set(person, { upTo: last?.seq ?? 0, at: facts.at })
      break
    }
    say(`${person} is erased: ${before === null}`)
  }
}
