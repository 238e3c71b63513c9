/** The least a receiver can do that loses nothing: bare, and one call of an object with one durable INSERT. */

import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'
import bare from './bare.ts'

interface FloorEnv {
  readonly WEBINAR_SECRET: string
  readonly OUTBOX: DurableObjectNamespace<Outbox>
}

export class Outbox extends DurableObject<object> {
  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS kept (seq INTEGER PRIMARY KEY, body TEXT)')
  }

  keep(body: string): void {
    this.ctx.storage.sql.exec('INSERT INTO kept (body) VALUES (?)', body)
  }
}

const app = new Hono<{ Bindings: FloorEnv }>()
app.post('/hooks/webinar', async (c) => {
  const text = await c.req.raw.clone().text()
  const answer = await bare.fetch(c.req.raw, c.env)
  if (answer.status === 200) await c.env.OUTBOX.get(c.env.OUTBOX.idFromName('default')).keep(text)
  return answer
})
export default app
