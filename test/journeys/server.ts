/** `npm start` as journeys use it: a process group of its own on free ports, which can be killed and started again. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { secretName, secretValues } from '../../src/lib/names.ts'
import { signedSample } from '../../src/operator/sample/signed-sample.ts'
import { readDevVars, type Vars } from '../../src/sandbox/dev-vars.ts'
import type { BehaviourChange } from '../../src/sandbox/eazybe/behaviour.ts'
import { WAYS } from '../../src/sandbox/eazybe/mix.ts'
import { loadConfig } from '../../src/sandbox/load-config.ts'
import { freePort } from '../../src/sandbox/runner/address.ts'
import { isAlive, type Process, processes } from '../../src/sandbox/runner/processes.ts'
import { ROOT, readSettings } from '../../src/sandbox/settings.ts'

const READY_WITHIN_MS = 30_000
const DEAD_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 50

export interface UsherOptions {
  /** A folder of its own under the system's for temporary files when left out; then `end` removes it. */
  readonly stateDir?: string
  /** In place of `src/config.ts`: a path from the project's folder. */
  readonly config?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Which processes are killed: all, only the one that started workerd, or only workerd. */
export type Victim = 'everything' | 'runner' | 'workerd'

export interface WebhookOptions {
  /** The event's id as the sender knows it; a new one each time when left out. */
  readonly id?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Signs with this in place of the hook's secret. */
  readonly secret?: string
}

export interface Usher {
  readonly url: string
  readonly sandboxUrl: string
  readonly stateDir: string
  readonly sandbox: SandboxClient
  /** The secrets as `.dev.vars` has them now. */
  vars(): Vars
  /** Everything the runs so far have printed. */
  output(): string
  /** Posts a signed webhook of the hook's source with these answers. */
  webhook(
    hook: string,
    fields: Readonly<Record<string, string>>,
    options?: WebhookOptions,
  ): Promise<Response>
  /** Calls the API as the admin. */
  api(path: string, init?: RequestInit): Promise<Response>
  /** Ends at once, as a power cut would, also while it is starting; resolves when the processes are gone. */
  kill9(victim?: Victim): Promise<void>
  /** Asks it to end; resolves to the exit code. */
  stop(): Promise<number | null>
  /** Starts it again on the same ports and state, whatever ended it; rejects when it ends before it is ready. */
  restart(): Promise<void>
  /** Kills what runs, and removes a folder that was made for it. */
  end(): Promise<void>
}

