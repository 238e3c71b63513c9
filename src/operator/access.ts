/** Cloudflare Access in front of the console: who it says has come, in a JWT that its team's keys signed. */

import { verifyWithJwks } from 'hono/jwt'
import * as v from 'valibot'
import { atMost } from '../lib/bytes.ts'
import { errorText, log } from '../lib/log.ts'

export const ACCESS_HEADER = 'cf-access-jwt-assertion'
/** Access changes its keys every six weeks. */
const KEEP_KEYS_MS = 60 * 60_000
/** An unknown key may be new or forged: keys are fetched again after this long at the earliest. */
const ASK_AGAIN_MS = 60_000
const FETCH_MS = 5_000

interface AccessSettings {
  /** `team.cloudflareaccess.com`. */
  readonly teamDomain: string
  /** The application's audience tag. */
  readonly audience: string
}

const DOMAIN = 'ACCESS_TEAM_DOMAIN'
const AUDIENCE = 'ACCESS_AUD'

/**
 * What ACCESS_TEAM_DOMAIN and ACCESS_AUD say; null where neither is set. `missing`: the one that is not set, beside the other. No one
 * is let in then: an operator who set one wants no login by the secret.
 */
export function accessSettings(env: object): AccessSettings | { readonly missing: string } | null {
  const [domain, audience] = [DOMAIN, AUDIENCE].map((name) => {
    const value: unknown = Reflect.get(env, name)
    return typeof value === 'string' ? value.trim() : ''
  })
  const teamDomain = domain?.replace(/^https:\/\//, '').replace(/\/$/, '')
  if (!teamDomain && !audience) return null
  if (!teamDomain) return { missing: DOMAIN }
  return audience ? { teamDomain, audience } : { missing: AUDIENCE }
}

const jwksSchema = v.object({ keys: v.array(v.looseObject({ kid: v.string(), kty: v.string() })) })
const claimsSchema = v.object({
  exp: v.number(),
  email: v.optional(v.string()),
  sub: v.optional(v.string()),
})

type AccessKey = NonNullable<Parameters<typeof verifyWithJwks>[1]['keys']>[number]

const known = new Map<string, { readonly keys: readonly AccessKey[]; readonly at: number }>()

/** The user that a valid token names, or null. */
export async function accessUser(
  token: string,
  settings: AccessSettings,
  now: number,
): Promise<string | null> {
  const { teamDomain, audience } = settings
  for (const patience of [KEEP_KEYS_MS, ASK_AGAIN_MS]) {
    const keys = await keysOf(teamDomain, now, patience)
    try {
      const claims = await verifyWithJwks(token, {
        keys: [...keys],
        allowedAlgorithms: ['RS256'],
        verification: { iss: `https://${teamDomain}`, aud: audience },
      })
      const parsed = v.safeParse(claimsSchema, claims)
      return parsed.success ? (parsed.output.email ?? parsed.output.sub ?? 'Access') : null
    } catch (error) {
      // Its message may hold the token.
      log('access.refused', { reason: error instanceof Error ? error.name : 'not an Error' })
    }
  }
  return null
}

async function keysOf(
  teamDomain: string,
  now: number,
  patienceMs: number,
): Promise<readonly AccessKey[]> {
  const before = known.get(teamDomain)
  if (before !== undefined && now - before.at < patienceMs) return before.keys
  try {
    const url = `https://${teamDomain}/cdn-cgi/access/certs`
    const response = await atMost(FETCH_MS, fetch(url, { redirect: 'manual' }), null)
    const { keys } = v.parse(jwksSchema, await response?.json())
    known.set(teamDomain, { keys, at: now })
    return keys
  } catch (error) {
    log('access.no_keys', { error: errorText(error) })
    // Old keys are better than none.
    if (before !== undefined) known.set(teamDomain, { ...before, at: now })
    return before?.keys ?? []
  }
}
