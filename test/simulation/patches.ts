/** How mutations make Usher wrong: other methods in the place of its own, and ports that change what passes through. */

import type { Outcome } from '../../src/eazybe/client.ts'
import type { AccountState } from '../../src/outbox/model.ts'
import type { OutboxPorts } from '../../src/outbox/ports.ts'
import { Account } from '../../src/outbox/store/account.ts'
import { Asks } from '../../src/outbox/store/asks.ts'
import type { MemberChange } from '../../src/outbox/store/memberships.ts'
import { Memberships } from '../../src/outbox/store/memberships.ts'

/** Puts another method in the place of one. Gives what takes it back. */
export function patch<
  prototype extends object,
  name extends {
    [key in keyof prototype]: prototype[key] extends Method ? key : never
  }[keyof prototype],
>(on: prototype, name: name, make: (own: prototype[name]) => prototype[name]): () => void {
  const own = on[name]
  on[name] = make(own)
  return () => {
    on[name] = own
  }
}

// biome-ignore lint/suspicious/noExplicitAny: any method at all; `patch` keeps each one's own type.
type Method = (...values: any[]) => unknown

/** Changes what a property is read as, or what is written to it. */
export function patchAccessor<prototype extends object, name extends keyof prototype>(
  on: prototype,
  name: name,
  change: { readonly [way in 'get' | 'set']?: (value: prototype[name]) => prototype[name] },
): () => void {
  const own = Object.getOwnPropertyDescriptor(on, name)
  if (own === undefined) throw new TypeError(`${String(name)} is no accessor`)
  const same = (value: prototype[name]) => value
  Object.defineProperty(on, name, {
    configurable: true,
    get() {
      return (change.get ?? same)(own.get?.call(this))
    },
    set(value: prototype[name]) {
      own.set?.call(this, (change.set ?? same)(value))
    },
  })
  return () => {
    Object.defineProperty(on, name, own)
  }
}

/** Changes what the account is read as. */
export function patchState(get: (state: AccountState) => AccountState): () => void {
  return patchAccessor(Account.prototype, 'state', { get })
}

type Change = MemberChange & { readonly event?: string }

/** Changes what a call that was not accepted makes of its people. */
export function onChange(change: (one: Change) => Change): () => void {
  return patch(
    Memberships.prototype,
    'settle',
    (settle) =>
      function (this: Memberships, open, changes, felt, now) {
        settle.call(this, open, changes.map(change), felt, now)
      },
  )
}

type Standing = ReturnType<Asks['situation']>['people'][number]['rows'][number]

/** Changes what is known of people who are asked for. `open`: the part that takes new people. */
export function onStanding(change: (row: Standing, open: number) => Standing): () => void {
  return patch(
    Asks.prototype,
    'situation',
    (situation) =>
      function (this: Asks, about, persons) {
        const found = situation.call(this, about, persons)
        const open = found.group?.partId ?? 0
        const people = found.people.map((one) => ({
          ...one,
          rows: one.rows.map((row) => change(row, open)),
        }))
        return { ...found, people }
      },
  )
}

export function withOutcome(
  change: (outcome: Outcome) => Outcome,
): (ports: OutboxPorts) => OutboxPorts {
  return (ports) => ({
    ...ports,
    addToGroup: async (call, token) => change(await ports.addToGroup(call, token)),
  })
}

type Exec = (
  query: string,
  ...values: unknown[]
) => SqlStorageCursor<Record<string, SqlStorageValue>>

export function withSql(
  run: (exec: Exec, query: string, values: readonly unknown[]) => ReturnType<Exec>,
): (ports: OutboxPorts) => OutboxPorts {
  return (ports) => {
    const { storage } = ports
    const exec: Exec = (query, ...values) => storage.sql.exec(query, ...values)
    const sql = new Proxy(storage.sql, {
      get: (target, name) =>
        name === 'exec'
          ? (query: string, ...values: unknown[]) => run(exec, query.trim(), values)
          : Reflect.get(target, name),
    })
    return {
      ...ports,
      storage: {
        sql,
        transactionSync: (closure) => storage.transactionSync(closure),
        getAlarm: () => storage.getAlarm(),
        setAlarm: (at) => storage.setAlarm(at),
      },
    }
  }
}
