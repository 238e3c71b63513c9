/** The endpoint of the audit log. There is none to change it. */

import * as v from 'valibot'
import { auditLog } from '../operator/audit.ts'
import { endpoint, none } from './endpoint.ts'
import { auditSchema, cursorEntry, cursorText, DEFAULT_PER_PAGE, pagingEntries } from './schemas.ts'

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
