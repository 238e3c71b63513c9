/** What the outbox knows of its account: named values, and the state that `plan` and `settle` work on. */

import type { AccountState } from './state.ts'
import { FRESH_ACCOUNT } from './state.ts'

/** `name`: the account's. `personKey`: of the hashes that stand for people. `refusedToken`: the mark of a token answered 401. */
type SettingName = 'name' | 'personKey' | 'refusedToken' | 'state'

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
    const saved = this.get('state')
    return saved === null ? FRESH_ACCOUNT : { ...FRESH_ACCOUNT, ...JSON.parse(saved) }
  }

  saveAccount(state: AccountState): void {
    this.set('state', JSON.stringify(state))
  }
}
