/** Events: what each of a history does to the world, the process, the senders and the operator. */

import type { Deployment } from './deployment.ts'
import type { Disk } from './disk.ts'
import type { Event } from './history.ts'
import { HOOK_NAMES } from './history.ts'
import { nameOf } from './names.ts'
import type { Operator } from './operator.ts'
import type { Privacy } from './privacy.ts'
import type { Process } from './process.ts'
import type { Requests } from './requests.ts'
import type { Senders } from './senders.ts'
import type { World } from './world.ts'

/** What events change. */
export interface Stage {
  readonly at: number
  readonly world: World
  readonly disk: Disk
  readonly deployment: Deployment
  readonly process: Process
  readonly requests: Requests
  readonly senders: Senders
  readonly operator: Operator
  readonly privacy: Privacy
  /** The config is another, or the clock of the process was set back. */
  changed(clockBackMs: number): void
  alertsFail(untilAt: number): void
}

/** Lets an event happen. */
export async function happen(stage: Stage, event: Event): Promise<void> {
  const { at, deployment, disk, operator, privacy, process, requests, senders, world } = stage
  // The sandbox tries again a thousand times as often.
  const until = 'forMs' in event ? at + event.forMs * deployment.pace.waitScale : 0
  switch (event.kind) {
    case 'webhook':
      return senders.webhook(event)
    case 'burst':
      return senders.burst(event)
    case 'again':
      return senders.again(event)
    case 'lookUps':
      senders.failing = { until, oneIn: event.oneIn }
      return
    case 'alerts':
      return stage.alertsFail(at + event.forMs)
    case 'trouble':
      world.phases.push({ trouble: event.trouble, oneIn: event.oneIn, until })
      return
    case 'outage':
      world.outage = { answers: event.answers, until }
      return
    case 'lag':
      world.lagMs = event.ms
      return
    case 'limit':
      world.createLimit = event.creations
      return
    case 'bad':
      world[event.how].add(event.person)
      return
    case 'phone':
      return world.onPhone(event.does, nameOf(event.group))
    case 'crash':
      process.crashAfter = event.steps
      return
    case 'crashInCall':
      requests.crashAt = event.when
      return
    case 'exceptions':
      process.exceptions = { after: event.steps, times: event.times }
      return
    case 'evict':
      return process.evict()
    case 'ring':
      if (process.running) return
      disk.alarmAt = process.wall
      return process.ring()
    case 'sleep':
      return process.sleep(event.ms)
    case 'clockBack':
      return stage.changed(event.ms)
    case 'config':
      deployment.setAccount(event.account, at)
      process.deploy()
      return stage.changed(0)
    case 'capacity':
      deployment.setCapacity(event.hook, event.capacity, at)
      process.deploy()
      return stage.changed(0)
    case 'token':
      deployment.setToken(event.token)
      if (event.refused && deployment.token !== null) world.refusedTokens.add(deployment.token)
      return process.deploy()
    case 'view':
      return operator.view(event.what, event.nth)
    case 'forged':
      await process.ask(({ hooks }) =>
        hooks.refused(HOOK_NAMES[event.hook], event.count, 'mismatch'),
      )
      return
    case 'retry':
      return operator.retry(event)
    case 'act':
      return operator.act(event)
    case 'group':
      return operator.group(event)
    case 'suppress':
    case 'unsuppress':
      return privacy.suppress(event)
    case 'erase':
      return privacy.erase(event)
    case 'pause':
      return operator.pause(event.on)
  }
}
