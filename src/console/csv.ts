/** Deliveries as CSV for a spreadsheet, in which no typed text becomes a formula or hides what it says. */

import type { DeliveryView } from '../outbox/admin/views.ts'

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

/** The first line. With a byte order mark, without which Excel reads UTF-8 as something else. */
export function csvHead(): string {
  return `\ufeff${line(COLUMNS)}`
}

export function csvLines(deliveries: readonly DeliveryView[]): string {
  return deliveries.map((delivery) => line(COLUMNS.map((column) => delivery[column]))).join('')
}

/** A line of one sentence. */
export function csvNote(text: string): string {
  return line([text])
}

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
