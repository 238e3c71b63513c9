/** Maps a delivery again with today's config, from what is kept of it. */

import type { Config } from '../define-config.ts'
import type { Hook } from '../hook.ts'
import { awaited, wholeFields } from '../look-up.ts'
import { held, isForUs, mapFields, readSubmissions } from '../map.ts'
import type { Kept, Remapped } from '../outbox/operator.ts'
import { hookOf } from './desk.ts'

/** What today's config makes of it, or why it can make nothing of it. */
export async function remap(
  config: Config,
  { hook: name, fields, unread }: Kept,
  env: object,
): Promise<Remapped | 'hook_gone' | 'fields_gone'> {
  const hook = hookOf({ config }, name)
  if (hook === null) return 'hook_gone'
  if (fields === null) return 'fields_gone'
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
async function readAgain(name: string, hook: Hook, env: object, body: unknown): Promise<Remapped> {
  const fields = JSON.stringify(body)
  const reading = readSubmissions(hook, body, new Headers())
  if ('issues' in reading) return { mapped: held('payload', reading.issues), fields }
  const wanted = reading.submissions.filter((submission) => isForUs(hook, submission))
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
