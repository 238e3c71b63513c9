/** What an operator does about one delivery, or a list of them: one way for the console's buttons, the API and bulk actions. */

import { log } from '../log.ts'
import type { ActResult, DeliveryAction } from '../outbox/operator.ts'
import { type Desk, hookOf, type Place } from './desk.ts'
import { remap } from './remap.ts'

/** What can be done to many at once. */
export const BULK_ACTIONS = ['exact', 'remap', 'release', 'discard'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]

export type Action = DeliveryAction | { readonly kind: 'remap' }

/** What came of it; the last three are of mapping again. */
export type Outcome =
  | ActResult
  | 'consent_not_meant'
  | 'no_longer_mapped'
  | 'hook_gone'
  | 'fields_gone'

export const OUTCOMES = [
  'queued',
  'held',
  'discarded',
  'not_found',
  'nothing_kept',
  'not_mapped',
  'busy',
  'not_possible',
  'consent_not_meant',
  'no_longer_mapped',
  'hook_gone',
  'fields_gone',
] as const satisfies readonly Outcome[]

/** Why nothing came of it, for its operator. */
export const IMPOSSIBLE: Readonly<
  Record<Exclude<Outcome, 'queued' | 'held' | 'discarded' | 'not_found'>, string>
> = {
  busy: 'A call with this delivery is under way.',
  nothing_kept: 'Its numbers are no longer kept.',
  not_mapped:
    'No group and number have been read from it yet: map it again with today’s config, or edit it and give both.',
  not_possible: 'It is not in a state for that: it may have changed since you looked.',
  consent_not_meant:
    'They did not agree, or were not asked: only a release of the reason “consent” takes your word for it.',
  no_longer_mapped:
    'It was accepted, or may have been, and today’s config does not map it: it stays as it is.',
  hook_gone: 'The hook is no longer in the config.',
  fields_gone: 'What was sent is no longer kept.',
}

/** Acts on deliveries of one outbox, in the order given. `mayWaive`: whether a release is also the word that people agreed. */
export async function act(
  desk: Desk,
  { outbox, account }: Pick<Place, 'outbox' | 'account'>,
  seqs: readonly number[],
  action: Action,
  mayWaive = true,
): Promise<readonly Done[]> {
  const outcomes: Done[] =
    action.kind === 'remap'
      ? await mapAgain(desk, outbox, seqs)
      : (await outbox.act(seqs, action, desk.actor)).map(({ seq, result }) => ({
          seq,
          outcome: result,
        }))
  if (action.kind === 'release') await releaseUnmapped(desk, outbox, outcomes, mayWaive)
  for (const { seq, outcome } of outcomes) {
    log('operator.act', { delivery: `${account}-${seq}`, action: action.kind, outcome })
  }
  return outcomes
}

interface Done {
  readonly seq: number
  outcome: Outcome
}

/** Here and not in the outbox: the user's mapping is the Worker's, and may be slow or throw. */
async function mapAgain(
  { config, env, actor }: Desk,
  outbox: Place['outbox'],
  seqs: readonly number[],
): Promise<Done[]> {
  const outcomes: Done[] = []
  for (const seq of seqs) {
    const kept = await outbox.kept(seq)
    const again = kept === null ? 'not_found' : await remap(config, kept, env)
    const outcome = typeof again === 'string' ? again : await outbox.retry(seq, again, actor)
    outcomes.push({ seq, outcome: outcome === 'not_mapped' ? 'no_longer_mapped' : outcome })
  }
  return outcomes
}

/** One that was held for want of consent was never mapped: on the operator's word that the person agreed, it is now. */
async function releaseUnmapped(
  { config, env, actor }: Desk,
  outbox: Place['outbox'],
  outcomes: readonly Done[],
  mayWaive: boolean,
): Promise<void> {
  for (const done of outcomes.filter(({ outcome }) => outcome === 'not_mapped')) {
    const kept = await outbox.kept(done.seq)
    const reason = (await outbox.story(done.seq))?.reason
    const hook = kept && hookOf({ config }, kept.hook)
    if (kept === null || hook === null || reason !== 'consent') continue
    if (!mayWaive) {
      done.outcome = 'consent_not_meant'
      continue
    }
    const agreed = { ...hook, consent: { attested: `The operator’s word (${actor})` } }
    const hooks = { ...config.hooks, [kept.hook]: agreed }
    const again = await remap({ ...config, hooks }, kept, env)
    done.outcome = typeof again === 'string' ? again : await outbox.retry(done.seq, again, actor)
  }
}
