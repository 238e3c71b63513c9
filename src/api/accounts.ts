/** Endpoints of EazyBe accounts: what each is doing, stopping and starting it, and the record of what operators did. */

import * as v from 'valibot'
import { exportPage, importPiece, overviews, setPaused } from '../operator/accounts.ts'
import type { Admin } from '../operator/admin.ts'
import { auditLog } from '../operator/merge.ts'
import { accountSchema, auditSchema } from '../operator/shapes.ts'
import {
  cursorEntry,
  cursorText,
  endpointsOf,
  notPossible,
  only,
  pagingEntries,
} from './endpoint.ts'

const accountsSchema = v.object({ accounts: v.array(accountSchema) })
const accounts = endpointsOf('Accounts', 'account')

export const accountEndpoints = [
  accounts.get('/api/accounts', 'listAccounts', {
    summary: 'Every account: whether it works, what waits, and the last 24 hours',
    answer: accountsSchema,
    run: async (admin) => ({ accounts: await overviews(admin) }),
  }),
  accounts.post('/api/accounts/:id/pause', 'pauseAccount', {
    answer: accountsSchema,
    summary: 'Make no more calls for this account until it is resumed; leads are still taken in',
    run: (admin, { id }) => paused(admin, id, true),
  }),
  accounts.post('/api/accounts/:id/resume', 'resumeAccount', {
    answer: accountsSchema,
    summary: 'Go on making calls',
    run: (admin, { id }) => paused(admin, id, false),
  }),
  accounts.post('/api/accounts/:id/export', 'exportAccount', {
    summary: 'A page of a copy of the account’s outbox, with numbers in full',
    detail:
      'The pages’ texts make one file, a line of JSON for each row. Post the `cursor` for the next page until it is null. All pages show one moment: where something was written meanwhile the answer is 409, and the copy must begin anew. The audit log says who asked.',
    body: v.optional(only({ cursor: v.optional(v.pipe(v.string(), v.maxLength(1_000))) }), {}),
    answer: v.object({ text: v.string(), ...cursorEntry }),
    problems: [409],
    async run(admin, { id, body }) {
      const page = await exportPage(admin, id, body.cursor ?? null)
      return page === 'changed'
        ? notPossible('Something was written since the first page: begin anew.')
        : page
    },
  }),
  accounts.post('/api/accounts/:id/import', 'importAccount', {
    summary: 'Put a copy back into an outbox in which nothing is',
    detail:
      'The file in pieces, cut between any two characters, numbered from 0. The last puts all of it back, or nothing, and answers the number of `rows`; the account is paused then. Pieces are forgotten after an hour.',
    body: only({
      number: v.pipe(v.number(), v.integer(), v.minValue(0)),
      text: v.string(),
      last: v.boolean(),
    }),
    answer: v.object({ rows: v.nullable(v.number()) }),
    problems: [409],
    async run(admin, { id, body }) {
      const taken = await importPiece(admin, id, body)
      return taken === 'not_found' || 'rows' in taken ? taken : notPossible(taken.because)
    },
  }),
]

async function paused(admin: Admin, account: string, pause: boolean) {
  const result = await setPaused(admin, account, pause)
  return result === 'done' ? { accounts: await overviews(admin) } : result
}

const audit = endpointsOf('Audit', 'entry')

export const auditEndpoints = [
  audit.get('/api/audit', 'listAudit', {
    summary: 'What operators did, newest first',
    query: v.object(pagingEntries),
    answer: v.object({ entries: v.array(auditSchema), ...cursorEntry }),
    async run(admin, { query: { limit, cursor } }) {
      const page = await auditLog(admin, limit, cursor ?? null)
      return { entries: page.values, cursor: cursorText(page.cursor) }
    },
  }),
]
