/** Reasons as values, and the one table that makes them answers: `application/problem+json` (RFC 9457), vague to a stranger. */

/** What is wrong with one place of an input. The text never repeats the input. */
export interface Issue {
  /** Dotted path into what was sent; empty for the whole. */
  readonly path: string
  readonly message: string
}

/** "cohort: is missing" */
export function issueText({ path, message }: Issue): string {
  return path === '' ? message : `${path}: ${message}`
}

/**
 * Why a request is rejected. For the log; the answer does not say it.
 * `missing`: no signature at all. `malformed`: not of the scheme's form. `mismatch`: well formed and wrong.
 * `stale` and `future`: rightly signed, but outside the tolerance.
 */
export type SignatureFault = 'missing' | 'malformed' | 'mismatch' | 'stale' | 'future'

/** What is known of each refusal beside its reason. */
interface Reasons {
  unknown_hook: object
  method_not_allowed: { readonly allow: string }
  too_large: { readonly limitBytes: number }
  too_slow: object
  compressed: object
  unsupported_type: { readonly accepts: readonly string[] }
  misconfigured: { readonly because: string; readonly status: 429 | 503 }
  bad_signature: { readonly because: SignatureFault }
  bad_key: object
  key_reused: object
  in_progress: object
  unmappable: { readonly issues: readonly Issue[]; readonly deliveries: readonly string[] }
  busy: { readonly because: string; readonly status: 429 | 503 }
  failed: { readonly because: string }
  shut: { readonly because: string }
  not_admin: object
  cross_site: object
  not_secure: object
  too_many_attempts: { readonly waitSeconds: number }
  not_found: { readonly what: string }
  bad_request: { readonly issues: readonly Issue[] }
  not_possible: { readonly because: string }
}

export type Refusal<reason extends keyof Reasons = keyof Reasons> = {
  [one in reason]: { readonly reason: one } & Reasons[one]
}[reason]

/** How long a caller is asked to stay away when the trouble is ours. */
const BUSY_RETRY_SECONDS = 30

type Problem = readonly [
  status: number,
  title: string,
  detail?: string | null,
  headers?: Readonly<Record<string, string>>,
  members?: Readonly<Record<string, unknown>>,
]

const PROBLEMS: { readonly [reason in keyof Reasons]: (refusal: Refusal<reason>) => Problem } = {
  unknown_hook: () => [404, 'There is no such hook'],
  method_not_allowed: ({ allow }) => [
    405,
    'Method not allowed',
    `This address takes ${allow}.`,
    { allow },
  ],
  too_large: ({ limitBytes }) => [
    413,
    'The body is too large',
    `At most ${limitBytes} bytes are taken.`,
  ],
  too_slow: () => [408, 'The body did not arrive in time'],
  compressed: () => [
    415,
    'Compressed bodies are not taken',
    null,
    { 'accept-encoding': 'identity' },
  ],
  unsupported_type: ({ accepts }) => [
    415,
    'This content type is not taken',
    `Send ${accepts.join(' or ')}.`,
  ],
  misconfigured: ({ status }) => [
    status,
    'This hook is not ready',
    'Its operator has to finish the set-up.',
    retryAfter(BUSY_RETRY_SECONDS),
  ],
  bad_signature: () => [
    401,
    'Not authenticated',
    'The request does not prove that it comes from this hook’s sender.',
    { 'www-authenticate': 'Signature' },
  ],
  bad_key: () => [
    400,
    'The Idempotency-Key is not usable',
    'Send 1 to 255 visible ASCII characters, quoted or not.',
  ],
  key_reused: () => [
    422,
    'The Idempotency-Key was used with another body',
    'Use a new key for a new request.',
  ],
  in_progress: () => [
    409,
    'A request with this Idempotency-Key is still in progress',
    null,
    retryAfter(1),
  ],
  unmappable: ({ issues, deliveries }) => [
    422,
    'The payload cannot be mapped to an invitation',
    'It is kept, and can be sent once the hook’s mapping fits.',
    {},
    { issues, deliveries },
  ],
  busy: ({ status }) => [status, 'Not stored: try again', null, retryAfter(BUSY_RETRY_SECONDS)],
  failed: () => [
    503,
    'Something is wrong on our side: try again',
    null,
    retryAfter(BUSY_RETRY_SECONDS),
  ],
  shut: () => [503, 'The API is shut', 'Its operator has to set an admin secret first.'],
  not_admin: () => [
    401,
    'Not authenticated',
    'Send the admin secret as a Bearer token, or log in at /console.',
    { 'www-authenticate': 'Bearer' },
  ],
  cross_site: () => [
    403,
    'Not from a page of this console',
    'A session changes things only from its own pages. Programs send the admin secret.',
  ],
  not_secure: () => [
    403,
    'Only over https',
    'What was sent went in clear: change the secret if it was in it.',
  ],
  too_many_attempts: ({ waitSeconds }) => [
    429,
    'Too many wrong secrets',
    'Wait a while before the next one.',
    retryAfter(waitSeconds),
  ],
  not_found: ({ what }) => [404, `There is no such ${what}`],
  bad_request: ({ issues }) => [400, 'The request cannot be understood', null, {}, { issues }],
  not_possible: ({ because }) => [409, 'That is not possible now', because],
}

/** The answer to a refusal. */
export function problemResponse<reason extends keyof Reasons>(refusal: Refusal<reason>): Response {
  const [status, title, detail, headers, members] = PROBLEMS[refusal.reason](refusal)
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

function retryAfter(seconds: number): Record<string, string> {
  return { 'retry-after': String(seconds) }
}
