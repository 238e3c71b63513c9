/** A delivery's timeline: what happened to it, kept in its own row so that a line costs no row of its own. */

/** The first line and the last ones are kept. */
const MOST_LINES = 60

/** One line, as the JSON it is kept as. */
export function timelineLine(at: number, event: string, detail: string | null): string {
  return JSON.stringify({
    at: new Date(at).toISOString(),
    event,
    ...(detail !== null && { detail }),
  })
}

/** SQL that gives the timeline with one more line, bound to its `?`. */
export const APPEND_LINE = `json_insert(
  CASE WHEN json_array_length(timeline) < ${MOST_LINES} THEN timeline ELSE json_remove(timeline, '$[1]') END,
  '$[#]', json(?))`
