/** `/api`: what happened to the deliveries, and sending one again; for programs and the operator's own tools. */

import { Hono } from 'hono'
import type { Config } from '../define-config.ts'
import type { Env } from '../env.ts'
import { outboxOf } from '../env.ts'
import { adminOnly } from './admin.ts'
import { deliveryOf, noSuchDelivery } from './delivery.ts'
import { listDeliveries } from './list.ts'
import { retryDelivery } from './retry.ts'

/** The API over a config's accounts. */
export function api(config: Config): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>()
  app.use('/api/*', adminOnly())
  app.get('/api/deliveries', (c) => listDeliveries(c, config))
  app.get('/api/deliveries/:id', async (c) => {
    const id = deliveryOf(c, config)
    const story = id === null ? null : await outboxOf(c.env, id.account).story(id.seq)
    return story === null ? noSuchDelivery() : c.json(story)
  })
  app.post('/api/deliveries/:id/retry', (c) => retryDelivery(c, config))
  return app
}
