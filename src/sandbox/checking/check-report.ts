/** What `npm run check` finds: a table of hooks and one of accounts, with what is wrong and what is doubtful. */

import { apiTokenName, secretName, secretValues, tokenName } from '../../lib/names.ts'
import type { Hook } from '../../mapping/hook.ts'
import { typedName } from '../../mapping/typed-names.ts'
import { accessSettings } from '../../operator/access.ts'
import { adminSecretFlaw } from '../../operator/admin-secret.ts'
import { type AccountOptions, DEFAULT_QUIET } from '../../outbox/dispatch/pace.ts'
import type { Config } from '../../setup/define-config.ts'
import { readinessOf } from '../../setup/readiness.ts'
import { SANDBOX_TOKEN_PREFIX } from '../dev-vars.ts'
import type { Declaration } from './wrangler-cli.ts'

/** With one of these at 0 an account makes no call. */
const STOPPING = ['peoplePerHour', 'peoplePerDay'] as const

export interface Checked {
  readonly config: Config
  /** Secrets and variables by name. */
  readonly env: object
  /** What wrangler.toml says, and what the code needs. */
  readonly declared: Declaration
  readonly needed: Declaration
}

export interface Report {
  /** A heading, then one row each. */
  readonly hooks: readonly (readonly string[])[]
  readonly accounts: readonly (readonly string[])[]
  /** Nothing works right until these are mended. */
  readonly wrong: readonly string[]
  /** It works; whether it should is for a human to say. */
  readonly doubtful: readonly string[]
}

/** Looks at everything that can be known without a request. */
export function checkReport({ config, env, declared, needed }: Checked): Report {
  const hooks = Object.entries(config.hooks).map(([name, hook]) => hookFinding(name, hook, env))
  const accounts = Object.entries(config.accounts).map(([name, options]) =>
    accountFinding(name, options, env),
  )
  const rest = [adminFinding(env), alertFinding(env), bindingFinding(declared, needed)]
  const findings: Finding[] = [...hooks, ...accounts, ...rest]
  const at = config.publicUrl ?? ''
  return {
    hooks: [
      ['hook', 'URL', 'source', 'secret', 'consent', 'account'],
      ...hooks.map(({ row: [name = '', ...row] }) => [name, `${at}/hooks/${name}`, ...row]),
    ],
    accounts: [['account', 'token', 'pace', 'quiet hours'], ...accounts.map(({ row }) => row)],
    wrong: findings.flatMap(({ wrong = [] }) => wrong),
    doubtful: findings.flatMap(({ doubtful = [] }) => doubtful),
  }
}

interface Finding {
  readonly wrong?: readonly string[]
  readonly doubtful?: readonly string[]
}

/** Of a hook or an account, which has a row in its table. */
interface RowFinding extends Finding {
  readonly row: readonly string[]
}

function hookFinding(name: string, hook: Hook, env: object): RowFinding {
  const { source, account = 'default' } = hook
  const readiness = readinessOf(name, hook, env)
  const wrong = [
    ...(readiness.ready ? [] : [`Hook ${name}: ${readiness.because}.`]),
    ...missingApiToken(name, hook, env),
  ]
  const doubts = [consentDoubt(hook), nameDoubt(hook)].filter((one) => one !== null)
  return {
    row: [name, source.title, secretCell(name, env, readiness.ready), consentCell(hook), account],
    wrong,
    doubtful: doubts.map((one) => `Hook ${name}: ${one}.`),
  }
}

function missingApiToken(name: string, { source }: Hook, env: object): string[] {
  const token = apiTokenName(name)
  return source.lookUp === undefined || secretValues(env, token).length > 0
    ? []
    : [`Hook ${name}: ${source.title} sends ids only, and the secret ${token} is not set.`]
}

function secretCell(name: string, env: object, ready: boolean): string {
  const values = secretValues(env, secretName(name))
  if (values.length === 0) return 'missing'
  if (!ready) return 'unusable'
  return values.length === 1 ? 'present' : `${values.length} values`
}

