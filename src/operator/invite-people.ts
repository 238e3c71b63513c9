/** A file of people for a hook: what would become of each, and posting them, signed, by the path of every other lead. */

import type { Hook } from '../mapping/hook.ts'
import { readinessOf } from '../setup/readiness.ts'
import { type Admin, hookOf, noteAt } from './admin.ts'
import { checkColumns, outcomesOf, planOf, type RowOutcome } from './invite-rows.ts'
import { FileFault, type PeopleFile, readPeople } from './people-file.ts'
import { signedSample } from './sample/signed-sample.ts'

/** A longer file is for `npm run invite`, which keeps its place over days. */
export const MOST_ROWS = 500
/** Posted in one request: each is a webhook to the Worker itself. */
const STEP_ROWS = 10

/** `because`: why nothing can be done with the file. */
export type InviteForecast =
  | { readonly outcomes: readonly RowOutcome[]; readonly plan: ReturnType<typeof planOf> }
  | { readonly because: string }

export type Posted =
  | {
      readonly posted: number
      readonly leftOut: number
      readonly rows: number
      /** The row to go on from; null: all were posted. */
      readonly next: number | null
      /** A row that was not taken: it is tried again when the form goes on. */
      readonly stuck: { readonly number: number; readonly status: number } | null
    }
  | { readonly because: string }

/** What would become of every row, and how long that takes. Nothing is stored or sent. */
export async function foresee(admin: Admin, name: string, text: string): Promise<InviteForecast> {
  const read = readFor(admin, name, text)
  if ('because' in read) return read
  const { hook, secret, people } = read
  const outcomes = await outcomesOf({ name, hook, key: secret }, people, Date.now())
  const account = admin.config.accounts[hook.account ?? 'default'] ?? {}
  return { outcomes, plan: planOf(outcomes, hook, account) }
}

/** Posts the next rows, from this one on; the first is 0. A row that was posted before changes nothing. */
export async function postRows(
  admin: Admin,
  name: string,
  text: string,
  from: number,
): Promise<Posted> {
  const read = readFor(admin, name, text)
  if ('because' in read) return read
  const { hook, secret, people } = read
  const all = people.rows.length
  const rows = people.rows.slice(from, from + STEP_ROWS)
  if (from === 0) await noteAt(admin, 'invite', name, `${all} rows`)
  const now = Date.now()
  const { publicUrl } = admin.config
  const target = { hookName: name, hook, secret, baseUrl: admin.origin, publicUrl }
  let posted = 0
  let leftOut = 0
  for (const outcome of await outcomesOf({ name, hook, key: secret }, { ...people, rows }, now)) {
    if (outcome.joins === null) {
      leftOut++
      continue
    }
    const { url, headers, body } = await signedSample(target, outcome.sample, {
      id: outcome.id,
      now,
    })
    const answer = await admin.dispatch(new Request(url, { method: 'POST', headers, body }))
    await answer.body?.cancel()
    if (!answer.ok) {
      const at = from + outcome.number
      const stuck = { number: at, status: answer.status }
      return { posted, leftOut, rows: all, next: at - 1, stuck }
    }
    posted++
  }
  const next = from + rows.length < all ? from + rows.length : null
  return { posted, leftOut, rows: all, next, stuck: null }
}

function readFor(
  admin: Admin,
  name: string,
  text: string,
):
  | { readonly hook: Hook; readonly secret: string; readonly people: PeopleFile }
  | { readonly because: string } {
  const hook = hookOf(admin, name)
  if (hook === null) return { because: 'The hook is no longer in the config.' }
  const readiness = readinessOf(name, hook, admin.env)
  if (!readiness.ready) return { because: `${readiness.because}.` }
  const [secret = ''] = readiness.secrets
  try {
    const people = readPeople(text)
    checkColumns(name, hook, people)
    if (people.rows.length <= MOST_ROWS) return { hook, secret, people }
    return {
      because: `The file has ${people.rows.length} rows, and a page takes ${MOST_ROWS}: use npm run invite.`,
    }
  } catch (error) {
    if (error instanceof FileFault) return { because: error.message }
    throw error
  }
}
