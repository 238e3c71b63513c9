/** The list of deliveries: a search, a page of it, and what can be done to all that were found. */

import { listDeliveries, readCursor, writeCursor } from '../operator/merge.ts'
import type { DeliveryState } from '../outbox/model.ts'
import { Submit } from './controls.tsx'
import type { Asked } from './filter-form.tsx'
import { asWords, FilterForm, isSearch, queryOf, readFilter } from './filter-form.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Card, DeliveryTable, Empty, ErrorNotice, Heading, Pager } from './parts.tsx'
import { ACTION_LABELS, ACTIONS_OF, advice, meaning, STATES } from './words.ts'

const PER_PAGE = 20
/** Rows that a page reads: one that is left open must cost little, and a search goes on by a link. */
const SCAN = 140
/** What is offered where deliveries of all states are listed. */
const BULK_LISTED = ['release', 'remap', 'exact', 'discard'] as const

export async function deliveriesPage(visit: Visit, params: URLSearchParams): Promise<Page> {
  const { admin, clock } = visit
  const { asked, filter, mistakes } = readFilter(params, clock)
  const cursor = readCursor(params.get('cursor') ?? '')
  const page =
    filter === null
      ? { values: [], cursor: null, through: null }
      : await listDeliveries(admin, filter, PER_PAGE, cursor, SCAN)
  const state = filter?.state
  // The look ended before the page was full.
  const isShort = page.cursor !== null && page.values.length < PER_PAGE
  const body = (
    <div class="stack">
      <Heading title="Deliveries">
        {state === undefined ? (
          'Every lead that arrived, and what became of it.'
        ) : (
          <>
            <strong>{STATES[state].word}</strong>:{' '}
            {filter?.reason === undefined
              ? meaning(state, [...visit.stopped.values()][0])
              : advice(state, filter.reason)}
          </>
        )}
      </Heading>
      <FilterForm visit={visit} asked={asked} />
      {mistakes.length > 0 && <ErrorNotice title="This cannot be looked for" lines={mistakes} />}
      {asked.phoneEnd !== undefined && mistakes.length === 0 && (
        <p class="soft">
          Leads of a number that ends in {asked.phoneEnd}.{' '}
          <a href="/console/people">Everything that is known of a number</a>
          {asWords(asked) !== null && (
            <>
              {' · '}
              <a href={`/console/deliveries?${asWords(asked)}`}>
                Look for “{asked.phoneEnd}” in names and answers instead
              </a>
            </>
          )}
        </p>
      )}
      <section class="card" id="found" data-part aria-label="Found" hidden={mistakes.length > 0}>
        {page.values.length === 0 ? (
          <Nothing more={isShort} asked={asked} />
        ) : (
          <DeliveryTable deliveries={page.values} clock={clock} />
        )}
      </section>
      <Pager
        newest={cursor && `/console/deliveries?${queryOf(asked)}`}
        next={
          page.cursor &&
          `/console/deliveries?${queryOf(asked, { cursor: writeCursor(page.cursor) })}`
        }
        label={isShort ? 'Search on' : 'Older'}
      >
        {isShort && page.through !== null && (
          <span class="soft">
            Searched back to {clock.full(page.through)}. To begin further back, set “up to”.
          </span>
        )}
      </Pager>
      <ForAll asked={asked} state={state} hidden={page.values.length === 0} />
    </div>
  )
  return {
    title: 'Deliveries',
    place: 'deliveries',
    body,
    // The script must not repeat a search.
    live: cursor === null && mistakes.length === 0 && !isSearch(asked),
  }
}

function Nothing({ more, asked }: { more: boolean; asked: Asked }): Html {
  if (more)
    return <Empty title="Nothing among these">Older ones have not been looked through yet.</Empty>
  if (Object.keys(asked).length > 0) return <Empty title="Nothing fits">Try fewer filters.</Empty>
  return <Empty title="Nothing has arrived yet">The first lead will show up here by itself.</Empty>
}

/** Actions on all that fit, each of which counts first. */
function ForAll(props: { asked: Asked; state: DeliveryState | undefined; hidden: boolean }): Html {
  const { asked, state, hidden } = props
  return (
    <Card id="for-all" title="With all that fit this search" part hidden={hidden}>
      <p class="soft">
        You see how many they are before anything is done. A file has all of them; the last line of
        one that would have more than about 180,000 says how to go on.
      </p>
      <div class="row">
        {(state === undefined ? BULK_LISTED : ACTIONS_OF[state]).map((action) => (
          <a
            class={action === 'discard' ? 'button risky' : 'button'}
            href={`/console/bulk?${queryOf(asked, { action })}`}
          >
            {action === 'release' ? 'Release the held ones' : ACTION_LABELS[action]}
          </a>
        ))}
        <a class="button" href={`/console/deliveries.csv?${queryOf(asked)}`} download>
          Download as CSV
        </a>
        <form method="post" action={`/console/deliveries.csv?${queryOf(asked)}`}>
          <Submit>Download with full numbers (audited)</Submit>
        </form>
      </div>
    </Card>
  )
}
