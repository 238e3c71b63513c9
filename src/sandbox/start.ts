/** `npm start`: the Worker in workerd and a stand-in for EazyBe beside it, offline, with its state on disk. */

import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { secretValues, tokenName } from '../lib/names.ts'
import type { Config } from '../setup/define-config.ts'
import { run, Trouble } from './command-line.ts'
import { addToDevVars, missingSecrets, readDevVars, type Vars } from './dev-vars.ts'
import { startEazybe } from './eazybe/eazybe.ts'
import { loadConfig } from './load-config.ts'
import { forgetAddress, freePort, writeAddress } from './runner/address.ts'
import { bundleWorker } from './runner/esbuild.ts'
import { type Edited, type LiveWorker, outbound, startWorker } from './runner/live-worker.ts'
import { claimState, untilNpmIsGone } from './runner/processes.ts'
import { welcome } from './runner/welcome.ts'
import { ROOT, readSettings, type Settings, shownPath } from './settings.ts'

const READY_WITHIN_MS = 20_000
const ASK_AGAIN_MS = 25
/** Editors write a file in several steps. */
const SETTLE_MS = 100
/** After that the process ends whatever still holds it. */
const CLOSE_WITHIN_MS = 3_000

/** What the files say now. */
interface PreparedStart extends Edited {
  readonly config: Config
  /** Names of secrets that were missing and have been made up. */
  readonly made: readonly string[]
}

await run(start)
// Whatever still waits for something, it is over.
process.exit()

async function start(): Promise<number> {
  const settings = readSettings(process.env)
  const npmIsGone = untilNpmIsGone(process.env)
  await claimState(settings.stateDir)
  const port = await freePort(settings.port, 'PORT')
  const sandboxPort = await freePort(settings.sandboxPort, 'SANDBOX_PORT')
  const running = { prepared: await prepare(settings) }
  const { stateDir, devVarsFile } = settings
  const token = (): string => tokensOf(running.prepared)
  const eazybe = await startEazybe({ port: sandboxPort, stateDir, token }).catch((error: Error) => {
    throw new Trouble(`The sandbox does not start: ${error.message}`)
  })
  try {
    const send = outbound(eazybe.fetch)
    const worker = await startWorker({ ...running.prepared, port, stateDir, outbound: send })
    try {
      const stopped = Promise.race([untilSignal(), npmIsGone])
      await untilHealthy(worker.url)
      reloadOnEdits(settings, worker, running)
      const urls = { url: worker.url, sandboxUrl: eazybe.url }
      writeAddress(stateDir, urls)
      const seconds = performance.now() / 1_000
      const devVars = shownPath(devVarsFile)
      console.log(welcome({ ...running.prepared, ...urls, devVars, seconds }))
      await stopped
    } finally {
      setTimeout(() => process.exit(), CLOSE_WITHIN_MS).unref()
      forgetAddress(stateDir)
      await worker.close()
    }
  } finally {
    await eazybe.close()
  }
  return 0
}

/** Reads and bundles everything that may be edited, and makes up secrets that are missing. */
async function prepare({ configFile, devVarsFile, pace }: Settings): Promise<PreparedStart> {
  const [config, { code, map }] = await Promise.all([
    loadConfig(configFile),
    bundleWorker(configFile),
  ])
  const missing = missingSecrets(config, readDevVars(devVarsFile))
  const made = Object.keys(missing)
  if (made.length > 0) addToDevVars(devVarsFile, missing)
  // The Worker lets the sandbox's secrets and pace in only where it sees this; nothing that is deployed sets it.
  const vars = {
    ...readDevVars(devVarsFile),
    USHER_SANDBOX: '1',
    ...(pace && { USHER_PACE: pace }),
  }
  return { config, code, map, vars, made }
}

/** Every account's token opens the sandbox. */
function tokensOf({ config, vars }: { readonly config: Config; readonly vars: Vars }): string {
  return Object.keys(config.accounts)
    .flatMap((account) => secretValues(vars, tokenName(account)))
    .join('\n')
}

/** Resolves when the terminal or a supervisor says so. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // Miniflare has put one there that ends the process before anything is closed.
      process.removeAllListeners(signal)
      process.once(signal, () => resolve())
    }
  })
}

async function untilHealthy(url: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS
  let answer = 'nothing'
  while (Date.now() < until) {
    const response = await fetch(`${url}/health`).catch(() => null)
    if (response?.status === 200) return
    if (response !== null) answer = `${response.status} ${await response.text()}`
    await sleep(ASK_AGAIN_MS)
  }
  throw new Trouble(`The Worker did not become healthy: GET /health answers ${answer}`)
}

/** Replaces the Worker after each edit that changes it; a mistake is shown and the one from before goes on. */
function reloadOnEdits(
  settings: Settings,
  worker: LiveWorker,
  running: { prepared: PreparedStart },
): void {
  let mistaken = false
  let turn = Promise.resolve()

  const reload = async (): Promise<void> => {
    try {
      const next = await prepare(settings)
      if (next.made.length > 0) console.log(`Made up ${next.made.join(', ')}.`)
      const { code, vars } = running.prepared
      const same = next.code === code && JSON.stringify(next.vars) === JSON.stringify(vars)
      if (!same) await worker.replace(next)
      if (!same || mistaken) console.log(`Reloaded at ${new Date().toLocaleTimeString()}.`)
      running.prepared = next
      mistaken = false
    } catch (error) {
      mistaken = true
      console.error(error instanceof Trouble ? error.message : error)
      console.error('Not reloaded: the Worker from before keeps running.')
    }
  }
  const { configFile, devVarsFile } = settings
  watchForEdits([resolve(ROOT, 'src')], [configFile, devVarsFile], () => {
    turn = turn.then(reload)
  })
}

/** Calls back once after a burst of edits, of something under the folders or of one of the files. */
function watchForEdits(
  folders: readonly string[],
  files: readonly string[],
  edited: () => void,
): void {
  let timer: NodeJS.Timeout | undefined
  const settle = (): void => {
    clearTimeout(timer)
    timer = setTimeout(edited, SETTLE_MS)
  }
  for (const folder of folders) watch(folder, { recursive: true, persistent: false }, settle)
  // A file's folder, since editors put a new file in the old one's place.
  for (const file of files) {
    watch(dirname(file), { persistent: false }, (_event, name) => {
      if (name === basename(file)) settle()
    })
  }
}
