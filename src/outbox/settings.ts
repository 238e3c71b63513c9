/** What the outbox knows of its account: named values, and the state that `plan` and `settle` work on. */

import type { AccountState } from './state.ts'
import { FRESH_ACCOUNT } from './state.ts'

/**
 * `name`: the account's. `personKey`: of the hashes that stand for people. `refusedToken`: the mark of a token answered 401.
 * `sweep`: how far deleting on schedule has come. `chores`: when the outbox looks after itself next.
 */
type SettingName = 'name' | 'personKey' | 'refusedToken' | 'state' | 'sweep' | 'chores'

export class Settings {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get(name: SettingName): string | null {
    const row = this.#sql
      .exec<{ value: string }>('SELECT value FROM account WHERE key = ?', name)
      .toArray()[0]
    return row?.value ?? null
  }

  /** Writes only what is new: a row written costs. */
  set(name: SettingName, value: string): void {
    if (this.get(name) === value) return
    this.#sql.exec('INSERT OR REPLACE INTO account (key, value) VALUES (?, ?)', name, value)
  }

  account(): AccountState {
    return { ...FRESH_ACCOUNT, ...this.object('state') }
  }

  /** A value that is an object; an empty one where there is none, or it cannot be read: no alarm may stumble over it for ever. */
  object(name: SettingName): object {
    // What storage throws is no bad value: whoever began anew for it would forget every gap.
    const text = this.get(name) ?? '{}'
    try {
      const value: unknown = JSON.parse(text)
      return typeof value === 'object' && value !== null ? value : {}
    } catch {
      return {}
    }
  }

  saveAccount(state: AccountState): void {
    this.set('state', JSON.stringify(state))
  }
}
