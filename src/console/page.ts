/** What every page of the console is made with. */

import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Admin } from '../operator/admin.ts'
import type { Stop } from '../outbox/admin/account.ts'
import type { Clock } from './clock.ts'

/** What a component gives. */
export type Html = JSX.Element
export type { Child }

export interface Visit {
  readonly admin: Admin
  readonly clock: Clock
  /** A form's own result, of those in `DONE`. */
  readonly done: string | null
  /** How many leads that result touched; null: it does not say. */
  readonly touched: number | null
  /** Accounts that make no calls now: no page may say that leads go out. */
  readonly stopped: ReadonlyMap<string, Stop>
}

export interface Page {
  readonly title: string
  /** Which place of the navigation it belongs to. */
  readonly place: (typeof PLACES)[number][0] | null
  readonly body: Html
  /** Whether the script asks for news of it. */
  readonly live?: boolean
  readonly status?: 200 | 400 | 401 | 404 | 409 | 429
}

/** What a form was sent with. */
export interface Sent {
  /** What `:id` of the path is. */
  readonly id: string
  /** What its last segment is. */
  readonly verb: string
  readonly query: URLSearchParams
  /** By name; a repeated one is a list. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** What a form leads to: a page, where to go on, or a file. */
export type FormAnswer = Page | { readonly to: string } | Response

export const PLACES = [
  ['overview', 'Overview', '/console'],
  ['deliveries', 'Deliveries', '/console/deliveries'],
  ['groups', 'Groups', '/console/groups'],
  ['people', 'People', '/console/people'],
  ['hooks', 'Hooks', '/console/hooks'],
  ['audit', 'Audit', '/console/audit'],
  ['settings', 'Settings', '/console/settings'],
  ['api', 'API', '/console/api'],
] as const
