/** The account that an outbox makes calls for: its name, pace, token and state, and the keys of its digests. */

import * as v from 'valibot'
import { digest, encode, utf8 } from '../../lib/bytes.ts'
import { readJson } from '../../lib/decode.ts'
import { secretValues, tokenName } from '../../lib/names.ts'
import { sharedSpelling } from '../../mapping/phone/index.ts'
import type { Pace } from '../dispatch/pace.ts'
import { paceOf, presetIn } from '../dispatch/pace.ts'
import type { AccountState, Pause } from '../model.ts'
import { FRESH_ACCOUNT, PAUSE_REASONS } from '../model.ts'
import type { OutboxPorts } from '../ports.ts'
import type { Sql } from './sql.ts'

const WAITS = ['pace', 'throttled', 'unreachable'] as const
const pauseSchema = v.object({
  reason: v.picklist(PAUSE_REASONS),
  since: v.number(),
  probeAt: v.nullable(v.number()),
  probes: v.number(),
})
const KEY_BYTES = 32
const MARK_CHARACTERS = 16
/** 128 bits tell any two people apart, and every row and index that names a person is shorter. */
const PERSON_BYTES = 16
/** The first bytes stand for the last digits: people whose numbers end alike are neighbours, and need no index for that. */
const END_BYTES = 3
const END_DIGITS = 4

/**
 * `name`: the account's. `personKey`: of the digests that stand for people and events. `refusedToken`: the mark of a token
 * answered 401. `sweep`: how far retention has come. `watch`: what the operator was told of. `state`: pause, waits
 * and counters. `pausedHooks`: hooks whose leads are held.
 */
type SettingName =
  | 'name'
  | 'pausedHooks'
  | 'personKey'
  | 'refusedToken'
  | 'state'
  | 'sweep'
  | 'watch'

/** The key of digests, ready for use. */
interface Imported {
  readonly secret: string
  readonly key: Promise<CryptoKey>
  /** Digests of last digits. There are ten thousand at most, and every lead asks for one. */
  readonly ends: Map<string, Uint8Array>
}

export class Account {
  readonly #sql: Sql
  readonly #ports: Pick<OutboxPorts, 'config' | 'env' | 'name'>
  readonly #known = new Map<SettingName, string | null>()
  /** As it was read of this text. */
  #state: { readonly text: string | null; readonly state: AccountState } | null = null
  #imported: Imported | null = null

  constructor(sql: Sql, ports: Pick<OutboxPorts, 'config' | 'env' | 'name'>) {
    this.#sql = sql
    this.#ports = ports
  }

  /** The platform need not tell an object its own name, so the first arrival does; before that, the platform's is used. */
  get name(): string {
    const stored = this.get('name')
    if (stored !== null) return stored
    const { config, name = '' } = this.#ports
    return Object.hasOwn(config.accounts, name) ? name : 'default'
  }

  set name(name: string) {
    this.set('name', name)
  }

  get pace(): Pace {
    const { config, env } = this.#ports
    const options = config.accounts[this.name] ?? {}
    return paceOf(options, presetIn(env, options))
  }

  /** The IANA time zone of the account; UTC where none is set. */
  get timeZone(): string {
    return this.#ports.config.accounts[this.name]?.timeZone ?? 'UTC'
  }

