/** Where the Worker's own requests go: EazyBe's host to the sandbox, any other host out into the world. */

const EAZYBE_HOST = 'api.eazybe.com'

/** Nothing leaves for EazyBe from here, whatever the port or protocol. */
export function outbound(
  eazybe: (request: Request) => Response | Promise<Response>,
  world: (request: Request) => Promise<Response> = fetch,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (new URL(request.url).hostname === EAZYBE_HOST) return eazybe(request)
    try {
      return await world(request)
    } catch {
      // Only a status can cross from Node into workerd, so a host that is not there looks like a bad gateway.
      return new Response('unreachable', { status: 502 })
    }
  }
}
