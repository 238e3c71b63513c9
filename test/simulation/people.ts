/** Fictional people, some of whom have two spellings of one number. */

/** Enough for every history: the last digits of a number are the person's index. */
const INDEX_DIGITS = 6

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

/** Who has this number: the truth, which Usher can only infer. */
export function personAt(digits: string): number {
  return Number(digits.slice(-INDEX_DIGITS))
}

/** The hook's own people, who travel with every lead. */
const FIRST_TEAMMATE = 900

export function teammatesOf(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => FIRST_TEAMMATE + nth)
}

export function isTeammate(person: number): boolean {
  return person >= FIRST_TEAMMATE && person < FIRST_TEAMMATE + 10
}
