/** What an operator does about one delivery, or a list of them: one way for the console’s buttons, the API and bulk actions. */

import * as v from 'valibot'
import { readJson } from '../lib/decode.ts'
import { log } from '../lib/log.ts'
import type { Issue } from '../lib/problem.ts'
import type { Hook } from '../mapping/hook.ts'
import { eachOnce, inviteSchema } from '../mapping/invite.ts'
import { issuesOf } from '../mapping/issues.ts'
import {
  type HoldReason,
  held,
  isForUs,
  type Mapped,
  mapFields,
  readSubmissions,
} from '../mapping/map.ts'
import { phone } from '../mapping/phone/index.ts'
import type { DeliveryAction, Remapped } from '../outbox/admin/act.ts'
import type { Kept } from '../outbox/admin/deliveries.ts'
import { wholeFields } from '../setup/look-up.ts'
import { type Admin, hookOf, type Place, placeOf } from './admin.ts'
import { type Answers, withAnswers } from './answers.ts'
import { described } from './shapes.ts'

/** What can be done to many at once. */
export const BULK_ACTIONS = ['exact', 'remap', 'release', 'discard'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]

export type Action =
  | DeliveryAction
  | {
      readonly kind: 'remap'
      readonly agreed?: boolean
      /** Answers in place of those that came. */
      readonly answers?: Answers
    }

const DONE = ['queued', 'held', 'discarded', 'skipped'] as const

/** Why nothing came of an action, for its operator; the last four are of mapping again. */
export const IMPOSSIBLE = {
  nothing_kept: 'Its numbers are no longer kept.',
  not_mapped:
    'No group and number have been read from it yet: map it again with today’s config, or edit it and give both.',
  busy: 'A call with this delivery is under way.',
  not_possible: 'It is not in a state for that: it may have changed since you looked.',
  no_consent:
    'Nothing is kept that shows that the person agreed. If you know that they did, say so and try again: that is recorded with your name.',
  no_longer_mapped:
    'It was accepted, or may have been, and today’s config does not map it: it stays as it is.',
  hook_gone: 'The hook is no longer in the config.',
  fields_gone: 'What was sent is no longer kept.',
  consent_kept:
    'The answer about consent is kept as it came. If you know that the person agreed, say so instead.',
} as const

type DoneOutcome = (typeof DONE)[number]
export type ActOutcome = DoneOutcome | 'not_found' | keyof typeof IMPOSSIBLE

/** What may come of an action. */
export const OUTCOMES: readonly ActOutcome[] = [
  ...DONE,
  'not_found',
  ...(Object.keys(IMPOSSIBLE) as (keyof typeof IMPOSSIBLE)[]),
]

/** Whether something came of it. */
export function isDone(outcome: ActOutcome): outcome is DoneOutcome {
  return DONE.some((one) => one === outcome)
}

/** Acts on deliveries of one outbox. Gives what came of it for each, in the order given. */
export async function act(
  admin: Admin,
  { outbox, account }: Pick<Place, 'outbox' | 'account'>,
  seqs: readonly number[],
  action: Action,
): Promise<readonly ActOutcome[]> {
  const agreed = 'agreed' in action && action.agreed === true
  const results =
    action.kind === 'remap'
      ? seqs.map(async (seq) => mapAgain(admin, outbox, seq, agreed, action.answers))
      : (await outbox.deliveries().act(seqs, action, admin.actor)).map(({ result }) => result)
  const outcomes: ActOutcome[] = await Promise.all(results)
  for (const [at, seq] of seqs.entries()) {
    // One that was held for want of consent alone was never mapped: with the operator's statement it is now.
    if (action.kind !== 'release' || outcomes[at] !== 'not_mapped') continue
    const kept = await outbox.deliveries().kept(seq)
    if (kept?.held === 'consent') outcomes[at] = await mapAgain(admin, outbox, seq, agreed)
  }
  for (const [at, outcome] of outcomes.entries()) {
    log('operator.act', { delivery: `${account}-${seqs[at]}`, action: action.kind, outcome })
  }
  return outcomes
}

/** What came of it for the delivery of this id. */
export async function actOnOne(admin: Admin, id: string, action: Action): Promise<ActOutcome> {
  const place = placeOf(admin, id)
  const [outcome] = place === null ? [] : await act(admin, place, [place.seq], action)
  return outcome ?? 'not_found'
}

/** Maps in the Worker, not in the outbox: the mapping is the user's code, and may be slow or throw. */
async function mapAgain(
  { config, env, actor }: Admin,
  outbox: Place['outbox'],
  seq: number,
  agreed: boolean,
  answers: Answers = {},
): Promise<ActOutcome> {
  const kept = await outbox.deliveries().kept(seq)
  if (kept === null) return 'not_found'
  const hook = hookOf({ config }, kept.hook)
  if (hook === null) return 'hook_gone'
  const stated = agreed && kept.lacksConsent
  const meant = stated ? { ...hook, consent: { attested: `The operator’s word (${actor})` } } : hook
  const again = await remap(kept.hook, meant, kept, env, answers)
  if (again === 'fields_gone' || again === 'consent_kept') return again
  const outcome = await outbox.deliveries().remap(seq, again, actor, Object.keys(answers))
  if (outcome === 'not_mapped') return 'no_longer_mapped'
  const lacks =
    outcome === 'held' && again.mapped.kind === 'held' && again.mapped.reasons[0] === 'consent'
  return lacks ? 'no_consent' : outcome
}

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

/** What EazyBe takes in one call. */
const MOST_CONTACTS = 50

/** What is left out stays as it is. */
export const editSchema = v.object({
  groupName: v.optional(v.string()),
  contacts: v.optional(
    described(v.array(v.string()), 'Numbers with their country code, as people write them'),
  ),
  create: v.optional(described(v.boolean(), 'Whether it may create the group')),
})

const strictSchema = v.partial(
  v.object({
    groupName: inviteSchema.entries.groupName,
    contacts: eachOnce(phone(), MOST_CONTACTS),
    create: v.boolean(),
  }),
)

/** The edit as an action, or what is wrong with it. */
export function readEdit(
  input: v.InferOutput<typeof editSchema>,
  agreed: boolean,
): Extract<DeliveryAction, { kind: 'edit' }> | { readonly issues: readonly Issue[] } {
  const read = v.safeParse(strictSchema, input)
  if (!read.success) return { issues: issuesOf(read.issues) }
  const { groupName = null, contacts = null, create = null } = read.output
  return { kind: 'edit', agreed, groupName, contacts, create }
}