  get token(): string | null {
    return secretValues(this.#ports.env, tokenName(this.name))[0] ?? null
  }

  /** Tells one token from another without keeping any. */
  async tokenMark(): Promise<string> {
    const hash = await digest('SHA-256', utf8(this.token ?? ''))
    return encode(hash, 'hex').slice(0, MARK_CHARACTERS)
  }

  /** Stands for a person in every table: the same for `+52 1 …` and `+52 …`. A plain hash of a number can be reversed by trying all. */
  async personOf(digits: string): Promise<string> {
    const [end, whole] = await Promise.all([
      this.#endOf(digits.slice(-END_DIGITS)),
      this.#keyed(sharedSpelling(digits)),
    ])
    const bytes = new Uint8Array(PERSON_BYTES)
    bytes.set(end)
    bytes.set(whole.subarray(0, PERSON_BYTES - END_BYTES), END_BYTES)
    return encode(bytes, 'base64')
  }

  /** How the keyed hashes begin of people whose number ends so. Fewer than four digits stand for several ends. */
  async endsOf(digits: string): Promise<string[]> {
    const end = digits.slice(-END_DIGITS)
    const all =
      end.length === END_DIGITS ? [end] : Array.from({ length: 10 }, (_, digit) => `${digit}${end}`)
    return Promise.all(all.map(async (one) => encode(await this.#endOf(one), 'base64')))
  }

  async #endOf(digits: string): Promise<Uint8Array> {
    const { ends } = this.#keys
    const known = ends.get(digits)
    if (known !== undefined) return known
    const end = (await this.#keyed(`end:${digits}`)).slice(0, END_BYTES)
    ends.set(digits, end)
    return end
  }

  /** Stands for an event or a body: a digest that cannot be made without this object's key. */
  async digestOf(kind: 'event' | 'body', text: string): Promise<string> {
    return encode(await this.#keyed(`${kind}:${text}`), 'base64')
  }

  async #keyed(text: string): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.sign('HMAC', await this.#keys.key, utf8(text)))
  }

  get #keys(): Imported {
    const secret = this.#key
    if (this.#imported?.secret === secret) return this.#imported
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = crypto.subtle.importKey('raw', utf8(secret), algorithm, false, ['sign'])
    this.#imported = { secret, key, ends: new Map() }
    return this.#imported
  }

  /** Made once. It leaves this storage in an export only. */
  get #key(): string {
    const stored = this.get('personKey')
    if (stored !== null) return stored
    this.set('personKey', encode(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), 'base64'))
    // As it is stored: a key that storage refuses must not be used.
    return this.get('personKey') ?? ''
  }

  /** A part is due then: when the alarm must ring for it; null: not before an operator acts. */
  wakeAt(dueAt: number, now: number): number | null {
    const { pause, nextCallAt } = this.state
    if (pause?.reason === 'operator') return null
    return Math.max(dueAt, pause === null ? nextCallAt : (pause.probeAt ?? now))
  }

  get state(): AccountState {
    const text = this.get('state')
    if (this.#state?.text !== text) this.#state = { text, state: this.#readState() }
    return this.#state.state
  }

  #readState(): AccountState {
    const state = this.readAs('state', FRESH_ACCOUNT, 'pause')
    const nextCallWhy = WAITS.find((one) => one === state.nextCallWhy) ?? 'pace'
    return { ...state, nextCallWhy, pause: pauseIn(state.pause) }
  }

  set state(state: AccountState) {
    this.set('state', JSON.stringify(state))
  }

  /** Hooks whose leads an operator holds back. */
  get pausedHooks(): readonly string[] {
    const hooks = readJson(this.get('pausedHooks') ?? '[]')
    return Array.isArray(hooks) ? hooks.filter((one) => typeof one === 'string') : []
  }

  set pausedHooks(hooks: readonly string[]) {
    this.set('pausedHooks', JSON.stringify(hooks))
  }

  /** Settings are read once a process: every webhook and every call asks for them. */
  get(name: SettingName): string | null {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const [value = null] = this.#sql.column<string>`SELECT value FROM account WHERE key = ${name}`
    this.#known.set(name, value)
    return value
  }

  /** Writes only what is new: a row written costs. */
  set(name: SettingName, value: string): void {
    if (this.get(name) === value) return
    // Read again on the next access: storage may refuse the write.
    this.#known.delete(name)
    this.#sql.run`INSERT OR REPLACE INTO account (key, value) VALUES (${name}, ${value})`
  }

  /** A transaction was rolled back: what is known may not be what is stored. */
  forget(): void {
    this.#known.clear()
  }

  /**
   * A value with these members. One that is missing, or of another kind than its default, is that: the alarm must not fail for ever,
   * and what cannot be read is set aside alone. `unchecked`: the caller looks at that one.
   */
  readAs<members extends object>(
    name: SettingName,
    defaults: members,
    unchecked?: keyof members,
  ): members {
    // What storage throws is not caught: beginning anew would forget every gap.
    const value = readJson(this.get(name) ?? '{}')
    const stored = typeof value === 'object' && value !== null ? value : {}
    const odd = Object.entries(defaults).filter(([member, own]) => {
      const isChecked = member !== unchecked || !Object.hasOwn(stored, member)
      return isChecked && !isLike(Reflect.get(stored, member), own)
    })
    return { ...defaults, ...stored, ...Object.fromEntries(odd) }
  }
}

/** Where the default is null, there may be a number. */
function isLike(value: unknown, own: unknown): boolean {
  if (own === null) return value === null || Number.isFinite(value)
  if (typeof own === 'number') return Number.isFinite(value)
  return typeof own === 'object' ? isObject(value) : typeof value === typeof own
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A pause that this version cannot read is one all the same: an operator ends it. */
function pauseIn(stored: unknown): Pause | null {
  if (stored === null) return null
  const read = v.safeParse(pauseSchema, stored)
  return read.success ? read.output : { reason: 'operator', since: 0, probeAt: null, probes: 0 }
}
