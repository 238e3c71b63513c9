/**
 * Follows the README in a fresh clone, command by command, and compares what it says with what is printed. Run it with
 * `npm run walkthrough`; `-- --all` runs its `npm test` as well. Commands that need a Cloudflare account are told, not run.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = resolve(import.meta.dirname, '../..')
const START_WITHIN_MS = 120_000
/** All tests take seven minutes on two cores that nothing else uses. */
const COMMAND_WITHIN_MS = 2_400_000
/** `npm test` logs more than Node keeps by default. */
const MAX_OUTPUT_BYTES = 64 * 1_048_576
const SHOWN_LINES = 100
const all = process.argv.includes('--all')

interface Step {
  /** As it stands in a `sh` block of the README; null: an option that its text names. */
  readonly told: string | null
  readonly run: string
  /** What the README says of it, as what must be printed. */
  readonly prints: readonly RegExp[]
  readonly exit?: number
  /** What else must be true then. */
  readonly holds?: () => string | null
}

const folder = mkdtempSync(join(tmpdir(), 'usher-walkthrough-'))
const clone = join(folder, 'usher')
const env = {
  ...process.env,
  PORT: '0',
  SANDBOX_PORT: '0',
  STATE_DIR: join(folder, 'state'),
  FORCE_COLOR: '0',
  // No command here reaches the Worker of a user who is logged in.
  CLOUDFLARE_API_TOKEN: 'of-no-account',
  CLOUDFLARE_ACCOUNT_ID: '0'.repeat(32),
}
const rows: string[][] = []
let failures = 0
const running: ChildProcess[] = []

try {
  walk(await begin())
} finally {
  for (const one of running) one.kill('SIGTERM')
  await sleep(1_000)
  rmSync(folder, { recursive: true, force: true })
}
for (const row of rows) console.log(row.join('  '))
console.log(
  failures === 0 ? 'The README keeps its word.' : `${failures} of its sentences are not true.`,
)
process.exitCode = failures === 0 ? 0 : 1

/** Clones, installs and starts: what every later step needs. */
async function begin(): Promise<string> {
  const cloned = timed('git clone', () => shell(`git clone -q ${ROOT} ${clone}`, folder))
  if (cloned.status !== 0) throw new Error(cloned.output)
  const readme = readFileSync(join(clone, 'README.md'), 'utf8')
  const installed = timed('npm ci', () => shell('npm ci', clone))
  if (installed.status !== 0) throw new Error(installed.output)
  const began = performance.now()
  let printed = ''
  const usher = spawn('npm', ['start'], { cwd: clone, env })
  running.push(usher)
  usher.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  usher.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  while (!/Next: .*\n/.test(printed) && performance.now() - began < START_WITHIN_MS) await sleep(50)
  note('npm start', began, [
    // "prints the address of the console, the secret that opens it, and a next step"
    ...missingFrom(printed, [
      /Console +http:\S+\/console\n/,
      /Admin secret +\S{24,} /,
      /Next: npm run send -- webinar\n/,
    ]),
  ])
  const console_ = /Console +(http:\S+)/.exec(printed)?.[1] ?? 'http://127.0.0.1:1'
  const shown = await fetch(console_).catch(() => null)
  if (shown?.ok !== true) fail(`${console_} answers ${shown?.status}`)
  return readme
}

