/** Checks the user's config when it is loaded, and says what is wrong by hook and option. */

import * as v from 'valibot'
import { apiTokenName, secretName, tokenName } from '../lib/names.ts'
import { isComparable } from '../mapping/consent.ts'
import type { Hook } from '../mapping/hook.ts'
import { MAX_TEXT_UNITS } from '../mapping/invite.ts'
import { typedName } from '../mapping/typed-names.ts'
import type { AccountOptions } from '../outbox/dispatch/pace.ts'
import type { Retention } from '../outbox/jobs/retention.ts'
import { RETENTIONS, retentionOf } from '../outbox/jobs/retention.ts'
import type { RetentionDays } from '../outbox/ports.ts'
import { ACCOUNT_OPTIONS, ANYTHING, HOOK_OPTIONS, optionMistakes, type Rule } from './options.ts'

export interface ConfigInput {
  /** EazyBe accounts by name; `{ default: {} }` when left out. */
  readonly accounts?: Readonly<Record<string, AccountOptions>>
  readonly hooks: Readonly<Record<string, Hook>>
  /** How long what is kept: `standard` by default, `india`, or days of one's own. */
  readonly retention?: Retention
  /** Where the Worker is reached from outside, for senders that sign the URL: `https://hooks.example.com`. */
  readonly publicUrl?: string
}

export interface Config {
  readonly accounts: Readonly<Record<string, AccountOptions>>
  readonly hooks: Readonly<Record<string, Hook>>
  readonly publicUrl: string | null
  readonly retention: RetentionDays
  /** Whether visitors can type the name of a hook's groups; found when it is first asked. */
  readonly canTypeName: (hook: string) => boolean
}

/** Mistakes in `src/config.ts`, one a line. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`The config has mistakes:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

/** A misspelt option would be one that was never set: a `when` that is not there lets every event through. */
const CONFIG_OPTIONS: Readonly<Record<keyof ConfigInput, Rule>> = {
  accounts: ANYTHING,
  hooks: ANYTHING,
  retention: ANYTHING,
  publicUrl: [isAddress, (value) => `"${value}" is not a URL such as https://hooks.example.com`],
}

const said = v.pipe(v.string(), v.trim(), v.nonEmpty())
/** With both a field and an attestation it would be unclear which one counts. */
const consentSchema = v.union([
  v.literal('none'),
  v.strictObject({ field: said, accept: v.optional(v.unknown()) }),
  v.strictObject({ attested: said }),
])
const acceptSchema = v.object({ accept: v.optional(v.array(v.string())) })
const comparableSchema = v.object({ accept: v.optional(v.array(v.custom<string>(isComparable))) })

const NAME = /^[A-Za-z][A-Za-z0-9-]{0,40}$/
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/
/** A hook of the name `admin` would hand the keys of the API to its sender. */
const OWN_SECRET = 'ADMIN_SECRET'

/** The config, checked and with its defaults. Throws a `ConfigError` that lists every mistake. */
export function defineConfig(input: ConfigInput): Config {
  const { accounts = { default: {} }, hooks = {} } = input
  const mistakes = [
    ...optionMistakes(input, CONFIG_OPTIONS, 'the config').map((one) => `Option ${one}`),
    ...(input.hooks === undefined ? ['Option "hooks": is missing'] : []),
    ...Object.entries(accounts).flatMap(([name, account]) => accountMistakes(name, account)),
    ...Object.entries(hooks).flatMap(([name, hook]) => hookMistakes(name, hook, accounts)),
    ...clashes([
      ...Object.entries(hooks).flatMap(([name, hook]) => hookSecrets(name, hook)),
      ...Object.keys(accounts).map((name) => [`account "${name}"`, tokenName(name)] as const),
    ]),
    ...retentionMistakes(input.retention),
  ]
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return {
    accounts,
    hooks,
    publicUrl: input.publicUrl?.replace(/\/+$/, '') ?? null,
    retention: retentionOf(input.retention),
    canTypeName: typedNamesOf(hooks),
  }
}

/** Asked for each lead, and a mapping does not change: each hook is looked through once. */
function typedNamesOf(hooks: Readonly<Record<string, Hook>>): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined
    if (hook !== undefined && !known.has(name)) known.set(name, typedName(hook) !== 'no')
    return known.get(name) ?? false
  }
}

