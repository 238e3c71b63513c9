/** A file of people for a hook: what would become of each, and posting them, signed, by the path of every other lead. */

import type { Hook } from '../mapping/hook.ts'
import { readinessOf } from '../setup/readiness.ts'
import { type Desk, hookOf, noteAt } from './desk.ts'
import { checkColumns, type Fate, fatesOf, type InvitePlan, planOf } from './fates.ts'
import { FileFault, type People, readPeople } from './people-file.ts'
import { signedSample } from './sample/signed-sample.ts'

/** A longer file is for `npm run invite`, which keeps its place over days. */
export const MOST_ROWS = 500
/** Posted in one request: each is a webhook to the Worker itself. */
const STEP_ROWS = 10

/** `because`: why nothing can be done with the file. */
export type Foreseen =
  | { readonly fates: readonly Fate[]; readonly plan: InvitePlan }
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
export async function foresee(desk: Desk, name: string, text: string): Promise<Foreseen> {
  const read = readFor(desk, name, text)
  if ('because' in read) return read
  const { hook, secret, people } = read
  const fates = await fatesOf({ name, hook, key: secret }, people, Date.now())
  return { fates, plan: planOf(fates, hook, desk.config.accounts[hook.account ?? 'default'] ?? {}) }
}

/** Posts the next rows, from this one on; the first is 0. A row that was posted before changes nothing. */
export async function postRows(
  desk: Desk,
  name: string,
  text: string,
  from: number,
): Promise<Posted> {
  const read = readFor(desk, name, text)
  if ('because' in read) return read
  const { hook, secret, people } = read
  const all = people.rows.length
  const rows = people.rows.slice(from, from + STEP_ROWS)
  if (from === 0) await noteAt(desk, 'invite', name, `${all} rows`)
  const now = Date.now()
  const { publicUrl } = desk.config
  const target = { hookName: name, hook, secret, baseUrl: desk.origin, publicUrl }
  let posted = 0
  let leftOut = 0
  for (const fate of await fatesOf({ name, hook, key: secret }, { ...people, rows }, now)) {
    if (fate.joins === null) {
      leftOut++
      continue
    }
    const { url, headers, body } = await signedSample(target, fate.sample, { id: fate.id, now })
    const answer = await desk.dispatch(new Request(url, { method: 'POST', headers, body }))
    await answer.body?.cancel()
    if (!answer.ok) {
      const at = from + fate.number
      const stuck = { number: at, status: answer.status }
      return { posted, leftOut, rows: all, next: at - 1, stuck }
    }
    posted++
  }
  const next = from + rows.length < all ? from + rows.length : null
  return { posted, leftOut, rows: all, next, stuck: null }
}

function readFor(
  desk: Desk,
  name: string,
  text: string,
):
  | { readonly hook: Hook; readonly secret: string; readonly people: People }
  | { readonly because: string } {
  const hook = hookOf(desk, name)
  if (hook === null) return { because: 'The hook is no longer in the config.' }
  const readiness = readinessOf(name, hook, desk.env)
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
