/** What an attack came to: counted, not kept, so that a million tries need no more memory than one. */

import type { Chance } from '../simulation/chance.ts'

/** How much of an attack is tried: all of it, or by chance this share. */
export interface Effort {
  readonly chance: Chance
  readonly share: number
}

export function isTried({ chance, share }: Effort): boolean {
  return share >= 1 || chance() < share
}

export interface Attack {
  readonly name: string
  readonly tries: number
  /** Sentences of what should not have come through. */
  readonly through: readonly string[]
  /** How often each answer came. */
  readonly answers: Readonly<Record<string, number>>
}

/** Counts what comes of tries, without keeping them. */
export class Score {
  readonly #name: string
  readonly #answers: Record<string, number> = {}
  readonly #through: string[] = []
  #tries = 0

  constructor(name: string) {
    this.#name = name
  }

  add(answer: string, through: string | null): void {
    this.#tries++
    this.#answers[answer] = (this.#answers[answer] ?? 0) + 1
    if (through !== null && this.#through.length < 20) this.#through.push(through)
  }

  get attack(): Attack {
    return { name: this.#name, tries: this.#tries, through: this.#through, answers: this.#answers }
  }
}
