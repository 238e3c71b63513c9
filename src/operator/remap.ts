/** Maps a delivery again with today's config, from what is kept of it. */

import { readJson } from '../lib/decode.ts'
import type { Hook } from '../mapping/hook.ts'
import type { HoldReason, Mapped } from '../mapping/map.ts'
import { held, isForUs, mapFields, readSubmissions } from '../mapping/map.ts'
import type { Remapped } from '../outbox/admin/act.ts'
import type { Kept } from '../outbox/admin/deliveries.ts'
import { wholeFields } from '../setup/look-up.ts'
import { type Answers, withAnswers } from './answers.ts'

/** What today's hook makes of a delivery, or why it can make nothing of it. */
export async function remap(
  name: string,
  hook: Hook,
  { fields, unread }: Kept,
  env: object,
  answers: Answers = {},
): Promise<Remapped | 'fields_gone' | 'consent_kept'> {
  const kept = fields === null ? undefined : readJson(fields)
  if (fields === null || kept === undefined) return 'fields_gone'
  if (unread) return readAgain(name, hook, env, kept)
  // A sender that is asked for the rest is asked again: what was wrong may be mended there.
  const whole = await wholeFields(name, hook, env, kept)
  if (!whole.ok) return { mapped: heldFor('look-up', whole.message), fields }
  if (whole.skip) return { mapped: heldFor('mapping', whole.skip), fields }
  const changed = withAnswers(hook, whole.fields, answers)
  if (changed === null) return 'consent_kept'
  return { mapped: mapFields(hook, changed, Date.now()), fields: JSON.stringify(changed) }
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
    return { mapped: heldFor('payload', message), fields }
  }
  // Until it is mapped it stays the body that it was.
  const whole = await wholeFields(name, hook, env, only.fields)
  if (!whole.ok) return { mapped: heldFor('payload', whole.message), fields }
  const mapped = mapFields(hook, whole.fields, Date.now())
  return mapped.kind === 'held'
    ? { mapped: { ...mapped, reasons: ['payload'] }, fields }
    : { mapped, fields: JSON.stringify(whole.fields) }
}

function heldFor(reason: HoldReason, message: string): Mapped {
  return held(reason, [{ path: '', message }])
}
