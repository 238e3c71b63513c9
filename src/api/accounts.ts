/** Endpoints of EazyBe accounts: what each is doing, stopping and starting it, and the record of what operators did. */

import * as v from 'valibot'
import { problemResponse } from '../lib/problem.ts'
import { overviews, setPaused } from '../operator/accounts.ts'
import { auditLog } from '../operator/audit.ts'
import type { Desk } from '../operator/desk.ts'
import { endpoint, none } from './endpoint.ts'
import {
  accountSchema,
  auditSchema,
  cursorEntry,
  cursorText,
  DEFAULT_PER_PAGE,
  pagingEntries,
} from './schemas.ts'

const accountsSchema = v.object({ accounts: v.array(accountSchema) })
const change = {
  method: 'post',
  tag: 'Accounts',
  query: none,
  body: none,
  answer: accountsSchema,
  problems: [404],
} as const

export const accountEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/accounts',
    name: 'listAccounts',
    tag: 'Accounts',
    summary: 'Every account: whether it works, what waits, and the last 24 hours',
    query: none,
    body: none,
    answer: accountsSchema,
    run: async (desk) => ({ accounts: await overviews(desk) }),
  }),
  endpoint({
    ...change,
    path: '/api/accounts/:id/pause',
    name: 'pauseAccount',
    summary: 'Make no more calls for this account until it is resumed; leads are still taken in',
    run: (desk, { id }) => paused(desk, id, true),
  }),
  endpoint({
    ...change,
    path: '/api/accounts/:id/resume',
    name: 'resumeAccount',
    summary: 'Go on making calls',
    run: (desk, { id }) => paused(desk, id, false),
  }),
]

async function paused(desk: Desk, account: string, pause: boolean): Promise<object> {
  const result = await setPaused(desk, account, pause)
  return result === 'done'
    ? { accounts: await overviews(desk) }
    : problemResponse({ reason: 'not_found', what: 'account' })
}

export const auditEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/audit',
    name: 'listAudit',
    tag: 'Audit',
    summary: 'What operators did, newest first',
    query: v.object(pagingEntries),
    body: none,
    answer: v.object({ entries: v.array(auditSchema), ...cursorEntry }),
    async run(desk, { query: { limit = DEFAULT_PER_PAGE, cursor } }) {
      const page = await auditLog(desk, limit, cursor ?? null)
      return { entries: page.values, cursor: cursorText(page.cursor) }
    },
  }),
]
