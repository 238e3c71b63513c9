/** An endpoint of the API, described once: the route, its validation, the OpenAPI document and the reference page come from it. */

import * as v from 'valibot'
import { problemResponse } from '../lib/problem.ts'
import { issuesOf } from '../mapping/issues.ts'
import type { Admin } from '../operator/admin.ts'
import { type Cursor, readCursor, writeCursor } from '../operator/merge.ts'
import { described } from '../operator/shapes.ts'

/** Deliveries of one page, at most. */
const MOST_PER_PAGE = 200

const DEFAULT_PER_PAGE = 50

/** How long a page is, as the document tells it. */
export const LIMIT = {
  type: 'integer',
  minimum: 1,
  maximum: MOST_PER_PAGE,
  default: DEFAULT_PER_PAGE,
} as const

export type Tag = 'Deliveries' | 'Groups' | 'People' | 'Accounts' | 'Hooks' | 'Audit'

/** What an endpoint is asked with: by the route before anything of it is checked, by its `run` after that. */
interface Input<query = unknown, body = unknown> {
  /** What `:id` of the path is. */
  readonly id: string
  readonly query: query
  readonly body: body
}

export interface Endpoint {
  readonly method: 'get' | 'post'
  readonly path: string
  /** The name of the operation, for clients that are generated. */
  readonly name: string
  readonly tag: Tag
  readonly summary: string
  readonly detail?: string
  readonly query: v.GenericSchema | null
  readonly body: v.GenericSchema | null
  readonly answer: v.GenericSchema
  /** Problems it may answer, beside those that every endpoint may. */
  readonly problems: readonly (404 | 409)[]
  respond(admin: Admin, input: Input): Promise<Response>
}

interface EndpointOptions<query extends v.GenericSchema, body extends v.GenericSchema>
  extends Pick<Endpoint, 'summary' | 'detail' | 'answer'> {
  /** Left out where none is taken. */
  readonly query?: query
  readonly body?: body
  /** Beside 404, which each endpoint with an `:id` may answer. */
  readonly problems?: Endpoint['problems']
  /** The answer as plain data, or a problem; null or `not_found`: the id names nothing. */
  run(
    admin: Admin,
    input: Input<v.InferOutput<query>, v.InferOutput<body>>,
  ): Result | Promise<Result>
}

/** What an endpoint's `run` gives. */
export type Result = object | null | 'not_found'

/** Describes the endpoints of a tag. `thing`: what their ids name. */
export function endpointsOf(tag: Tag, thing: string) {
  const describe =
    (method: Endpoint['method']) =>
    <const query extends v.GenericSchema, const body extends v.GenericSchema>(
      path: string,
      name: string,
      { query, body, problems = [], run, ...told }: EndpointOptions<query, body>,
    ): Endpoint => ({
      ...told,
      method,
      path,
      name,
      tag,
      query: query ?? null,
      body: body ?? null,
      problems: path.includes('/:id') ? [404, ...problems] : problems,
      async respond(admin, raw) {
        const asked = v.safeParse(query ?? v.unknown(), raw.query)
        const given = v.safeParse(body ?? v.unknown(), raw.body)
        if (!asked.success || !given.success) {
          const issues = issuesOf([...(asked.issues ?? []), ...(given.issues ?? [])])
          return problemResponse({ reason: 'bad_request', issues })
        }
        const result = await run(admin, { id: raw.id, query: asked.output, body: given.output })
        if (result === null || result === 'not_found') return noSuch(thing)
        if (result instanceof Response) return result
        return Response.json(result, { headers: { 'cache-control': 'no-store' } })
      },
    })
  return { get: describe('get'), post: describe('post') }
}

/** An object with these members and no others: a misspelt filter would be none, and reach more than was meant. */
export function only<const entries extends v.ObjectEntries>(entries: entries) {
  return v.strictObject(entries, ({ expected }) =>
    expected === 'never' ? 'is not known here' : 'must be an object',
  )
}

/** The answer where an id names nothing. */
export function noSuch(what: string): Response {
  return problemResponse({ reason: 'not_found', what })
}

/** The answer where it cannot be done, or not now. */
export function notPossible(because: string): Response {
  return problemResponse({ reason: 'not_possible', because })
}

/** The answer where one member of the body is wrong. */
export function wrong(path: string, message: string): Response {
  return problemResponse({ reason: 'bad_request', issues: [{ path, message }] })
}

/** What every list is asked with. */
export const pagingEntries = {
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, `must be a number from 1 to ${MOST_PER_PAGE}`),
      v.toNumber(),
      v.minValue(1, 'must be 1 or more'),
      v.maxValue(MOST_PER_PAGE, `must be ${MOST_PER_PAGE} or less`),
    ),
    String(DEFAULT_PER_PAGE),
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.description('The `cursor` of the page before'),
      v.transform(readCursor),
      v.check((cursor) => cursor !== null, 'is not a cursor of this list'),
    ),
  ),
}

export const cursorEntry = {
  cursor: described(v.nullable(v.string()), 'For the next page; null: that was all'),
}

/** The cursor as it stands in an answer. */
export function cursorText(cursor: Cursor | null): string | null {
  return cursor === null ? null : writeCursor(cursor)
}
