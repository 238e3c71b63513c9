/** `npm run secrets`: makes the secrets that the deployed Worker lacks, shows each once, and stores all with one call. */

import { createInterface } from 'node:readline/promises'
import * as v from 'valibot'
import { apiTokenName, secretName, secretValues, tokenName } from '../lib/names.ts'
import { adminSecretFlaw } from '../operator/admin-secret.ts'
import type { Config } from '../setup/define-config.ts'
import { askWrangler, environmentArguments, type Wrangler } from './checking/wrangler-cli.ts'
import { readCommandLine, run, Trouble } from './command-line.ts'
import { freshAdminSecret, readDevVars, SANDBOX_TOKEN_PREFIX, type Vars } from './dev-vars.ts'
import { loadConfig } from './load-config.ts'
import { readSettings } from './settings.ts'

const USAGE = 'npm run secrets -- [--env staging]'
const listSchema = v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string() })))

if (import.meta.main) await run(() => secrets(askWrangler))

async function secrets(wrangler: Wrangler): Promise<number> {
  const { env = null } = readCommandLine(USAGE, { options: { env: { type: 'string' } } }).values
  const { configFile, devVarsFile } = readSettings(process.env)
  const needed = neededSecrets(await loadConfig(configFile))
  const set = secretsSet(wrangler, env)
  const terminal = openTerminal()
  const { values, made, missing } = await collectSecrets(
    needed,
    set,
    readDevVars(devVarsFile),
    terminal,
  ).finally(() => terminal.close())
  const names = Object.keys(values)
  if (names.length > 0) {
    const stored = wrangler(
      ['secret', 'bulk', ...environmentArguments(env)],
      JSON.stringify(values),
    )
    if (!stored.ok) throw new Trouble(`Nothing was stored: ${stored.because}`)
    console.log(`\nStored ${names.join(', ')}.`)
  }
  if (made.length > 0) console.log('\nMade here, and shown only this once:')
  for (const name of made) console.log(`  ${name}  ${values[name]}`)
  if (missing.length > 0) console.log(`\nStill missing: ${missing.join(', ')}.`)
  else console.log('\nThe Worker has every secret that src/config.ts asks for.')
  return missing.length === 0 ? 0 : 1
}

/** The names of the secrets that the deployed Worker has. */
export function secretsSet(wrangler: Wrangler, environment: string | null): string[] {
  const { ok, stdout, because } = wrangler([
    'secret',
    'list',
    '--format',
    'json',
    ...environmentArguments(environment),
  ])
  if (!ok) {
    throw new Trouble(
      `Cloudflare does not tell the Worker’s secrets: ${because}\nLog in with npx wrangler login, and deploy first: npm run deploy`,
    )
  }
  const list = v.safeParse(listSchema, stdout)
  if (!list.success) throw new Trouble('wrangler lists the secrets in a form that is not known.')
  return list.output.map(({ name }) => name)
}

/** Without a person at it every question is answered by Enter. */
function openTerminal(): Terminal & { close(): void } {
  const tell = (line: string) => console.log(line)
  if (!process.stdin.isTTY) return { ask: async () => null, tell, close: () => {} }
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  return { ask: (question) => lines.question(question), tell, close: () => lines.close() }
}

interface NeededSecret {
  readonly name: string
  /** What it is, for the person who is asked for it. */
  readonly what: string
  /** A fresh one; missing where only another can tell it. */
  readonly make?: () => string
  /** Whether the Worker works without it. */
  readonly optional?: boolean
  /** Why this value will not do, as half a sentence; null: it will. */
  refuse(value: string): string | null
}

/** Every secret of the config, in the order in which they matter. */
export function neededSecrets(config: Config): NeededSecret[] {
  const hooks = Object.entries(config.hooks)
  return [
    ...Object.keys(config.accounts).map((account) => ({
      name: tokenName(account),
      what: `The Organization Auth Token of EazyBe for the account ${account} (workspace.eazybe.com, Organization)`,
      refuse: (value: string) =>
        value.startsWith(SANDBOX_TOKEN_PREFIX) ? 'is the sandbox’s' : flawOfHeader(value),
    })),
    {
      name: 'ADMIN_SECRET',
      what: 'It opens the console and the API',
      make: freshAdminSecret,
      refuse: (value: string) => adminSecretFlaw(value) ?? flawOfHeader(value),
    },
    ...hooks.map(([name, { source }]) => ({
      name: secretName(name),
      what: `What ${source.title} proves itself by: its own where it shows you one, else a new one for you to paste there`,
      make: () => source.scheme.newSecret(),
      refuse: (value: string) => source.scheme.refuseSecret(value),
    })),
    ...hooks
      .filter(([, { source }]) => source.lookUp !== undefined)
      .map(([name, { source }]) => ({
        name: apiTokenName(name),
        what: `A token of ${source.title}’s API, which tells what its webhook leaves out`,
        refuse: flawOfHeader,
      })),
    {
      name: 'ALERT_URL',
      what: 'Where alerts go: an incoming webhook of Slack, or what takes { "text": … }',
      optional: true,
      refuse: (value: string) =>
        /^https?:\/\//.test(value) && URL.canParse(value) ? null : 'is not a URL',
    },
  ]
}

/** Why a pasted value is refused, as a sentence; null: it will do. A secret of this machine stays on this machine. */
function refusalOf(needed: NeededSecret, value: string, local: Vars): string | null {
  const flaw = secretValues(local, needed.name).includes(value)
    ? 'is the one of this machine, which is in .dev.vars'
    : needed.refuse(value)
  return flaw === null ? null : `${needed.name} ${flaw}.`
}

function flawOfHeader(value: string): string | null {
  return /^[\x21-\x7e]+$/.test(value)
    ? null
    : 'holds a blank, a quote mark or a letter that no token has'
}

interface Terminal {
  /** What the person types; null: there is no person, as in a pipeline. */
  readonly ask: (question: string) => Promise<string | null>
  readonly tell: (line: string) => void
}

interface Collected {
  /** To be stored, by name. */
  readonly values: Readonly<Record<string, string>>
  /** Those of them that were made, and are shown once. */
  readonly made: readonly string[]
  /** Needed, not there, and not to be made here. */
  readonly missing: readonly string[]
}

/** Goes through what is needed and not set. Enter takes a fresh value, or leaves out what cannot be made. */
export async function collectSecrets(
  needed: readonly NeededSecret[],
  set: readonly string[],
  local: Vars,
  { ask, tell }: Terminal,
): Promise<Collected> {
  const values: Record<string, string> = {}
  const made: string[] = []
  const missing: string[] = []
  for (const secret of needed.filter(({ name }) => !set.includes(name))) {
    const { name, what, make, optional } = secret
    const enter = make === undefined ? 'Enter leaves it out' : 'Enter makes one'
    let answer = await ask(`${name}  ${what}.\n  ${enter}, or paste it: `)
    for (let refusal = check(secret, answer, local); refusal !== null; ) {
      tell(`  ${refusal}`)
      answer = await ask(`  ${enter}, or paste it: `)
      refusal = check(secret, answer, local)
    }
    if (answer) values[name] = answer.trim()
    else if (make !== undefined) {
      values[name] = make()
      made.push(name)
    } else if (!optional) missing.push(name)
  }
  return { values, made, missing }
}

function check(secret: NeededSecret, answer: string | null, local: Vars): string | null {
  const value = answer?.trim() ?? ''
  return value === '' ? null : refusalOf(secret, value, local)
}
