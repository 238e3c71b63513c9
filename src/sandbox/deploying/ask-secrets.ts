/** Makes or asks for each secret that the deployed Worker lacks. */

import type { Vars } from '../dev-vars.ts'
import { type NeededSecret, refusalOf } from './secrets.ts'

export interface Terminal {
  /** What the person types; null: there is no person, as in a pipeline. */
  readonly ask: (question: string) => Promise<string | null>
  readonly tell: (line: string) => void
}

export interface Collected {
  /** To be stored, by name. */
  readonly values: Readonly<Record<string, string>>
  /** Those of them that were made, and are shown once. */
  readonly made: readonly string[]
  /** Needed, not there, and not to be made here. */
  readonly missing: readonly string[]
}

/** Goes through what is needed and not set. Enter takes a fresh value, or leaves out what cannot be made. */
export async function collectSecrets(
  needed: readonly NeededSecret[],
  set: readonly string[],
  local: Vars,
  { ask, tell }: Terminal,
): Promise<Collected> {
  const values: Record<string, string> = {}
  const made: string[] = []
  const missing: string[] = []
  for (const secret of needed.filter(({ name }) => !set.includes(name))) {
    const { name, what, make, optional } = secret
    const enter = make === null ? 'Enter leaves it out' : 'Enter makes one'
    let answer = await ask(`${name}  ${what}.\n  ${enter}, or paste it: `)
    for (let refusal = check(secret, answer, local); refusal !== null; ) {
      tell(`  ${refusal}`)
      answer = await ask(`  ${enter}, or paste it: `)
      refusal = check(secret, answer, local)
    }
    if (answer) values[name] = answer.trim()
    else if (make !== null) {
      values[name] = make()
      made.push(name)
    } else if (!optional) missing.push(name)
  }
  return { values, made, missing }
}

function check(secret: NeededSecret, answer: string | null, local: Vars): string | null {
  const value = answer?.trim() ?? ''
  return value === '' ? null : refusalOf(secret, value, local)
}
