/** `.dev.vars`, the secrets of this machine, as wrangler understands that file, and those that are made up for it. */

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { secretName, secretValues, tokenName } from '../lib/names.ts'
import type { Config } from '../setup/define-config.ts'
import { orTrouble } from './command-line.ts'
import { shownPath } from './settings.ts'

export type Vars = Readonly<Record<string, string>>

/** Only its owner may read it. */
const MODE = 0o600
/** What needs no quotes: no blank, quote or comment sign to misread. */
const PLAIN = /^[\w.:+/=@~,-]+$/
const HEAD = `# Secrets of this machine, for npm start, npm run send and npm run check. Never commit this file.
# While a secret is being rotated it holds several values, one a line, in double quotes.
`

/** The variables in a file; none where there is no file. */
export function readDevVars(file: string): Vars {
  return existsSync(file) ? parseDevVars(kept(file, () => readFileSync(file, 'utf8'))) : {}
}

/** Adds variables to a file, which it makes where there is none. What is there stays as it is. */
export function addToDevVars(file: string, added: Vars): void {
  const fresh = !existsSync(file)
  const text = fresh ? HEAD : readFileSync(file, 'utf8')
  kept(file, () => {
    writeFileSync(file, extendDevVars(text, added), { mode: MODE })
    // The mode above counts for new files, and less the umask.
    if (fresh) chmodSync(file, MODE)
  })
}

/** A file that is a folder, or another user's, is for the person at the terminal to mend. */
function kept<result>(file: string, use: () => result): result {
  return orTrouble(`The secrets in ${shownPath(file)} cannot be kept`, use)
}

/** The variables of a text, without expansion of `$NAME`. */
export function parseDevVars(text: string): Vars {
  // wrangler's reader forgives a byte order mark and blanks after `NAME=`; Node's takes the next line for the value.
  const clean = text.replace(/^\uFEFF/, '').replaceAll(/=[ \t]+$/gm, '=')
  const vars: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseEnv(clean))) vars[name] = value ?? ''
  return vars
}

/** The text with further variables: an empty `NAME=` is filled in, anything else stays and the rest comes after it. */
export function extendDevVars(text: string, added: Vars): string {
  let extended = text === '' || text.endsWith('\n') ? text : `${text}\n`
  for (const [name, value] of Object.entries(added)) {
    const line = `${name}=${quote(value)}`
    const empty = new RegExp(`^${name}=(?:""|'')?[ \\t]*$`, 'm')
    // A function, since `$&` in a secret would mean something to `replace`.
    extended = empty.test(extended) ? extended.replace(empty, () => line) : `${extended}${line}\n`
  }
  return extended
}

/** Spells a value so that it is read back as it is. */
function quote(value: string): string {
  if (PLAIN.test(value)) return value
  // Within double quotes `\n` is a line break, so a value with a backslash needs the other ones.
  const marks = value.includes('\\') ? ["'", '`'] : ['"', "'", '`']
  const mark = marks.find((candidate) => !value.includes(candidate))
  if (mark === undefined) throw new TypeError('No quotes are left for this value')
  return mark + (mark === '"' ? value.replaceAll('\n', '\\n') : value) + mark
}

const ADMIN_SECRET_BYTES = 24
const TOKEN_BYTES = 16
/** Tells a token of the sandbox from an organization's, so that `npm run check` can. */
export const SANDBOX_TOKEN_PREFIX = 'sandbox_'

/** Fresh values for what is not set, by name; what is set is not among them. */
export function missingSecrets(config: Config, vars: Vars): Vars {
  const makers: [name: string, make: () => string][] = [
    ['ADMIN_SECRET', freshAdminSecret],
    ...Object.keys(config.accounts).map((account): [string, () => string] => [
      tokenName(account),
      () => SANDBOX_TOKEN_PREFIX + random(TOKEN_BYTES).toString('hex'),
    ]),
    ...Object.entries(config.hooks).map(([name, hook]): [string, () => string] => [
      secretName(name),
      () => hook.source.scheme.newSecret(),
    ]),
  ]
  return Object.fromEntries(
    makers
      .filter(([name]) => secretValues(vars, name).length === 0)
      .map(([name, make]) => [name, make()]),
  )
}

/** For the console and the API. */
export function freshAdminSecret(): string {
  return random(ADMIN_SECRET_BYTES).toString('base64url')
}

function random(bytes: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)))
}
