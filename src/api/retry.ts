/** `POST /api/deliveries/:id/retry`: sends a delivery again, exactly as it was or mapped with today's config. */

import * as v from 'valibot'
import type { Config } from '../define-config.ts'
import type { Env } from '../env.ts'
import { outboxOf } from '../env.ts'
import type { Hook } from '../hook.ts'
import { issuesOf } from '../issues.ts'
import { log } from '../log.ts'
import { awaited, wholeFields } from '../look-up.ts'
import { isWanted, mapFields, readSubmissions } from '../map.ts'
import type { HoldReason, Mapped } from '../outbox/arrival.ts'
import type { ActResult, Kept, Remapped } from '../outbox/operator.ts'
import type { Issue } from '../problem.ts'
import { problemResponse } from '../problem.ts'
import type { ApiContext } from './delivery.ts'
import { deliveryOf, noSuchDelivery } from './delivery.ts'

const bodySchema = v.object({ mode: v.picklist(['exact', 'remap']) })

const NO_LONGER_MAPPED = 'It was accepted before, and today’s config does not map it.'
/** Why nothing was sent again, for its operator. */
const IMPOSSIBLE: Readonly<
  Record<Exclude<ActResult, 'queued' | 'held' | 'discarded' | 'not_found'>, string>
> = {
  busy: 'A call with this delivery is under way.',
  nothing_kept: 'Its numbers are no longer kept.',
  not_mapped: 'There is nothing to send exactly: map it again with today’s config.',
  not_possible: 'It is not in a state for that.',
}

/** The delivery as it is then, or a problem. */
export async function retryDelivery(c: ApiContext, config: Config): Promise<Response> {
  const body = v.safeParse(bodySchema, await c.req.json().catch(() => undefined))
  if (!body.success) {
    return problemResponse({ reason: 'bad_request', issues: issuesOf(body.issues) })
  }
  const id = deliveryOf(c, config)
  if (id === null) return noSuchDelivery()
  const outbox = outboxOf(c.env, id.account)
  const kept = await outbox.kept(id.seq)
  if (kept === null) return noSuchDelivery()

  const remapped = body.output.mode === 'remap' ? await remap(config, kept, c.env) : null
  if (remapped === 'gone') return impossible('The hook is no longer in the config.')
  if (remapped === 'deleted') return impossible('What was sent is no longer kept.')
  const result = await outbox.retry(id.seq, remapped, 'api')
  log('api.retry', { delivery: c.req.param('id'), mode: body.output.mode, result })
  if (result === 'not_found') return noSuchDelivery()
  if (result !== 'queued' && result !== 'held' && result !== 'discarded') {
    return impossible(
      result === 'not_mapped' && remapped !== null ? NO_LONGER_MAPPED : IMPOSSIBLE[result],
    )
  }
  const story = await outbox.story(id.seq)
  return story === null ? noSuchDelivery() : c.json(story)
}

async function remap(
  config: Config,
  { hook: name, fields, unread }: Kept,
  env: Env,
): Promise<Remapped | 'gone' | 'deleted'> {
  const hook = Object.hasOwn(config.hooks, name) ? config.hooks[name] : undefined
  if (hook === undefined) return 'gone'
  if (fields === null) return 'deleted'
  const kept: unknown = JSON.parse(fields)
  const ids = awaited(kept)
  if (unread && ids === null) return readAgain(name, hook, env, kept)
  const whole = await wholeFields(name, hook, env, ids === null ? kept : ids.fields)
  if (whole.ok) {
    const mapped = mapFields(hook, whole.fields, Date.now())
    return { mapped, fields: JSON.stringify(whole.fields) }
  }
  // Fields that were looked up once are no body to be read, whatever the vendor says today.
  return { mapped: held(ids === null ? 'mapping' : 'payload', whole.issues), fields }
}

/** A body that its source could not read when it came: today's source may. It is one delivery, so it must hold one event. */
async function readAgain(name: string, hook: Hook, env: Env, body: unknown): Promise<Remapped> {
  const fields = JSON.stringify(body)
  const reading = readSubmissions(hook, body, new Headers())
  if ('issues' in reading) return { mapped: held('payload', reading.issues), fields }
  const wanted = reading.submissions.filter(
    (submission) =>
      submission.skip === undefined &&
      (hook.source.lookUp !== undefined || isWanted(hook, submission.fields)),
  )
  const [only] = wanted
  if (only === undefined || wanted.length > 1) {
    const message = `holds ${wanted.length} events for this hook: ask the sender to send it again`
    return { mapped: held('payload', [{ path: '', message }]), fields }
  }
  // Until it is mapped it stays the body that it was.
  const whole = await wholeFields(name, hook, env, only.fields)
  if (!whole.ok) return { mapped: held('payload', whole.issues), fields }
  const mapped = mapFields(hook, whole.fields, Date.now())
  return mapped.kind === 'held'
    ? { mapped: held('payload', mapped.issues), fields }
    : { mapped, fields: JSON.stringify(whole.fields) }
}

function held(reason: HoldReason, issues: readonly Issue[]): Mapped {
  return { kind: 'held', reason, issues }
}

function impossible(because: string): Response {
  return problemResponse({ reason: 'not_possible', because })
}
