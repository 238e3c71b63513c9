/** This project's own wrangler and compiler, run under this Node, and what wrangler.toml says. Nothing is asked or told on the side. */

import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { messageOf, Trouble } from '../command-line.ts'
import { ROOT } from '../settings.ts'

const WRANGLER = resolve(ROOT, 'node_modules/wrangler/bin/wrangler.js')
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

interface Ran {
  readonly ok: boolean
  readonly stdout: string
  /** What it printed beside, in one line: why it failed. */
  readonly because: string
}

/** Asks wrangler; `input` goes to its standard input, where no other program of the machine sees it. */
export type Wrangler = (args: readonly string[], input?: string) => Ran

/** Its exit code; what it prints goes to this terminal. */
export function wrangler(args: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: 'inherit',
  })
  return status ?? 1
}

/** What it prints, instead of printing it. */
export function askWrangler(args: readonly string[], input = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET, FORCE_COLOR: '0', CI: '1' },
    encoding: 'utf8',
    input,
  })
  return { ok: status === 0, stdout, because: reasonIn(`${stderr}\n${stdout}`) }
}

/** Named environments of wrangler.toml; without one wrangler warns unless it is told so. */
export function environmentArguments(environment: string | null): string[] {
  return ['--env', environment ?? '']
}

/** The line in which wrangler says what went wrong. */
export function reasonIn(printed: string): string {
  const plain = printed.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '')
  const lines = plain.split('\n').map((line) => line.trim())
  const error = lines.find((line) => line.includes('[ERROR]')) ?? lines.find((line) => line !== '')
  // The sentences after the first are advice of its own.
  const [reason = ''] = (error ?? 'no reason given')
    .replace(/^.*\[ERROR\]\s*/, '')
    .split(/(?<=\.) /)
  return reason
}

/** What the Worker's code relies on. */
export interface Declaration {
  readonly name: string
  readonly compatibilityDate: string
  readonly kv: readonly string[]
  /** Class by binding. */
  readonly objects: Readonly<Record<string, string>>
  /** Of rate limits: so many times in so many seconds, by binding. */
  readonly limits: Readonly<Record<string, { readonly limit: number; readonly period: number }>>
}

const schema = v.object({
  name: v.string(),
  compatibility_date: v.string(),
  kv_namespaces: v.array(v.object({ binding: v.string() })),
  durable_objects: v.object({
    bindings: v.array(v.object({ name: v.string(), class_name: v.string() })),
  }),
  ratelimits: v.optional(
    v.array(
      v.object({ name: v.string(), simple: v.object({ limit: v.number(), period: v.number() }) }),
    ),
    [],
  ),
})

/** The declaration in the project's wrangler.toml; trouble where it is not one. */
export async function readWranglerToml(): Promise<Declaration> {
  const parsed = v.safeParse(schema, await read(resolve(ROOT, 'wrangler.toml')))
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]) ?? ''
    throw new Trouble(`wrangler.toml: ${path} is missing or wrong.`)
  }
  const { name, compatibility_date, kv_namespaces, durable_objects, ratelimits } = parsed.output
  return {
    name,
    compatibilityDate: compatibility_date,
    kv: kv_namespaces.map(({ binding }) => binding),
    objects: Object.fromEntries(
      durable_objects.bindings.map((object) => [object.name, object.class_name]),
    ),
    limits: Object.fromEntries(ratelimits.map(({ name, simple }) => [name, simple])),
  }
}

async function read(config: string): Promise<unknown> {
  // Loaded only here, since it takes longer than everything else together.
  const { unstable_readConfig } = await import('wrangler')
  try {
    return unstable_readConfig({ config }, { hideWarnings: true })
  } catch (error) {
    throw new Trouble(`wrangler.toml: ${messageOf(error)}`)
  }
}

const UNUSED = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false']

/** What the compiler says, or null where it takes everything. */
export function compilerSays(): string | null {
  const tsc = resolve(ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.', ...UNUSED], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return status === 0 ? null : `The compiler says of src:\n${stdout.trimEnd()}`
}
