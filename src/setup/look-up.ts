/** Looks up at the sender what its webhook leaves out, with the hook's API token: bounded in time and size, over https only. */

import { atMost, readStream } from '../lib/bytes.ts'
import { readJson } from '../lib/decode.ts'
import { apiTokenName, secretName, secretValues } from '../lib/names.ts'
import type { Hook } from '../mapping/hook.ts'
import { isWanted, keptFields, mapFields } from '../mapping/map.ts'
import type { OutboxPorts } from '../outbox/ports.ts'
import type { LookedUp } from '../sources/source.ts'
import type { Config } from './define-config.ts'

/** One alarm asks for several, and calls wait meanwhile. */
const GIVE_UP_MS = 5_000
const MAX_ANSWER_BYTES = 256 * 1024
/** `Response` refuses a body with these. */
const BODILESS = [101, 204, 205, 304]

/** Asks a hook's sender for the rest of an event, and maps it: for the outbox, after the webhook was answered. Never throws. */
export function lookUps(config: Config, env: object): OutboxPorts['lookUp'] {
  return async (name, fields) => {
    const hook = Object.hasOwn(config.hooks, name) ? config.hooks[name] : undefined
    if (hook === undefined)
      return { kind: 'failed', message: 'The hook is no longer in the config' }
    const kept = readJson(fields)
    if (kept === undefined) return { kind: 'failed', message: 'What was kept of it cannot be read' }
    const whole = await wholeFields(name, hook, env, kept)
    if (!whole.ok) return { kind: 'failed', message: whole.message }
    if (whole.skip) return { kind: 'unwanted', reason: whole.skip }
    if (!isWanted(hook, whole.fields)) return { kind: 'unwanted' }
    const secrets = secretValues(env, secretName(name))
    return {
      kind: 'mapped',
      mapped: mapFields(hook, whole.fields, Date.now()),
      fields: keptFields(whole.fields, secrets, hook.source.secretMembers),
    }
  }
}

/** The fields as they come where the source has no look-up; else what the vendor says, or what to do about it. */
export async function wholeFields(
  name: string,
  { source }: Hook,
  env: object,
  fields: unknown,
  ask: typeof fetch = fetch,
): Promise<LookedUp<unknown>> {
  if (source.lookUp === undefined) return { ok: true, fields }
  const secret = apiTokenName(name)
  const [token] = secretValues(env, secret)
  if (token === undefined) {
    return failed(
      `${source.title} sends ids only, and the secret ${secret} with which the rest is looked up is not set: store it with wrangler secret put`,
    )
  }
  const ending = new AbortController()
  const late = failed(`${source.title} did not answer within ${GIVE_UP_MS / 1_000} s`)
  try {
    const looking = source.lookUp(fields, { token, fetch: guarded(ask, ending.signal) })
    const found = await atMost(GIVE_UP_MS, looking, late)
    return found.ok ? found : failed(found.message.replaceAll(token, '…'))
  } catch (error) {
    // Its text may repeat a URL or a token.
    const kind = error instanceof Error ? error.name : 'no Error'
    return failed(`${source.title} could not be asked for the rest (${kind})`)
  } finally {
    ending.abort()
  }
}

function failed(message: string): LookedUp<unknown> {
  return { ok: false, message }
}

/** A `fetch` that a token may be given to. */
function guarded(ask: typeof fetch, signal: AbortSignal) {
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    if (new URL(url).protocol !== 'https:') throw new TypeError('Only https is asked')
    const response = await ask(url, { ...init, redirect: 'manual', signal })
    const { body, status, headers } = response
    const bytes = await readStream(body, { maxBytes: MAX_ANSWER_BYTES, deadlineMs: GIVE_UP_MS })
    if (typeof bytes === 'string') throw new RangeError('The answer is too large or too slow')
    return new Response(BODILESS.includes(status) ? null : bytes, {
      status: status === 0 ? 302 : status,
      headers,
    })
  }
}
