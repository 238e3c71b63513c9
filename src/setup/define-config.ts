/** Checks the user's config when it is loaded, and says what is wrong by hook and option. */

import * as v from 'valibot'
import { apiTokenName, secretName, tokenName } from '../lib/names.ts'
import { MAX_TEXT_UNITS } from '../lib/text.ts'
import { isComparable } from '../mapping/consent.ts'
import type { Hook } from '../mapping/hook.ts'
import { MAX_CONTACTS } from '../mapping/invite.ts'
import { isCountryCode } from '../mapping/phone/index.ts'
import { typedName } from '../mapping/typed-names.ts'
import type { AccountOptions } from '../outbox/dispatch/pace.ts'
import { DAY_MS, PACES } from '../outbox/dispatch/pace.ts'
import type { Retention } from '../outbox/jobs/retention.ts'
import { RETENTIONS, retentionOf } from '../outbox/jobs/retention.ts'
import type { RetentionDays } from '../outbox/ports.ts'

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
const CONFIG_OPTIONS: Readonly<Record<keyof ConfigInput, true>> = {
  accounts: true,
  hooks: true,
  retention: true,
  publicUrl: true,
}
const HOOK_OPTIONS: Readonly<Record<keyof Hook, true>> = {
  source: true,
  account: true,
  consent: true,
  country: true,
  when: true,
  fields: true,
  invite: true,
  capacity: true,
  newGroupsPerDay: true,
  leadsPerDay: true,
  groups: true,
  splitLimit: true,
  inviteLink: true,
  tolerance: true,
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
const MAX_CAPACITY = 1_023
/** A wait without end would stop the account, and no clock reaches it. */
const MAX_WAIT_MS = 31 * DAY_MS
/** A hook of the name `admin` would hand the keys of the API to its sender. */
const OWN_SECRET = 'ADMIN_SECRET'

/** The config, checked and with its defaults. Throws a `ConfigError` that lists every mistake. */
export function defineConfig(input: ConfigInput): Config {
  const { accounts = { default: {} }, hooks = {} } = input
  const mistakes = [
    ...Object.keys(input)
      .filter((option) => !Object.hasOwn(CONFIG_OPTIONS, option))
      .map((option) => `Option "${option}": is not an option of the config`),
    ...(input.hooks === undefined ? ['Option "hooks": is missing'] : []),
    ...Object.entries(accounts).flatMap(([name, account]) => accountMistakes(name, account)),
    ...Object.entries(hooks).flatMap(([name, hook]) => hookMistakes(name, hook, accounts)),
    ...clashes([
      ...Object.entries(hooks).flatMap(([name, hook]) => hookSecrets(name, hook)),
      ...Object.keys(accounts).map((name) => [`account "${name}"`, tokenName(name)] as const),
    ]),
    ...urlMistakes(input.publicUrl),
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
  for (const option of Object.keys(hook)) {
    if (!Object.hasOwn(HOOK_OPTIONS, option)) wrong(option, 'is not an option of a hook')
  }
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
  for (const option of ['invite', 'when'] as const) {
    if (hook[option] !== undefined && typeof hook[option] !== 'function') {
      wrong(option, 'must be a function')
    }
  }
  if (hook.country !== undefined && !isCountryCode(hook.country)) {
    wrong('country', `"${hook.country}" is not a country code such as "IN"`)
  }
  if (hook.tolerance !== undefined && !isPositive(hook.tolerance)) {
    wrong('tolerance', 'must be a number of seconds above 0')
  }
  if (hook.capacity !== undefined && !isWithin(hook.capacity, 1, MAX_CAPACITY)) {
    wrong(
      'capacity',
      `must be a whole number from 1 to ${MAX_CAPACITY}; WhatsApp's groups hold 1024`,
    )
  }
  for (const option of ['newGroupsPerDay', 'leadsPerDay'] as const) {
    if (hook[option] !== undefined && !isWithin(hook[option], 0, Infinity)) {
      wrong(option, 'must be a whole number, 0 or more')
    }
  }
  if (hook.splitLimit !== undefined && !isWithin(hook.splitLimit, 1, MAX_CONTACTS)) {
    wrong('splitLimit', `must be a whole number from 1 to ${MAX_CONTACTS}`)
  }
  if (hook.groups !== undefined && hook.groups !== 'own' && hook.groups !== 'any') {
    wrong('groups', `must be 'own' or 'any'`)
  }
  if (hook.inviteLink !== undefined && !String(hook.inviteLink).startsWith('https://')) {
    wrong('inviteLink', 'must begin with https://')
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
  const mistakes: string[] = []
  const wrong = (option: string, what: string) => {
    mistakes.push(`Account "${name}", option "${option}": ${what}`)
  }
  if (!NAME.test(name)) wrong('(name)', 'use letters, digits and dashes, a letter first')
  const { pace, timeZone, quietHours, ...numbers } = account
  if (pace !== undefined && !Object.hasOwn(PACES, pace)) {
    wrong('pace', `"${pace}" is none of ${Object.keys(PACES).join(', ')}`)
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    wrong('timeZone', `"${timeZone}" is not a time zone such as "Asia/Kolkata"`)
  }
  if (quietHours) {
    if (!TIME.test(quietHours.from) || !TIME.test(quietHours.to)) {
      wrong('quietHours', `must be { from: '21:00', to: '08:00' }, or false`)
    } else if (quietHours.from === quietHours.to) {
      wrong('quietHours', 'must not last all day')
    }
    if (timeZone === undefined) wrong('timeZone', 'is missing: quiet hours need one')
  }
  for (const [option, value] of Object.entries(numbers)) {
    const isWait = option.endsWith('Ms')
    if (!Object.hasOwn(PACES.steady, option)) wrong(option, 'is not an option of an account')
    else if (!(typeof value === 'number' && value >= 0 && (!isWait || value <= MAX_WAIT_MS)))
      wrong(
        option,
        isWait
          ? `must be a number of milliseconds from 0 to ${MAX_WAIT_MS}`
          : 'must be a number, 0 or more; Infinity for no cap',
      )
  }
  if (numbers.batchSize !== undefined && !isWithin(numbers.batchSize, 1, 50)) {
    wrong('batchSize', 'must be a whole number from 1 to 50')
  }
  return mistakes
}

function urlMistakes(publicUrl: string | undefined): string[] {
  if (publicUrl === undefined) return []
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : null
  const good =
    url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  return good
    ? []
    : [`Option "publicUrl": "${publicUrl}" is not a URL such as https://hooks.example.com`]
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

function isPositive(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) > 0
}

function isWithin(value: number, least: number, most: number): boolean {
  return (Number.isInteger(value) || value === Infinity) && value >= least && value <= most
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}
