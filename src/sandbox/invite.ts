/** `npm run invite`: posts each person of a file to a hook as its sender would; `--dry-run` says what would become of them. */

import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { several } from '../console/words.ts'
import { secretName, secretValues } from '../lib/names.ts'
import { checkColumns, outcomesOf, outcomeText, planOf } from '../operator/invite-rows.ts'
import { FileFault, readPeople } from '../operator/people-file.ts'
import { type SignedSample, signedSample } from '../operator/sample/signed-sample.ts'
import { orTrouble, readCommandLine, run, Trouble } from './command-line.ts'
import { readDevVars } from './dev-vars.ts'
import { hookNamed, loadConfig } from './load-config.ts'
import { baseUrlOf } from './runner/address.ts'
import { readSettings } from './settings.ts'

const USAGE =
  'npm run invite -- people.csv --hook webinar [--dry-run] [--url https://usher.example.workers.dev]'
const OPTIONS = {
  hook: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  url: { type: 'string' },
} as const
const BAR_WIDTH = 30

await run(() =>
  invite().catch((error: unknown) => {
    throw error instanceof FileFault ? new Trouble(error.message) : error
  }),
)

async function invite(): Promise<number> {
  const { values, positionals } = readCommandLine(USAGE, {
    options: OPTIONS,
    allowPositionals: true,
  })
  const [file] = positionals
  const { hook: name, url } = values
  if (file === undefined || name === undefined)
    throw new Trouble(`Which file, and which hook? ${USAGE}`)
  const settings = readSettings(process.env)
  const config = await loadConfig(settings.configFile)
  const { accounts, publicUrl } = config
  const hook = hookNamed(config, name)
  const people = readPeople(textOf(file))
  checkColumns(name, hook, people)
  const dry = values['dry-run']
  const vars = url === undefined ? readDevVars(settings.devVarsFile) : process.env
  const [secret] = secretValues(vars, secretName(name))
  if (secret === undefined && !dry) {
    throw new Trouble(`The Worker’s own secret is needed to sign: ${secretName(name)}=… ${USAGE}`)
  }
  const key = secret ?? 'dry run'
  const outcomes = await outcomesOf({ name, hook, key }, people, Date.now())
  const { groups, days, leadsPerDay, ...plan } = planOf(
    outcomes,
    hook,
    accounts[hook.account ?? 'default'] ?? {},
  )

  for (const outcome of outcomes) {
    if (dry || outcome.joins === null) console.log(`Row ${outcome.number}  ${outcomeText(outcome)}`)
  }
  const good = outcomes.filter(({ joins }) => joins !== null)
  console.log(
    `\n${good.length} of ${outcomes.length} rows go to ${several(groups, 'group')}: ${plan.people} ${plan.people === 1 ? 'person' : 'people'}, ${several(days, 'day')} at the account’s pace with nothing else waiting.`,
  )
  if (good.length > leadsPerDay) {
    console.log(
      `More than ${leadsPerDay} a day are held as a burst, which is the hook’s leadsPerDay.`,
    )
  }
  const leftOut = outcomes.length - good.length
  if (leftOut > 0) console.log(`${leftOut} are left out, as said above.`)
  if (dry || secret === undefined) return 0

  const baseUrl = baseUrlOf(url, settings)
  const target = { hookName: name, hook, secret, baseUrl, publicUrl }
  const progress = `${file}.sent`
  const place = url === undefined ? 'here' : new URL(baseUrl).host
  const sent = new Set(existsSync(progress) ? textOf(progress).split('\n') : [])
  const before = good.filter(({ id }) => sent.has(`${place} ${id}`)).length
  if (before > 0) console.log(`${before} were posted by an earlier run (${progress}).`)
  for (const [at, { id, number, sample }] of good.entries()) {
    showProgress(at + 1, good.length)
    if (sent.has(`${place} ${id}`)) continue
    const request = await signedSample(target, sample, { id, now: Date.now() })
    const status = await post(request)
    if (status === null || status >= 300) {
      const because = status === null ? 'is not answered' : `is answered ${status}`
      throw new Trouble(
        `\nRow ${number} ${because}. The rows before it are posted; run the same command again to go on.`,
      )
    }
    appendFileSync(progress, `${place} ${id}\n`)
  }
  console.log(`\nPosted. What becomes of them: ${baseUrl}/console/deliveries?hook=${name}`)
  return leftOut === 0 ? 0 : 1
}

function showProgress(done: number, all: number): void {
  if (!process.stdout.isTTY) return
  const filled = Math.round((done / all) * BAR_WIDTH)
  process.stdout.write(`\r${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done} of ${all}`)
}

/** The status of the answer; null where there is none. */
async function post({ url, headers, body }: SignedSample): Promise<number | null> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' })
    await response.body?.cancel()
    return response.status
  } catch {
    return null
  }
}

function textOf(file: string): string {
  return orTrouble('The file cannot be read', () => readFileSync(file, 'utf8'))
}
