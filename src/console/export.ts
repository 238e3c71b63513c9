/** The deliveries that a search finds as a CSV file, their numbers masked as everywhere. */

import type { Cursor } from '../operator/cursor.ts'
import type { OperatorContext } from '../operator/desk.ts'
import { noteAt } from '../operator/desk.ts'
import { listDeliveries } from '../operator/list.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import { csv } from './csv.ts'
import { readFilter } from './filter-form.tsx'
import type { Visit } from './page.ts'

/** What a spreadsheet takes and a Worker makes in a moment; the API pages through the rest. */
const MOST_ROWS = 5_000
const PER_PAGE = 200

export async function exportDeliveries(c: OperatorContext, visit: Visit): Promise<Response> {
  const { filter } = readFilter(new URL(c.req.url).searchParams, visit.clock)
  if (filter === null) return c.redirect('/console/deliveries', 303)
  const rows: DeliveryView[] = []
  let cursor: Cursor | null = null
  do {
    const page: Awaited<ReturnType<typeof listDeliveries>> = await listDeliveries(
      visit.desk,
      filter,
      PER_PAGE,
      cursor,
    )
    rows.push(...page.values)
    cursor = page.cursor
  } while (cursor !== null && rows.length < MOST_ROWS)
  await noteAt(visit.desk, 'csv', 'deliveries', `${rows.length} rows`)
  return c.body(csv(rows), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="deliveries.csv"',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
}
