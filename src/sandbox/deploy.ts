/** `npm run deploy`: wrangler's deploy, once the config is known to have no mistakes. Further arguments go to wrangler. */

import { compilerSays, environmentArguments, wrangler } from './checking/wrangler-cli.ts'
import { loadConfig } from './load-config.ts'
import { readSettings } from './settings.ts'
import { run, Trouble } from './trouble.ts'

await run(deploy)

async function deploy(): Promise<number> {
  const { accounts } = await loadConfig(readSettings({}).configFile)
  const instant = Object.keys(accounts).filter((name) => accounts[name]?.pace === 'instant')
  if (instant.length > 0) {
    throw new Trouble(
      `Not deployed: the pace "instant" of ${instant.join(', ')} is for the sandbox only.`,
    )
  }
  const refusal = compilerSays()
  if (refusal !== null) throw new Trouble(`Not deployed. ${refusal}`)
  const given = process.argv.slice(2)
  const says = given.some((argument) => /^(?:--env|-e)(?:=|$)/.test(argument))
  return wrangler(['deploy', ...(says ? [] : environmentArguments(null)), ...given])
}
