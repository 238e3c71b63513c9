/** The operator: sees that EazyBe refuses the token, stores a new one and resumes. Usher waits for no other person. */

import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import type { Usher } from '../journeys/server.ts'

const LOOK_EVERY_MS = 400
/** A busy machine takes long to build anew, and a Worker that restarts later refuses connections for a moment. */
const RELOADED_WITHIN_MS = 30_000
const LOOK_FOR_RELOAD_EVERY_MS = 50

const pageSchema = v.object({ deliveries: v.array(v.object({ id: v.string() })) })
const accountsSchema = v.object({
  accounts: v.array(v.object({ pause: v.nullable(v.object({ reason: v.string() })) })),
})

export interface Operator {
  /** How many tokens were stored. */
  tokens(): number
  close(): Promise<void>
}

/** Looks on until it is closed. */
export function startOperator(usher: Usher): Operator {
  let tokens = 0
  let closed = false
  const looking = look()

  async function look(): Promise<void> {
    while (!closed) {
      await sleep(LOOK_EVERY_MS)
      // While it is down there is nothing to see.
      await mend().catch(() => undefined)
    }
  }

  async function mend(): Promise<void> {
    const response = await usher.api('/api/accounts')
    const { accounts } = v.parse(accountsSchema, await response.json())
    if (!accounts.some(({ pause }) => pause?.reason === 'token')) return
    tokens += 1
    const before = usher.output().length
    storeToken(usher, `token-of-the-sandbox-${tokens}`)
    const until = Date.now() + RELOADED_WITHIN_MS
    while (!usher.output().slice(before).includes('Reloaded') && Date.now() < until) {
      await sleep(LOOK_FOR_RELOAD_EVERY_MS)
    }
    // A new secret is noticed within a quarter of an hour; an operator need not wait for that.
    await usher.api('/api/accounts/default/resume', { method: 'POST' })
  }

  return {
    tokens: () => tokens,
    async close() {
      closed = true
      await looking
    },
  }
}

/** Whether a delivery waits for a call. */
export async function oneWaits(usher: Usher): Promise<boolean> {
  for (const state of ['queued', 'unknown', 'sending']) {
    const response = await usher.api(`/api/deliveries?state=${state}&limit=1`)
    if (v.parse(pageSchema, await response.json()).deliveries.length > 0) return true
  }
  return false
}

/** At once or not at all: a process that reads it meanwhile would make up what is missing. */
function storeToken(usher: Usher, token: string): void {
  const file = join(usher.stateDir, 'dev.vars')
  const vars = { ...usher.vars(), EAZYBE_TOKEN: token }
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(`${file}.new`, lines.join(''), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
