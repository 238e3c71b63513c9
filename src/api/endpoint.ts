/** An endpoint of the API, described once: the route, its validation, the OpenAPI document and the reference page come from it. */

import * as v from 'valibot'
import { problemResponse } from '../lib/problem.ts'
import { issuesOf } from '../mapping/issues.ts'
import type { Desk } from '../operator/desk.ts'

export type Tag = 'Deliveries' | 'Groups' | 'People' | 'Accounts' | 'Hooks' | 'Audit'

/** What the route hands over, before anything of it is checked. */
interface RawInput {
  /** What `:id` of the path is. */
  readonly id: string
  readonly query: unknown
  readonly body: unknown
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
  respond(desk: Desk, input: RawInput): Promise<Response>
}

interface Input<query, body> {
  readonly id: string
  readonly query: query
  readonly body: body
}

interface EndpointOptions<query extends v.GenericSchema, body extends v.GenericSchema>
  extends Pick<Endpoint, 'method' | 'path' | 'name' | 'tag' | 'summary' | 'detail' | 'answer'> {
  /** Left out where none is taken. */
  readonly query?: query
  readonly body?: body
  readonly problems?: Endpoint['problems']
  /** The answer as plain data, or a problem. */
  run(desk: Desk, input: Input<v.InferOutput<query>, v.InferOutput<body>>): Promise<object> | object
}

/** Describes an endpoint; what is asked is read by its own schemas before `run` sees it. */
export function endpoint<const query extends v.GenericSchema, const body extends v.GenericSchema>(
  options: EndpointOptions<query, body>,
): Endpoint {
  const { query, body, problems = [], run, ...rest } = options
  return {
    ...rest,
    query: query ?? null,
    body: body ?? null,
    problems,
    async respond(desk, raw) {
      const asked = v.safeParse(query ?? v.unknown(), raw.query)
      const given = v.safeParse(body ?? v.unknown(), raw.body)
      if (!asked.success || !given.success) {
        const issues = issuesOf([...(asked.issues ?? []), ...(given.issues ?? [])])
        return problemResponse({ reason: 'bad_request', issues })
      }
      const input = { id: raw.id, query: asked.output, body: given.output }
      const result = await run(desk, input)
      if (result instanceof Response) return result
      return Response.json(result, { headers: { 'cache-control': 'no-store' } })
    },
  }
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
