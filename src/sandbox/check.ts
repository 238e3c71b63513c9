/** `npm run check`: whether config, secrets and bindings fit together, and with `--remote` whether EazyBe takes the tokens. */

import { styleText } from 'node:util'
import { secretValues, tokenName } from '../lib/names.ts'
import type { Config } from '../setup/define-config.ts'
import { askEazybe } from './checking/ask-eazybe.ts'
import { checkReport } from './checking/check-report.ts'
import { table } from './checking/table.ts'
import { tryHook } from './checking/try-hook.ts'
import { compilerSays } from './checking/type-check.ts'
import { readWranglerToml } from './checking/wrangler-toml.ts'
import { readCommandLine } from './command-line.ts'
import { readDevVars } from './dev-vars.ts'
import { SANDBOX_TOKEN_PREFIX } from './fresh-secrets.ts'
import { loadConfig } from './load-config.ts'
import { DECLARED } from './runner/worker-options.ts'
import { readSettings } from './settings.ts'
import { run, Trouble } from './trouble.ts'

const USAGE = 'npm run check -- [--remote]'
/** Where secrets are looked for, and where those of the deployed Worker are set. */
const WHERE = `
Secrets are read from .dev.vars, where npm start makes up what is missing, and from the environment.
A deployed Worker has its own: npx wrangler secret put NAME`

await run(check)

async function check(): Promise<number> {
  const options = { remote: { type: 'boolean', default: false } } as const
  const { remote } = readCommandLine(USAGE, { options }).values
  // Our own messages stand before the compiler's: they say it in the config's words.
  const wrong = await findMistakes(remote).catch((error: unknown) => {
    if (!(error instanceof Trouble)) throw error
    say('red', error.message)
    return 1
  })
  const refusal = compilerSays()
  if (refusal !== null) console.log(`\n${refusal}`)
  const well = wrong === 0 && refusal === null
  if (well) say('green', 'Config, secrets and bindings fit together.')
  return well ? 0 : 1
}

/** Prints what is wrong and what is doubtful, and says how much is wrong. */
async function findMistakes(remote: boolean): Promise<number> {
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
  const refused = remote ? await refusals(config, env) : []

  const samples = [
    ['hook', 'a sample of it would join'],
    ...trials.map(({ name, trial }) => [name, trial.joins ?? 'nothing: see below']),
  ]
  for (const rows of [report.hooks, samples, report.accounts]) {
    for (const line of table(rows)) console.log(line)
    console.log()
  }
  const wrong = [...report.wrong, ...trials.flatMap(({ trial }) => trial.wrong), ...refused]
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

async function refusals(config: Config, env: object): Promise<string[]> {
  const asked = Object.keys(config.accounts).map(async (account) => {
    const name = tokenName(account)
    const [token] = secretValues(env, name)
    if (token === undefined) return []
    if (token.startsWith(SANDBOX_TOKEN_PREFIX)) {
      return [
        `${name} is the sandbox’s, so EazyBe was not asked: put the organization’s own into .dev.vars. npm start sends nothing out all the same.`,
      ]
    }
    const { taken, because } = await askEazybe(token)
    if (taken) console.log(`${name}: ${because}.`)
    return taken ? [] : [`${name}: ${because}.`]
  })
  return (await Promise.all(asked)).flat()
}

function say(colour: 'red' | 'yellow' | 'green', line: string): void {
  console.log(styleText(colour, line, { stream: process.stdout }))
}
