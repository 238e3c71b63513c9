/** The frame of every page, and the answer with it: the head, the navigation, and what a form has to say. */

import { digest, encode, utf8 } from '../lib/bytes.ts'
import { accountsOf, type OperatorContext } from '../operator/admin.ts'
import CSS from './assets/console.css' with { type: 'text' }
import JS from './assets/console.js' with { type: 'text' }
import { Submit } from './controls.tsx'
import type { Html, Page, Visit } from './page.ts'
import { PLACES } from './page.ts'
import { DONE, STOPS, touchedText } from './words.ts'

const CSS_PATH = `/console/assets/console.${versionOf(CSS)}.css`
const JS_PATH = `/console/assets/console.${versionOf(JS)}.js`

/** The stylesheet and the script, at paths that change with their text. */
export const ASSETS = [
  { path: CSS_PATH, type: 'text/css', text: CSS },
  { path: JS_PATH, type: 'text/javascript', text: JS },
]

/** Nothing inline, nothing from elsewhere, no framing. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Answers with a page: under a strict policy, never cached, and only its main part where the script asks for news. */
export async function render(
  c: OperatorContext,
  page: Page,
  visit: Visit | null,
): Promise<Response> {
  const status = page.status ?? 200
  if (c.req.header('x-usher-part') !== 'main') {
    const html = await (<Layout page={page} visit={visit} />)
    return new Response(`<!doctype html>${html}`, { status, headers: HEADERS })
  }
  const html = String(await (<Main page={page} visit={visit} />))
  const etag = `"${encode(await digest('SHA-256', utf8(html)), 'hex').slice(0, 32)}"`
  const headers = { ...HEADERS, etag }
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
  return new Response(html, { status, headers })
}

/** A whole page. `visit` null: not logged in. */
function Layout({ page, visit }: { page: Page; visit: Visit | null }): Html {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${doneOf(visit) ?? ''} ${page.title} · Usher`.trim()}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={CSS_PATH} />
        <script src={JS_PATH} type="module" />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        {visit !== null && <Header page={page} />}
        <Main page={page} visit={visit} />
        {visit !== null && (
          <footer class="foot soft small">
            <p>
              Times are in {visit.clock.zone}. <span id="live-note" role="status" />
            </p>
            <p id="live-said" class="heard" role="status" />
          </footer>
        )}
      </body>
    </html>
  )
}

/** What the script replaces when there is news. */
function Main({ page, visit }: { page: Page; visit: Visit | null }): Html {
  const done = doneOf(visit)
  return (
    <main id="main" tabindex={-1} data-live={page.live === true ? 'on' : undefined}>
      {done !== undefined && (
        <p class="notice" role="status">
          {done}
        </p>
      )}
      {visit !== null && <Stopped visit={visit} />}
      {page.body}
    </main>
  )
}

/** On every page: no other sentence may make an operator believe that leads go out. */
function Stopped({ visit: { stopped, admin } }: { visit: Visit }): Html {
  const one = accountsOf(admin).length === 1
  return (
    <div id="stopped" data-part hidden={stopped.size === 0}>
      {[...stopped].map(([account, stop]) => (
        <p class="notice wait">
          <strong>{one ? 'The account is stopped.' : `Account ${account} is stopped.`}</strong>{' '}
          {STOPS[stop]} <a href={`/console#account-${account}`}>See the account</a>
        </p>
      ))}
    </div>
  )
}

/** What was just done: in the title too, which is what a screen reader says of a new page. */
function doneOf(visit: Visit | null): string | undefined {
  if (!visit?.done) return undefined
  const { done, touched } = visit
  const told = touched === null ? '' : touchedText(done, touched)
  const said = DONE.get(done)
  return said === undefined ? undefined : `${said} ${told}`.trim()
}

function Header({ page }: { page: Page }): Html {
  return (
    <header class="top">
      <a class="brand" href="/console">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path
            fill="currentColor"
            d="M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v3a2 2 0 0 0 0 4v3a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-3a2 2 0 0 0 0-4V7Zm11 1v2h1.5V8H14Zm0 3.2v1.8h1.5v-1.8H14Zm0 3v1.8h1.5v-1.8H14Z"
          />
        </svg>
        Usher
      </a>
      <nav aria-label="Console">
        <ul>
          {PLACES.map(([place, title, href]) => (
            <li>
              <a href={href} aria-current={page.place === place ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <form method="post" action="/console/logout">
        <Submit look="plain">Log out</Submit>
      </form>
    </header>
  )
}

/** A checksum: `crypto.subtle` has no digest that is ready while modules load. */
function versionOf(text: string): string {
  let sum = 0
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum, 31) + text.charCodeAt(at)
  return (sum >>> 0).toString(36)
}
