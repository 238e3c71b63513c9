/** What an operator does about one delivery, or a list of them: one way for the console's buttons, the API and bulk actions. */

import { log } from '../lib/log.ts'
import type { ActResult, DeliveryAction } from '../outbox/admin/act.ts'
import type { Answers } from './answers.ts'
import { type Desk, hookOf, type Place } from './desk.ts'
import { remap } from './remap.ts'

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

/** What came of it; the last three are of mapping again. */
export type ActOutcome =
  | ActResult
  | 'no_longer_mapped'
  | 'hook_gone'
  | 'fields_gone'
  | 'consent_kept'

export const OUTCOMES = [
  'queued',
  'held',
  'discarded',
  'skipped',
  'not_found',
  'nothing_kept',
  'not_mapped',
  'busy',
  'not_possible',
  'no_consent',
  'no_longer_mapped',
  'hook_gone',
  'fields_gone',
  'consent_kept',
] as const satisfies readonly ActOutcome[]

const DONE = ['queued', 'held', 'discarded', 'skipped'] as const
type DoneOutcome = (typeof DONE)[number]

/** Whether something came of it. */
export function isDone(outcome: ActOutcome): outcome is DoneOutcome {
  return DONE.some((one) => one === outcome)
}

/** Why nothing came of it, for its operator. */
export const IMPOSSIBLE: Readonly<Record<Exclude<ActOutcome, DoneOutcome | 'not_found'>, string>> =
  {
    busy: 'A call with this delivery is under way.',
    nothing_kept: 'Its numbers are no longer kept.',
    not_mapped:
      'No group and number have been read from it yet: map it again with today’s config, or edit it and give both.',
    not_possible: 'It is not in a state for that: it may have changed since you looked.',
    no_consent:
      'Nothing is kept that shows that the person agreed. If you know that they did, say so and try again: that is recorded with your name.',
    no_longer_mapped:
      'It was accepted, or may have been, and today’s config does not map it: it stays as it is.',
    hook_gone: 'The hook is no longer in the config.',
    fields_gone: 'What was sent is no longer kept.',
    consent_kept:
      'The answer about consent is kept as it came. If you know that the person agreed, say so instead.',
  }

/** Acts on deliveries of one outbox, in the order given. */
export async function act(
  desk: Desk,
  { outbox, account }: Pick<Place, 'outbox' | 'account'>,
  seqs: readonly number[],
  action: Action,
): Promise<readonly Done[]> {
  const outcomes: Done[] =
    action.kind === 'remap'
      ? await Promise.all(
          seqs.map((seq) => mapAgain(desk, outbox, seq, action.agreed === true, action.answers)),
        )
      : (await outbox.deliveries().act(seqs, action, desk.actor)).map(({ seq, result }) => ({
          seq,
          outcome: result,
        }))
  // One that was held for want of consent alone was never mapped: with the operator's statement it is now.
  if (action.kind === 'release') {
    for (const done of outcomes) {
      if (done.outcome !== 'not_mapped') continue
      const kept = await outbox.deliveries().kept(done.seq)
      if (kept?.held !== 'consent') continue
      done.outcome = (await mapAgain(desk, outbox, done.seq, action.agreed === true)).outcome
    }
  }
  for (const { seq, outcome } of outcomes) {
    log('operator.act', { delivery: `${account}-${seq}`, action: action.kind, outcome })
  }
  return outcomes
}

interface Done {
  readonly seq: number
  outcome: ActOutcome
}

/** Here and not in the outbox: the user's mapping is the Worker's, and may be slow or throw. */
async function mapAgain(
  { config, env, actor }: Desk,
  outbox: Place['outbox'],
  seq: number,
  agreed: boolean,
  answers: Answers = {},
): Promise<Done> {
  const kept = await outbox.deliveries().kept(seq)
  if (kept === null) return { seq, outcome: 'not_found' }
  const hook = hookOf({ config }, kept.hook)
  if (hook === null) return { seq, outcome: 'hook_gone' }
  const stated = agreed && kept.lacksConsent
  const meant = stated ? { ...hook, consent: { attested: `The operator’s word (${actor})` } } : hook
  const again = await remap(kept.hook, meant, kept, env, answers)
  if (again === 'fields_gone' || again === 'consent_kept') return { seq, outcome: again }
  const outcome = await outbox.deliveries().remap(seq, again, actor, Object.keys(answers))
  if (outcome === 'not_mapped') return { seq, outcome: 'no_longer_mapped' }
  const lacks =
    outcome === 'held' && again.mapped.kind === 'held' && again.mapped.reasons[0] === 'consent'
  return { seq, outcome: lacks ? 'no_consent' : outcome }
}
