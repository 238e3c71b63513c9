/** Answers with a page: under a strict policy, never cached, and only its main part where the script asks for news. */

import { digest, encode, utf8 } from '../lib/bytes.ts'
import type { OperatorContext } from '../operator/desk.ts'
import { Layout, Main } from './layout.tsx'
import type { Page, Visit } from './page.ts'

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

export async function render(
  c: OperatorContext,
  page: Page,
  visit: Visit | null,
): Promise<Response> {
  if (c.req.header('x-usher-part') === 'main') return renderPart(c, page, visit)
  const html = await (<Layout page={page} visit={visit} />)
  return new Response(`<!doctype html>${html}`, { status: page.status ?? 200, headers: HEADERS })
}

async function renderPart(c: OperatorContext, page: Page, visit: Visit | null): Promise<Response> {
  const html = String(await (<Main page={page} visit={visit} />))
  const etag = `"${encode(await digest('SHA-256', utf8(html)), 'hex').slice(0, 32)}"`
  const headers = { ...HEADERS, etag }
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
  return new Response(html, { status: page.status ?? 200, headers })
}
