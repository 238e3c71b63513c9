/** The watcher: asks every invariant, and keeps the first that does not hold. */

import type { Checked, Invariant } from './invariants/invariant.ts'
import { invariants } from './invariants.ts'

export interface Violation {
  readonly invariant: string
  readonly what: string
}

/** Stops a history at its first violation. */
export class Found extends Error {}

export class Watcher {
  violation: Violation | null = null
  /** How often each invariant was checked. */
  readonly checks = new Map<string, number>()

  readonly #invariants: readonly Invariant[] = invariants()
  readonly #tell: (line: string) => string

  /** `tell`: writes a line down, and gives the time. */
  constructor(tell: (line: string) => string) {
    this.#tell = tell
  }

  check(ask: (invariant: Invariant) => Checked | undefined): void {
    for (const invariant of this.#invariants) {
      const checked = ask(invariant)
      if (checked === undefined) continue
      this.checks.set(invariant.name, (this.checks.get(invariant.name) ?? 0) + 1)
      if (checked.complaint !== null) this.complain(invariant.name, checked.complaint)
    }
  }

  complain(invariant: string, what: string): void {
    const time = this.#tell(`VIOLATION of "${invariant}": ${what}`)
    this.violation ??= { invariant, what: `${time}: ${what}` }
  }

  /** The process under test must not see what ends its history: this is asked outside of it only. */
  stopIfBroken(): void {
    if (this.violation !== null) throw new Found()
  }
}
