/** Puts the rooms of an outbox together, over whatever storage, clock, chance and EazyBe it is given. */

import { accountAdmin } from './admin/account.ts'
import { backupAdmin } from './admin/backup.ts'
import { deliveriesAdmin } from './admin/deliveries.ts'
import { groupsAdmin } from './admin/groups.ts'
import { hooksAdmin } from './admin/hooks.ts'
import { peopleAdmin } from './admin/people.ts'
import { type Context, Watchers } from './context.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { Alarm } from './jobs/alarm.ts'
import { LookUps } from './jobs/look-ups.ts'
import { RetentionJob } from './jobs/retention.ts'
import { Watch } from './jobs/watch.ts'
import type { OutboxPorts } from './ports.ts'
import { openStore } from './store/store.ts'

export type Rooms = ReturnType<typeof assembleOutbox>

/** The rooms, with their tables brought to today's form. */
export function assembleOutbox(ports: OutboxPorts) {
  const watchers = new Watchers()
  const store = openStore(ports, {
    settled: (seqs) => watchers.settled(seqs),
    failed: () => alarm.invalidate(),
  })
  const dispatcher = new Dispatcher(ports, store)
  const watch = new Watch(ports, store)
  // Look-ups come first, so that their people may travel at once; alerts last, so that what the others found is told at once.
  const alarm = new Alarm(ports, [
    new LookUps(ports, store),
    dispatcher,
    new RetentionJob(ports, store),
    watch,
  ])
  const context: Context = { ports, store, alarm, dispatcher, watch, watchers }
  return {
    context,
    account: accountAdmin(context),
    backup: backupAdmin(context),
    deliveries: deliveriesAdmin(context),
    groups: groupsAdmin(context),
    people: peopleAdmin(context),
    hooks: hooksAdmin(context),
  }
}
