/** What an operator's request works with: the config, the bindings, and the name that the audit log gives to what it does. */

import type { Context, ExecutionContext } from 'hono'
import type { Hook } from '../mapping/hook.ts'
import { outboxOf, readDeliveryId } from '../outbox/accept.ts'
import type { OutboxObject } from '../outbox/outbox.ts'
import type { Config } from '../setup/define-config.ts'
import type { Env } from '../setup/readiness.ts'

export interface Admin {
  readonly config: Config
  readonly env: Env
  /** "console", "api", or who Cloudflare Access says it is. */
  readonly actor: string
  /** Where the Worker is reached, without a slash at the end. */
  readonly origin: string
  /** Hands a request to the Worker itself, as if it had come from outside. */
  readonly dispatch: (request: Request) => Promise<Response>
}

/** What hono knows of a request on the operator’s side: the guard sets `admin`. */
export interface OperatorEnv {
  Bindings: Env
  Variables: { admin: Admin }
}

export type OperatorContext = Context<OperatorEnv>

/** The Worker itself, as the entry file hands it to the operator's side. */
export type Dispatch = (
  request: Request,
  env: Env,
  context: ExecutionContext,
) => Response | Promise<Response>

/** What an operator acts with, for this request. */
export function adminOf(
  c: OperatorContext,
  config: Config,
  dispatch: Dispatch,
  actor: string,
): Admin {
  const { origin } = new URL(c.req.url)
  return {
    config,
    env: c.env,
    actor,
    origin,
    dispatch: async (request) => dispatch(request, c.env, c.executionCtx),
  }
}

/** A thing of an outbox that an id names: `default-42` is number 42 of the account `default`. */
export interface Place {
  readonly account: string
  readonly seq: number
  readonly outbox: DurableObjectStub<OutboxObject>
}

/** Where an id of a delivery or a group leads, or null where it names no account of the config. */
export function placeOf({ config, env }: Admin, id: string): Place | null {
  const place = readDeliveryId(id)
  if (place === null || !Object.hasOwn(config.accounts, place.account)) return null
  return { ...place, outbox: outboxOf(env, place.account) }
}

/** The names of the accounts, the first of which notes what belongs to none. */
export function accountsOf({ config }: Pick<Admin, 'config'>): string[] {
  return Object.keys(config.accounts)
}

/** What each account's outbox answers, in the order of the config. */
export function fromEach<answer>(
  admin: Pick<Admin, 'config' | 'env'>,
  ask: (outbox: Place['outbox'], account: string) => Promise<answer>,
): Promise<answer[]> {
  return Promise.all(accountsOf(admin).map((account) => ask(outboxOf(admin.env, account), account)))
}

/** The hook of this name, or null: a name that came from outside may be one that every object inherits. */
export function hookOf({ config }: Pick<Admin, 'config'>, name: string): Hook | null {
  return Object.hasOwn(config.hooks, name) ? (config.hooks[name] ?? null) : null
}

/** What belongs to no account, such as a login, is noted with the first one. */
export async function noteAt(
  admin: Admin,
  action: string,
  target: string,
  detail: string | null = null,
): Promise<void> {
  const [first = 'default'] = accountsOf(admin)
  await outboxOf(admin.env, first).account().note(admin.actor, action, target, detail)
}
