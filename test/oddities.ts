/** Oddities: bodies that no sender sends, and the small ways in which senders change theirs. */

/** As deep as the pipeline lets anything through. */
const DEPTH = 32

const STRANGERS: readonly unknown[] = [
  null,
  0,
  -1.5,
  Number.MAX_SAFE_INTEGER,
  '',
  'text',
  true,
  [],
  {},
  [null],
  [[]],
  nested(DEPTH),
]

/** Bodies of no shape in particular. */
export const ODDITIES: readonly unknown[] = [
  ...STRANGERS,
  undefined,
  [{}],
  [1, 'two', null],
  JSON.parse('{"__proto__":{"id":"x"},"constructor":{"prototype":{}},"toString":1}'),
  JSON.parse('[{"__proto__":[]}]'),
]

/** The body again and again, each time with one member, element or value replaced by a stranger, or gone. */
export function* oddVariants(body: unknown): Generator<unknown> {
  if (Array.isArray(body)) {
    for (const [index, element] of body.entries()) {
      for (const other of [...STRANGERS, ...oddVariants(element)]) yield body.with(index, other)
    }
  } else if (typeof body === 'object' && body !== null) {
    for (const [name, value] of Object.entries(body)) {
      const { [name]: _, ...others }: Record<string, unknown> = { ...body }
      yield others
      for (const other of [...STRANGERS, ...oddVariants(value)]) yield { ...others, [name]: other }
    }
  }
}

/** The body with a new member in each of its objects. */
export function withMore(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withMore)
  if (typeof body !== 'object' || body === null) return body
  const more = Object.entries(body).map(([name, value]) => [name, withMore(value)])
  return { ...Object.fromEntries(more), added_by_the_sender: { since: 2027, of: [null, 'x'] } }
}

/** The text of a body as a retry has it: what counts attempts has counted on. */
export function retried(body: string): string {
  return body.replaceAll(
    /("(?:attemptNumber|attempt|delivery_attempts|retry_count|pending_webhooks)"\s*:\s*)(\d+)/g,
    (_, name: string, count: string) => name + (Number(count) + 1),
  )
}

/** The body with null in the place of every text, number and boolean. */
export function nulled(body: unknown): unknown {
  return leaves(body, () => null)
}

/** The body with a number in the place of every text, and a text in that of every number. */
export function numbered(body: unknown): unknown {
  return leaves(body, (leaf) => (typeof leaf === 'string' ? 7 : String(leaf)))
}

/** The body with nothing in any of its lists. */
export function emptied(body: unknown): unknown {
  if (Array.isArray(body)) return []
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, emptied(value)]))
}

function leaves(body: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(body)) return body.map((one) => leaves(one, change))
  if (typeof body !== 'object' || body === null) return change(body)
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, leaves(value, change)]),
  )
}

/** Lists and objects in each other. */
export function nested(depth: number): unknown {
  return depth === 0 ? 'end' : depth % 2 === 0 ? [nested(depth - 1)] : { in: nested(depth - 1) }
}
