/** Usher made wrong on purpose, one rule at a time: each must make its invariant fail. */

import { AlarmClock } from '../../src/outbox/jobs/alarm.ts'
import { Account } from '../../src/outbox/store/account.ts'
import { Alerts } from '../../src/outbox/store/alerts.ts'
import { Asks } from '../../src/outbox/store/asks.ts'
import { Audit } from '../../src/outbox/store/audit.ts'
import { Calls } from '../../src/outbox/store/calls.ts'
import { Deliveries } from '../../src/outbox/store/deliveries.ts'
import { Memberships } from '../../src/outbox/store/memberships.ts'
import { Parts } from '../../src/outbox/store/parts.ts'
import { People } from '../../src/outbox/store/people.ts'
import { Sweep } from '../../src/outbox/store/sweep.ts'
import {
  onChange,
  onStanding,
  patch,
  patchAccessor,
  patchState,
  withOutcome,
  withSql,
} from './patches.ts'
import type { Mutation } from './simulate.ts'

const DAY_MS = 24 * 60 * 60_000
const YEAR_MS = 365 * DAY_MS
/** A person who filled in no form. */
const STRANGER = '919999900000'
/** More calls than a bad number may fail. */
const TOO_OFTEN = 80

export const mutations: readonly Mutation[] = [
  // Leads.
  {
    name: 'every fifth delivery is not found any more',
    breaks: 'nothing acknowledged is lost',
    rooms: ({ deliveries, ...rooms }) => ({
      ...rooms,
      deliveries: {
        ...deliveries,
        story: async (seq) => (seq % 5 === 0 ? null : deliveries.story(seq)),
      },
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
    name: 'an event has another digest each time',
    breaks: 'one key, one delivery',
    install: () => {
      let times = 0
      return patch(
        Account.prototype,
        'digestOf',
        (digest) =>
          function (this: Account, kind, text) {
            return digest.call(this, kind, kind === 'event' ? `${text} ${times++}` : text)
          },
      )
    },
  },
  {
    name: 'one failed look-up is enough to hold a lead',
    breaks: 'a lead that waits for a look-up is not lost',
    install: () =>
      patch(
        Deliveries.prototype,
        'lookUpFailed',
        (failed) =>
          function (this: Deliveries, seq) {
            failed.call(this, seq, null, 'look-up')
          },
      ),
  },
  {
    name: 'an acceptance is not told to the deliveries',
    breaks: 'the state of a delivery follows from its people',
    install: () =>
      patch(
        Deliveries.prototype,
        'refresh',
        (refresh) =>
          function (this: Deliveries, seqs, line, now) {
            return line?.event === 'accepted by EazyBe' ? [] : refresh.call(this, seqs, line, now)
          },
      ),
  },
  {
    name: 'people are asked for whose membership was not written',
    breaks: 'nothing throws but a failing storage',
    install: () => patch(Asks.prototype, 'write', () => () => {}),
  },
  // Persons.
  {
    name: 'each part of a group remembers its own people only',
    breaks: 'no person is in two parts of a group',
    install: () =>
      onStanding((row, open) =>
        row.teamPart === 0 && row.partId !== open && row.status === 'accepted'
          ? { ...row, partId: open, status: 'withdrawn', acceptedAt: null, fixed: 0 }
          : row,
      ),
    ports: withSql((exec, query, values) => {
      if (query.startsWith('INSERT INTO migrations')) {
        exec('DROP TRIGGER memberships_keep_their_part')
      }
      const kept = 'CASE WHEN first_call_at IS NULL THEN excluded.part_id ELSE part_id END'
      return exec(query.replace(kept, 'excluded.part_id'), ...values)
    }),
  },
  {
    name: 'it is forgotten who was accepted',
    breaks: 'no person is sent after a recorded acceptance',
    install: () =>
      onStanding((row) =>
        row.status === 'accepted' ? { ...row, status: 'withdrawn', acceptedAt: null } : row,
      ),
  },
  {
    name: 'a stranger travels along',
    breaks: 'no person is sent unasked',
    ports: (ports) => ({
      ...ports,
      addToGroup: (call, token) =>
        ports.addToGroup({ ...call, contacts: [...call.contacts, STRANGER] }, token),
    }),
  },
  {
    name: 'suppression is not looked up',
    breaks: 'no person is sent who asked never to be',
    install: () =>
      patch(
        Asks.prototype,
        'situation',
        (situation) =>
          function (this: Asks, about, persons) {
            const found = situation.call(this, about, persons)
            return { ...found, people: found.people.map((one) => ({ ...one, suppressed: false })) }
          },
      ),
  },
  {
    name: 'what is known of an erased person is kept',
    breaks: 'nothing is left of an erased person',
    install: () => patch(People.prototype, 'forget', () => () => []),
  },
  // The operator.
  {
    name: 'the operator’s own pause is not kept',
    breaks: 'nothing is sent while the operator pauses',
    install: () =>
      patchState((state) =>
        state.pause?.reason === 'operator' ? { ...state, pause: null } : state,
      ),
  },
  {
    name: 'discarding does nothing',
    breaks: 'nothing is sent that was discarded',
    rooms: ({ deliveries, ...rooms }) => ({
      ...rooms,
      deliveries: {
        ...deliveries,
        act: async (seqs, action, actor) => {
          if (action.kind !== 'discard') return deliveries.act(seqs, action, actor)
          // It is in the audit log all the same.
          for (const seq of seqs) await deliveries.reveal(seq, actor)
          return seqs.map((seq) => ({ seq, result: 'discarded' }))
        },
      },
    }),
  },
  {
    name: 'what is discarded stays in the queue',
    breaks: 'what waits is asked for by a delivery',
    install: () => patch(Asks.prototype, 'withdraw', () => () => []),
  },
  {
    name: 'a teammate takes leave to the next part',
    breaks: 'what waits is asked for by a delivery',
    ports: withSql((exec, query, values) =>
      exec(query.replace('END, 0, ?, ?, team.digits', 'END, 1, ?, ?, team.digits'), ...values),
    ),
  },
  {
    name: 'an operator’s word counts no more than a lead',
    breaks: 'what an operator sends again is sent',
    ports: withSql((exec, query, values) =>
      exec(
        query.replace(
          'status = excluded.status',
          `status = CASE memberships.status WHEN 'accepted' THEN 'accepted' ELSE excluded.status END`,
        ),
        ...values,
      ),
    ),
  },
  {
    name: 'resume ends the operator’s own pause alone',
    breaks: 'resume ends the waits that EazyBe made',
    rooms: ({ account, context, ...rooms }) => ({
      ...rooms,
      context,
      account: {
        ...account,
        async resume(actor) {
          const { nextCallAt, nextCallWhy, pause } = context.store.account.state
          await account.resume(actor)
          const { state } = context.store.account
          const kept = pause?.reason === 'operator' ? null : pause
          context.store.account.state = { ...state, nextCallAt, nextCallWhy, pause: kept }
        },
      },
    }),
  },
  {
    name: 'no audit log is kept',
    breaks: 'what an operator did is in the audit log',
    install: () => patch(Audit.prototype, 'record', () => () => {}),
  },
  // Groups.
  {
    name: 'a group that exists is taken for new',
    breaks: 'one group of a name',
    install: () =>
      patch(
        Parts.prototype,
        'saveAfterCall',
        (save) =>
          function (this: Parts, part, head, now) {
            save.call(this, { ...part, status: 'new' }, head, now)
          },
      ),
  },
  {
    name: 'new names of the day are not counted',
    breaks: 'new names of a hook in a day',
    install: () =>
      patch(
        Asks.prototype,
        'situation',
        (situation) =>
          function (this: Asks, about, persons) {
            return { ...situation.call(this, about, persons), mintedToday: 0 }
          },
      ),
  },
  {
    name: 'no place is kept for people who may be in',
    breaks: 'no group is filled past its capacity',
    install: () => patch(Memberships.prototype, 'maybes', () => () => 0),
  },
  {
    name: 'people who are sent again are counted again',
    breaks: 'a part counts those who were accepted into it',
    install: () =>
      patch(
        Memberships.prototype,
        'head',
        (head) =>
          function (this: Memberships, partId, most) {
            return head.call(this, partId, most).map((one) => ({ ...one, counted: false }))
          },
      ),
  },
  {
    name: 'a new group is not left alone',
    breaks: 'a new group rests',
    install: () =>
      patch(
        Parts.prototype,
        'saveAfterCall',
        (save) =>
          function (this: Parts, part, head, now) {
            const restUntil = part.status === 'exists' ? 0 : part.restUntil
            save.call(this, { ...part, restUntil }, head, now)
          },
      ),
  },
  // Calls.
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
            return { ...spent.call(this, pace, now), people: [] }
          },
      ),
  },
  {
    name: 'creations of the last day are not counted',
    breaks: 'creations by the hour and the day',
    install: () =>
      patch(
        Calls.prototype,
        'spent',
        (spent) =>
          function (this: Calls, pace, now) {
            return { ...spent.call(this, pace, now), creations: [] }
          },
      ),
  },
  {
    name: 'no gap is kept after a call',
    breaks: 'gaps between calls',
    install: () =>
      patchState((state) => (state.nextCallWhy === 'pace' ? { ...state, nextCallAt: 0 } : state)),
  },
  {
    name: 'the night is not kept',
    breaks: 'quiet hours',
    install: () =>
      patchAccessor(Account.prototype, 'pace', { get: (pace) => ({ ...pace, quiet: null }) }),
  },
  {
    name: 'Retry-After is not read',
    breaks: 'Retry-After in full',
    ports: withOutcome((outcome) =>
      outcome.kind === 'throttled' ? { kind: 'throttled', retryAfterMs: null } : outcome,
    ),
  },
  // Blame.
  {
    name: 'waiting consumes attempts',
    breaks: 'attempts are consumed by refusals only',
    install: () =>
      onChange((change) =>
        change.status === 'waiting' ? { ...change, attempts: change.attempts + 1 } : change,
      ),
  },
  {
    name: 'people who wait for an inactive session are parked',
    breaks: 'parked for a cause',
    install: () =>
      onChange((change) =>
        change.event === 'EazyBe session inactive'
          ? { ...change, status: 'refused', reason: 'no reason' }
          : change,
      ),
  },
  {
    name: 'people who travel with a bad number are refused as well',
    breaks: 'a bad number parks no other person',
    install: () =>
      onChange((change) =>
        change.event === 'refused by EazyBe'
          ? { ...change, status: 'refused', reason: 'refused' }
          : change,
      ),
  },
  {
    name: 'nothing is taken back of what a failing EazyBe caused',
    breaks: 'an outage parks no person',
    install: () => patch(Memberships.prototype, 'forgive', () => () => {}),
  },
  {
    name: 'a bad number is tried again and again',
    breaks: 'a bad number is found and parked',
    install: () => {
      const tried = new Map<string, number>()
      return onChange((change) => {
        if (change.status !== 'refused') return change
        const times = (tried.get(change.person) ?? 0) + 1
        tried.set(change.person, times)
        const again = { status: 'waiting', reason: null, attempts: 0 } as const
        return times > TOO_OFTEN ? change : { ...change, ...again }
      })
    },
  },
  // Jobs.
  {
    name: 'no alert is raised',
    breaks: 'the operator is told of trouble',
    install: () => patch(Alerts.prototype, 'raise', () => () => {}),
  },
  {
    name: 'what was said is not wiped',
    breaks: 'nothing is kept for longer than its days',
    install: () => patch(Sweep.prototype, 'wipe', () => () => {}),
  },
  {
    name: 'retention takes all for older than it is',
    breaks: 'nothing is deleted before its time',
    install: () =>
      patch(
        Sweep.prototype,
        'after',
        (after) =>
          function (this: Sweep, seq) {
            return after.call(this, seq).map((row) => ({
              ...row,
              receivedAt: row.receivedAt - DAY_MS,
              settledAt: row.settledAt === null ? null : row.settledAt - DAY_MS,
            }))
          },
      ),
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
      patchAccessor(Account.prototype, 'state', {
        set: (state) =>
          state.pause?.reason === 'session'
            ? { ...state, pause: { ...state.pause, probeAt: state.pause.since + YEAR_MS } }
            : state,
      }),
  },
]
