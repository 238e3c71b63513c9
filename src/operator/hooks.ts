/** Hooks as their operator sees them: where to post, whether they are ready, and what came in lately. */

import { outboxOf } from '../env.ts'
import { secretName } from '../names.ts'
import { paceTrouble, readinessOf } from '../readiness.ts'
import { urlToken } from '../schemes/url-token.ts'
import type { SourceKind } from '../source.ts'
import { type Desk, hookOf } from './desk.ts'

export interface HookState {
  readonly name: string
  readonly account: string
  readonly source: string
  readonly sourceTitle: string
  readonly kind: SourceKind
  /** Ends in `{secret}` for senders that can set nothing but a URL. */
  readonly url: string
  /** How the sender proves itself. */
  readonly proof: string
  readonly secretName: string
  /** How many values the secret has, while it is being rotated. */
  readonly secrets: number
  /** Why it lets nothing through; null: it is ready. */
  readonly trouble: string | null
  readonly consent: string
  readonly mapping: 'own' | 'sender'
}

export interface HookDetails extends HookState {
  readonly lastReceivedAt: string | null
  /** Of its last 200 deliveries. */
  readonly seen: number
  readonly held: number
  readonly parked: number
  /** What came last, masked, and its delivery. */
  readonly lastFields: { readonly id: string; readonly fields: unknown } | null
}

/** Every hook of the config. */
export function hookStates(desk: Desk): HookState[] {
  return Object.keys(desk.config.hooks).flatMap((name) => hookState(desk, name) ?? [])
}

export function hookState(desk: Desk, name: string): HookState | null {
  const hook = hookOf(desk, name)
  if (hook === null) return null
  const { config, env, origin } = desk
  const { source, account = 'default' } = hook
  const readiness = readinessOf(name, hook, env)
  const url = `${config.publicUrl ?? origin}/hooks/${name}`
  return {
    name,
    account,
    source: source.name,
    sourceTitle: source.title,
    kind: source.kind,
    url: source.scheme === urlToken ? `${url}/{secret}` : url,
    proof: source.scheme.title,
    secretName: secretName(name),
    secrets: readiness.ready ? readiness.secrets.length : 0,
    trouble: readiness.ready ? paceTrouble(hook, config, env) : readiness.because,
    consent: consentText(hook.consent),
    mapping: hook.fields === undefined ? 'sender' : 'own',
  }
}

export async function hookDetails(desk: Desk, name: string): Promise<HookDetails | null> {
  const state = hookState(desk, name)
  if (state === null) return null
  const { last, ...facts } = await outboxOf(desk.env, state.account).hookFacts(name)
  const lastFields = last && { id: last.id, fields: JSON.parse(last.fields) }
  return { ...state, ...facts, lastFields }
}

function consentText(consent: NonNullable<ReturnType<typeof hookOf>>['consent']): string {
  if (consent === undefined || consent === 'none') return 'nobody asked'
  return 'field' in consent ? `the answer to “${consent.field}”` : `attested: ${consent.attested}`
}
