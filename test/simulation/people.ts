/** Fictional people, some of whom have two spellings of one number, and the marks that stand for them in the tables. */

import { personMark } from './quick-crypto.ts'

/** Enough for every history: the last digits of a number are the person's index. */
const INDEX_DIGITS = 6
/** Persons below this may be leads. */
const MOST_LEADS = 400
/** The hooks' own people, who travel with every lead. Some of them fill in forms as well. */
const FIRST_TEAMMATE = 900
const TEAMMATES = 10

/** International digits of a person; people in Mexico and Brazil have a second spelling. */
export function digitsOf(person: number, spelling: 0 | 1): string {
  const index = String(person).padStart(INDEX_DIGITS, '0')
  switch (person % 4) {
    case 2:
      return spelling === 0 ? `525551${index}` : `5215551${index}`
    case 3:
      return spelling === 0 ? `5511987${index}` : `551187${index}`
    default:
      return `919800${index}`
  }
}

/** The person with this number: the truth, which Usher can only infer. */
export function personAt(digits: string): number {
  return Number(digits.slice(-INDEX_DIGITS))
}

export function teammatesOf(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => FIRST_TEAMMATE + nth)
}

export function isTeammate(person: number): boolean {
  return person >= FIRST_TEAMMATE && person < FIRST_TEAMMATE + TEAMMATES
}

const known = new Map<string, Map<string, number>>()

/** The person behind a mark in the tables; undefined: none of these people. */
export function personBehind(key: string, mark: string): number | undefined {
  let persons = known.get(key)
  if (persons === undefined) {
    const all = [...Array(MOST_LEADS).keys(), ...teammatesOf(TEAMMATES)]
    persons = new Map(all.map((person) => [personMark(key, digitsOf(person, 0)), person]))
    known.set(key, persons)
  }
  return persons.get(mark)
}
