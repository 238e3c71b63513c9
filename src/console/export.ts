/** The deliveries that a search finds as a CSV file: their numbers masked as everywhere, or in full, which the audit log notes. */

import type { Cursor } from '../operator/cursor.ts'
import type { Desk, OperatorContext } from '../operator/desk.ts'
import { noteAt } from '../operator/desk.ts'
import { listDeliveries } from '../operator/list.ts'
import { readDeliveryId } from '../outbox/accept.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import { outboxOf } from '../setup/readiness.ts'
import { csv } from './csv.ts'
import { readFilter } from './filter-form.tsx'
import type { Visit } from './page.ts'

/** What a spreadsheet takes and a Worker makes in a moment; the API pages through the rest. */
const MOST_ROWS = 5_000
const PER_PAGE = 200

export async function exportDeliveries(
  c: OperatorContext,
  visit: Visit,
  inFull: boolean,
): Promise<Response> {
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
    rows.push(...(inFull ? await withNumbers(visit.desk, page.values) : page.values))
    cursor = page.cursor
  } while (cursor !== null && rows.length < MOST_ROWS)
  const action = inFull ? 'csv with full numbers' : 'csv'
  await noteAt(visit.desk, action, 'deliveries', `${rows.length} rows`)
  const ending =
    cursor === null
      ? null
      : `There are more than these ${rows.length} leads. Set “up to” to the day of the last one and download the rest.`
  return c.body(csv(rows, ending), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="deliveries.csv"',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
}

/** With whole numbers in place of the masks, where they are kept. */
async function withNumbers(desk: Desk, views: readonly DeliveryView[]): Promise<DeliveryView[]> {
  const full = new Map<string, readonly string[]>()
  for (const [account, some] of Map.groupBy(views, (view) => view.account)) {
    const seqs = some.map(({ id }) => readDeliveryId(id)?.seq ?? 0)
    const numbers = await outboxOf(desk.env, account).deliveries().numbers(seqs)
    some.forEach(({ id }, index) => {
      full.set(
        id,
        (numbers[index] ?? []).map((digits) => `+${digits}`),
      )
    })
  }
  return views.map((view) => {
    const contacts = full.get(view.id) ?? []
    return contacts.length === 0 ? view : { ...view, contacts }
  })
}
