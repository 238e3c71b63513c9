/** Every endpoint, and the OpenAPI 3.1 document that is made of their own schemas. */

import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import * as shapes from '../operator/shapes.ts'
import { accountEndpoints, auditEndpoints } from './accounts.ts'
import { bulkEndpoints, deliveryEndpoints } from './deliveries.ts'
import { type Endpoint, LIMIT, type Tag } from './endpoint.ts'
import { groupEndpoints } from './groups.ts'
import { hookEndpoints } from './hooks.ts'
import { peopleEndpoints } from './people.ts'

/** Every endpoint, in the order in which the reference tells them. */
export const endpoints: readonly Endpoint[] = [
  ...deliveryEndpoints,
  ...bulkEndpoints,
  ...groupEndpoints,
  ...peopleEndpoints,
  ...accountEndpoints,
  ...hookEndpoints,
  ...auditEndpoints,
]

type Json = Readonly<Record<string, unknown>>

/** RFC 9457. */
const problemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.optional(v.string()),
  issues: v.optional(shapes.issuesSchema),
})

/** Shapes that the document names once. */
const NAMED = {
  Delivery: shapes.deliverySchema,
  Story: shapes.storySchema,
  Group: shapes.groupSchema,
  Account: shapes.accountSchema,
  Hook: shapes.hookSchema,
  HookDetails: shapes.hookDetailsSchema,
  Preview: shapes.previewSchema,
  AuditEntry: shapes.auditSchema,
  Problem: problemSchema,
}

/** Problems of every endpoint. */
const COMMON = [400, 401, 403, 413, 429, 503]

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood: `issues` say where. The input is never repeated.',
  401: 'Neither the admin secret nor a session came with it',
  403: 'A session’s request that does not come from a page of the console',
  404: 'There is no such thing',
  409: 'Not possible now: `detail` says why',
  413: 'The body is too large',
  415: 'The body is a form: send JSON',
  429: 'Ten wrong secrets came from this address within a quarter of an hour',
  503: 'No admin secret is set, or something is wrong on our side',
}

const TAGS: Readonly<Record<Tag, string>> = {
  Deliveries: 'What arrived, what became of it, and what to do about it',
  Groups: 'Our count of each group, and putting right what Usher holds of it',
  People: 'One person, found by their number, which travels in the body alone',
  Accounts: 'EazyBe accounts: whether they work, and how much of their pace is used',
  Hooks: 'Who may send, and what comes of what they send',
  Audit: 'What operators did',
}

let made: ReturnType<typeof documentOf> | null = null

/** Made when it is first asked for: most isolates never are. */
export function openApi() {
  made ??= documentOf(endpoints)
  return made
}

function documentOf(all: readonly Endpoint[]) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Usher',
      version: '1',
      description:
        'What became of every lead, and everything the console can do about it. EazyBe’s “accepted” is not “added”: it answers one sentence for a whole call.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // The API is where this document is.
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ adminSecret: [] }, { session: [] }],
    paths: pathsOf(all),
    components: {
      securitySchemes: {
        adminSecret: { type: 'http', scheme: 'bearer', description: 'ADMIN_SECRET' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-usher' },
      },
      schemas: Object.fromEntries(
        Object.entries(NAMED).map(([name, schema]) => [name, jsonSchema(schema, name)]),
      ),
    },
  }
}

function pathsOf(all: readonly Endpoint[]): Record<string, Json> {
  const byPath = Map.groupBy(all, ({ path }) => path.replaceAll(/:(\w+)/g, '{$1}'))
  return Object.fromEntries(
    [...byPath].map(([path, some]) => [
      path,
      Object.fromEntries(some.map((endpoint) => [endpoint.method, operation(endpoint)])),
    ]),
  )
}

function operation(endpoint: Endpoint): Json {
  const { name, tag, summary, detail, path, query, body, answer, problems } = endpoint
  const problem = {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  }
  const statuses = [...COMMON, ...problems, ...(body === null ? [] : [415])].toSorted(
    (one, other) => one - other,
  )
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(detail !== undefined && { description: detail }),
    parameters: [...pathParameters(path), ...(query === null ? [] : queryParameters(query))],
    ...(body !== null && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(body) } },
      },
    }),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: jsonSchema(answer) } },
      },
      ...Object.fromEntries(
        statuses.map((status) => [status, { description: MEANINGS[status], content: problem }]),
      ),
    },
  }
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
}

function queryParameters(schema: v.GenericSchema): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema)
  return Object.entries(Object(properties)).map(([name, property]) => {
    const { description, ...rest } = Object(property)
    const needed = Array.isArray(required) && required.includes(name)
    return {
      name,
      in: 'query',
      required: needed,
      ...(description && { description }),
      // It arrives as text, and is meant as a number.
      schema: name === 'limit' ? LIMIT : rest,
    }
  })
}

/** A schema as JSON Schema, with those that have a name referred to; `self` is the one whose own form is wanted. */
function jsonSchema(schema: v.GenericSchema, self?: string): Json {
  const definitions = Object.fromEntries(Object.entries(NAMED).filter(([name]) => name !== self))
  const {
    $schema: _,
    $defs: __,
    ...json
  } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    definitions,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  })
  return json
}
