/** The account that an outbox makes calls for: its name, pace and token. */

import { digest, encode, utf8 } from '../bytes.ts'
import { secretValues, tokenName } from '../names.ts'
import type { Pace } from './pace.ts'
import { paceOf, presetIn } from './pace.ts'
import { newPersonKey } from './person.ts'
import type { OutboxPorts } from './ports.ts'
import { Settings } from './settings.ts'

const MARK_CHARACTERS = 16

export class Account {
  readonly settings: Settings
  readonly #ports: OutboxPorts
  /** What never changes once it is stored is read once a process: every webhook asks for it. */
  #name: string | null = null
  #personKey: string | null = null

  constructor(ports: OutboxPorts) {
    this.settings = new Settings(ports.storage.sql)
    this.#ports = ports
  }

  /** The platform need not tell an object its own name, so the first arrival does; whoever looks before goes by the platform. */
  get name(): string {
    this.#name ??= this.settings.get('name')
    if (this.#name !== null) return this.#name
    const { config, name = '' } = this.#ports
    return Object.hasOwn(config.accounts, name) ? name : 'default'
  }

  set name(name: string) {
    if (this.#name === name) return
    this.settings.set('name', name)
    this.#name = name
  }

  get pace(): Pace {
    const { config, env } = this.#ports
    const options = config.accounts[this.name] ?? {}
    return paceOf(options, presetIn(env, options))
  }

  get token(): string | null {
    return secretValues(this.#ports.env, tokenName(this.name))[0] ?? null
  }

  /** Tells one token from another without keeping any. */
  async tokenMark(): Promise<string> {
    const hash = await digest('SHA-256', utf8(this.token ?? ''))
    return encode(hash, 'hex').slice(0, MARK_CHARACTERS)
  }

  /** The key of the hashes that stand for people; made once, and never leaves this storage. */
  get personKey(): string {
    this.#personKey ??= this.settings.get('personKey')
    if (this.#personKey !== null) return this.#personKey
    // Not remembered before it was read again: what storage refuses must not be used for anybody.
    const key = newPersonKey()
    this.settings.set('personKey', key)
    return key
  }
}
