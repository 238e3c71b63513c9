/** `npm run check`: whether config, secrets and bindings fit together, and with `--remote` whether EazyBe takes the tokens. */

import { styleText } from 'node:util'
import { tokenName } from '../lib/names.ts'
import type { Config } from '../setup/define-config.ts'
import { checkReport } from './checking/check-report.ts'
import { askDeployed, remoteRows } from './checking/remote.ts'
import { tryHook } from './checking/try-hook.ts'
import { askWrangler, compilerSays, readWranglerToml } from './checking/wrangler-cli.ts'
import { readCommandLine, run, Trouble, table } from './command-line.ts'
import { readDevVars } from './dev-vars.ts'
import { loadConfig } from './load-config.ts'
import { DECLARED } from './runner/live-worker.ts'
import { secretsSet } from './secrets.ts'
import { readSettings } from './settings.ts'

const USAGE =
  'npm run check -- [--remote [--url https://usher.example.workers.dev] [--env staging]]'
/** Where secrets are looked for, and where those of the deployed Worker are set. */
const WHERE = `
Secrets are read from .dev.vars, where npm start makes up what is missing, and from the environment.
A deployed Worker has its own: npm run secrets`

await run(check)

async function check(): Promise<number> {
  const options = {
    remote: { type: 'boolean', default: false },
    url: { type: 'string' },
    env: { type: 'string' },
  } as const
  const { remote, url = null, env = null } = readCommandLine(USAGE, { options }).values
  // Our own messages stand before the compiler's: they say it in the config's words.
  const wrong = await (remote ? findRemoteMistakes(url, env) : findMistakes()).catch(
    (error: unknown) => {
      if (!(error instanceof Trouble)) throw error
      say('red', error.message)
      return 1
    },
  )
  const refusal = remote ? null : compilerSays()
  if (refusal !== null) console.log(`\n${refusal}`)
  const well = wrong === 0 && refusal === null
  const praise = remote
    ? 'The deployed Worker is ready.'
    : 'Config, secrets and bindings fit together.'
  if (well) say('green', praise)
  return well ? 0 : 1
}

/** Prints what is wrong and what is doubtful, and says how much is wrong. */
async function findMistakes(): Promise<number> {
  const { configFile, devVarsFile } = readSettings(process.env)
  const config = await loadConfig(configFile)
  const env = secretsOf(process.env, readDevVars(devVarsFile))
  const declared = await readWranglerToml()
  const report = checkReport({ config, env, declared, needed: DECLARED })
  const trials = await Promise.all(
    Object.entries(config.hooks).map(async ([name, hook]) => ({
      name,
      trial: await tryHook(name, hook, Date.now()),
    })),
  )

  const samples = [
    ['hook', 'a sample of it would join'],
    ...trials.map(({ name, trial }) => [name, trial.joins ?? 'nothing: see below']),
  ]
  for (const rows of [report.hooks, samples, report.accounts]) {
    for (const line of table(rows)) console.log(line)
    console.log()
  }
  const wrong = [...report.wrong, ...trials.flatMap(({ trial }) => trial.wrong)]
  const doubtful = [...report.doubtful, ...trials.flatMap(({ trial }) => trial.doubtful)]
  for (const line of doubtful) say('yellow', `Doubtful  ${line}`)
  for (const line of wrong) say('red', `Wrong     ${line}`)
  if (wrong.length > 0) console.log(WHERE)
  return wrong.length
}

/** A secret may stand in either place; `.dev.vars` goes first where it says anything. */
function secretsOf(env: NodeJS.ProcessEnv, vars: Readonly<Record<string, string>>): object {
  return { ...env, ...Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== '')) }
}

/** Prints what is known of the deployed Worker, and says how much is wrong with it. */
async function findRemoteMistakes(url: string | null, environment: string | null): Promise<number> {
  const { configFile, devVarsFile } = readSettings(process.env)
  const config = await loadConfig(configFile)
  const rows = await remoteRows({
    config,
    url: url?.replace(/\/+$/, '') ?? config.publicUrl,
    env: { ...readDevVars(devVarsFile), ...ownTokens(config) },
    fetch,
    secretsSet: () => secretsSet(askWrangler, environment),
    deployed: () => askDeployed(askWrangler, environment),
  })
  const cells = rows.map(({ what, found, toDo, ok }) => [ok ? 'well' : 'WRONG', what, found, toDo])
  for (const line of table([['', 'what', 'found', 'to do'], ...cells])) console.log(line)
  return rows.filter(({ ok }) => !ok).length
}

/** The tokens that this one command was given. */
function ownTokens({ accounts }: Config): object {
  const names = Object.keys(accounts).map(tokenName)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.includes(name)))
}

function say(colour: 'red' | 'yellow' | 'green', line: string): void {
  console.log(styleText(colour, line, { stream: process.stdout }))
}
