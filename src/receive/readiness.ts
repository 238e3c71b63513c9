/** Whether a hook can be trusted to verify: its secrets are there, and none is too weak. */

import type { Hook } from '../hook.ts'
import { secretName, secretValues } from '../names.ts'

export type Readiness =
  | { readonly ready: true; readonly secrets: readonly string[] }
  | { readonly ready: false; readonly because: string }

/** Secrets that stand in documentation and examples; somebody will paste one. */
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
    const flaw = SAMPLES.has(value) ? 'is a sample' : hook.source.scheme.refuseSecret(value)
    if (flaw !== null) return { ready: false, because: `the secret ${secret} ${flaw}` }
  }
  return { ready: true, secrets: values }
}
