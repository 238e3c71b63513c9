/** Where a running `npm start` can be reached, kept in its state folder so that `npm run send` finds it. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as v from 'valibot'
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
