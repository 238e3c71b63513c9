/** `npm run deploy`: wrangler's deploy, once the config is known to have no mistakes. Further arguments go to wrangler. */

import { wrangler } from './checking/wrangler-cli.ts'
import { loadConfig } from './load-config.ts'
import { readSettings } from './settings.ts'
import { run } from './trouble.ts'

await run(deploy)

async function deploy(): Promise<number> {
  await loadConfig(readSettings({}).configFile)
  return wrangler(['deploy', ...process.argv.slice(2)])
}
