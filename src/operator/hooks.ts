/** Hooks as their operator sees them: where to post, whether they are ready, and what came in lately. */

import { secretName } from '../lib/names.ts'
import type { Hook } from '../mapping/hook.ts'
import { outboxOf } from '../outbox/accept.ts'
import { urlToken } from '../schemes/token.ts'
import { paceTrouble, readinessOf } from '../setup/readiness.ts'
import { type Admin, fromEach, hookOf } from './admin.ts'
import type { HookDetails, HookState } from './shapes.ts'

type RefusedState = NonNullable<HookState['refused']>

/** By the reasons of the signature schemes. */
const BECAUSE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    missing: 'no signature came: set the secret at the sender',
    malformed:
      'the signature is not of this sender’s form: check that the hook names the right sender',
    mismatch: 'the signature does not match: compare the secret here with the sender’s',
    stale: 'the time in it is too old: check the sender’s clock, or the hook’s tolerance',
    future: 'the time in it is ahead: check the sender’s clock, or the hook’s tolerance',
  }),
)

/** Every hook of the config. */
export async function hookStates(admin: Admin): Promise<HookState[]> {
  const all = await fromEach(admin, async (_, account) => {
    return [account, await standingOf(admin, account)] as const
  })
  const standing = new Map(all)
  return Object.entries(admin.config.hooks).map(([name, hook]) =>
    stateOf(admin, name, hook, standing.get(hook.account ?? 'default')),
  )
}

/** What an outbox says of its hooks. */
async function standingOf(admin: Admin, account: string) {
  const { refused, paused } = await outboxOf(admin.env, account).hooks().states()
  const states = refused.map(({ hook, count, lastAt, because }): [string, RefusedState] => [
    hook,
    { count, lastAt: new Date(lastAt).toISOString(), because: BECAUSE.get(because) ?? because },
  ])
  return { refused: new Map(states), paused }
}

/** Holds the leads of a hook back from now on, or lets the next ones go. Gives how many that waited are held back. */
export async function setHookPaused(
  admin: Admin,
  name: string,
  paused: boolean,
): Promise<number | 'not_found'> {
  const hook = hookOf(admin, name)
  if (hook === null) return 'not_found'
  const hooks = outboxOf(admin.env, hook.account ?? 'default').hooks()
  if (paused) return hooks.pause(name, admin.actor)
  await hooks.resume(name, admin.actor)
  return 0
}

/** When each hook that was ever heard of was so last. */
export async function lastHeard(admin: Admin): Promise<ReadonlyMap<string, string>> {
  const all = await fromEach(admin, async (outbox) => outbox.hooks().heard())
  return new Map(all.flat().map(({ hook, at }) => [hook, at]))
}

/** What the config and the secrets say of a hook. */
export function stateOf(
  admin: Admin,
  name: string,
  hook: Hook,
  standing?: Awaited<ReturnType<typeof standingOf>>,
): HookState {
  const { config, env, origin } = admin
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
    refused: standing?.refused.get(name) ?? null,
    paused: standing?.paused.includes(name) ?? false,
  }
}

export async function hookDetails(admin: Admin, name: string): Promise<HookDetails | null> {
  const hook = hookOf(admin, name)
  if (hook === null) return null
  const account = hook.account ?? 'default'
  const state = stateOf(admin, name, hook, await standingOf(admin, account))
  const { last, ...facts } = await outboxOf(admin.env, account).hooks().facts(name)
  const lastFields = last && { id: last.id, fields: JSON.parse(last.fields) }
  return { ...state, ...facts, lastFields }
}

function consentText(consent: Hook['consent']): string {
  if (consent === undefined || consent === 'none') return 'not asked'
  return 'field' in consent ? `the answer to “${consent.field}”` : `attested: ${consent.attested}`
}