function consentCell({ consent }: Hook): string {
  if (consent === undefined) return 'not said'
  if (consent === 'none') return 'none'
  return 'field' in consent ? `answer to ${consent.field}` : 'attested'
}

function consentDoubt({ consent, source }: Hook): string | null {
  if (consent === 'none')
    return 'people are not asked whether they want to join; WhatsApp asks that of you'
  if (consent === undefined) return 'does not say where people agreed; add consent: { attested: … }'
  if (source.kind === 'form' && 'attested' in consent) {
    return 'a form can ask for consent itself; name the question with consent: { field: … }'
  }
  return null
}

function nameDoubt(hook: Hook): string | null {
  return hook.groups === undefined && typedName(hook) === 'unknown'
    ? 'nothing made up fits its fields, so its visitors are taken to type the name of its groups: it may use only groups of its own. Say groups: "own", or "any"'
    : null
}

function accountFinding(name: string, options: AccountOptions, env: object): RowFinding {
  const { pace = 'steady', timeZone, quietHours = DEFAULT_QUIET } = options
  const token = tokenName(name)
  const [value] = secretValues(env, token)
  const local = value?.startsWith(SANDBOX_TOKEN_PREFIX) === true
  const quiet =
    timeZone === undefined || quietHours === false
      ? 'none'
      : `${quietHours.from} to ${quietHours.to} ${timeZone}`
  const isAwake = timeZone === undefined && quietHours !== false
  const createsNone = options.createsPerHour === 0 || options.createsPerDay === 0
  const stopping = STOPPING.filter((option) => options[option] === 0)
  const doubts = [
    local && `${token} is the sandbox’s; EazyBe does not know it.`,
    pace === 'instant' && 'pace instant is for the sandbox only.',
    isAwake && 'without a timeZone people are added at night too.',
    ...stopping.map(
      (option) =>
        `${option} is 0, so no person is ever added. To stop for a while, pause it in the console.`,
    ),
    createsNone && 'it may create no group, so leads for a new group wait without end.',
  ].filter((doubt) => doubt !== false)
  const present = local ? 'of the sandbox' : 'present'
  return {
    row: [name, value === undefined ? 'missing' : present, pace, quiet],
    wrong: value === undefined ? [`Account ${name}: the secret ${token} is not set.`] : [],
    doubtful: doubts.map((doubt) => `Account ${name}: ${doubt}`),
  }
}

function adminFinding(env: object): Finding {
  const values = secretValues(env, 'ADMIN_SECRET')
  const access = accessSettings(env)
  const flaws = values.map(adminSecretFlaw).filter((flaw) => flaw !== null)
  const wrong = [
    values.length === 0 && 'The secret ADMIN_SECRET is not set: the console and the API stay shut.',
    access !== null &&
      'missing' in access &&
      `${access.missing} is not set beside the other variable of Cloudflare Access: the console stays shut.`,
    ...flaws.map((flaw) => `ADMIN_SECRET ${flaw}.`),
  ]
  return { wrong: wrong.filter((one) => one !== false) }
}

function alertFinding(env: object): Finding {
  const [url] = secretValues(env, 'ALERT_URL')
  if (url === undefined) {
    return { doubtful: ['ALERT_URL is not set: no one is told when an account is paused.'] }
  }
  return /^https?:\/\//.test(url) && URL.canParse(url) ? {} : { wrong: ['ALERT_URL is not a URL.'] }
}

function bindingFinding(declared: Declaration, needed: Declaration): Finding {
  const kv = needed.kv.filter((binding) => !declared.kv.includes(binding))
  const objects = Object.entries(needed.objects).filter(
    ([binding, name]) => declared.objects[binding] !== name,
  )
  const missing = [
    ...kv.map((binding) => `the KV binding ${binding}`),
    ...objects.map(([binding, name]) => `the binding ${binding} of the class ${name}`),
  ]
  return { wrong: missing.map((what) => `wrangler.toml: ${what} is missing.`) }
}
