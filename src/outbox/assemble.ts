/** Puts the parts of an outbox together, over whatever storage, clock, chance and EazyBe it is given. */

import { Account } from './account.ts'
import { Caller } from './caller.ts'
import { Intake } from './intake.ts'
import { Operator } from './operator.ts'
import type { OutboxPorts } from './ports.ts'
import { Rounds } from './rounds.ts'
import { migrate } from './schema.ts'
import { Watchers } from './watchers.ts'

export interface OutboxParts {
  readonly intake: Intake
  readonly rounds: Rounds
  readonly operator: Operator
}

/** The parts, with their tables brought to today's form. */
export function assembleOutbox(ports: OutboxPorts): OutboxParts {
  migrate(ports.storage)
  const account = new Account(ports)
  const watchers = new Watchers()
  const caller = new Caller(ports, account, watchers)
  const rounds = new Rounds(ports, account, [caller])
  return {
    rounds,
    intake: new Intake(ports, account, caller, rounds, watchers),
    operator: new Operator(ports, account, caller, rounds, watchers),
  }
}
