/** The endpoint of bulk actions: counted first, then step by step. */

import * as v from 'valibot'
import { BULK_ACTIONS, OUTCOMES } from '../operator/act.ts'
import { bulkStep, countDeliveries } from '../operator/bulk.ts'
import { filterSchema } from '../operator/filter.ts'
import { endpoint, none } from './endpoint.ts'
import { only } from './only.ts'
import { cursorEntry, cursorText, pagingEntries } from './schemas.ts'

const outcomes = v.pipe(
  v.record(v.picklist(OUTCOMES), v.number()),
  v.description('How many deliveries of this step came out how'),
)

export const bulkEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/bulk',
    name: 'bulk',
    tag: 'Deliveries',
    summary: 'One action on every delivery that fits a filter',
    detail:
      'With `dryRun` it only counts. Without, it does one step and answers a `cursor`: post the same again with it until it is null.',
    query: none,
    body: only({
      filter: only(filterSchema.entries),
      action: v.picklist(BULK_ACTIONS),
      agreed: v.optional(
        v.pipe(
          v.boolean(),
          v.description('The operator states that all these people agreed, which is recorded'),
        ),
        false,
      ),
      dryRun: v.optional(v.boolean(), false),
      cursor: pagingEntries.cursor,
    }),
    answer: v.union([
      v.object({
        count: v.number(),
        more: v.pipe(v.boolean(), v.description('True where there are more than were counted')),
      }),
      v.object({ outcomes, ...cursorEntry }),
    ]),
    async run(desk, { body: { filter, action, agreed, dryRun, cursor } }) {
      if (dryRun) return countDeliveries(desk, filter)
      const step = await bulkStep(desk, filter, action, cursor ?? null, agreed)
      return { outcomes: step.outcomes, cursor: cursorText(step.cursor) }
    },
  }),
]
