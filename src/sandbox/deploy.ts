/** `npm run deploy`: wrangler's deploy, once the config is known to have no mistakes. Further arguments go to wrangler. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { compilerSays, environmentArguments, wrangler } from './checking/wrangler-cli.ts'
import { run, Trouble } from './command-line.ts'
import { loadConfig } from './load-config.ts'
import { ROOT, readSettings } from './settings.ts'

const packageSchema = v.object({ version: v.string() })

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
  const note = given.some((argument) => argument.startsWith('--message'))
    ? []
    : ['--message', release()]
  return wrangler(['deploy', ...(says ? [] : environmentArguments(null)), ...note, ...given])
}

/** What `npm run check -- --remote` tells of the deployed Worker: the release, and the commit where there is git. */
function release(): string {
  const { version } = v.parse(
    packageSchema,
    JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')),
  )
  const git = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' })
  return git.status === 0 ? `Usher ${version}, commit ${git.stdout.trim()}` : `Usher ${version}`
}
