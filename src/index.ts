/** The entry: the user's config, the Worker over it, and the outbox object that it needs. */

import config from './config.ts'
import { OutboxObject } from './outbox/outbox.ts'
import { lookUps } from './setup/look-up.ts'
import { worker } from './worker.ts'

export class Outbox extends OutboxObject {
  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env, config, lookUps(config, env))
  }
}

export default worker(config)
