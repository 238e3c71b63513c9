/** Whether a hook may take webhooks here: its secrets are there, none is too weak, and its account's pace is not the sandbox's. */

import { secretName, secretValues } from '../lib/names.ts'
import type { Hook } from '../mapping/hook.ts'
import type { OutboxObject } from '../outbox/outbox.ts'
import type { Config } from './define-config.ts'

export type Readiness =
  | { readonly ready: true; readonly secrets: readonly string[] }
  | { readonly ready: false; readonly because: string }

/** Secrets that stand in documentation and examples; people paste them. */
const SAMPLES = new Set([
  'changeme',
  'my-secret',
  'mysecret',
  'secret',
  'your-secret',
  'whsec_',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
])

/** The hook's usable secrets, or why it is not ready. A hook without a secret lets nothing through. */
export function readinessOf(name: string, hook: Hook, env: object): Readiness {
  const secret = secretName(name)
  const values = secretValues(env, secret)
  if (values.length === 0) return { ready: false, because: `the secret ${secret} is not set` }
  for (const value of values) {
    const sample = SAMPLES.has(value) && !isSandbox(env)
    const flaw = sample ? 'is a sample' : hook.source.scheme.refuseSecret(value)
    if (flaw !== null) return { ready: false, because: `the secret ${secret} ${flaw}` }
  }
  return { ready: true, secrets: values }
}

/** Why a hook's account may make no calls here, or null: the sandbox's pace would get a real number banned. */
export function paceTrouble(hook: Hook, config: Config, env: object): string | null {
  const { pace } = config.accounts[hook.account ?? 'default'] ?? {}
  return pace === 'instant' && !isSandbox(env) ? 'the pace "instant" is for the sandbox only' : null
}

/** Only `npm start` binds this. */
export function isSandbox(env: object): boolean {
  return Reflect.get(env, 'USHER_SANDBOX') === '1'
}

export interface Env {
  readonly SEEN: KVNamespace
  readonly OUTBOX: DurableObjectNamespace<OutboxObject>
  /** Counts wrong admin secrets for all isolates of a location. A wrangler.toml of one's own may lack it. */
  readonly GUESSES?: RateLimit
  readonly ADMIN_SECRET?: string
  /** Cloudflare Access in front of the console: the team's domain and the application's audience tag. */
  readonly ACCESS_TEAM_DOMAIN?: string
  readonly ACCESS_AUD?: string
  /** Set by `npm start` alone: allows what only a sandbox may. */
  readonly USHER_SANDBOX?: string
}
