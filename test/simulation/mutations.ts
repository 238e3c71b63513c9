/** Usher made wrong on purpose, one rule at a time: what must make an invariant fail. */

import type { Outcome } from '../../src/eazybe.ts'
import { Account } from '../../src/outbox/account.ts'
import { AlarmClock } from '../../src/outbox/alarm-clock.ts'
import { Audit } from '../../src/outbox/audit.ts'
import { Calls } from '../../src/outbox/calls.ts'
import { Deliveries } from '../../src/outbox/deliveries.ts'
import { Groups } from '../../src/outbox/groups.ts'
import { Ledger } from '../../src/outbox/ledger.ts'
import { People } from '../../src/outbox/people.ts'
import type { OutboxPorts } from '../../src/outbox/ports.ts'
import { Queue } from '../../src/outbox/queue.ts'
import { Settings } from '../../src/outbox/settings.ts'
import type { Change } from '../../src/outbox/settlement.ts'
import type { Call } from '../../src/outbox/state.ts'
import type { Mutation } from './simulate.ts'

const YEAR_MS = 365 * 24 * 60 * 60_000
/** Somebody who filled in no form. */
const STRANGER = '919999900000'

export const mutations: readonly Mutation[] = [
  {
    name: 'every fifth delivery vanishes after it was kept',
    breaks: 'nothing acknowledged is lost',
    ports: withSql((exec, query, values) => {
      const cursor = exec(query, ...values)
      const seq = values[1]
      if (query.startsWith('INSERT INTO keys') && Number(seq) % 5 === 0) {
        exec('DELETE FROM deliveries WHERE seq = ?', seq)
      }
      return cursor
    }),
  },
  {
    name: 'a 500 counts as a yes',
    breaks: 'accepted is what EazyBe accepted',
    ports: withOutcome((outcome) =>
      outcome.kind === 'ambiguous' ? { kind: 'accepted' } : outcome,
    ),
  },
  {
    name: 'keys are not remembered',
    breaks: 'one key, one delivery',
    install: () => patch(Deliveries.prototype, 'remember', () => () => {}),
  },
  {
    name: 'people of a first part are forgotten',
    breaks: 'nobody is sent after a recorded acceptance',
    install: () =>
      patch(
        People.prototype,
        'cleared',
        (cleared) =>
          function (this: People, contact, group, saidAt, now) {
            const forgets = group.id === group.family
            return cleared.call(this, contact, group, forgets ? now : saidAt, now)
          },
      ),
  },
  {
    name: 'suppression is not looked up',
    breaks: 'nobody is sent who asked never to be',
    install: () => patch(People.prototype, 'isSuppressed', () => () => false),
  },
  {
    name: 'what is discarded stays in the queue',
    breaks: 'nothing is sent that was discarded',
    install: () => patch(Deliveries.prototype, 'discard', () => () => {}),
  },
  {
    name: 'an operator’s word counts no more than a lead',
    breaks: 'what an operator sends again is sent',
    install: () =>
      patch(
        Deliveries.prototype,
        'requeue',
        (requeue) =>
          function (this: Deliveries, seq, again, now, pace) {
            requeue.call(this, seq, { ...again, forced: false }, now, pace)
          },
      ),
  },
  {
    name: 'who was a member is not forgotten',
    breaks: 'nothing is left of whom was erased',
    install: () => patch(People.prototype, 'forget', () => () => {}),
  },
  {
    name: 'nobody keeps the audit log',
    breaks: 'what a hand did is written down',
    install: () => patch(Audit.prototype, 'record', () => () => {}),
  },
  {
    name: 'the operator’s own pause is not kept',
    breaks: 'nothing is sent while it is paused by hand',
    install: () =>
      patch(
        Settings.prototype,
        'account',
        (account) =>
          function (this: Settings) {
            const state = account.call(this)
            return state.pause?.reason === 'operator' ? { ...state, pause: null } : state
          },
      ),
  },
  {
    name: 'a stranger travels along',
    breaks: 'nobody is sent unasked',
    ports: (ports) => ({
      ...ports,
      addToGroup: (call, token) =>
        ports.addToGroup({ ...call, contacts: [...call.contacts, STRANGER] }, token),
    }),
  },
  {
    name: 'a group that exists is taken for new',
    breaks: 'one group of a name',
    install: () =>
      patch(
        Groups.prototype,
        'saveAfterCall',
        (save) =>
          function (this: Groups, group, head, now) {
            save.call(this, { ...group, status: 'new' }, head, now)
          },
      ),
  },
  {
    name: 'each part of a group remembers its own people only',
    breaks: 'nobody is in two parts of a group',
    install: () => {
      const alone = <T extends { id: number }>(group: T) => ({ ...group, family: group.id })
      const undo = [
        patch(
          People.prototype,
          'cleared',
          (cleared) =>
            function (this: People, contact, group, saidAt, now) {
              return cleared.call(this, contact, alone(group), saidAt, now)
            },
        ),
        patch(
          People.prototype,
          'remember',
          (remember) =>
            function (this: People, contact, group, seq, now) {
              remember.call(this, contact, alone(group), seq, now)
            },
        ),
      ]
      return () => {
        for (const back of undo) back()
      }
    },
  },
  {
    name: 'no place is kept for who may be in',
    breaks: 'no group is filled past its capacity',
    install: () =>
      patch(
        Queue.prototype,
        'heads',
        (heads) =>
          function (this: Queue, most, now) {
            return heads.call(this, most, now).map((group) => ({ ...group, reserved: 0 }))
          },
      ),
  },
  {
    name: 'who is sent again is counted again',
    breaks: 'the count of a group is who was accepted into it',
    install: () => patch(People.prototype, 'isCounted', () => () => false),
  },
  {
    name: 'every call is made twice at once',
    breaks: 'one call at a time',
    ports: (ports) => ({
      ...ports,
      addToGroup: async (call, token) => {
        const [outcome] = await Promise.all([
          ports.addToGroup(call, token),
          ports.addToGroup(call, token),
        ])
        return outcome
      },
    }),
  },
  {
    name: 'the claim is taken back before the call',
    breaks: 'a claim on disk before every call',
    ports: withSql((exec, query, values) => {
      const cursor = exec(query, ...values)
      if (query.startsWith('INSERT INTO calls')) {
        const rows = cursor.toArray()
        exec('DELETE FROM calls WHERE id = (SELECT max(id) FROM calls)')
        return Object.assign(cursor, { one: () => rows[0] ?? {} })
      }
      return cursor
    }),
  },
  {
    name: 'people of the last day are not counted',
    breaks: 'people by the hour and the day',
    install: () =>
      patch(
        Calls.prototype,
        'spent',
        (spent) =>
          function (this: Calls, pace, now) {
            return spent.call(this, pace, now).map((call) => ({ ...call, people: 0 }))
          },
      ),
  },
  {
    name: 'creations of the last day are not counted',
    breaks: 'creations by the day',
    install: () =>
      patch(
        Calls.prototype,
        'spent',
        (spent) =>
          function (this: Calls, pace, now) {
            return spent.call(this, pace, now).map((call) => ({ ...call, created: false }))
          },
      ),
  },
  {
    name: 'no gap is kept after a call',
    breaks: 'gaps between calls',
    install: () =>
      patch(
        Settings.prototype,
        'account',
        (account) =>
          function (this: Settings) {
            const state = account.call(this)
            return { ...state, ...(state.nextCallWhy === 'pace' && { nextCallAt: 0 }) }
          },
      ),
  },
  {
    name: 'a new group is not left alone',
    breaks: 'a new group rests',
    install: () =>
      patch(
        Groups.prototype,
        'saveAfterCall',
        (save) =>
          function (this: Groups, group, head, now) {
            const restUntil = group.status === 'exists' ? 0 : group.restUntil
            save.call(this, { ...group, restUntil }, head, now)
          },
      ),
  },
  {
    name: 'the night is not kept',
    breaks: 'quiet hours',
    install: () => {
      const own = Object.getOwnPropertyDescriptor(Account.prototype, 'pace')
      if (own?.get === undefined) throw new TypeError('Account.pace is no getter')
      const { get } = own
      Object.defineProperty(Account.prototype, 'pace', {
        configurable: true,
        get(this: Account) {
          return { ...get.call(this), quiet: null }
        },
      })
      return () => {
        Object.defineProperty(Account.prototype, 'pace', own)
      }
    },
  },
  {
    name: 'Retry-After is not read',
    breaks: 'Retry-After in full',
    ports: withOutcome((outcome) =>
      outcome.kind === 'throttled' ? { kind: 'throttled', retryAfterMs: null } : outcome,
    ),
  },
  {
    name: 'waiting consumes attempts',
    breaks: 'attempts are consumed by refusals only',
    install: () =>
      onChange((change) =>
        change.state === 'queued' ? { ...change, attempts: change.attempts + 1 } : change,
      ),
  },
  {
    name: 'whoever has to wait is parked',
    breaks: 'parked for a cause',
    install: () =>
      onChange((change) =>
        change.state === 'queued' && change.contacts.length === 0
          ? { ...change, state: 'parked', reason: 'no reason' }
          : change,
      ),
  },
  {
    name: 'whoever travels with a bad number is refused as well',
    breaks: 'a bad number parks nobody else',
    install: () =>
      onChange((change, call) => {
        if (change.event !== 'refused by EazyBe') return change
        const contacts = call.parts.find(({ seq }) => seq === change.seq)?.contacts ?? []
        return {
          ...change,
          state: 'parked',
          reason: 'refused',
          contacts: contacts.map((index) => ({ index, state: 'refused' })),
        }
      }),
  },
  {
    name: 'an arrival sets no alarm',
    breaks: 'the alarm is set while something is due',
    install: () => patch(AlarmClock.prototype, 'noLaterThan', () => async () => {}),
  },
  {
    name: 'an inactive session is asked again after a year',
    breaks: 'progress once the world works',
    install: () =>
      patch(
        Settings.prototype,
        'saveAccount',
        (save) =>
          function (this: Settings, state) {
            const { pause } = state
            const late = pause?.reason === 'session' && {
              pause: { ...pause, probeAt: pause.since + YEAR_MS },
            }
            save.call(this, { ...state, ...late })
          },
      ),
  },
]

/** Puts another method in the place of one. Gives what takes it back. */
function patch<
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

function onChange(change: (one: Change, call: Call) => Change): () => void {
  return patch(
    Ledger.prototype,
    'settle',
    (settle) =>
      function (this: Ledger, call, changes, now) {
        return settle.call(
          this,
          call,
          changes.map((one) => change(one, call)),
          now,
        )
      },
  )
}

function withOutcome(change: (outcome: Outcome) => Outcome): (ports: OutboxPorts) => OutboxPorts {
  return (ports) => ({
    ...ports,
    addToGroup: async (call, token) => change(await ports.addToGroup(call, token)),
  })
}

type Exec = (
  query: string,
  ...values: unknown[]
) => SqlStorageCursor<Record<string, SqlStorageValue>>

function withSql(
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
