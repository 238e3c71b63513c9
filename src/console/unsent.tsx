/** A form that was sent after the session ended: it travels through the login, and is sent only when the operator confirms it. */

import type { OperatorContext } from '../operator/desk.ts'
import { isFromOwnPage } from '../operator/same-origin.ts'
import type { Html } from './html.ts'
import type { Page } from './page.ts'

export interface Unsent {
  /** Where the form posts to. */
  readonly path: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

const PATH = 'unsent'
const FIELD = 'unsent:'

/** The form of a page of ours that came without a session; null: it is none. */
export async function unsentOf(c: OperatorContext): Promise<Unsent | null> {
  const { pathname, search } = new URL(c.req.url)
  if (c.req.method !== 'POST' || pathname === '/console/logout' || !isFromOwnPage(c.req.raw)) {
    return null
  }
  return { path: `${pathname}${search}`, fields: texts(await c.req.parseBody({ all: true })) }
}

/** What the login's own form carries on. */
export function carriedBy(form: Readonly<Record<string, unknown>>): Unsent | null {
  const path = form[PATH]
  if (typeof path !== 'string' || !/^\/console\/[^\\]*$/.test(path)) return null
  const fields = texts(form).flatMap(([name, value]) =>
    name.startsWith(FIELD) ? [[name.slice(FIELD.length), value] as const] : [],
  )
  return { path, fields }
}

export function Carried({ unsent }: { unsent: Unsent }): Html {
  return (
    <>
      <input type="hidden" name={PATH} value={unsent.path} />
      {unsent.fields.map(([name, value]) => (
        <input type="hidden" name={`${FIELD}${name}`} value={value} />
      ))}
    </>
  )
}

/** After the login: what it was, and the button that sends it. */
export function unsentPage({ path, fields }: Unsent): Page {
  const body = (
    <div class="stack">
      <div>
        <h1>Nothing has been done yet</h1>
        <p class="lede">Your session had ended when you sent this. Is it still meant?</p>
      </div>
      <form class="card tall" method="post" action={path}>
        <dl class="json">
          {fields
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <div>
                <dt>{name}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ))}
        </dl>
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="row">
          <button class="main" type="submit">
            Send it now
          </button>
          <a href="/console">Leave it</a>
        </div>
      </form>
    </div>
  )
  return { title: 'Not sent yet', place: null, body }
}

function texts(form: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  return Object.entries(form).flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap((one): [string, string][] => (typeof one === 'string' ? [[name, one]] : [])),
  )
}
