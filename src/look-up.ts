/** Looks up at the sender what its webhook leaves out, with the hook's API token: bounded in time and size, over https only. */

import { atMost } from './at-most.ts'
import type { Bytes } from './bytes.ts'
import type { Hook } from './hook.ts'
import { apiTokenName, secretValues } from './names.ts'
import type { Issue } from './problem.ts'
import { readStream } from './read-stream.ts'
import type { LookedUp } from './source.ts'

/** The sender waits for our answer meanwhile; the quickest gives us some 10 s. */
const GIVE_UP_MS = 5_000
const MAX_ANSWER_BYTES = 256 * 1024
/** `Response` refuses a body with these. */
const BODILESS = [101, 204, 205, 304]

export type WholeFields =
  | { readonly ok: true; readonly fields: unknown; readonly skip?: string }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Marks fields that are kept without what a look-up would have added: mapping them again must look up first. */
const AWAITING = 'awaiting look-up'

/** The fields under that mark. */
export function awaitingLookUp(fields: unknown): object {
  return { [AWAITING]: fields }
}

/** The fields under that mark, or null where they were looked up, or need not be. */
export function awaited(kept: unknown): { readonly fields: unknown } | null {
  if (typeof kept !== 'object' || kept === null || !Object.hasOwn(kept, AWAITING)) return null
  return { fields: Reflect.get(kept, AWAITING) }
}

/** The fields as they come where the source has no look-up; else what the vendor says, or what to do about it. */
export async function wholeFields(
  name: string,
  { source }: Hook,
  env: object,
  fields: unknown,
  ask: typeof fetch = fetch,
): Promise<WholeFields> {
  if (source.lookUp === undefined) return { ok: true, fields }
  const secret = apiTokenName(name)
  const [token] = secretValues(env, secret)
  if (token === undefined) {
    return held(
      `${source.title} sends ids only, and the secret ${secret} with which the rest is looked up is not set: store it, then map this delivery again`,
    )
  }
  const ending = new AbortController()
  const late: LookedUp<unknown> = {
    ok: false,
    message: `${source.title} did not answer within ${GIVE_UP_MS / 1_000} s: map this delivery again in a while.`,
  }
  try {
    const looking = source.lookUp(fields, { token, fetch: guarded(ask, ending.signal) })
    const found = await atMost(GIVE_UP_MS, looking, late)
    return found.ok ? found : held(found.message.replaceAll(token, '…'))
  } catch (error) {
    // Its text may repeat a URL or a token.
    const kind = error instanceof Error ? error.name : 'no Error'
    return held(
      `${source.title} could not be asked for the rest (${kind}): map this delivery again in a while`,
    )
  } finally {
    ending.abort()
  }
}

function held(message: string): WholeFields {
  return { ok: false, issues: [{ path: '', message }] }
}

/** A `fetch` that a token may be given to. */
function guarded(ask: typeof fetch, signal: AbortSignal) {
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    if (new URL(url).protocol !== 'https:') throw new TypeError('Only https is asked')
    const response = await ask(url, { ...init, redirect: 'manual', signal })
    const bytes = await answerOf(response)
    const { status, headers } = response
    return new Response(BODILESS.includes(status) ? null : bytes, {
      status: status === 0 ? 302 : status,
      headers,
    })
  }
}

async function answerOf({ body }: Response): Promise<Bytes> {
  const read = await readStream(body, { maxBytes: MAX_ANSWER_BYTES, deadlineMs: GIVE_UP_MS })
  if (typeof read === 'string') throw new RangeError('The answer is too large or too slow')
  return read
}
