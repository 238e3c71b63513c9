/** The ports of `npm start`, and where it can be reached: kept in its state folder so that `npm run send` finds it. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { Trouble } from '../command-line.ts'
import type { Settings } from '../settings.ts'
import { isAlive } from './processes.ts'

const FILE = 'address.json'
const schema = v.object({ url: v.string(), sandboxUrl: v.string(), pid: v.number() })

/** Both without a slash at the end. */
export interface Address {
  readonly url: string
  readonly sandboxUrl: string
}

export function writeAddress(stateDir: string, { url, sandboxUrl }: Address): void {
  writeFileSync(resolve(stateDir, FILE), JSON.stringify({ url, sandboxUrl, pid: process.pid }))
}

export function forgetAddress(stateDir: string): void {
  rmSync(resolve(stateDir, FILE), { force: true })
}

/** Null where none runs on this state: a killed run leaves its file behind. */
export function readAddress(stateDir: string): Address | null {
  const file = resolve(stateDir, FILE)
  if (!existsSync(file)) return null
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), readFileSync(file, 'utf8'))
  return read.success && isAlive(read.output.pid) ? read.output : null
}

/** Where the Worker is, without a slash at the end: where the command line says, else where `npm start` runs or would run. */
export function baseUrlOf(
  url: string | undefined,
  { stateDir, port }: Pick<Settings, 'stateDir' | 'port'>,
): string {
  return url?.replace(/\/+$/, '') ?? readAddress(stateDir)?.url ?? `http://${HOST}:${port}`
}

const HOST = '127.0.0.1'

/** The port, or any free one for 0. Fails where another process has it; `name` is the variable that sets it. */
export function freePort(port: number, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Trouble(explain(port, name, error.code)))
    })
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(taken))
    })
  })
}

function explain(port: number, name: string, code: string | undefined): string {
  const other = `Choose another one: ${name}=${port + 10} npm start`
  if (code === 'EADDRINUSE') return `Port ${port} is in use by another program. ${other}`
  return `Port ${port} cannot be opened (${code ?? 'unknown reason'}). ${other}`
}
