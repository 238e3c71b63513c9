/** Who was accepted into which group: nobody is sent twice, whatever the event. */

import { DAY_MS } from './pace.ts'

/** Somebody accepted into a group is not sent to it again for this long. */
const MEMORY_MS = 365 * DAY_MS

export class People {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Whether EazyBe accepted this person into this group within the last year. */
  knows(person: string, groupId: number, now: number): boolean {
    const found = this.#sql.exec(
      'SELECT 1 FROM people WHERE person = ? AND group_id = ? AND accepted_at > ?',
      person,
      groupId,
      now - MEMORY_MS,
    )
    return found.toArray().length > 0
  }

  remember(person: string, groupId: number, seq: number, now: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO people (person, group_id, accepted_at, seq) VALUES (?, ?, ?, ?)',
      person,
      groupId,
      now,
      seq,
    )
  }
}
