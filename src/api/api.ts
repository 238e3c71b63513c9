/** `/api`, `/openapi.json` and `/metrics`: what the console shows and does, for programs. */

import { Hono } from 'hono'
import type * as v from 'valibot'
import { readJson } from '../lib/decode.ts'
import { problemResponse } from '../lib/problem.ts'
import {
  adminOf,
  type Dispatch,
  type OperatorContext,
  type OperatorEnv,
} from '../operator/admin.ts'
import { admit, bounded, refuse } from '../operator/guard.ts'
import type { Config } from '../setup/define-config.ts'
import { metrics } from './metrics.ts'
import { endpoints, openApi } from './openapi.ts'

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The API over a config's accounts. */
export function api(config: Config, dispatch: Dispatch): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  // It tells of the API, and nothing of who uses it.
  app.get('/openapi.json', (c) => c.json(openApi(), 200, { 'cache-control': 'no-cache' }))
  app.all('/openapi.json', () => notAllowed(['GET']))
  app.route('/', guarded(config, dispatch))
  return app
}

function guarded(config: Config, dispatch: Dispatch): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  for (const path of ['/api/*', '/metrics']) {
    app.use(path, async (c, next) => {
      const admitted = await admit(c, config)
      if ('refusal' in admitted) return refuse(admitted.refusal)
      c.set('admin', adminOf(c, config, dispatch, admitted.identity.actor))
      c.header('cache-control', 'no-store')
      return next()
    })
    app.use(path, bounded())
  }
  app.get('/metrics', async (c) =>
    c.text(await metrics(c.get('admin')), 200, { 'content-type': METRICS_TYPE }),
  )
  app.all('/metrics', () => notAllowed(['GET']))
  for (const endpoint of endpoints) {
    app.on(endpoint.method.toUpperCase(), endpoint.path, async (c) => {
      const body = endpoint.body === null ? undefined : await jsonOf(c, endpoint.body)
      if (body instanceof Response) return body
      const id = c.req.param('id') ?? ''
      return endpoint.respond(c.get('admin'), { id, query: givenQuery(c), body })
    })
  }
  for (const [path, some] of Map.groupBy(endpoints, (endpoint) => endpoint.path)) {
    app.all(path, () => notAllowed(some.map(({ method }) => method.toUpperCase())))
  }
  app.all('/api/*', () => problemResponse({ reason: 'not_found', what: 'endpoint' }))
  return app
}

/** What is asked for; to most clients a parameter without a value is one that is not given. */
function givenQuery(c: OperatorContext): Record<string, string> {
  return Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ''))
}

/** The body, whatever its content type says, as long as it is JSON; undefined where it may be left out, and is. */
async function jsonOf(c: OperatorContext, { type }: v.GenericSchema): Promise<unknown> {
  // Not `json()`: the runtime warns of a body that says it is a form.
  const text = new TextDecoder().decode(await c.req.arrayBuffer())
  if (text === '' && type === 'optional') return undefined
  const value = readJson(text)
  if (value !== undefined) return value
  // What curl sends unless it is told otherwise.
  const form = /\bform\b/.test(c.req.header('content-type') ?? '')
  return problemResponse(
    form
      ? { reason: 'unsupported_type', accepts: ['application/json'] }
      : { reason: 'bad_request', issues: [{ path: '', message: 'must be JSON' }] },
  )
}

function notAllowed(methods: readonly string[]): Response {
  return problemResponse({ reason: 'method_not_allowed', allow: methods.join(', ') })
}
