/** The API's reference for readers, from the same document that programs read. */

import { endpoints, openApi } from '../api/openapi.ts'
import type { Html, Page, Visit } from './page.ts'
import { Card, Fact, Heading } from './parts.tsx'

export function referencePage({ admin }: Visit): Page {
  const { paths, components } = openApi()
  const example = `curl -H "Authorization: Bearer $ADMIN_SECRET" '${admin.origin}/api/deliveries?state=held'`
  const tags = [...new Set(endpoints.map(({ tag }) => tag))]
  const body = (
    <div class="stack">
      <Heading title="API">
        Whatever this console shows and does, for programs. Send the admin secret as a Bearer token.
        The same as <a href="/openapi.json">OpenAPI 3.1</a>; figures for Prometheus are at{' '}
        <code>/metrics</code>.
      </Heading>
      <pre>{example}</pre>
      {tags.map((tag) => (
        <Card id={`tag-${tag}`} title={tag}>
          {endpoints
            .filter((endpoint) => endpoint.tag === tag)
            .map(({ method, path, summary, detail, name }) => {
              const key = path.replaceAll(/:(\w+)/g, '{$1}')
              return (
                <details class="endpoint" id={name}>
                  <summary>
                    <span class="method">{method.toUpperCase()}</span> <code>{key}</code> {summary}
                  </summary>
                  {detail !== undefined && <p>{detail}</p>}
                  <Operation operation={Object(Object(paths[key])[method])} />
                </details>
              )
            })}
        </Card>
      ))}
      <Card id="shapes" title="Shapes">
        {Object.entries(Object(Reflect.get(components, 'schemas'))).map(([name, schema]) => (
          <details class="endpoint" id={`shape-${name}`}>
            <summary>{name}</summary>
            <pre tabindex={0}>{JSON.stringify(schema, null, 2)}</pre>
          </details>
        ))}
      </Card>
    </div>
  )
  return { title: 'API', place: 'api', body }
}

function Operation({ operation }: { operation: Record<string, unknown> }): Html {
  const { parameters, requestBody, responses } = operation
  const ok = Object(Object(responses)[200])
  return (
    <div class="stack">
      {Array.isArray(parameters) && parameters.length > 0 && (
        <dl class="json">
          {parameters.map((one: unknown) => {
            const { name, description, schema } = Object(one)
            return (
              <Fact title={<code>{String(name)}</code>}>{String(description ?? kind(schema))}</Fact>
            )
          })}
        </dl>
      )}
      {requestBody !== undefined && <Schema title="Body" holder={requestBody} />}
      <Schema title="Answer" holder={ok} />
    </div>
  )
}

function Schema({ title, holder }: { title: string; holder: unknown }): Html {
  const schema: unknown = Object(Object(Object(holder).content)['application/json']).schema
  return (
    <div>
      <h3>{title}</h3>
      <pre tabindex={0}>{JSON.stringify(schema, null, 2)}</pre>
    </div>
  )
}

function kind(schema: unknown): string {
  const { type, enum: values } = Object(schema)
  return Array.isArray(values) ? values.join(', ') : String(type ?? '')
}
