/** A bulk action: how many it would touch, then step after step with a bar. Without the script each step is a press of a button. */

import * as v from 'valibot'
import { type ActOutcome, BULK_ACTIONS, type BulkAction, OUTCOMES } from '../operator/act.ts'
import { bulkStep, type Forecast, forecast } from '../operator/bulk.ts'
import { readCursor, writeCursor } from '../operator/merge.ts'
import { Field, Hidden, Submit, Tick } from './controls.tsx'
import { type Asked, NAMES as FILTER_NAMES, LABELS, queryOf, readFilter } from './filter-form.tsx'
import type { Html, Page, Sent, Visit } from './page.ts'
import { messagePage } from './parts.tsx'
import { several } from './words.ts'

const TITLES: Readonly<Record<BulkAction, { readonly verb: string; readonly warning: string }>> = {
  release: { verb: 'Release', warning: 'Each is sent on your word that it should be.' },
  remap: {
    verb: 'Map again',
    warning:
      'Each is mapped with today’s config and sent. What was accepted before is sent again too.',
  },
  exact: { verb: 'Send exactly again', warning: 'What was accepted before is sent again too.' },
  discard: { verb: 'Discard', warning: 'They will never be sent.' },
}

const RESULTS: Readonly<Record<ActOutcome, string>> = {
  queued: 'queued',
  held: 'still held',
  discarded: 'discarded',
  skipped: 'skipped: their people asked never to be sent, or were accepted before',
  not_found: 'gone',
  nothing_kept: 'with nothing kept to send',
  not_mapped: 'to be mapped again first',
  busy: 'in a call that is under way',
  not_possible: 'left as they are: it cannot be done in their state',
  no_consent: 'left as they are: nothing shows that they agreed',
  no_longer_mapped:
    'left as they are: they were accepted, or may have been, and today’s config does not map them',
  hook_gone: 'whose hook is no longer in the config',
  fields_gone: 'whose fields are no longer kept',
  consent_kept: 'left as they are',
}

const formSchema = v.object({
  action: v.picklist(BULK_ACTIONS),
  /** The operator states that all these people agreed. */
  agreed: v.optional(v.string()),
  /** The count as the operator typed it, where no filter is set. */
  typed: v.optional(v.string()),
  /** How many there were when they were counted. */
  total: v.optional(v.pipe(v.string(), v.regex(/^\d{1,7}$/), v.toNumber()), '0'),
  cursor: v.optional(v.pipe(v.string(), v.transform(readCursor)), ''),
  done: v.optional(
    v.fallback(v.pipe(v.string(), v.parseJson(), v.record(v.picklist(OUTCOMES), v.number())), {}),
    '{}',
  ),
})

/** The count, and the button that begins. */
export async function bulkPage(visit: Visit, params: URLSearchParams): Promise<Page> {
  const { asked, filter } = readFilter(params, visit.clock)
  const form = v.safeParse(formSchema, Object.fromEntries(params))
  if (filter === null || !form.success) return senseless()
  const { action } = form.output
  const foreseen = await forecast(visit.admin, filter, action)
  const { count, more } = foreseen
  const all = Object.keys(asked).length === 0
  const { verb, warning } = TITLES[action]
  const many = `${more ? 'more than ' : ''}${several(count, 'lead')}`
  const body = (
    <div class="stack">
      <h1>{count === 0 ? 'Nothing fits' : `${verb}: ${many}`}</h1>
      <div class="card">
        <p>
          <Described asked={asked} />
        </p>
        {count > 0 && <p>{warning}</p>}
        {count > 0 && <WillHappen foreseen={foreseen} />}
        <div class="row">
          {count > 0 && (
            <form class="tall" method="post" action={`/console/bulk?${queryOf(asked)}`}>
              <Hidden values={{ action, total: count }} />
              {action !== 'discard' && (
                <Tick name="agreed">
                  All these people agreed to join. Without this, leads without kept consent are left
                  as they are. It is recorded with your name.
                </Tick>
              )}
              {all && (
                <Field
                  label={`No filter is set, so this touches every lead. Type ${count} to go on.`}
                  name="typed"
                  inputmode="numeric"
                  pattern={String(count)}
                  required
                />
              )}
              <Submit look={action === 'discard' ? 'risky' : 'main'}>{`${verb} ${many}`}</Submit>
            </form>
          )}
          <a href={`/console/deliveries?${queryOf(asked)}`}>Back to the list</a>
        </div>
      </div>
    </div>
  )
  return { title: verb, place: 'deliveries', body }
}

