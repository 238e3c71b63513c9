/** What can be known of a deployed Worker from outside: a row for each thing, with what to do about it. */

import * as v from 'valibot'
import { secretValues, tokenName } from '../../lib/names.ts'
import type { Config } from '../../setup/define-config.ts'
import { SANDBOX_TOKEN_PREFIX } from '../dev-vars.ts'
import { neededSecrets } from '../secrets.ts'
import { environmentArguments, type Wrangler } from './wrangler-cli.ts'

const TIMEOUT_MS = 10_000
const UNSIGNED = '{"unsigned":true}'

interface RemoteRow {
  readonly what: string
  readonly found: string
  /** Empty: nothing. */
  readonly toDo: string
  readonly ok: boolean
}

export interface Remote {
  readonly config: Config
  /** Where the Worker is, without a slash at the end; null: not known. */
  readonly url: string | null
  /** Tokens of this machine, by name. */
  readonly env: object
  readonly fetch: typeof fetch
  /** Names of the secrets that the Worker has; throws where Cloudflare does not say. */
  readonly secretsSet: () => readonly string[]
  /** What runs there, as Cloudflare tells one who is logged in; throws where it does not. */
  readonly deployed: () => Deployed
}

/** The version that was deployed last. */
interface Deployed {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  /** What `npm run deploy` noted: the release and commit. Null where another command deployed it. */
  readonly note: string | null
}

/** Asks EazyBe, Cloudflare and the Worker. It posts to each hook what proves nothing, and stores nothing. */
export async function remoteRows(remote: Remote): Promise<RemoteRow[]> {
  const { config, url } = remote
  const tokens = Object.keys(config.accounts).map((account) => tokenRow(remote, tokenName(account)))
  const rows = [...(await Promise.all(tokens)), secretsRow(remote), versionRow(remote)]
  if (url === null) {
    const toDo = 'set publicUrl in src/config.ts, or add --url https://usher.YOU.workers.dev'
    return [...rows, bad('the Worker', 'its address is not known', toDo)]
  }
  const health = await healthRow(remote, url)
  if (!health.ok) return [...rows, health]
  const hooks = Object.keys(config.hooks).map((name) => hookRow(remote, url, name))
  return [...rows, health, ...(await Promise.all(hooks))]
}

async function tokenRow({ env, fetch }: Remote, name: string): Promise<RemoteRow> {
  const [token] = secretValues(env, name)
  if (token === undefined || token.startsWith(SANDBOX_TOKEN_PREFIX)) {
    const toDo = `to ask EazyBe once: ${name}=… npm run check -- --remote`
    return { what: name, found: 'not asked: this machine has only the sandbox’s', toDo, ok: true }
  }
  const { taken, because } = await askEazybe(token, fetch)
  if (taken) return good(name, because)
  return bad(name, because, 'copy it again from workspace.eazybe.com, Organization')
}

function secretsRow({ config, secretsSet }: Remote): RemoteRow {
  const what = 'secrets'
  try {
    const set = secretsSet()
    const missing = neededSecrets(config).filter(
      ({ name, optional }) => !optional && !set.includes(name),
    )
    if (missing.length === 0) return good(what, `all ${set.length} are there`)
    return bad(what, `missing: ${missing.map(({ name }) => name).join(', ')}`, 'npm run secrets')
  } catch {
    const toDo = 'npx wrangler login, or CLOUDFLARE_API_TOKEN=…'
    return bad(what, 'Cloudflare does not tell them', toDo)
  }
}

function versionRow({ deployed }: Remote): RemoteRow {
  const what = 'version'
  try {
    const { id, at, note } = deployed()
    return good(what, `${note ?? 'not deployed by npm run deploy'}, since ${at} (${id})`)
  } catch {
    return bad(what, 'Cloudflare does not tell it', 'npx wrangler login, and npm run deploy')
  }
}

const statusSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    created_on: v.string(),
    versions: v.tupleWithRest([v.object({ version_id: v.string() })], v.unknown()),
  }),
)
const versionSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ annotations: v.optional(v.object({ 'workers/message': v.optional(v.string()) })) }),
)

/** Asks Cloudflare what runs. */
export function askDeployed(wrangler: Wrangler, environment: string | null): Deployed {
  const where = ['--json', ...environmentArguments(environment)]
  const status = v.parse(statusSchema, wrangler(['deployments', 'status', ...where]).stdout)
  const [{ version_id: id }] = status.versions
  const version = v.parse(versionSchema, wrangler(['versions', 'view', id, ...where]).stdout)
  return { id, at: status.created_on, note: version.annotations?.['workers/message'] ?? null }
}

async function healthRow(remote: Remote, url: string): Promise<RemoteRow> {
  const what = `${url}/health`
  const response = await reach(remote, `${url}/health`, {})
  if (response === null)
    return bad(what, 'cannot be reached', 'npm run deploy, or mend the address')
  const text = await response.text().catch(() => '')
  const isUsher = response.status === 200 && text.includes('"status":"ok"')
  if (!isUsher) return bad(what, `answers ${response.status}, and is not Usher`, 'mend the address')
  return good(what, 'answers')
}

async function hookRow(remote: Remote, url: string, name: string): Promise<RemoteRow> {
  const what = `/hooks/${name}`
  const response = await reach(remote, `${url}/hooks/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: UNSIGNED,
  })
  await response?.body?.cancel()
  switch (response?.status) {
    case 401:
      return good(what, 'refuses what is not signed')
    case 404:
      return bad(what, 'is not there', 'npm run deploy: the Worker has an older config')
    case 503:
      return bad(what, 'is not ready', 'npm run secrets')
    case undefined:
      return bad(what, 'cannot be reached', 'try again')
    default:
      return bad(what, `answers ${response?.status} to an unsigned post`, 'see npx wrangler tail')
  }
}

async function reach({ fetch }: Remote, url: string, init: RequestInit): Promise<Response | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    return await fetch(url, { ...init, redirect: 'manual', signal })
  } catch {
    return null
  }
}

function good(what: string, found: string): RemoteRow {
  return { what, found, toDo: '', ok: true }
}

function bad(what: string, found: string, toDo: string): RemoteRow {
  return { what, found, toDo, ok: false }
}

const ACTIVE_USERS = 'https://api.eazybe.com/v2/users/public/last-active'

interface Opinion {
  readonly taken: boolean
  /** Half a sentence, without the token. */
  readonly because: string
}

/** Whether EazyBe takes it. The token goes nowhere but there, and not across a redirect. */
export async function askEazybe(token: string, ask: typeof fetch = fetch): Promise<Opinion> {
  try {
    const response = await ask(ACTIVE_USERS, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    const { status } = response
    if (status === 200) return { taken: true, because: 'EazyBe takes it' }
    const refused = status === 401 || status === 403
    return {
      taken: false,
      because: refused ? `EazyBe refuses it (${status})` : `EazyBe answers ${status}`,
    }
  } catch {
    return { taken: false, because: 'EazyBe cannot be reached' }
  }
}
