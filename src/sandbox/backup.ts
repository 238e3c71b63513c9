/** `npm run export` and `npm run import-outbox`: a copy of an account's outbox in a file, and putting one back into an empty outbox. */

import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import { secretValues } from '../lib/names.ts'
import { orTrouble, readCommandLine, run, Trouble } from './command-line.ts'
import { readDevVars } from './dev-vars.ts'
import { baseUrlOf } from './runner/address.ts'
import { readSettings } from './settings.ts'

const USAGE = {
  export: 'npm run export -- [file] [--account default] [--url https://usher.example.workers.dev]',
  import:
    'npm run import-outbox -- file [--account default] [--url https://usher.example.workers.dev]',
}
const OPTIONS = {
  account: { type: 'string', default: 'default' },
  url: { type: 'string' },
} as const
/** A lead that arrives while pages are read makes the copy begin anew. */
const MOST_TRIES = 20
/** As JSON in UTF-8 it stays within what the API takes. */
const PIECE_CHARACTERS = 100_000
/** Only its owner may read it: it holds numbers in full. */
const MODE = 0o600
const CONFLICT = 409

const pageSchema = v.object({ text: v.string(), cursor: v.nullable(v.string()) })
const takenSchema = v.object({ rows: v.nullable(v.number()) })
const problemSchema = v.object({ title: v.string(), detail: v.optional(v.string()) })

const [verb = '', ...given] = process.argv.slice(2)
if (import.meta.main) await run(() => (verb === 'export' ? exportOutbox() : importOutbox()))

async function exportOutbox(): Promise<number> {
  const { account, api, file: named } = readArguments(USAGE.export)
  const file = named ?? `outbox-${account}-${new Date().toISOString().slice(0, 10)}.ndjson`
  if (existsSync(file)) throw new Trouble(`${file} is there already: name another file.`)
  const part = `${file}.part`
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (!(await copyTo(part, api))) continue
    renameSync(part, file)
    const rows = readFileSync(file, 'utf8').split('\n').length - 3
    console.log(`${rows} rows of the account ${account} are in ${file}, with numbers in full.`)
    return 0
  }
  throw new Trouble(
    `Something was written each of ${MOST_TRIES} times while it was read. Pause the account, or try again at a quieter time.`,
  )
}

/** False: something was written meanwhile. */
async function copyTo(file: string, api: Api): Promise<boolean> {
  orTrouble(`${file} cannot be used`, () => writeFileSync(file, '', { mode: MODE }))
  let cursor: string | null = null
  do {
    const answer: unknown = await api('export', cursor === null ? {} : { cursor })
    if (answer === null) return false
    const page = v.parse(pageSchema, answer)
    orTrouble(`${file} cannot be used`, () => appendFileSync(file, page.text))
    cursor = page.cursor
  } while (cursor !== null)
  return true
}

async function importOutbox(): Promise<number> {
  const { account, api, file } = readArguments(USAGE.import)
  if (file === undefined) throw new Trouble(`Which file? ${USAGE.import}`)
  const text = orTrouble(`${file} cannot be used`, () => readFileSync(file, 'utf8'))
  if (text === '') throw new Trouble(`${file} is empty.`)
  // By characters: a cut between the halves of one would damage it.
  const signs = Array.from(text)
  for (let at = 0; at < signs.length; at += PIECE_CHARACTERS) {
    const piece = {
      number: at / PIECE_CHARACTERS,
      text: signs.slice(at, at + PIECE_CHARACTERS).join(''),
      last: at + PIECE_CHARACTERS >= signs.length,
    }
    const { rows } = v.parse(takenSchema, await api('import', piece))
    if (rows === null) continue
    console.log(`${rows} rows are back in the account ${account}.
It is paused: look through its leads in the console, and resume it there. Whatever was sent after the export is not in
the file, and would be sent again.`)
  }
  return 0
}

/** Posts to the account's own endpoint. Null: the copy must begin anew. */
type Api = (what: 'export' | 'import', body: object) => Promise<unknown>

function readArguments(usage: string): { account: string; api: Api; file: string | undefined } {
  const { values, positionals } = readCommandLine(usage, {
    args: given,
    options: OPTIONS,
    allowPositionals: true,
  })
  const { account, url } = values
  const [file, ...others] = positionals
  if (others.length > 0) throw new Trouble(`One file, please. ${usage}`)
  const settings = readSettings(process.env)
  const base = baseUrlOf(url, settings)
  // A deployed Worker has a secret of its own, which is in no file here.
  const vars = url === undefined ? readDevVars(settings.devVarsFile) : process.env
  const [secret] = secretValues(vars, 'ADMIN_SECRET')
  if (secret === undefined) {
    throw new Trouble(
      url === undefined
        ? 'ADMIN_SECRET is not in .dev.vars: npm start makes one.'
        : `The Worker’s own admin secret is needed: ADMIN_SECRET=… ${usage}`,
    )
  }
  const api: Api = async (what, body) => {
    const response = await fetch(`${base}/api/accounts/${account}/${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
    }).catch(() => {
      throw new Trouble(`Nothing answers at ${new URL(base).origin}.`)
    })
    const answer: unknown = await response.json().catch(() => null)
    if (response.ok) return answer
    if (what === 'export' && response.status === CONFLICT) return null
    const problem = v.safeParse(problemSchema, answer)
    const { title, detail } = problem.success ? problem.output : { title: '', detail: undefined }
    throw new Trouble(`Usher answers ${response.status}: ${detail ?? title}`)
  }
  return { account, api, file }
}
