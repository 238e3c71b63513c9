/** The least a webhook receiver can do: read the body, verify its HMAC, answer. Nothing is kept. */

import { Hono } from 'hono'
import { typeform } from '../../src/sources/typeform.ts'

interface BareEnv {
  readonly WEBINAR_SECRET: string
}

const app = new Hono<{ Bindings: BareEnv }>()
app.post('/hooks/webinar', async (c) => {
  const body = new Uint8Array(await c.req.arrayBuffer())
  const { method, url, raw } = c.req
  const incoming = { method, url, headers: raw.headers, body, urlSecret: null, now: Date.now() }
  const verdict = await typeform.scheme.verify(incoming, [c.env.WEBINAR_SECRET])
  return c.json({ status: 'queued' }, verdict.ok ? 200 : 401)
})
export default app
