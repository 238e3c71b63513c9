/** The Worker's bindings. Secrets of hooks and accounts are looked up by name. */

import type { OutboxObject } from '../outbox/outbox.ts'

export interface Env {
  readonly SEEN: KVNamespace
  readonly OUTBOX: DurableObjectNamespace<OutboxObject>
  readonly ADMIN_SECRET?: string
  /** Cloudflare Access in front of the console: the team's domain and the application's audience tag. */
  readonly ACCESS_TEAM_DOMAIN?: string
  readonly ACCESS_AUD?: string
  /** Set by `npm start` alone: allows what only a sandbox may. */
  readonly USHER_SANDBOX?: string
}

/** The outbox of an account. */
export function outboxOf(env: Env, account: string): DurableObjectStub<OutboxObject> {
  return env.OUTBOX.get(env.OUTBOX.idFromName(account))
}
