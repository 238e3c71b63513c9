/** Names of groups: which part of which group a name stands for, also after it was changed. */

/** What a hook's mapping may make, and what an operator may call a group later. */
const NAME = /^((?:Cohort|Circle) \d+)(?: \d+)?$/

export function nameOf(group: number): string {
  return `Cohort ${group}`
}

export class Names {
  /** From each new name to the one before. */
  readonly #before = new Map<string, string>()
  #renamed = 0

  /** A name that no group had yet. */
  fresh(): string {
    return `Circle ${++this.#renamed}`
  }

  renamed(before: string, name: string): void {
    if (before !== name) this.#before.set(name, before)
  }

  /** The first name of the very part that has this name. */
  partOf(name: string): string {
    const before = this.#before.get(name)
    return before === undefined ? name : this.partOf(before)
  }

  /** The name that the first part had at first: "Cohort 1" for "Cohort 1 2", too. */
  groupOf(name: string): string {
    const part = this.partOf(name)
    const first = NAME.exec(part)?.[1] ?? part
    return first === part ? part : this.groupOf(first)
  }
}
