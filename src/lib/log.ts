/** The log: one JSON object a decision. Callers pass ids, names and counts, never a phone, token, secret or payload. */

type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Writes one line; Workers Logs indexes its members. */
export function log(event: string, fields: LogFields): void {
  console.log(JSON.stringify({ event, ...fields }))
}

/** What is known of a caught value, for the log: its class and message, no stack. */
export function errorText(error: unknown): string {
  // V8 quotes pieces of a text that it cannot parse: of a row that is broken, that may be a number.
  if (error instanceof SyntaxError) return error.name
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