function walk(readme: string): void {
  const config = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const steps: Step[] = [
    {
      told: 'npm run send -- webinar',
      run: 'npm run send -- webinar',
      prints: [/ {2}accepted by EazyBe/, /EazyBe accepted the call for "Webinar May"/],
    },
    {
      told: null,
      run: 'npm run send -- webinar --as-sender',
      prints: [/As Typeform documents it/, /accepted by EazyBe/],
    },
    {
      told: null,
      run: 'npm run send -- course --file payload.json',
      prints: [/payload\.json as application\/json, unchanged/, /held/],
      exit: 1,
    },
    {
      told: null,
      run: 'npm run send -- webinar --duplicate',
      prints: [/"queued"/, /"duplicate"/, /accepted by EazyBe/],
    },
    {
      told: null,
      run: 'npm run send -- webinar --tamper',
      prints: [/^401 /m, /Refused as it should be/],
    },
    { told: null, run: 'npm run send -- webinar cohort=June', prints: [/"Webinar June"/] },
    {
      told: 'npm run sources -- tally',
      run: 'npm run sources -- tally',
      prints: [/Step by step/, /its sample holds/, /webinar: hook\(\{/],
    },
    { told: null, run: 'npm run sources', prints: [/^tally +Tally +form/m, /^hubspot /m] },
    {
      told: 'npm run new -- signup tally',
      run: 'npm run new -- signup tally',
      prints: [/SIGNUP_SECRET is in \.dev\.vars/],
      holds: () =>
        / signup: hook\(\{/.test(textOf('src/config.ts')) &&
        /^SIGNUP_SECRET=\S{16,}/m.test(textOf('.dev.vars'))
          ? null
          : 'the hook or its secret is not there',
    },
    {
      told: 'npm run check',
      run: 'npm run check',
      prints: [
        /^signup +\/hooks\/signup +Tally +present/m,
        /^webinar +Webinar May: 1 person/m,
        /Config, secrets and bindings fit together/,
      ],
    },
    { told: null, run: 'npm run send -- signup', prints: [/accepted by EazyBe/] },
    { told: null, run: 'npm run lint', prints: [/No fixes applied/] },
    { told: 'npx wrangler login', run: '', prints: [] },
    {
      told: 'npm run deploy',
      run: 'npm run deploy -- --dry-run',
      prints: [/env\.SEEN/, /env\.OUTBOX/, /--dry-run: exiting/],
    },
    {
      told: 'npm run secrets',
      run: 'npm run secrets',
      prints: [/Log in with npx wrangler login/],
      exit: 1,
    },
    {
      told: 'npm run check -- --remote --url https://usher.YOU.workers.dev',
      run: 'npm run check -- --remote --url https://usher.YOU.workers.dev',
      prints: [/EAZYBE_TOKEN/, /npx wrangler login/, /\/health +cannot be reached/],
      exit: 1,
    },
    { told: 'npm ci && npm start', run: '', prints: [] },
    { told: 'npm ci && npm test', run: '', prints: [] },
  ]
  writeFileSync(join(clone, 'payload.json'), '{"event":"payment.captured","payload":{}}')
  for (const step of steps) if (step.run !== '') follow(step)

  // Its example is a config.
  writeFileSync(join(clone, 'src/config.ts'), config)
  follow({
    told: null,
    run: 'npm run check',
    prints: [/^webinar +Webinar May: 1 person/m, /fit together/],
  })
  // With a config of its own, as a reader has by now.
  if (all) follow({ told: null, run: 'npm test', prints: [/^\d+ passed, 0 failed$/m] })

  const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  )
  const untried = commands.filter((command) => !steps.some(({ told }) => told === command))
  for (const command of untried)
    fail(`The README tells "${command}", which this script does not try`)
  for (const { told, run } of steps)
    if (run === '' && told !== null && !(all && told.endsWith('test')) && !told.endsWith('start'))
      rows.push(['  not run', told])
}

function follow({ run, prints, exit = 0, holds }: Step): void {
  const began = performance.now()
  const { status, output } = shell(run, clone)
  const lacking = missingFrom(output, prints)
  const wrong = status === exit ? [] : [`it ends with ${status}, not ${exit}`]
  const after = holds?.() ?? null
  note(run, began, [...wrong, ...lacking, ...(after === null ? [] : [after])])
  if (wrong.length + lacking.length > 0)
    console.log(output.split('\n').slice(-SHOWN_LINES).join('\n'))
}

function missingFrom(text: string, prints: readonly RegExp[]): string[] {
  return prints.filter((one) => !one.test(text)).map((one) => `${one} is not printed`)
}

function note(what: string, began: number, wrong: readonly string[]): void {
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  rows.push([
    `${seconds} s`.padStart(9),
    what,
    wrong.length === 0 ? '' : `WRONG: ${wrong.join('; ')}`,
  ])
  failures += wrong.length
}

function fail(what: string): void {
  rows.push(['    WRONG', what])
  failures++
}

function timed<result>(what: string, run: () => result): result {
  const began = performance.now()
  const result = run()
  note(what, began, [])
  return result
}

function shell(command: string, cwd: string): { status: number | null; output: string } {
  // The running `npm start` is found by its state folder, as a reader's is by the usual port.
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: COMMAND_WITHIN_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  })
  return { status, output: stdout + stderr }
}

function textOf(file: string): string {
  return readFileSync(join(clone, file), 'utf8')
}