function hookMistakes(
  name: string,
  hook: Hook,
  accounts: Readonly<Record<string, AccountOptions>>,
): string[] {
  const mistakes: string[] = []
  const wrong = (option: string, what: string) => {
    mistakes.push(`Hook "${name}", option "${option}": ${what}`)
  }
  if (!NAME.test(name)) wrong('(name)', 'use letters, digits and dashes, a letter first')
  if (secretName(name) === OWN_SECRET)
    wrong('(name)', `its secret would be ${OWN_SECRET}: rename it`)
  if (typeof hook !== 'object' || hook === null) {
    return [...mistakes, `Hook "${name}": is none; write hook({ source: … })`]
  }
  mistakes.push(
    ...optionMistakes(hook, HOOK_OPTIONS, 'a hook').map((one) => `Hook "${name}", option ${one}`),
  )
  if (typeof hook.source?.read !== 'function') {
    wrong('source', notASource(hook.source))
    return mistakes
  }
  if (!Object.hasOwn(accounts, hook.account ?? 'default')) {
    wrong('account', `there is no account "${hook.account ?? 'default'}" in accounts`)
  }
  if (hook.source.kind === 'form' && hook.consent === undefined) {
    wrong(
      'consent',
      `is missing: a form needs { field: 'the question' }, { attested: 'where people agreed' } or 'none'`,
    )
  }
  if (hook.consent !== undefined) checkConsent(hook.consent, wrong)
  if ((hook.fields === undefined) !== (hook.invite === undefined)) {
    wrong(hook.fields === undefined ? 'fields' : 'invite', 'is missing: the two belong together')
  }
  const unmapped = hook.fields === undefined && hook.invite === undefined
  if (unmapped && hook.source.speaksInvite !== true) {
    wrong(
      'fields',
      `is missing: ${hook.source.title} does not send { groupName, contacts, create }`,
    )
  }
  if (hook.fields?.async) wrong('fields', 'must not be asynchronous')
  if (hook.fields !== undefined && hook.fields?.kind !== 'schema') {
    wrong('fields', 'must be a valibot schema such as v.object({ … })')
  }
  return mistakes
}

function notASource(given: unknown): string {
  if (typeof given === 'string') {
    return `is the text '${given}': write the name without quotes, and import it from ./usher.ts`
  }
  if (typeof given === 'function') {
    return 'is made by its options: call it, as in source: signedJson({ … })'
  }
  return given === undefined
    ? 'is missing: name the sender, as in source: typeform'
    : 'is not a source; import one from ./usher.ts'
}

function checkConsent(consent: unknown, wrong: (option: string, what: string) => void): void {
  if (!v.is(consentSchema, consent)) {
    wrong('consent', `must be { field: '…' }, { attested: '…' } or 'none'`)
  } else if (typeof consent === 'object' && !v.is(acceptSchema, consent)) {
    wrong('consent.accept', `must be a list of answers such as ['Add me']`)
  } else if (typeof consent === 'object' && !v.is(comparableSchema, consent)) {
    wrong(
      'consent.accept',
      `holds an answer without a word, or of over ${MAX_TEXT_UNITS} characters`,
    )
  }
}

function accountMistakes(name: string, account: AccountOptions): string[] {
  const { timeZone, quietHours } = account
  const wrong = optionMistakes(account, ACCOUNT_OPTIONS, 'an account')
  if (!NAME.test(name)) wrong.push('"(name)": use letters, digits and dashes, a letter first')
  if (quietHours) {
    if (!TIME.test(quietHours.from) || !TIME.test(quietHours.to)) {
      wrong.push(`"quietHours": must be { from: '21:00', to: '08:00' }, or false`)
    } else if (quietHours.from === quietHours.to) {
      wrong.push('"quietHours": must not last all day')
    }
    if (timeZone === undefined) wrong.push('"timeZone": is missing: quiet hours need one')
  }
  return wrong.map((one) => `Account "${name}", option ${one}`)
}

function isAddress(value: unknown): boolean {
  const url = URL.parse(String(value))
  return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
}

function retentionMistakes(retention: Retention | undefined): string[] {
  if (typeof retention === 'string') {
    return Object.hasOwn(RETENTIONS, retention)
      ? []
      : [`Option "retention": "${retention}" is none of ${Object.keys(RETENTIONS).join(', ')}`]
  }
  const wrong = Object.entries(retention ?? {}).flatMap(([option, days]) => {
    if (!Object.hasOwn(RETENTIONS.standard, option)) return [`"${option}" is not an option of it`]
    return Number.isFinite(days) && days > 0 ? [] : [`"${option}" must be a number of days above 0`]
  })
  const { settledDays, inHandDays, rowDays } = retentionOf(retention)
  if (wrong.length === 0 && rowDays < Math.max(settledDays, inHandDays)) {
    wrong.push('"rowDays" must not be less than "settledDays" and "inHandDays"')
  }
  return wrong.map((what) => `Option "retention": ${what}`)
}

/** A hook whose source looks things up has a token of its vendor's beside its secret. */
function hookSecrets(name: string, hook: Hook): (readonly [owner: string, secret: string])[] {
  const own = [`hook "${name}"`, secretName(name)] as const
  return hook?.source?.lookUp === undefined ? [own] : [own, [`hook "${name}"`, apiTokenName(name)]]
}

/** `vipList` and `vip-list` would share one secret. */
function clashes(owners: readonly (readonly [owner: string, secret: string])[]): string[] {
  const bySecret = Map.groupBy(owners, ([, secret]) => secret)
  return [...bySecret]
    .filter(([, sharers]) => sharers.length > 1)
    .map(([secret, sharers]) => {
      const names = sharers.map(([owner]) => owner).join(' and ')
      return `The ${names} would share the secret ${secret}: rename one`
    })
}
