/** Refusals as values, and the one switch that makes them answers: `application/problem+json` (RFC 9457), vague to a stranger. */

/** What is wrong with one place of an input. The text never repeats the input. */
export interface Issue {
  /** Dotted path into what was sent; empty for the whole. */
  readonly path: string
  readonly message: string
}

/**
 * Why a request is rejected. For the log; the answer does not say it.
 * `missing`: no signature at all. `malformed`: not of the scheme's form. `mismatch`: well formed and wrong.
 * `stale` and `future`: rightly signed, but outside the tolerance.
 */
export type SignatureFault = 'missing' | 'malformed' | 'mismatch' | 'stale' | 'future'

export type Refusal =
  | { readonly reason: 'unknown_hook' }
  | { readonly reason: 'method_not_allowed'; readonly allow: string }
  | { readonly reason: 'too_large'; readonly limitBytes: number }
  | { readonly reason: 'too_slow' }
  | { readonly reason: 'compressed' }
  | { readonly reason: 'unsupported_type'; readonly accepts: readonly string[] }
  | { readonly reason: 'misconfigured'; readonly because: string; readonly status: 429 | 503 }
  | { readonly reason: 'bad_signature'; readonly because: SignatureFault }
  | { readonly reason: 'bad_key' }
  | { readonly reason: 'key_reused' }
  | { readonly reason: 'in_progress' }
  | {
      readonly reason: 'unmappable'
      readonly issues: readonly Issue[]
      readonly deliveries: readonly string[]
    }
  | { readonly reason: 'busy'; readonly because: string; readonly status: 429 | 503 }
  | { readonly reason: 'failed'; readonly because: string }
  | { readonly reason: 'shut'; readonly because: string }
  | { readonly reason: 'not_admin' }
  | { readonly reason: 'cross_site' }
  | { readonly reason: 'not_secure' }
  | { readonly reason: 'too_many_attempts'; readonly waitSeconds: number }
  | { readonly reason: 'not_found'; readonly what: string }
  | { readonly reason: 'bad_request'; readonly issues: readonly Issue[] }
  | { readonly reason: 'not_possible'; readonly because: string }

/** How long a caller is asked to stay away when the trouble is ours. */
const BUSY_RETRY_SECONDS = 30

interface Problem {
  readonly status: number
  readonly title: string
  readonly detail?: string
  readonly headers?: Record<string, string>
  readonly members?: Record<string, unknown>
}

/** The answer to a refusal. */
export function problemResponse(refusal: Refusal): Response {
  const { status, title, detail, headers, members } = describe(refusal)
  const body = { type: 'about:blank', title, status, ...(detail && { detail }), ...members }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}

function describe(refusal: Refusal): Problem {
  switch (refusal.reason) {
    case 'unknown_hook':
      return { status: 404, title: 'There is no such hook' }
    case 'method_not_allowed':
      return {
        status: 405,
        title: 'Method not allowed',
        detail: `This address takes ${refusal.allow}.`,
        headers: { allow: refusal.allow },
      }
    case 'too_large':
      return {
        status: 413,
        title: 'The body is too large',
        detail: `At most ${refusal.limitBytes} bytes are taken.`,
      }
    case 'too_slow':
      return { status: 408, title: 'The body did not arrive in time' }
    case 'compressed':
      return {
        status: 415,
        title: 'Compressed bodies are not taken',
        headers: { 'accept-encoding': 'identity' },
      }
    case 'unsupported_type':
      return {
        status: 415,
        title: 'This content type is not taken',
        detail: `Send ${refusal.accepts.join(' or ')}.`,
      }
    case 'misconfigured':
      return {
        status: refusal.status,
        title: 'This hook is not ready',
        detail: 'Its operator has to finish the set-up.',
        headers: retryAfter(BUSY_RETRY_SECONDS),
      }
    case 'bad_signature':
      return {
        status: 401,
        title: 'Not authenticated',
        detail: 'The request does not prove that it comes from this hook’s sender.',
        headers: { 'www-authenticate': 'Signature' },
      }
    case 'bad_key':
      return {
        status: 400,
        title: 'The Idempotency-Key is not usable',
        detail: 'Send 1 to 255 visible ASCII characters, quoted or not.',
      }
    case 'key_reused':
      return {
        status: 422,
        title: 'The Idempotency-Key was used with another body',
        detail: 'Use a new key for a new request.',
      }
    case 'in_progress':
      return {
        status: 409,
        title: 'A request with this Idempotency-Key is still in progress',
        headers: retryAfter(1),
      }
    case 'unmappable':
      return {
        status: 422,
        title: 'The payload cannot be mapped to an invitation',
        detail: 'It is kept, and can be sent once the hook’s mapping fits.',
        members: { issues: refusal.issues, deliveries: refusal.deliveries },
      }
    case 'busy':
      return {
        status: refusal.status,
        title: 'Not stored: try again',
        headers: retryAfter(BUSY_RETRY_SECONDS),
      }
    case 'failed':
      return {
        status: 503,
        title: 'Something is wrong on our side: try again',
        headers: retryAfter(BUSY_RETRY_SECONDS),
      }
    case 'shut':
      return {
        status: 503,
        title: 'The API is shut',
        detail: 'Its operator has to set an admin secret first.',
      }
    case 'not_admin':
      return {
        status: 401,
        title: 'Not authenticated',
        detail: 'Send the admin secret as a Bearer token, or log in at /console.',
        headers: { 'www-authenticate': 'Bearer' },
      }
    case 'cross_site':
      return {
        status: 403,
        title: 'Not from a page of this console',
        detail: 'A session changes things only from its own pages. Programs send the admin secret.',
      }
    case 'not_secure':
      return {
        status: 403,
        title: 'Only over https',
        detail: 'What was sent went in clear: change the secret if it was in it.',
      }
    case 'too_many_attempts':
      return {
        status: 429,
        title: 'Too many wrong secrets',
        detail: 'Wait a while before the next one.',
        headers: retryAfter(refusal.waitSeconds),
      }
    case 'not_found':
      return { status: 404, title: `There is no such ${refusal.what}` }
    case 'bad_request':
      return {
        status: 400,
        title: 'The request cannot be understood',
        members: { issues: refusal.issues },
      }
    case 'not_possible':
      return { status: 409, title: 'That is not possible now', detail: refusal.because }
  }
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'retry-after': String(seconds) }
}
