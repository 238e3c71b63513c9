/** What every desk of the operator works with. */

import type { Account } from './account.ts'
import type { Caller } from './caller.ts'
import type { OutboxPorts } from './ports.ts'
import type { Reader } from './reader.ts'
import type { Rounds } from './rounds.ts'
import type { Tables } from './tables.ts'
import type { Watchers } from './watchers.ts'

export interface Office {
  readonly ports: OutboxPorts
  readonly account: Account
  readonly tables: Tables
  readonly reader: Reader
  readonly caller: Caller
  readonly rounds: Rounds
  readonly watchers: Watchers
}
