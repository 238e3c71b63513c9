/** `npm run secrets`: makes the secrets that the deployed Worker lacks, shows each once, and stores all with one call. */

import { createInterface } from 'node:readline/promises'
import * as v from 'valibot'
import { askWrangler, environmentArguments, type Wrangler } from './checking/wrangler-cli.ts'
import { readCommandLine } from './command-line.ts'
import { collectSecrets, neededSecrets, type Terminal } from './deploying/secrets.ts'
import { readDevVars } from './dev-vars.ts'
import { loadConfig } from './load-config.ts'
import { readSettings } from './settings.ts'
import { run, Trouble } from './trouble.ts'

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
