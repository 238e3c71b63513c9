/** Whether a request that changes something comes from a page of our own: the guard against cross-site request forgery. */

/**
 * Every browser of the last years says in `Sec-Fetch-Site` where a request comes from, and no page can forge it; older ones say
 * it in `Origin`. A request that says neither comes from no browser, and so brings no cookie that a stranger could use.
 * Together with `SameSite=Strict` no token in each form is needed. Unlike hono's `csrf` this asks for every content type,
 * and neighbours under one domain are strangers too.
 */
export function isFromOwnPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin')
  return origin !== null && origin === new URL(request.url).origin
}
