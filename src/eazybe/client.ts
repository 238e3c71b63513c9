/** The EazyBe client: one call, one typed outcome. https only, no redirect with the token, the token in no error and no log. */

import { maskText } from '../mapping/phone/index.ts'

/** https although two of EazyBe's older pages print http: the token is a bearer token. https://help.eazybe.com */
const ENDPOINT = 'https://api.eazybe.com/v2/cloud/group'
/** EazyBe gives its WhatsApp session 30 s; neighbours saw hangs of over a minute. */
const TIMEOUT_MS = 60_000
/** EazyBe's answers are one sentence; a proxy's error page is cut here. A yes must not be, whatever a later EazyBe says beside it. */
const MAX_ANSWER_CHARACTERS = 65_536
const MAX_MESSAGE_CHARACTERS = 300
/** What EazyBe asks for is kept in full; more than a month is a mistake of a header, and would look like an account that is dead. */
const MAX_RETRY_AFTER_MS = 31 * 24 * 3_600_000

/**
 * Cloudflare's own answers when a request never reached the origin: refused, unreachable, TLS failed, no DNS.
 * 520, 522 and 524 may come after it did. https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const NEVER_ARRIVED = new Set([521, 523, 525, 526, 530])

/** What `status` says where EazyBe took the call: of the group page, and of its neighbours. */
const YES: ReadonlySet<unknown> = new Set([true, 'true', 'success'])
/** The sentences of EazyBe's pages by status, in small letters and without their full stop. */
const SENTENCES: Readonly<Record<number, string>> = {
  400: 'invalid data provided',
  401: 'invalid access token',
  403: 'cloud session is not active or working',
  404: 'group not found',
}

/** What a header takes of a token: no quotes or blanks that came along when it was copied. */
const TOKEN = /^[\x21-\x7e]+$/
const NO_TOKEN = 'The token holds a sign that no token has: copy it again, without “Bearer”'

export interface GroupCall {
  readonly groupName: string
  /** International digits without plus. */
  readonly contacts: readonly string[]
  readonly create: boolean
}

/**
 * What EazyBe's answer means, by https://help.eazybe.com (200, 400, 403, 404, 500) and, for what no page says (401, 429, other
 * statuses, `status:false`, a gateway's page, empty bodies), by the careful reading: whatever may have taken effect is `ambiguous`.
 */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly message: string }
  | { readonly kind: 'inactive'; readonly message: string }
  | { readonly kind: 'missing'; readonly message: string }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | null }
  | { readonly kind: 'ambiguous'; readonly message: string; readonly status: number | null }
  | { readonly kind: 'unreachable'; readonly message: string }

export interface EazybeOptions {
  readonly token: string
  readonly fetch?: typeof fetch
  readonly timeoutMs?: number
  /** Epoch milliseconds, for a Retry-After that is a date. */
  readonly now?: () => number
}

/**
 * Why a Worker that runs on a developer's machine makes no calls, or null. `npm start` puts the sandbox in EazyBe's place;
 * `wrangler dev` would reach EazyBe itself with whatever token is in `.dev.vars`, and a test would add real people.
 */
export function localRefusal(isLocal: boolean, env: object): Outcome | null {
  const allowed = ['USHER_SANDBOX', 'USHER_CALL_EAZYBE'].some(
    (name) => Reflect.get(env, name) === '1',
  )
  if (!isLocal || allowed) return null
  const message =
    'Not called: this Worker runs on a developer’s machine. npm start has a sandbox; USHER_CALL_EAZYBE=1 in .dev.vars calls EazyBe all the same'
  return { kind: 'unreachable', message }
}