/** Starts it and waits until it says that it is ready. */
export async function startUsher(options: UsherOptions = {}): Promise<Usher> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'usher-journey-'))
  const config = options.config === undefined ? {} : { USHER_CONFIG: resolve(ROOT, options.config) }
  const port = await freePort(0, 'PORT')
  const sandboxPort = await freePort(0, 'SANDBOX_PORT')
  // What the tests themselves run under is not what a user has.
  const { NODE_OPTIONS: _, VITEST: __, NODE_ENV: ___, ...inherited } = process.env
  const env = {
    ...inherited,
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    STATE_DIR: stateDir,
    USHER_DEV_VARS: join(stateDir, 'dev.vars'),
    ...config,
    ...options.env,
  }
  const settings = readSettings(env)
  const url = `http://127.0.0.1:${port}`
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  let output = ''
  let runner = start()
  await untilReady(runner)

  function start(): ChildProcess {
    const script = resolve(ROOT, 'src/sandbox/start.ts')
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    const child = spawn(process.execPath, [script], { cwd: ROOT, env, detached: true, stdio })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    return child
  }

  async function untilReady(child: ChildProcess): Promise<void> {
    const before = output.length
    // Not by asking: a workerd that an earlier run has left behind would answer.
    await eventually('npm start says that it is ready', READY_WITHIN_MS, () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`npm start ended before it was ready:\n${output}`)
      }
      return output.slice(before).includes('Usher is ready')
    })
  }

  async function kill9(victim: Victim = 'everything'): Promise<void> {
    const { pid } = runner
    if (pid === undefined) return
    // The whole process group at once, and without a look-up before: an answer on its way gets no time to arrive.
    if (victim === 'everything' && isAlive(pid)) process.kill(-pid, 'SIGKILL')
    const below = descendants(processes(), pid)
    // A runner that was killed before has left its workerd to init: its command line still tells whose it is.
    const left = processes().filter(({ command }) => command.startsWith(`${stateDir}/workerd `))
    const workerd = [...below, ...left].map((process) => process.pid)
    const doomed = { everything: [pid, ...workerd], runner: [pid], workerd }[victim]
    for (const one of new Set(doomed)) if (isAlive(one)) process.kill(one, 'SIGKILL')
    await eventually('the processes are gone', DEAD_WITHIN_MS, () => {
      // What init has not yet buried is dead all the same.
      const living = processes().filter(({ command }) => !command.includes('<defunct>'))
      return !living.some((process) => doomed.includes(process.pid))
    })
  }

  return {
    url,
    sandboxUrl,
    stateDir,
    sandbox: sandboxClient(sandboxUrl),
    vars: () => readDevVars(settings.devVarsFile),
    output: () => output,
    async webhook(name, fields, { id = crypto.randomUUID(), headers = {}, secret } = {}) {
      const { hooks, publicUrl } = await loadConfig(settings.configFile)
      const hook = hooks[name]
      const own = secretValues(readDevVars(settings.devVarsFile), secretName(name))[0]
      if (hook === undefined || own === undefined) throw new TypeError(`There is no hook ${name}`)
      const target = { hookName: name, hook, secret: secret ?? own, baseUrl: url, publicUrl }
      const now = Date.now()
      const sample = hook.source.sample({ fields, id, now })
      const request = await signedSample(target, sample, { id, now })
      return fetch(request.url, {
        method: 'POST',
        headers: { ...request.headers, ...headers },
        body: request.body,
      })
    },
    api(path, init = {}) {
      const secret = readDevVars(settings.devVarsFile).ADMIN_SECRET ?? ''
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${secret}`)
      return fetch(`${url}${path}`, { ...init, headers })
    },
    kill9,
    async stop() {
      if (runner.exitCode !== null || runner.signalCode !== null) return runner.exitCode
      const exit = once(runner, 'exit')
      runner.kill('SIGTERM')
      await exit
      return runner.exitCode
    },
    async restart() {
      runner = start()
      await untilReady(runner)
    },
    async end() {
      await kill9()
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

/** Resolves when `is` first says true; rejects with what was waited for after that long. */
export async function eventually(
  what: string,
  withinMs: number,
  is: () => boolean | Promise<boolean>,
): Promise<void> {
  const until = Date.now() + withinMs
  while (!(await is())) {
    if (Date.now() > until) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}

const groupsSchema = v.array(
  v.object({
    name: v.string(),
    members: v.array(v.string()),
    absent: v.array(v.string()),
    createdAt: v.string(),
  }),
)

const callsSchema = v.array(
  v.object({
    at: v.string(),
    answeredAt: v.nullable(v.string()),
    status: v.nullable(v.number()),
    inFlight: v.number(),
    /** Whether the group was changed, or would have been for a new person. */
    effect: v.nullable(v.object({ created: v.boolean() })),
    way: v.nullable(v.picklist(WAYS)),
    body: v.object({
      groupName: v.string(),
      contacts: v.array(v.string()),
      create: v.optional(v.boolean(), false),
    }),
  }),
)

export type SandboxGroup = v.InferOutput<typeof groupsSchema>[number]
export type SandboxCall = v.InferOutput<typeof callsSchema>[number]

export interface SandboxClient {
  groups(): Promise<SandboxGroup[]>
  calls(): Promise<SandboxCall[]>
  /** The switches of `PUT /behaviour`: those named change. */
  behave(change: BehaviourChange): Promise<void>
  reset(): Promise<void>
}

function sandboxClient(url: string): SandboxClient {
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, init)
    if (!response.ok)
      throw new Error(`${path} answers ${response.status}: ${await response.text()}`)
    return response.json()
  }
  return {
    groups: async () => v.parse(groupsSchema, await ask('/groups')),
    calls: async () => v.parse(callsSchema, await ask('/calls')),
    async behave(change) {
      await ask('/behaviour', { method: 'PUT', body: JSON.stringify(change) })
    },
    async reset() {
      await ask('/reset', { method: 'POST' })
    },
  }
}

function descendants(list: readonly Process[], pid: number): readonly Process[] {
  const children = list.filter(({ parent }) => parent === pid)
  return [...children, ...children.flatMap((child) => descendants(list, child.pid))]
}
