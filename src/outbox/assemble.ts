/** Puts the parts of an outbox together, over whatever storage, clock, chance and EazyBe it is given. */

import { Account } from './account.ts'
import { AccountDesk } from './account-desk.ts'
import { AlertSender } from './alert-sender.ts'
import { Caller } from './caller.ts'
import { Chores } from './chores.ts'
import { GroupDesk } from './group-desk.ts'
import { HookDesk } from './hook-desk.ts'
import { Intake } from './intake.ts'
import type { Office } from './office.ts'
import { Operator } from './operator.ts'
import { PeopleDesk } from './people-desk.ts'
import type { OutboxPorts } from './ports.ts'
import { Reader } from './reader.ts'
import { Rounds } from './rounds.ts'
import { migrate } from './schema.ts'
import { tablesOf } from './tables.ts'
import { Watchers } from './watchers.ts'

export interface OutboxParts {
  readonly rounds: Rounds
  readonly intake: Intake
  readonly operator: Operator
  readonly accountDesk: AccountDesk
  readonly groupDesk: GroupDesk
  readonly peopleDesk: PeopleDesk
  readonly hookDesk: HookDesk
}

/** The parts, with their tables brought to today's form. */
export function assembleOutbox(ports: OutboxPorts): OutboxParts {
  migrate(ports.storage)
  const account = new Account(ports)
  const watchers = new Watchers()
  const tables = tablesOf(ports, account)
  const reader = new Reader(ports.storage.sql, account, tables)
  const caller = new Caller(ports, account, tables, watchers)
  const chores = new Chores(ports, account, tables)
  // Alerts come last, so that what the others found is told at once.
  const rounds = new Rounds(ports, [caller, chores, new AlertSender(ports, account, tables)])
  const office: Office = { ports, account, tables, reader, caller, rounds, watchers }
  return {
    rounds,
    intake: new Intake(office, chores),
    operator: new Operator(office),
    accountDesk: new AccountDesk(office),
    groupDesk: new GroupDesk(office),
    peopleDesk: new PeopleDesk(office),
    hookDesk: new HookDesk(office),
  }
}