/** Calls *Create Group and Add Chat ID* once. Never throws. */
export async function addToGroup(call: GroupCall, options: EazybeOptions): Promise<Outcome> {
  const { token, fetch: send = fetch, timeoutMs = TIMEOUT_MS, now = Date.now } = options
  const { groupName, contacts, create } = call
  // `fetch` would throw, as it does where there is no connection.
  if (!TOKEN.test(token)) return { kind: 'unauthorized', message: NO_TOKEN }
  try {
    const response = await send(ENDPOINT, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      // Built member by member: nothing else of a webhook can reach EazyBe.
      body: JSON.stringify({ groupName, contacts, create }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return outcomeOf(response, await textUpTo(response, MAX_ANSWER_CHARACTERS), now())
  } catch (error) {
    return failureOf(error, timeoutMs)
  }
}

function outcomeOf(response: Response, text: string, now: number): Outcome {
  const { status } = response
  if (NEVER_ARRIVED.has(status)) {
    return { kind: 'unreachable', message: `Cloudflare could not reach EazyBe (${status})` }
  }
  if (status === 429) {
    return {
      kind: 'throttled',
      retryAfterMs: readRetryAfter(response.headers.get('retry-after'), now),
    }
  }
  const answer = ownAnswerIn(text, status)
  const message = answer?.message ?? `EazyBe answered ${status} without a message of its own`
  // A gateway's page says nothing of numbers, tokens, sessions or groups.
  if (answer === null) return { kind: 'ambiguous', status, message }
  switch (status) {
    case 200:
      return answer.yes
        ? { kind: 'accepted' }
        : {
            kind: 'ambiguous',
            status,
            message: answer.message ?? 'EazyBe answered 200 without saying yes',
          }
    case 400:
      return { kind: 'invalid', message }
    case 401:
      return { kind: 'unauthorized', message }
    case 403:
      return { kind: 'inactive', message }
    case 404:
      return { kind: 'missing', message }
    default:
      return { kind: 'ambiguous', status, message }
  }
}

/** What EazyBe says itself. Of its body nothing is kept but the message. */
interface OwnAnswer {
  readonly yes: boolean
  readonly message: string | undefined
}

/**
 * EazyBe's own answer: a JSON object, or the sentence that its pages give for this status, as text; null: another wrote it. Its
 * group page shows `{ status: true, message }`, its remove-employees page `{ statusCode, status: "success" | "error", message, data }`,
 * and no page a whole error body.
 */
function ownAnswerIn(text: string, status: number): OwnAnswer | null {
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const message: unknown = Reflect.get(value, 'message')
    return {
      yes: YES.has(Reflect.get(value, 'status')),
      message: typeof message === 'string' ? shortened(message) : undefined,
    }
  }
  const sentence = (typeof value === 'string' ? value : text).trim()
  const known = SENTENCES[status] === sentence.replace(/\.$/, '').toLowerCase()
  return known ? { yes: false, message: sentence } : null
}

/** JSON's value; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** It is kept longer than the numbers, and EazyBe may repeat one. Hidden before it is cut: a piece is not known for a number. */
function shortened(message: string): string {
  return maskText(message).slice(0, MAX_MESSAGE_CHARACTERS)
}

/** Milliseconds from seconds or an HTTP date; null where it is neither, or not in the future: a wait of zero would loop. */
function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null
  const waitMs = /^\d{1,9}(?:\.\d+)?$/.test(header.trim())
    ? Math.ceil(Number(header) * 1_000)
    : Date.parse(header) - now
  return waitMs > 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : null
}

/** Nothing that `fetch` throws but its time-out has a code to decide by, so no text is compared: `settle` never trusts that the call did not arrive. */
function failureOf(error: unknown, timeoutMs: number): Outcome {
  const timedOut = error instanceof Error && error.name === 'TimeoutError'
  return timedOut
    ? { kind: 'ambiguous', status: null, message: `No answer within ${timeoutMs / 1_000} s` }
    : { kind: 'unreachable', message: 'No connection to EazyBe, or it broke' }
}

async function textUpTo(response: Response, limit: number): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const next = await reader?.read()
    if (next === undefined || next.done) return text
    text += next.value
    if (text.length > limit) {
      await reader?.cancel()
      return text.slice(0, limit)
    }
  }
}
