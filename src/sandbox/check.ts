/** `npm run check`: whether config, secrets and bindings fit together, and with `--remote` whether EazyBe takes the tokens. */

import { styleText } from 'node:util'
import type { Config } from '../define-config.ts'
import { secretValues, tokenName } from '../names.ts'
import { askEazybe } from './checking/ask-eazybe.ts'
import { checkReport } from './checking/check-report.ts'
import { table } from './checking/table.ts'
import { readWranglerToml } from './checking/wrangler-toml.ts'
import { readCommandLine } from './command-line.ts'
import { readDevVars } from './dev-vars.ts'
import { SANDBOX_TOKEN_PREFIX } from './fresh-secrets.ts'
import { loadConfig } from './load-config.ts'
import { DECLARED } from './runner/worker-options.ts'
import { readSettings } from './settings.ts'
import { run } from './trouble.ts'

const USAGE = 'npm run check -- [--remote]'
/** Where secrets are looked for, and where those of the deployed Worker are set. */
const WHERE = `
Secrets are read from .dev.vars, where npm start makes up what is missing, and from the environment.
A deployed Worker has its own: npx wrangler secret put NAME`

await run(check)

async function check(): Promise<number> {
  const options = { remote: { type: 'boolean', default: false } } as const
  const { remote } = readCommandLine(USAGE, { options }).values
  const { configFile, devVarsFile } = readSettings(process.env)
  const config = await loadConfig(configFile)
  const env = secretsOf(process.env, readDevVars(devVarsFile))
  const declared = await readWranglerToml()
  const report = checkReport({ config, env, declared, needed: DECLARED })
  const refused = remote ? await refusals(config, env) : []

  for (const rows of [report.hooks, report.accounts]) {
    for (const line of table(rows)) console.log(line)
    console.log()
  }
  const wrong = [...report.wrong, ...refused]
  for (const line of report.doubtful) say('yellow', `Doubtful  ${line}`)
  for (const line of wrong) say('red', `Wrong     ${line}`)
  if (wrong.length === 0) say('green', 'Config, secrets and bindings fit together.')
  else console.log(WHERE)
  return wrong.length === 0 ? 0 : 1
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
