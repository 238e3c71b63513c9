/** `/api`: what happened to the deliveries, and sending one again; for programs and the operator's own tools. */

import type { Context } from 'hono'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Config } from '../define-config.ts'
import type { Env } from '../env.ts'
import { outboxOf } from '../env.ts'
import { issuesOf } from '../issues.ts'
import { log } from '../log.ts'
import { mapFields } from '../map.ts'
import type { Mapped } from '../outbox/arrival.ts'
import { readDeliveryId } from '../outbox/delivery-id.ts'
import type { DeliveryView } from '../outbox/reader.ts'
import { MOST_PER_PAGE } from '../outbox/reader.ts'
import { DELIVERY_STATES } from '../outbox/state.ts'
import { problemResponse } from '../problem.ts'
import { adminOnly } from './admin.ts'
import type { Cursor } from './cursor.ts'
import { readCursor, writeCursor } from './cursor.ts'

const DEFAULT_PER_PAGE = 50

const listSchema = v.object({
  state: v.optional(v.picklist(DELIVERY_STATES)),
  hook: v.optional(v.string()),
  group: v.optional(v.string()),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/),
      v.toNumber(),
      v.minValue(1),
      v.maxValue(MOST_PER_PAGE),
    ),
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.transform(readCursor),
      v.check((cursor) => cursor !== null, 'is not a cursor of this list'),
    ),
  ),
})

const retrySchema = v.object({ mode: v.picklist(['exact', 'remap']) })

type ApiContext = Context<{ Bindings: Env }>

/** The API over a config's accounts. */
export function api(config: Config): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>()
  app.use('/api/*', adminOnly())
  app.get('/api/deliveries', (c) => list(c, config))
  app.get('/api/deliveries/:id', async (c) => {
    const id = readId(c, config)
    const story = id === null ? null : await outboxOf(c.env, id.account).story(id.seq)
    return story === null ? notFound() : c.json(story)
  })
  app.post('/api/deliveries/:id/retry', (c) => retry(c, config))
  return app
}

async function list(c: ApiContext, config: Config): Promise<Response> {
  const query = v.safeParse(listSchema, c.req.query())
  if (!query.success) {
    return problemResponse({ reason: 'bad_request', issues: issuesOf(query.issues) })
  }
  const { state = null, hook = null, group = null, limit = DEFAULT_PER_PAGE, cursor } = query.output
  const accounts = Object.keys(config.accounts).filter((account) => cursor?.[account] !== null)
  const pages = await Promise.all(
    accounts.map(async (account) => {
      const before = cursor?.[account] ?? null
      const page = await outboxOf(c.env, account).list({ state, hook, group, limit, before })
      return { account, before, page }
    }),
  )
  const shown = pages
    .flatMap(({ page }) => placed(page.deliveries))
    .toSorted((one, other) => other.place.localeCompare(one.place))
    .map(({ delivery }) => delivery)
    .slice(0, limit)
  const next: Cursor = Object.fromEntries(
    pages.map(({ account, before, page }) => [account, nextBefore(account, before, page, shown)]),
  )
  const more = Object.values(next).some((before) => before !== null)
  return c.json({ deliveries: shown, cursor: more ? writeCursor(closed(config, next)) : null })
}

/** By when they came, but an account's own order stands although its clock was set back: its cursor counts on it. */
function placed(deliveries: readonly DeliveryView[]): { delivery: DeliveryView; place: string }[] {
  let place = deliveries[0]?.receivedAt ?? ''
  return deliveries.map((delivery) => {
    if (delivery.receivedAt < place) place = delivery.receivedAt
    return { delivery, place }
  })
}

/** Where an account's next page begins: behind its last delivery shown, or where its own page ended. */
function nextBefore(
  account: string,
  before: number | null,
  page: { deliveries: readonly DeliveryView[]; before: number | null },
  shown: readonly DeliveryView[],
): number | null {
  const mine = shown.filter((delivery) => delivery.account === account)
  if (mine.length === page.deliveries.length) return page.before
  // Where nothing of it fitted it begins as it would have now, and not with what comes meanwhile.
  const last = mine.at(-1)
  if (last !== undefined) return readDeliveryId(last.id)?.seq ?? null
  const first = readDeliveryId(page.deliveries[0]?.id ?? '')
  return first === null ? before : first.seq + 1
}

/** Accounts that were read to their end stay so. */
function closed(config: Config, next: Cursor): Cursor {
  return {
    ...Object.fromEntries(Object.keys(config.accounts).map((name) => [name, null])),
    ...next,
  }
}

async function retry(c: ApiContext, config: Config): Promise<Response> {
  const body = v.safeParse(retrySchema, await c.req.json().catch(() => undefined))
  if (!body.success) {
    return problemResponse({ reason: 'bad_request', issues: issuesOf(body.issues) })
  }
  const id = readId(c, config)
  const outbox = id === null ? null : outboxOf(c.env, id.account)
  const kept = id === null ? null : await outbox?.kept(id.seq)
  if (id === null || outbox === null || !kept) return notFound()

  const mapped = body.output.mode === 'remap' ? remap(config, kept) : null
  if (mapped === 'gone') return impossible('The hook is no longer in the config.')
  if (mapped === 'deleted') return impossible('What was sent is no longer kept.')
  const result = await outbox.retry(id.seq, mapped)
  log('api.retry', { delivery: c.req.param('id'), mode: body.output.mode, result })
  if (result === 'not_found') return notFound()
  if (result === 'busy') return impossible('A call with this delivery is under way.')
  if (result === 'nothing_kept') {
    return impossible('There is nothing to send exactly: map it again with today’s config.')
  }
  const story = await outbox.story(id.seq)
  return story === null ? notFound() : c.json(story)
}

function remap(
  config: Config,
  kept: { hook: string; fields: string | null },
): Mapped | 'gone' | 'deleted' {
  const hook = Object.hasOwn(config.hooks, kept.hook) ? config.hooks[kept.hook] : undefined
  if (hook === undefined) return 'gone'
  if (kept.fields === null) return 'deleted'
  return mapFields(hook, JSON.parse(kept.fields), Date.now())
}

function readId(c: ApiContext, config: Config): { account: string; seq: number } | null {
  const id = readDeliveryId(c.req.param('id') ?? '')
  return id !== null && Object.hasOwn(config.accounts, id.account) ? id : null
}

function notFound(): Response {
  return problemResponse({ reason: 'not_found', what: 'delivery' })
}

function impossible(because: string): Response {
  return problemResponse({ reason: 'not_possible', because })
}
