/** The delivery that a path of the API names. */

import type { Context } from 'hono'
import type { Config } from '../define-config.ts'
import type { Env } from '../env.ts'
import { readDeliveryId } from '../outbox/delivery-id.ts'
import { problemResponse } from '../problem.ts'

export type ApiContext = Context<{ Bindings: Env }>

/** Its account and number, or null where the path cannot name one. */
export function deliveryOf(c: ApiContext, config: Config): { account: string; seq: number } | null {
  const id = readDeliveryId(c.req.param('id') ?? '')
  return id !== null && Object.hasOwn(config.accounts, id.account) ? id : null
}

export function noSuchDelivery(): Response {
  return problemResponse({ reason: 'not_found', what: 'delivery' })
}
