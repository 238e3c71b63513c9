/** `POST /api/deliveries/:id/retry`: sends a delivery again, exactly as it was or mapped with today's config. */

import * as v from 'valibot'
import type { Config } from '../define-config.ts'
import { outboxOf } from '../env.ts'
import type { Hook } from '../hook.ts'
import { issuesOf } from '../issues.ts'
import { log } from '../log.ts'
import { isWanted, mapFields, readSubmissions } from '../map.ts'
import type { Mapped } from '../outbox/arrival.ts'
import type { ActResult, Kept, Remapped } from '../outbox/operator.ts'
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

  const remapped = body.output.mode === 'remap' ? remap(config, kept) : null
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

function remap(
  config: Config,
  { hook: name, fields, unread }: Kept,
): Remapped | 'gone' | 'deleted' {
  const hook = Object.hasOwn(config.hooks, name) ? config.hooks[name] : undefined
  if (hook === undefined) return 'gone'
  if (fields === null) return 'deleted'
  const kept: unknown = JSON.parse(fields)
  return unread ? readAgain(hook, kept) : { mapped: mapFields(hook, kept, Date.now()), fields }
}

/** A body that its source could not read when it came: today's source may. It is one delivery, so it must hold one event. */
function readAgain(hook: Hook, body: unknown): Remapped {
  const fields = JSON.stringify(body)
  const reading = readSubmissions(hook, body, new Headers())
  if ('issues' in reading) return { mapped: held(reading.issues), fields }
  const wanted = reading.submissions.filter(
    (submission) => submission.skip === undefined && isWanted(hook, submission.fields),
  )
  const [only] = wanted
  if (only === undefined || wanted.length > 1) {
    const message = `holds ${wanted.length} events for this hook: ask the sender to send it again`
    return { mapped: held([{ path: '', message }]), fields }
  }
  const mapped = mapFields(hook, only.fields, Date.now())
  // Until it is mapped it stays the body that it was.
  return mapped.kind === 'held'
    ? { mapped: held(mapped.issues), fields }
    : { mapped, fields: JSON.stringify(only.fields) }
}

function held(issues: Extract<Mapped, { kind: 'held' }>['issues']): Mapped {
  return { kind: 'held', reason: 'payload', issues }
}

function impossible(because: string): Response {
  return problemResponse({ reason: 'not_possible', because })
}
