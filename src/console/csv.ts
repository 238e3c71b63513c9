/** Deliveries as CSV for a spreadsheet, in which no typed text becomes a formula or hides what it says. */

import type { DeliveryView } from '../outbox/admin/views.ts'

const COLUMNS = [
  'id',
  'state',
  'reason',
  'groupName',
  'contacts',
  'hook',
  'source',
  'account',
  'attempts',
  'receivedAt',
  'settledAt',
] as const satisfies readonly (keyof DeliveryView)[]

/** Spreadsheets calculate what begins so. */
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/u
/** Controls and marks that turn the order of letters around, or cannot be seen. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** With a byte order mark, without which Excel reads UTF-8 as something else. */
export function csv(deliveries: readonly DeliveryView[]): string {
  const rows = deliveries.map((delivery) => COLUMNS.map((column) => cell(delivery[column])))
  return `\ufeff${[COLUMNS.map(cell), ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`
}

export function cell(value: unknown): string {
  const text = (Array.isArray(value) ? value.join('; ') : String(value ?? '')).replaceAll(
    HIDDEN,
    '',
  )
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
