/** `/api`, `/openapi.json` and `/metrics`: what the console shows and does, for programs. */

import { Hono } from 'hono'
import type { Config } from '../define-config.ts'
import { type Dispatch, deskOf, type OperatorContext, type OperatorEnv } from '../operator/desk.ts'
import { admit, bounded, refuse } from '../operator/guard.ts'
import { endpoints } from './endpoints.ts'
import { metrics } from './metrics.ts'
import { openApi } from './openapi.ts'

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The API over a config's accounts. */
export function api(config: Config, dispatch: Dispatch): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  // It tells of the API, and nothing of who uses it.
  app.get('/openapi.json', (c) => c.json(openApi(), 200, { 'cache-control': 'no-cache' }))
  app.route('/', guarded(config, dispatch))
  return app
}

function guarded(config: Config, dispatch: Dispatch): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  for (const path of ['/api/*', '/metrics']) {
    app.use(path, async (c, next) => {
      const admitted = await admit(c)
      if ('refusal' in admitted) return refuse(admitted.refusal)
      c.set('desk', deskOf(c, config, dispatch, admitted.identity.actor))
      c.header('cache-control', 'no-store')
      return next()
    })
    app.use(path, bounded())
  }
  app.get('/metrics', async (c) =>
    c.text(await metrics(c.get('desk')), 200, { 'content-type': METRICS_TYPE }),
  )
  for (const endpoint of endpoints) {
    app.on(endpoint.method.toUpperCase(), endpoint.path, async (c) =>
      endpoint.respond(c.get('desk'), {
        id: c.req.param('id') ?? '',
        query: c.req.query(),
        body: endpoint.body === null ? undefined : await jsonOf(c),
      }),
    )
  }
  return app
}

/** The body, whatever its content type says; undefined where it is no JSON. */
function jsonOf(c: OperatorContext): Promise<unknown> {
  return c.req.json().catch(() => undefined)
}
