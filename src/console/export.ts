/** The deliveries that a search finds as a CSV file: their numbers masked as everywhere, or in full, which the audit log notes. */

import { errorText, log } from '../lib/log.ts'
import { type Admin, accountsOf, noteAt, type OperatorContext } from '../operator/admin.ts'
import { type Cursor, listDeliveries } from '../operator/merge.ts'
import { outboxOf, readDeliveryId } from '../outbox/accept.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import { readFilter } from './filter-form.tsx'
import type { Visit } from './page.ts'

const PER_PAGE = 200
/** Rows that one read of an outbox goes through. */
const SCAN = 2_000
/** A Worker may ask others a thousand times for one request on the free plan. */
const MOST_CALLS = 900

/** All that a search finds, read page by page while it is downloaded: no more than a page is in memory. */
export async function exportDeliveries(
  c: OperatorContext,
  visit: Visit,
  inFull: boolean,
  mostCalls = MOST_CALLS,
): Promise<Response> {
  const { admin, clock } = visit
  const { filter } = readFilter(new URL(c.req.url).searchParams, clock)
  if (filter === null) return c.redirect('/console/deliveries', 303)
  // Before the first number leaves.
  await noteAt(admin, inFull ? 'csv with full numbers' : 'csv', 'deliveries')
  const accounts = accountsOf(admin).length
  const mostPages = Math.floor(mostCalls / (accounts * (inFull ? 2 : 1)))
  const text = new TextEncoder()
  let cursor: Cursor | null = null
  let pages = 0
  const body = new ReadableStream<Uint8Array>({
    // Without the byte order mark Excel reads UTF-8 as something else.
    start: (stream) => stream.enqueue(text.encode(`\ufeff${line(COLUMNS)}`)),
    async pull(stream) {
      try {
        const page = await listDeliveries(admin, filter, PER_PAGE, cursor, SCAN)
        const views = inFull ? await withNumbers(admin, page.values) : page.values
        pages += 1
        cursor = page.cursor
        const lines = views.map((view) => line(COLUMNS.map((column) => view[column])))
        stream.enqueue(text.encode(lines.join('')))
        if (cursor !== null && pages < mostPages) return
        if (cursor !== null) {
          const back = page.through ?? page.values.at(-1)?.receivedAt ?? ''
          stream.enqueue(text.encode(line([MORE(clock.full(back))])))
        }
      } catch (error) {
        // Headers are sent already: the file itself must say that it is not whole.
        log('csv.error', { error: errorText(error) })
        stream.enqueue(text.encode(line([BROKEN])))
      }
      stream.close()
    },
  })
  return c.body(body, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="deliveries.csv"',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
}

const MORE = (back: string) =>
  `There are more. This file goes back to ${back}: set “up to” to that day and download the rest.`
const BROKEN = 'This file is not complete: reading failed here. Download it again.'

/** With whole numbers in place of the masks, where they are kept. */
async function withNumbers(admin: Admin, views: readonly DeliveryView[]): Promise<DeliveryView[]> {
  const full = new Map<string, readonly string[]>()
  for (const [account, some] of Map.groupBy(views, (view) => view.account)) {
    const seqs = some.map(({ id }) => readDeliveryId(id)?.seq ?? 0)
    const numbers = await outboxOf(admin.env, account).deliveries().numbers(seqs)
    for (const [index, { id }] of some.entries()) full.set(id, numbers[index] ?? [])
  }
  return views.map((view) => {
    const numbers = full.get(view.id) ?? []
    return numbers.length === 0 ? view : { ...view, contacts: numbers.map((one) => `+${one}`) }
  })
}

const COLUMNS = [
  'who',
  'id',
  'state',
  'reason',
  'wrong',
  'groupName',
  'contacts',
  'hook',
  'source',
  'account',
  'attempts',
  'receivedAt',
  'settledAt',
] as const satisfies readonly (keyof DeliveryView)[]

/** Spreadsheets calculate what begins so; where a semicolon separates cells, also behind one. */
const FORMULA = /(^\s*|;[\s"']*)(?=[=+\-@|%＝＋－＠])/gu
/** Controls and marks that turn the order of letters around, or cannot be seen. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

function line(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

export function cell(value: unknown): string {
  const text = (Array.isArray(value) ? value.join(', ') : String(value ?? '')).replaceAll(
    HIDDEN,
    '',
  )
  const harmless = text.replaceAll(FORMULA, (before) =>
    before.startsWith(';') ? `${before}'` : `'${before}`,
  )
  return `"${harmless.replaceAll('"', '""')}"`
}
