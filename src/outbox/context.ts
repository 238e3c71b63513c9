/** What the rooms of an outbox share. */

import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { Alarm } from './jobs/alarm.ts'
import type { Watch } from './jobs/watch.ts'
import type { OutboxPorts } from './ports.ts'
import type { Store } from './store/store.ts'
import type { Watchers } from './watchers.ts'

export interface Context {
  readonly ports: OutboxPorts
  readonly store: Store
  readonly alarm: Alarm
  readonly dispatcher: Dispatcher
  readonly watch: Watch
  readonly watchers: Watchers
}
