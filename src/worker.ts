/** The Worker of a config: hooks in, API and health out. */

import { Hono } from 'hono'
import { api } from './api/api.ts'
import { operatorConsole } from './console/console.ts'
import { errorText, log } from './lib/log.ts'
import { problemResponse } from './lib/problem.ts'
import { overHttps } from './operator/guard.ts'
import { receiver } from './receive/receive.ts'
import type { Config } from './setup/define-config.ts'
import type { Env } from './setup/readiness.ts'

/** Mounts the parts. */
export function worker(config: Config): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>({ strict: false })
  app.use(overHttps())
  app.get('/', (c) => c.redirect('/console'))
  app.get('/health', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }))
  app.route('/', receiver(config))
  app.route('/', api(config, app.fetch))
  app.route('/', operatorConsole(config, app.fetch))
  app.notFound(() => problemResponse({ reason: 'not_found', what: 'page' }))
  app.onError((error) => {
    log('error', { error: errorText(error) })
    return problemResponse({ reason: 'failed', because: errorText(error) })
  })
  return app
}