/** One step, and the form of the next one. */
export async function bulkForm(visit: Visit, { query, fields }: Sent): Promise<Page> {
  const { asked, filter } = readFilter(query, visit.clock)
  const form = v.safeParse(formSchema, fields)
  if (filter === null || !form.success) return senseless()
  const { action, agreed, total, cursor, done, typed } = form.output
  if (cursor === null && Object.keys(asked).length === 0 && typed !== String(total)) {
    const text = `Nothing was done: no filter is set, so type ${total}, the number of leads, to go on.`
    return messagePage('Every lead would be touched', text, 409)
  }
  const step = await bulkStep(visit.admin, filter, action, cursor, agreed === 'yes')
  const sums: Partial<Record<ActOutcome, number>> = { ...done }
  for (const outcome of OUTCOMES) {
    const more = step.outcomes[outcome] ?? 0
    if (more > 0) sums[outcome] = (sums[outcome] ?? 0) + more
  }
  const count = Object.values(sums).reduce((sum, some) => sum + some, 0)
  const ended = step.cursor === null
  const { verb } = TITLES[action]
  const body = (
    <div class="stack">
      <h1>{ended ? `${verb}: done` : `${verb} …`}</h1>
      <div class="card">
        <progress
          aria-label="Progress"
          max={Math.max(total, count, 1)}
          value={ended ? Math.max(total, count, 1) : count}
        />
        <p role="status">{`${several(count, 'lead')} of ${Math.max(total, count)}`}</p>
        <ul>
          {OUTCOMES.filter((outcome) => sums[outcome] !== undefined).map((outcome) => (
            <li>{`${sums[outcome]} ${RESULTS[outcome]}`}</li>
          ))}
        </ul>
        {step.cursor === null ? (
          <p>
            <a href={`/console/deliveries?${queryOf(asked)}`}>Back to the list</a>
          </p>
        ) : (
          <div class="row">
            <form method="post" action={`/console/bulk?${queryOf(asked)}`} data-go-on>
              <Hidden
                values={{
                  action,
                  total,
                  ...(agreed === 'yes' && { agreed }),
                  cursor: writeCursor(step.cursor),
                  done: JSON.stringify(sums),
                }}
              />
              <Submit look="main">Go on</Submit>
            </form>
            <a class="button" href={`/console/deliveries?${queryOf(asked)}`}>
              Stop here
            </a>
          </div>
        )}
      </div>
    </div>
  )
  return { title: verb, place: 'deliveries', body }
}

const FORESEEN: Readonly<Record<keyof Forecast['outcomes'], string>> = {
  ...RESULTS,
  queued: 'will be queued and sent',
  if_agreed:
    'will be sent only if you state below that they agreed; else they are left as they are',
  discarded: 'will be discarded',
  skipped: 'will be skipped: their people asked never to be sent',
  held: 'stay held',
  not_mapped: 'are left as they are: no group and number have been read from them yet',
  nothing_kept: 'are left as they are: their numbers are no longer kept',
  busy: 'are left as they are: a call with them is under way',
  not_possible: 'are left as they are: it cannot be done in their state',
  hook_gone: 'are left as they are: their hook is no longer in the config',
  fields_gone: 'are left as they are: what was sent is no longer kept',
  no_longer_mapped: 'are left as they are: they were accepted, or may have been, and do not map',
  not_known: 'are looked at when their turn comes: their sender is asked first',
}

/** What would happen to how many. */
function WillHappen({ foreseen: { count, tried, outcomes, held } }: { foreseen: Forecast }): Html {
  const counts: ReadonlyMap<string, number> = new Map(Object.entries(outcomes))
  return (
    <div class="stack" id="will-happen">
      {tried < count && <p>{`The newest ${several(tried, 'lead')} were tried. Of these:`}</p>}
      <ul>
        {Object.entries(FORESEEN).map(
          ([outcome, what]) =>
            counts.has(outcome) && (
              <li>
                <strong>{counts.get(outcome)}</strong> {what}
                {outcome === 'held' && (
                  <span>
                    {': '}
                    {Object.entries(held)
                      .map(([reason, some]) => `${some} for ${reason}`)
                      .join(', ')}
                  </span>
                )}
              </li>
            ),
        )}
      </ul>
    </div>
  )
}

function Described({ asked }: { asked: Asked }): Html {
  const entries = FILTER_NAMES.flatMap((name) => {
    const value = asked[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  if (entries.length === 0) return <span>All deliveries there are.</span>
  return (
    <span>
      Those with{' '}
      {entries.map(([name, value], index) => (
        <span>
          {index > 0 ? ', ' : ''}
          {LABELS[name]} <q>{value}</q>
        </span>
      ))}
      .
    </span>
  )
}

function senseless(): Page {
  return messagePage('That cannot be done', 'Go back to the list and choose again.', 400)
}
