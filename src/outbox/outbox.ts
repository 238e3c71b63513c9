/** The outbox of one EazyBe account as a Durable Object: its rooms, on Cloudflare's storage, clock and alarm. */

import { DurableObject } from 'cloudflare:workers'
import { addToGroup, localRefusal } from '../eazybe/client.ts'
import type { Arrival, ArrivedItem } from './accept.ts'
import { accept } from './accept.ts'
import type { AccountAdmin } from './admin/account.ts'
import type { BackupAdmin } from './admin/backup.ts'
import type { DeliveriesAdmin } from './admin/deliveries.ts'
import type { GroupsAdmin } from './admin/groups.ts'
import type { HooksAdmin } from './admin/hooks.ts'
import type { PeopleAdmin } from './admin/people.ts'
import type { Rooms } from './assemble.ts'
import { assembleOutbox } from './assemble.ts'
import { sendAlert } from './jobs/watch.ts'
import type { OutboxConfig, OutboxPorts } from './ports.ts'

/** The entry file says which accounts and hooks there are, and how a hook's sender is asked for the rest of an event. */
export abstract class OutboxObject extends DurableObject<object> {
  #rooms: Rooms

  constructor(
    ctx: DurableObjectState,
    env: object,
    config: OutboxConfig,
    lookUp: OutboxPorts['lookUp'],
  ) {
    super(ctx, env)
    let isLocal: Promise<boolean> | undefined
    const ports: OutboxPorts = {
      name: ctx.id.name,
      storage: ctx.storage,
      now: Date.now,
      random: Math.random,
      gathered: gathering(),
      addToGroup: async (call, token) => {
        isLocal ??= runsLocally(ctx.storage)
        return localRefusal(await isLocal, env) ?? addToGroup(call, { token })
      },
      lookUp,
      sendAlert,
      restored: () => {
        this.#rooms = assembleOutbox(ports)
        return this.#rooms.context.alarm.ensure()
      },
      config,
      env,
    }
    this.#rooms = assembleOutbox(ports)
  }

  /** Once this returns, every delivery of the webhook is kept, and none of them twice. */
  accept(arrival: Arrival): Promise<ArrivedItem[]> {
    return accept(this.#rooms.context, arrival)
  }

  override alarm(): Promise<void> {
    return this.#rooms.context.alarm.ring()
  }

  // What an operator may ask: one RPC target each. `outbox.groups().list(…)` is one round trip, since calls are pipelined.

  account(): AccountAdmin {
    return this.#rooms.account
  }
  backup(): BackupAdmin {
    return this.#rooms.backup
  }
  deliveries(): DeliveriesAdmin {
    return this.#rooms.deliveries
  }
  groups(): GroupsAdmin {
    return this.#rooms.groups
  }
  people(): PeopleAdmin {
    return this.#rooms.people
  }
  hooks(): HooksAdmin {
    return this.#rooms.hooks
  }
}

/**
 * Whether this is `wrangler dev` or its like: a workerd outside of Cloudflare keeps no history of its storage, and says so.
 * What is written into the bundle does not tell, since wrangler takes that from the shell's NODE_ENV.
 */
async function runsLocally(storage: DurableObjectStorage): Promise<boolean> {
  try {
    await storage.getBookmarkForTime(Date.now())
    return false
  } catch (error) {
    return String(error).includes('does not implement point-in-time recovery')
  }
}

/** A commit writes a page for each index, whether one arrival fills it or ten: those that came while one was written share the next. */
function gathering(): () => Promise<void> {
  let next: Promise<void> | null = null
  return () => {
    // A timer fires when everything that has come in was worked on.
    next ??= scheduler.wait(0).then(() => {
      next = null
    })
    return next
  }
}
