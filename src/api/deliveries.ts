/** Endpoints of deliveries: looking, and every action on one of them. */

import * as v from 'valibot'
import { problemResponse } from '../lib/problem.ts'
import {
  type Action,
  actOnOne,
  BULK_ACTIONS,
  editSchema,
  IMPOSSIBLE,
  isDone,
  OUTCOMES,
  readEdit,
} from '../operator/act.ts'
import type { Admin } from '../operator/admin.ts'
import { bulkStep, forecast, forecastSchema } from '../operator/bulk.ts'
import { readStory, revealDelivery } from '../operator/deliveries.ts'
import { filterSchema } from '../operator/filter.ts'
import { listDeliveries } from '../operator/merge.ts'
import { deliverySchema, described, storySchema } from '../operator/shapes.ts'
import {
  cursorEntry,
  cursorText,
  endpointsOf,
  notPossible,
  only,
  pagingEntries,
  type Result,
  wrong,
} from './endpoint.ts'

/** Without it a delivery of which no evidence of consent is kept is answered 409. */
const agreedEntry = agreed('the person')

function agreed(who: string) {
  const description = `The operator states that ${who} agreed, which is recorded`
  return { agreed: v.optional(described(v.boolean(), description), false) }
}

/** What every action on one delivery answers. */
const acting = { answer: storySchema, problems: [409] } as const
const deliveries = endpointsOf('Deliveries', 'delivery')

export const deliveryEndpoints = [
  deliveries.get('/api/deliveries', 'listDeliveries', {
    summary: 'Deliveries of all accounts, newest first',
    detail:
      'A page may be short, or empty, and still have a cursor: a filter that fits little looks through so many at a time.',
    query: v.object({ ...filterSchema.entries, ...pagingEntries }),
    answer: v.object({ deliveries: v.array(deliverySchema), ...cursorEntry }),
    async run(admin, { query: { limit, cursor, ...filter } }) {
      const page = await listDeliveries(admin, filter, limit, cursor ?? null)
      return { deliveries: page.values, cursor: cursorText(page.cursor) }
    },
  }),
  deliveries.get('/api/deliveries/:id', 'getDelivery', {
    summary: 'One delivery and everything that happened to it',
    answer: storySchema,
    run: (admin, { id }) => readStory(admin, id),
  }),
  deliveries.post('/api/deliveries/:id/retry', 'retryDelivery', {
    ...acting,
    summary: 'Send it again, exactly as it was or mapped with today’s config',
    detail:
      'With `fields` the answers named there are changed before it is mapped; the answer about consent is not.',
    body: v.object({
      mode: v.picklist(['exact', 'remap']),
      fields: v.optional(
        described(
          v.record(v.string(), v.string()),
          'New answers by their fields, for `remap`: { "cohort": "June" }',
        ),
      ),
      ...agreedEntry,
    }),
    run(admin, { id, body: { mode, fields: answers, agreed } }) {
      if (answers === undefined) return acted(admin, id, { kind: mode, agreed })
      return mode === 'exact'
        ? wrong('fields', 'can be changed with mode remap only')
        : acted(admin, id, { kind: mode, agreed, answers })
    },
  }),
  deliveries.post('/api/deliveries/:id/release', 'releaseDelivery', {
    ...acting,
    summary: 'Send a held one as it is',
    detail: 'On the operator’s word that the name or group is right.',
    body: v.optional(only(agreedEntry), {}),
    run: (admin, { id, body: { agreed } }) => acted(admin, id, { kind: 'release', agreed }),
  }),
  deliveries.post('/api/deliveries/:id/create', 'createGroupOfDelivery', {
    ...acting,
    summary: 'Let it create its group, which EazyBe does not find, and send it',
    body: v.optional(only(agreedEntry), {}),
    run: (admin, { id, body: { agreed } }) => acted(admin, id, { kind: 'create', agreed }),
  }),
  deliveries.post('/api/deliveries/:id/edit', 'editDelivery', {
    ...acting,
    summary: 'Change its people or its group, and send it',
    body: only({ ...editSchema.entries, ...agreedEntry }),
    run(admin, { id, body: { agreed, ...body } }) {
      const edit = readEdit(body, agreed)
      return 'issues' in edit
        ? problemResponse({ reason: 'bad_request', issues: edit.issues })
        : acted(admin, id, edit)
    },
  }),
  deliveries.post('/api/deliveries/:id/discard', 'discardDelivery', {
    ...acting,
    summary: 'Never send it',
    run: (admin, { id }) => acted(admin, id, { kind: 'discard' }),
  }),
  deliveries.post('/api/deliveries/:id/reveal', 'revealDelivery', {
    ...acting,
    summary: 'Its numbers in full; the audit log says who asked',
    answer: v.object({ contacts: v.array(v.string()), fields: v.unknown() }),
    async run(admin, { id }) {
      const revealed = await revealDelivery(admin, id)
      return revealed === 'gone' ? notPossible(IMPOSSIBLE.fields_gone) : revealed
    },
  }),
]

async function acted(admin: Admin, id: string, action: Action): Promise<Result> {
  const outcome = await actOnOne(admin, id, action)
  if (outcome === 'not_found') return outcome
  if (isDone(outcome)) return readStory(admin, id)
  return notPossible(IMPOSSIBLE[outcome])
}

const outcomes = described(
  v.record(v.picklist(OUTCOMES), v.number()),
  'How many deliveries of this step came out how',
)

export const bulkEndpoints = [
  deliveries.post('/api/bulk', 'bulk', {
    summary: 'One action on every delivery that fits a filter',
    detail:
      'With `dryRun` it says what would come of it, and does nothing. Without, it does one step and answers a `cursor`: post the same again with it until it is null.',
    body: only({
      filter: only(filterSchema.entries),
      action: v.picklist(BULK_ACTIONS),
      ...agreed('all these people'),
      dryRun: v.optional(v.boolean(), false),
      cursor: pagingEntries.cursor,
    }),
    answer: v.union([forecastSchema, v.object({ outcomes, ...cursorEntry })]),
    async run(admin, { body: { filter, action, agreed, dryRun, cursor } }) {
      if (dryRun) return forecast(admin, filter, action)
      const step = await bulkStep(admin, filter, action, cursor ?? null, agreed)
      return { outcomes: step.outcomes, cursor: cursorText(step.cursor) }
    },
  }),
]
